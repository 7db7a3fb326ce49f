"""What becomes of each order, decided before a row is made, so that the counts come out exactly.

An order is anchored at the day its next payment falls due (`Draft.due`). How often it was renewed
is free: each renewal moves the start one period into the past and adds one invoice for each of its
services. `Book` uses that to reach the number of invoices asked for.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from random import Random
from typing import NamedTuple

from billing.models import Plan
from paymenter.demo.people import wallets
from paymenter.demo.size import Size

DAY = timedelta(days=1)
NOTICE = 7  # days before the due date at which the daily run makes the invoice: cronjob_invoice
SUSPEND = 2  # cronjob_order_suspend
TERMINATE = 14  # cronjob_order_terminate
GIVE_UP = 7  # cronjob_order_cancel
CRON = time(0, 0, 3)
_HISTORY = 48  # months that a random order may reach back


class Period(NamedTuple):
    months: int
    number: int
    unit: Plan.Unit
    days: int  # as upgrades count them


MONTHLY = Period(1, 1, Plan.Unit.MONTH, 30)
QUARTERLY = Period(3, 3, Plan.Unit.MONTH, 90)
YEARLY = Period(12, 1, Plan.Unit.YEAR, 365)
PERIODS = (MONTHLY, QUARTERLY, YEARLY)


class Fate(Enum):
    ACTIVE = auto()
    UPGRADED = auto()
    LEAVING = auto()  # cancelled to the end of the running period
    OVERDUE = auto()  # suspended
    LAPSED = auto()  # suspended, then cancelled
    LEFT = auto()  # cancelled at once
    NEW = auto()  # not yet paid
    ABANDONED = auto()  # never paid, cancelled


UNPAID = (Fate.NEW, Fate.ABANDONED)
BROKE = (Fate.OVERDUE, Fate.LAPSED)

_WEIGHTS = {
    Fate.ACTIVE: 74,
    Fate.UPGRADED: 3,
    Fate.LEAVING: 2,
    Fate.OVERDUE: 4,
    Fate.LAPSED: 8,
    Fate.LEFT: 3,
    Fate.NEW: 3,
    Fate.ABANDONED: 3,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """`due`: when the next payment falls due; the day of the order where it is never renewed."""

    type: Plan.Type
    period: Period
    fate: Fate
    due: date
    minute: int

    @property
    def is_renewed(self) -> bool:
        return self.type is Plan.Type.RECURRING and self.fate not in UNPAID

    def invoices(self, services: int, renewals: int, today: date) -> int:
        """How many invoices such an order leads to."""
        first = int(self.type is not Plan.Type.FREE)
        if not self.is_renewed:
            return first
        is_announced = self.fate is Fate.ACTIVE and (self.due - today).days <= NOTICE
        more = int(is_announced or self.fate in BROKE)
        return first + services * (renewals + more) + int(self.fate is Fate.UPGRADED)

    def paid_at(self, renewals: int) -> datetime:
        """The moment from which the first period counts; of an unpaid order when it was placed."""
        day = self.due
        if self.is_renewed:
            day = months_later(day, -(renewals + 1) * self.period.months)
        return datetime.combine(day, time(self.minute // 60, self.minute % 60, 11))


class Book:
    """All orders as numbers only: services, renewals and the day on which each was paid."""

    def __init__(self, size: Size, seed: int, today: date) -> None:
        self.seed, self.today = seed, today
        self.services = _order_sizes(size.services, Random(seed))
        wanted = size.invoices - len(wallets(size.users))
        self.renewals, spare = self._renewals(wanted)
        self._fit(wanted, spare)
        self.days = array("l", map(self._day, range(len(self.services))))

    def draft(self, index: int) -> Draft:
        """Always the same for the same order."""
        rng = Random(self.seed * 1_000_003 + index)
        type_ = rng.choices(list(Plan.Type), (3, 5, 92))[0]
        period = rng.choices(PERIODS, (70, 15, 15))[0]
        fate = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        if self.services[index] > 1:
            type_ = Plan.Type.RECURRING
            fate = Fate.ACTIVE if fate is Fate.UPGRADED else fate
        elif type_ is Plan.Type.FREE or (type_ is Plan.Type.ONE_TIME and fate not in UNPAID):
            fate = Fate.ACTIVE
        due = _due(type_, period, fate, self.today, rng)
        return Draft(type_, period, fate, due, rng.randrange(10 * 60, 22 * 60))

    @property
    def first_day(self) -> date:
        """The day on which the oldest order was paid; today where there is none."""
        return date.fromordinal(min(self.days, default=self.today.toordinal()))

    def by_time(self) -> Iterator[tuple[int, date]]:
        """Each order and the day on which it was paid."""
        for index in array("l", sorted(range(len(self.days)), key=self.days.__getitem__)):
            yield index, date.fromordinal(self.days[index])

    def _day(self, index: int) -> int:
        return self.draft(index).paid_at(self.renewals[index]).toordinal()

    def _renewals(self, wanted: int) -> "tuple[array[int], array[int]]":
        """Random numbers of about the right mean, and the orders that may get more or less."""
        rng = Random(self.seed + 1)
        mean = max(0.1, (wanted - len(self.services)) / max(1, sum(self.services)))
        renewals, spare = array("l"), array("l")
        for index in range(len(self.services)):
            draft = self.draft(index)
            most = _HISTORY // draft.period.months - 1
            number = min(most, int(rng.expovariate(1 / mean)))
            renewals.append(number if draft.is_renewed else 0)
            if draft.is_renewed and draft.period is MONTHLY:
                spare.append(index)
        return renewals, spare

    def _fit(self, wanted: int, spare: "array[int]") -> None:
        """Renew orders more or less often until the sum is right, or nothing helps."""
        have = sum(
            self.draft(k).invoices(self.services[k], self.renewals[k], self.today)
            for k in range(len(self.services))
        )
        missing, before = wanted - have, 0
        while missing != before:
            before = missing
            for index in spare:
                step = self.services[index]
                if missing >= step:
                    self.renewals[index] += 1
                    missing -= step
                elif missing <= -step and self.renewals[index]:
                    self.renewals[index] -= 1
                    missing += step


def months_later(day: date, months: int) -> date:
    """As PHP counts: a day that the month does not have spills over into the next one."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1) + timedelta(days=day.day - 1)


def renewal_day(due: date, *, first: bool, after: int) -> date:
    """The day of the daily run that finds `due` `after` days gone (before it: negative).

    The first period ends at the hour it was paid, later ones at midnight, so the run finds the
    first a day later. Paymenter: CronJob.php, all steps compare strictly with the full time.
    """
    return due + timedelta(days=after + first)


def _order_sizes(services: int, rng: Random) -> bytearray:
    sizes = bytearray()
    while services > 0:
        sizes.append(min(services, rng.choices((1, 2, 3), (66, 22, 12))[0]))
        services -= sizes[-1]
    return sizes


def _due(type_: Plan.Type, period: Period, fate: Fate, today: date, rng: Random) -> date:
    """A day that every month has, and never one on which the first period makes a difference."""
    first, last = _range(type_, period, fate)
    day = today + timedelta(days=rng.randint(first, last))
    if type_ is not Plan.Type.RECURRING or fate in UNPAID:
        return day
    while day.day > 28 or (day - today).days == NOTICE:
        day += DAY
    return day


def _range(type_: Plan.Type, period: Period, fate: Fate) -> tuple[int, int]:
    """Days from today. `_due` adds up to four, so the limits keep that far from what they avoid."""
    if fate is Fate.NEW:
        return 1 - GIVE_UP, -1
    if fate is Fate.ABANDONED:
        return -400, -2 - GIVE_UP
    if type_ is not Plan.Type.RECURRING:
        return -900, -2
    return {
        Fate.ACTIVE: (-1, period.days - 8),
        Fate.UPGRADED: (10, period.days - 11),
        Fate.LEAVING: (8, period.days - 9),
        Fate.OVERDUE: (2 - TERMINATE, -4 - SUSPEND),
        Fate.LAPSED: (-400, -5 - TERMINATE),
        Fate.LEFT: (-400, -6),
    }[fate]
