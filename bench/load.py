"""One round of wrk and what it measured."""

import re
import subprocess
from dataclasses import dataclass
from statistics import median
from typing import Self

from bench.databases import TOKEN

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """Requests a second; the latencies that 50 and 99 of 100 requests kept, in milliseconds."""

    rate: float
    p50: float
    p99: float

    @classmethod
    def medians(cls, rounds: list[Self]) -> Self:
        return cls(*(median(getattr(r, name) for r in rounds) for name in cls.__slots__))


def drive(url: str, *, seconds: int, connections: int) -> Load:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    header = f"Authorization: Bearer {TOKEN}"
    done = subprocess.run(
        [*command, "-H", header, url],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 60,
    )
    return read(done.stdout)


def read(report: str) -> Load:
    """Refuses a round in which anything went wrong."""
    if wrong := re.search(r"^ *(Non-2xx.*|Socket errors.*)$", report, re.MULTILINE):
        raise RuntimeError(f"wrk: {wrong[1]}")
    rate = re.search(r"^Requests/sec: +([\d.]+)", report, re.MULTILINE)
    assert rate is not None, report
    return Load(float(rate[1]), _percentile(report, 50), _percentile(report, 99))


def _percentile(report: str, part: int) -> float:
    found = re.search(rf"^ +{part}% +([\d.]+)(us|ms|s|m)$", report, re.MULTILINE)
    assert found is not None, report
    return float(found[1]) * _UNITS[found[2]]
