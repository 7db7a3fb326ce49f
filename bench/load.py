"""One round of wrk and what it measured."""

import re
import subprocess
from dataclasses import dataclass

from bench.databases import TOKEN
from bench.servers import Server

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second; the latencies that 50 and 99 of 100 requests kept; the processor time
    that one request took of the workers. All times in milliseconds."""

    rate: float
    p50: float
    p99: float
    cpu: float


def drive(
    server: Server, path: str, *, seconds: int, connections: int, script: str | None = None
) -> Load:
    """Refuses a round in which anything went wrong. script: what wrk sends instead of GET."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    command += ["-s", script] if script else []
    header = f"Authorization: Bearer {TOKEN}"
    url = f"http://127.0.0.1:{server.port}{path}"
    before = server.cpu()
    report = subprocess.run(
        [*command, "-H", header, url],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    ).stdout
    if wrong := re.search(r"^ *(Non-2xx.*|Socket errors.*)$", report, re.MULTILINE):
        raise RuntimeError(f"{url}: {wrong[1]}")
    done = int(_find(r"^ +(\d+) requests in", report)[1])
    if not done:
        raise RuntimeError(f"{url}: no answer within {seconds} s")
    return Load(
        rate=float(_find(r"^Requests/sec: +([\d.]+)", report)[1]),
        p50=_percentile(report, 50),
        p99=_percentile(report, 99),
        cpu=(server.cpu() - before) * 1000 / done,
    )


def _percentile(report: str, part: int) -> float:
    found = _find(rf"^ +{part}% +([\d.]+)(us|ms|s|m)$", report)
    return float(found[1]) * _UNITS[found[2]]


def _find(pattern: str, report: str) -> re.Match[str]:
    found = re.search(pattern, report, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"wrk says nothing like {pattern}: {report}")
    return found
