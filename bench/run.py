"""make bench: the API under load beside the limit of bench/limit.py (docs/performance.md)."""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
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
CONTESTS = (*PAGES, "growth", "create")
SCRIPT = Path(__file__).parent / "create.lua"
STARTS = 5


@dataclass(frozen=True, slots=True)
class Contest:
    """What two servers did in turn, round by round."""

    names: tuple[str, str]
    rounds: list[tuple[Load, Load]]

    def load(self, which: int) -> Load:
        taken = [pair[which] for pair in self.rounds]
        return Load(*(median(getattr(t, f.name) for t in taken) for f in fields(Load)))

    def ratio(self, name: str) -> float:
        """Of the first to the second; the median of the rounds' own ratios."""
        return float(median(getattr(a, name) / getattr(b, name) for a, b in self.rounds))


@dataclass(slots=True)
class Results:
    """What was asked for; the rest stays empty."""

    pages: dict[str, Contest] = field(default_factory=dict)
    growth: Contest | None = None
    create: Contest | None = None
    memory: dict[str, list[float]] = field(default_factory=dict)
    starts: list[float] = field(default_factory=list)

    def verdicts(self) -> Iterator[tuple[str, float, str, float]]:
        """What is measured, its value, the comparison with the goal, the goal."""
        for page, contest in self.pages.items():
            yield f"{page}: part of the limit", contest.ratio("rate"), ">=", 0.40
        if self.create:
            yield "create an invoice: part of the limit", self.create.ratio("rate"), ">=", 0.35
        if self.growth:
            yield "p99 with 100 000 invoices to 1 000", self.growth.ratio("p99"), "<=", 1.3
        if self.memory:
            yield "memory of a worker (PSS, MB)", max(self.memory[OURS]), "<=", 80
        if self.starts:
            yield "start to first answer (s)", median(self.starts), "<=", 1.5


def main() -> int:
    options = arguments()
    if shutil.which("wrk") is None:
        print("wrk is missing: apt-get install wrk", file=sys.stderr)
        return 2
    try:
        for database in needed(options.only):
            prepare(database, options.rebuild)
    except MySQLdb.OperationalError as error:
        print(f"MariaDB: {error}. DB_HOST, DB_PORT, DB_USERNAME and DB_PASSWORD name the server.")
        print("Where there is none: bin/mariadb-for-tests .venv/bin/python bench/run.py")
        return 2
    with tempfile.NamedTemporaryFile(prefix="bench-", suffix=".log") as log:
        results = measure(options, log.file)
    print("\n".join(table(results)))
    if options.json:
        Path(options.json).write_text(json.dumps(report(results), indent=2) + "\n")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of each, taken in turn")
    parser.add_argument("--seconds", type=int, default=4, help="of load in each round")
    parser.add_argument("--connections", type=int, default=8, help="that wrk keeps busy")
    parser.add_argument("--only", choices=CONTESTS, action="append", help="these contests alone")
    parser.add_argument("--rebuild", action="store_true", help="make the databases anew")
    parser.add_argument("--json", help="write the numbers to this file as well")
    return parser.parse_args()


def needed(only: list[str] | None) -> tuple[Database, ...]:
    return (SMALL,) if only and set(only) == {"create"} else (LARGE, SMALL)


def measure(options: argparse.Namespace, log: IO[bytes]) -> Results:
    def server(application: str, database: Database = LARGE) -> Server:
        return Server(application, environment(database), log, PAGES["users"])

    how: dict[str, Any] = {"seconds": options.seconds, "connections": options.connections}

    def contest(
        names: tuple[str, str], path: str, *places: Server, script: str | None = None
    ) -> Contest:
        print(f"{path}: {names[0]} and {names[1]}", file=sys.stderr)

        def take(place: Server) -> Load:
            return drive(place, path, script=script, **how)

        first, second = places
        rounds = [(take(first), take(second)) for _ in range(options.rounds + 1)]
        return Contest(names, rounds[1:])  # the first one warmed both up

    wanted = options.only or CONTESTS
    results = Results()
    if not options.only:
        results.starts = [started(server(OURS)) for _ in range(STARTS)]
    if pages := [page for page in PAGES if page in wanted]:
        with server(OURS) as ours, server(LIMIT) as limit:
            for page in pages:
                assert_equal(ours, limit, PAGES[page])
                results.pages[page] = contest(("paymenter", "limit"), PAGES[page], ours, limit)
            results.memory = {place.application: place.memory() for place in (ours, limit)}
    if "growth" in wanted:
        with server(OURS) as large, server(OURS, SMALL) as small:
            results.growth = contest(("100 000", "1 000"), PAGES["invoices"], large, small)
    if "create" in wanted:
        with server(OURS, SMALL) as ours, server(LIMIT, SMALL) as limit:
            contestants = ("paymenter", "limit"), f"{PREFIX}/invoices"
            results.create = contest(*contestants, ours, limit, script=str(SCRIPT))
    return results


def started(server: Server) -> float:
    with server:
        return server.started_in


def assert_equal(ours: Server, limit: Server, path: str) -> None:
    """The limit writes the same bytes, but for the port in the links."""
    texts = [place.get(path).replace(b":%d" % place.port, b"") for place in (ours, limit)]
    if texts[0] != texts[1] or not orjson.loads(texts[0])["data"]:
        raise RuntimeError(f"{path}: the limit answers otherwise\n{texts[0]!r}\n{texts[1]!r}")


def table(results: Results) -> Iterator[str]:
    yield f"{'':24}{'req/s':>8}{'p50 ms':>8}{'p99 ms':>8}{'CPU ms':>8}{'req/s of limit':>16}"
    for page, contest in results.pages.items():
        yield line(f"{page}", contest.load(0)) + f"{contest.ratio('rate'):16.2f}"
        yield line(f"{page}, {contest.names[1]}", contest.load(1))
    if results.create:
        yield line("create", results.create.load(0)) + f"{results.create.ratio('rate'):16.2f}"
        yield line("create, limit", results.create.load(1))
    if results.growth:
        for which, name in enumerate(results.growth.names):
            yield line(f"{name} invoices", results.growth.load(which))
    yield ""
    if results.memory:
        yield "memory of each worker: " + "; ".join(
            f"{name} {', '.join(f'{size:.0f} MB' for size in sizes)}"
            for name, sizes in results.memory.items()
        )
        yield ""
    for text, value, sign, goal in results.verdicts():
        met = value >= goal if sign == ">=" else value <= goal
        yield f"{text:38}{value:8.2f}   {sign} {goal:<6}{'' if met else 'MISSED'}".rstrip()


def line(name: str, load: Load) -> str:
    return f"{name:24}{load.rate:8.0f}{load.p50:8.2f}{load.p99:8.2f}{load.cpu:8.2f}"


def report(results: Results) -> dict[str, Any]:
    verdicts = {text: [value, sign, goal] for text, value, sign, goal in results.verdicts()}
    return asdict(results) | {"verdicts": verdicts}


if __name__ == "__main__":
    sys.exit(main())
