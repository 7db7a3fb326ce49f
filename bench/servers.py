"""gunicorn with the project's configuration, on a free port of the loopback address."""

import http.client
import os
import re
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from bench.databases import ROOT, TOKEN

WORKERS = 2
LONGEST_START = 30.0
LONGEST_STOP = 20.0


@dataclass(slots=True)
class Server:
    """A context: serving inside of it. started_in: seconds from the command to the first answer."""

    application: str
    environment: Mapping[str, str]
    log: IO[bytes]
    probe: str
    port: int = 0
    started_in: float = 0.0
    _process: "subprocess.Popen[bytes]" = field(init=False)

    def __enter__(self) -> Self:
        self.port = _free_port()
        environment = {**self.environment, "PORT": str(self.port), "WEB_CONCURRENCY": str(WORKERS)}
        command = [str(ROOT / ".venv/bin/gunicorn"), self.application]
        began = time.monotonic()
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log
        )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        self.started_in = time.monotonic() - began
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{self.application} {path}: {answer.status} {body!r}")
            return body
        finally:
            connection.close()

    def memory(self) -> list[float]:
        """The proportional set size of each worker, in MB."""
        return [_proportional_size(worker) for worker in self._workers()]

    def cpu(self) -> float:
        """The seconds of processor time that the workers have used."""
        return sum(_processor_time(worker) for worker in self._workers())

    def _workers(self) -> list[str]:
        pid = self._process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    def _wait(self) -> None:
        end = time.monotonic() + LONGEST_START
        while True:
            try:
                self.get(self.probe)
                return
            except (ConnectionError, http.client.HTTPException):
                if self._process.poll() is not None or time.monotonic() > end:
                    said = Path(str(self.log.name)).read_text()[-2000:]
                    raise RuntimeError(f"{self.application} does not serve: {said}") from None
                time.sleep(0.01)

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(LONGEST_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _proportional_size(pid: str) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss: +(\d+) kB$", rollup, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def _processor_time(pid: str) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = after_name[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
