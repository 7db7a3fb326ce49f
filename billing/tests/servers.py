"""A server module that remembers what it was asked, and fails when told to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from billing.servers.base import ConfigField, Server, ServerError, Subject, Values
from paymenter import plugins


class Recorder(Server):
    name = "Recorder"
    calls: list[tuple[str, int]] = []
    tested: list[dict[str, Any]] = []
    subjects: list[Subject] = []
    fails: dict[str, Exception] = {}
    asks: tuple[ConfigField, ...] = ()

    def test_connection(self) -> None:
        self.tested.append(dict(self.settings))
        if error := self.fails.get("test_connection"):
            raise error

    def product_options(self, values: Values) -> tuple[ConfigField, ...]:
        if error := self.fails.get("product_options"):
            raise error
        return self.asks

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
def recorder(*asks: ConfigField, **fails: Exception) -> Iterator[type[Recorder]]:
    Recorder.calls, Recorder.subjects, Recorder.tested = [], [], []
    Recorder.fails, Recorder.asks = dict(fails), asks
    plugins.servers.register("Recorder", f"{__name__}.Recorder")
    try:
        yield Recorder
    finally:
        plugins.servers.unregister("Recorder")


REFUSED = ServerError("The panel is full.")
FINAL = ServerError("There is no such package.", permanent=True)
