"""What is not in the database: the provider's payments and the servers. They know the truth."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import ClassVar

from billing.models import InvoiceTransaction
from billing.servers.base import Server, ServerError, Subject

Status = InvoiceTransaction.Status


@dataclass(slots=True)
class Payment:
    """Told until somebody has listened to the end."""

    key: str
    invoice_id: int
    gateway_id: int
    amount: Decimal
    status: str = Status.SUCCEEDED
    is_told: bool = False
    ends_on: int | None = None  # the day on which what is in processing succeeds


@dataclass(slots=True)
class Provider:
    payments: list[Payment] = field(default_factory=list)

    def untold(self) -> list[Payment]:
        return [payment for payment in self.payments if not payment.is_told]


class Machine(Server):
    """Makes servers, sometimes not. `servers`: whether they run, by service."""

    name = "Machine"
    rng: ClassVar[Random] = Random(0)
    servers: ClassVar[MutableMapping[int, bool]] = {}

    @classmethod
    def reset(cls, rng: Random, servers: MutableMapping[int, bool] | None = None) -> None:
        cls.rng, cls.servers = rng, {} if servers is None else servers

    def create(self, subject: Subject) -> None:
        self._stumble()
        self.servers[subject.service_id] = True
        self._stumble()

    def suspend(self, subject: Subject) -> None:
        self._stumble()
        if subject.service_id in self.servers:
            self.servers[subject.service_id] = False

    def unsuspend(self, subject: Subject) -> None:
        self._stumble()
        if subject.service_id in self.servers:
            self.servers[subject.service_id] = True

    def terminate(self, subject: Subject) -> None:
        self._stumble()
        self.servers.pop(subject.service_id, None)
        self._stumble()

    def upgrade(self, subject: Subject) -> None:
        self._stumble()

    def _stumble(self) -> None:
        if self.rng.random() < 0.03:
            raise ServerError("The panel does not answer.")
