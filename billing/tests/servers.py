"""A server module that remembers what it was asked, and fails when told to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from billing.servers.base import Server, ServerError, Subject
from paymenter import plugins


class Recorder(Server):
    name = "Recorder"
    calls: list[tuple[str, int]] = []
    subjects: list[Subject] = []
    fails: dict[str, Exception] = {}

    def create(self, subject: Subject) -> Mapping[str, Any] | None:
        self._do("create", subject)
        subject.remember("server_uuid", f"uuid-{subject.service_id}")
        return {"panel": "https://panel.example.com"}

    def suspend(self, subject: Subject) -> None:
        self._do("suspend", subject)

    def unsuspend(self, subject: Subject) -> None:
        self._do("unsuspend", subject)

    def terminate(self, subject: Subject) -> None:
        self._do("terminate", subject)
        subject.forget("server_uuid")

    def _do(self, name: str, subject: Subject) -> None:
        type(self).calls.append((name, subject.service_id))
        type(self).subjects.append(subject)
        if error := type(self).fails.get(name):
            raise error


@contextmanager
def recorder(**fails: Exception) -> Iterator[type[Recorder]]:
    Recorder.calls, Recorder.subjects, Recorder.fails = [], [], dict(fails)
    plugins.servers.register("Recorder", f"{__name__}.Recorder")
    try:
        yield Recorder
    finally:
        plugins.servers.unregister("Recorder")


REFUSED = ServerError("The panel is full.")
FINAL = ServerError("There is no such package.", permanent=True)
