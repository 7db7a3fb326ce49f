"""What a measurement used: processor time, ours and of a MariaDB on this machine; the load."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_SERVERS = frozenset({"mariadbd", "mysqld"})


def server_seconds() -> float | None:
    """Processor time that MariaDB has used since it started; None where it is elsewhere."""
    times = [_seconds(stat.read_text()) for stat in _stats()]
    return sum(times) if times else None


def _stats() -> list[Path]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "comm").read_text().strip() in _SERVERS:
                found.append(folder / "stat")
        except OSError:  # it ended in the meantime
            continue
    return found


def _seconds(stat: str) -> float:
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICKS


@dataclass(slots=True)
class Usage:
    """From its making to `told`."""

    began: float = field(default_factory=time.perf_counter)
    server: float | None = field(default_factory=server_seconds)

    def told(self, ours: float, count: int, what: str) -> str:
        """`ours`: seconds of processor time that our processes used."""
        took, server = time.perf_counter() - self.began, server_seconds()
        theirs = "unknown" if None in (server, self.server) else self._each(server, count)
        return (
            f"{took:.1f} s; CPU of a {what}: {ours / count * 1000:.1f} ms ours, "
            f"{theirs} MariaDB; load {os.getloadavg()[0]:.1f}"
        )

    def _each(self, server: float | None, count: int) -> str:
        return f"{((server or 0) - (self.server or 0)) / count * 1000:.1f} ms"
