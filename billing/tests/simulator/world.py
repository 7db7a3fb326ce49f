"""One shop and its days."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import time_machine
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet
from django_tasks_db.models import DBTaskResult
from factory.random import reseed_random

from accounts.models import User
from billing.actions.daily.runs import run_daily
from billing.actions.payments import record_payment
from billing.tests.simulator import processes, shops
from billing.tests.simulator.crashes import Crash, dying
from billing.tests.simulator.deeds import DEEDS
from billing.tests.simulator.outside import Machine, Payment, Provider, Status
from billing.tests.simulator.truth import untruths
from paymenter import options, plugins
from paymenter.actor import SYSTEM
from paymenter.errors import Refused
from paymenter.jobs import rows as jobs
from paymenter.jobs.worker import Worker

FIRST = datetime(2023, 6, 1, tzinfo=UTC)
EVES = tuple(
    datetime(*day, tzinfo=UTC)
    for day in (
        *((2024, 2, 29), (2028, 2, 29), (2025, 3, 30), (2025, 10, 26), (2026, 3, 8), (2026, 11, 1)),
        *((2026, 4, 5), (2026, 10, 4)),  # half an hour, on Lord Howe
    )
)
SPAN = 2000  # days within which a world begins: two leap days
LAST_DEEDS = 60  # told when something is wrong


class Untrue(AssertionError):
    """Something is wrong after a day; says what, and what was done last."""


class World:
    """In an empty database. The clock stands still but for what `wait` adds.

    `crowded`: daily runs and jobs are often done by two processes at once, and now and then one of
    them is killed.
    """

    def __init__(self, seed: int, *, crashes: float = 0.06, crowded: bool = False) -> None:
        self.rng = Random(seed)
        reseed_random(seed)
        self.seed, self.crashes, self.day = seed, crashes, 0
        self.crowded = crowded
        self.now = self._first_day()
        self.provider = Provider()
        self.told: deque[str] = deque(maxlen=LAST_DEEDS)
        self._keys = 0
        self._manager: Any = None
        servers = None
        if crowded:
            self._manager, servers = processes.shared()
        Machine.reset(Random(seed), servers)
        plugins.servers.register("Machine", "billing.tests.simulator.outside.Machine")

    def close(self) -> None:
        if self._manager is not None:
            self._manager.shutdown()

    def live(self, days: int) -> None:
        """Raises Untrue on the first day after which something is wrong."""
        with time_machine.travel(self.now, tick=False) as self._traveller:
            cache.clear()  # what another world tried too often
            self.shop = shops.open_shop(self.rng)
            for _ in range(days):
                self._live_a_day()

    def _live_a_day(self) -> None:
        self.day += 1
        midnight = self._midnight()
        for _ in range(self.rng.choices((0, 1, 2, 4, 8), (35, 30, 20, 10, 5))[0]):
            self.wait(self.rng.randint(1, 100))
            self._try(self.rng.choices(list(DEEDS), list(DEEDS.values()))[0])
            if self.crowded and self.rng.random() < 0.15:
                self._crowd(work, longest=0.3)
            elif self.rng.random() < 0.7:
                self._try(work)
        self.now = max(self.now, midnight)
        self.wait(0, seconds=3)
        self._hear_the_provider()
        self._run_daily()
        self._settle()
        if wrong := list(untruths(self)):
            self._complain(wrong)

    def _run_daily(self) -> None:
        """Now and then not at all, broken off, or twice."""
        if self.rng.random() < 0.02:
            self.note("nobody ran the day")
            return
        if self.crowded and self.rng.random() < 0.5:
            died = self._crowd(daily, longest=0.5)
        else:
            died = self._try(daily, longer=20)
        if died or self.rng.random() < 0.1:
            self._try(daily, crashes=0.0)

    def _crowd(self, deed: Callable[["World"], Any], *, longest: float) -> bool:
        """Whether one of the two was killed."""
        kill = self.rng.uniform(0, longest) if self.rng.random() < 0.4 else None
        killed = processes.two(lambda: deed(self), kill_after=kill)
        self.note(f"{deed.__name__} by two{', one was killed' if killed else ''}")
        return killed

    def _first_day(self) -> datetime:
        """Some begin just before a leap day, or before clocks are changed somewhere."""
        eve = self.rng.choice((None, None, *EVES))
        if eve is not None:
            return eve - timedelta(days=self.rng.randint(3, 40))
        return FIRST + timedelta(days=self.rng.randrange(SPAN))

    def _settle(self) -> None:
        """Everything that waits comes to its end: jobs, and payments that nobody heard of."""
        for payment in self.provider.payments:
            if payment.ends_on is not None and payment.ends_on <= self.day:
                payment.status, payment.is_told, payment.ends_on = Status.SUCCEEDED, False, None
        for _ in range(60):
            self._hear_the_provider()
            if not DBTaskResult.objects.exists():
                return
            self.wait(15)
            self._try(work, crashes=0.0)
        self._complain([f"jobs do not end: {list(DBTaskResult.objects.values())}"])

    def _hear_the_provider(self) -> None:
        """It tells until somebody has listened."""
        for payment in self.provider.untold():
            self._try(tell(payment), crashes=0.0)

    # What deeds need

    def wait(self, minutes: int, *, seconds: int = 0) -> None:
        self.now += timedelta(minutes=minutes, seconds=seconds)
        self._traveller.move_to(self.now, tick=False)
        options.forget()

    def one(self, records: "QuerySet[Any]") -> Any:
        """Any of them, the same for the same seed; None where there is none."""
        keys = list(records.order_by("pk").values_list("pk", flat=True))
        return records.get(pk=self.rng.choice(keys)) if keys else None

    def someone(self) -> User | None:
        found: User | None = self.one(User.objects.all())
        return found

    def key(self, kind: str) -> str:
        self._keys += 1
        return f"{kind}_{self.seed}_{self._keys}"

    def tell(self, payment: Payment) -> None:
        record_payment(
            actor=SYSTEM,
            invoice_id=payment.invoice_id,
            transaction_id=payment.key,
            gateway_id=payment.gateway_id,
            amount=payment.amount,
            status=str(payment.status),
        )
        payment.is_told = True

    def note(self, text: str) -> None:
        self.told.append(f"{self.now:%Y-%m-%d %H:%M:%S} {text}")

    def _try(
        self, deed: Callable[["World"], Any], *, crashes: float | None = None, longer: int = 1
    ) -> bool:
        """Whether the process died of it."""
        chance = self.crashes if crashes is None else crashes
        after = self.rng.randint(1, 70) * longer if self.rng.random() < chance else None
        name = getattr(deed, "__name__", str(deed))
        try:
            with dying(after):
                done = deed(self)
            if done is not None:
                self.note(f"{name}: {done}")
        except Refused as refused:
            self.note(f"{name}: refused, {refused}")
        except Crash:
            self.note(f"{name}: died at statement {after}")
            return True
        assert not connection.in_atomic_block, f"{name} left a transaction open"
        return False

    def _midnight(self) -> datetime:
        zone = options.zone()
        local = self.now.astimezone(zone)
        tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return tomorrow.astimezone(UTC)

    def _complain(self, wrong: list[str]) -> None:
        raise Untrue("\n".join([f"seed {self.seed}, day {self.day}", *wrong, "--", *self.told]))


def tell(payment: Payment) -> Callable[[World], None]:
    return lambda world: world.tell(payment)


def work(world: World) -> None:
    """As a worker does, after the claims of dead ones have run out."""
    jobs.release_expired()
    Worker().drain()


def daily(world: World) -> str:
    return str(run_daily())
