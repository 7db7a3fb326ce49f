"""What a daily run would do: each row is worked on and its transaction undone.

A service that would be paid from the balance counts as paid for the steps that follow; other
effects of one step on another do not show.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from billing.actions.daily.parking import explain
from billing.actions.daily.step import Done, Step
from billing.actions.daily.steps import steps
from billing.actions.daily.working import Range, work
from billing.daily.models import DailyRun
from paymenter import options
from paymenter.db import fields, zone

MOST = 1000  # rows of a step


@dataclass(frozen=True, slots=True)
class Line:
    step: str
    text: str
    parked: bool = False


def rehearsal(day: date | None = None, *, most: int = MOST) -> list[Line]:
    """Of the first `most` rows of each step."""
    now = moment_of(day)
    run = DailyRun(day=zone.naive(now).date(), now=now)
    settled: set[int] = set()
    return [line for step in steps() for line in _lines(step, run, settled, most)]


def moment_of(day: date | None) -> datetime:
    """The instant of a day's run: just after the minute at which it starts, as what is due at
    midnight is due after midnight; today not before now."""
    now = fields.now()
    if day is None or day == zone.naive(now).date():
        return now
    try:
        at = time.fromisoformat(str(options.get("cronjob_time", "00:00")))
    except ValueError:
        at = time()
    return zone.aware(datetime.combine(day, at.replace(second=1)))  # noqa: DTZ001


def _lines(make: type[Step], run: DailyRun, settled: set[int], most: int) -> Iterator[Line]:
    if not make.rehearsed:
        return
    found: list[Line] = []

    def tell(step: Step, done: Done | None, error: Exception | None) -> None:
        settled.update(step.settled)
        if error is not None:
            found.append(Line(step.key, explain(error), parked=True))
        elif done is not None:
            found.append(Line(step.key, _text(done)))

    work(make, run, Range(most=most), seen=tell, dry=True, settled=settled)
    yield from found


def _text(done: Done) -> str:
    return done.text if done.amount == 1 else f"{done.text}: {done.amount}"
