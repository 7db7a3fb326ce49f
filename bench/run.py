"""make bench: the API under load beside the limit that bench/limit.py sets (docs/performance.md)."""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import MySQLdb
import orjson

from bench.databases import LARGE, SMALL, Database, environment, prepare
from bench.load import Load, drive
from bench.servers import Server

OURS, LIMIT = "paymenter.wsgi", "bench.limit"
PREFIX = "/api/v1/admin"
PAGES = {
    "users": f"{PREFIX}/users",
    "invoices": f"{PREFIX}/invoices?include=items,user",
    "service": f"{PREFIX}/services/{LARGE.service}",
}
GOALS = {"ratio": 0.40, "growth": 1.3, "memory": 80.0, "start": 1.5}
STARTS = 5


@dataclass(slots=True)
class Results:
    ours: dict[str, Load] = field(default_factory=dict)
    limit: dict[str, Load] = field(default_factory=dict)
    growth: dict[str, Load] = field(default_factory=dict)
    memory: dict[str, list[float]] = field(default_factory=dict)
    start: list[float] = field(default_factory=list)

    def ratio(self, page: str) -> float:
        return self.ours[page].rate / self.limit[page].rate

    def p99_growth(self) -> float:
        return self.growth[LARGE.name].p99 / self.growth[SMALL.name].p99


def main() -> int:
    options = arguments()
    if missing := [tool for tool in ("wrk",) if shutil.which(tool) is None]:
        print(f"{missing[0]} is missing: apt-get install {missing[0]}", file=sys.stderr)
        return 2
    try:
        for database in (LARGE, SMALL):
            prepare(database, options.rebuild)
    except MySQLdb.OperationalError as error:
        print(f"MariaDB: {error}. DB_HOST, DB_PORT, DB_USERNAME, DB_PASSWORD name it.")
        return 2
    results = Results()
    with tempfile.NamedTemporaryFile(prefix="bench-", suffix=".log") as log:
        measure(results, options, log.file)
    print_table(results)
    if options.json:
        Path(options.json).write_text(json.dumps(report(results), indent=2) + "\n")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of each, taken in turn")
    parser.add_argument("--seconds", type=int, default=5, help="of load in each round")
    parser.add_argument("--connections", type=int, default=8, help="that wrk keeps busy")
    parser.add_argument("--only", choices=PAGES, action="append", help="these addresses alone")
    parser.add_argument("--rebuild", action="store_true", help="make the databases anew")
    parser.add_argument("--json", help="write the numbers to this file as well")
    return parser.parse_args()


def measure(results: Results, options: argparse.Namespace, log: IO[bytes]) -> None:
    pages = {name: path for name, path in PAGES.items() if name in (options.only or PAGES)}
    probe = next(iter(pages.values()))

    def server(application: str, database: Database = LARGE) -> Server:
        return Server(application, environment(database), log, probe)

    def load(place: Server, path: str) -> Load:
        url = f"http://127.0.0.1:{place.port}{path}"
        return drive(url, seconds=options.seconds, connections=options.connections)

    for _ in range(STARTS):
        with server(OURS) as started:
            results.start.append(started.started_in)
    with ExitStack() as stack:
        ours, limit = (stack.enter_context(server(name)) for name in (OURS, LIMIT))
        for path in pages.values():
            assert_equal(ours, limit, path)
        for page, path in pages.items():
            print(f"{page}: {options.rounds} rounds", file=sys.stderr)
            results.ours[page], results.limit[page] = in_turn(
                options.rounds, lambda: load(ours, path), lambda: load(limit, path)
            )
        results.memory = {
            name: [size / 2**20 for size in place.memory()]
            for name, place in ((OURS, ours), (LIMIT, limit))
        }
    if "invoices" in pages:
        path = pages["invoices"]
        with server(OURS) as large, server(OURS, SMALL) as small:
            print(f"growth: {options.rounds} rounds", file=sys.stderr)
            found = in_turn(options.rounds, lambda: load(large, path), lambda: load(small, path))
            results.growth = dict(zip((LARGE.name, SMALL.name), found, strict=True))


def in_turn(rounds: int, *measures: Callable[[], Load]) -> list[Load]:
    """A B A B …, medians of each; a first, uncounted round warms both up."""
    taken = [[measure() for measure in measures] for _ in range(rounds + 1)][1:]
    return [Load.medians(list(column)) for column in zip(*taken, strict=True)]


def assert_equal(ours: Server, limit: Server, path: str) -> None:
    texts = [place.get(path).replace(b":%d" % place.port, b"") for place in (ours, limit)]
    if texts[0] != texts[1]:
        raise RuntimeError(f"{path}: the limit answers otherwise\n{texts[0]!r}\n{texts[1]!r}")
    assert orjson.loads(texts[0])["data"]


def lines(results: Results) -> Iterator[str]:
    yield f"{'':22}{'req/s':>8}{'p50 ms':>9}{'p99 ms':>9}{'of limit':>10}"
    for page in results.ours:
        for name, load in ((page, results.ours[page]), ("  limit", results.limit[page])):
            ratio = f"{results.ratio(page):10.2f}" if name == page else ""
            yield f"{name:22}{load.rate:8.0f}{load.p50:9.2f}{load.p99:9.2f}{ratio}"
    for name, load in results.growth.items():
        yield f"{name:22}{load.rate:8.0f}{load.p50:9.2f}{load.p99:9.2f}"
    yield ""
    for text, value, goal in verdicts(results):
        yield f"{text:44}{value}   goal {goal}"


def verdicts(results: Results) -> Iterator[tuple[str, str, str]]:
    for page in results.ours:
        yield f"{page}: part of the limit", f"{results.ratio(page):.2f}", f">= {GOALS['ratio']}"
    if results.growth:
        text = "p99 with 100 000 invoices against 1 000"
        yield text, f"{results.p99_growth():.2f}", f"<= {GOALS['growth']}"
    for name, sizes in results.memory.items():
        goal = f"<= {GOALS['memory']} MB" if name == OURS else "-"
        yield f"PSS of each worker, {name}", " ".join(f"{s:.0f} MB" for s in sizes), goal
    yield "start to first answer", f"{median(results.start):.2f} s", f"<= {GOALS['start']} s"


def print_table(results: Results) -> None:
    for line in lines(results):
        print(line)


def report(results: Results) -> dict[str, Any]:
    ratios = {page: results.ratio(page) for page in results.ours}
    return asdict(results) | {"ratio": ratios, "goals": GOALS}


if __name__ == "__main__":
    sys.exit(main())
