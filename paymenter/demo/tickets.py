"""What clients ask and staff answer."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from paymenter.demo.agenda import Life
from paymenter.demo.figures import Figures
from paymenter.demo.people import Person
from paymenter.demo.plans import CRON
from paymenter.demo.tables import Tables
from support.models import Ticket, TicketMessage

_CLOSED_AFTER = 7  # cronjob_close_ticket
_PATIENCE = timedelta(days=5)
_PRIORITIES = (Ticket.Priority.LOW, Ticket.Priority.MEDIUM, Ticket.Priority.HIGH)


class _Topic(NamedTuple):
    department: str
    subject: str
    messages: tuple[str, ...]  # the client's and the staff's in turn


_TOPICS = (
    _Topic(
        "Support",
        "{} cannot be reached",
        (
            "Hello,\n\n{} has not answered since this morning. Can you have a look?",
            "A switch had failed and was replaced. Does it answer again?",
            "It does, thank you.",
        ),
    ),
    _Topic(
        "Support",
        "How do I change the password of {}?",
        (
            "I lost the password of {}. How do I set another one?",
            "Open the service in your account and choose **Change password**.",
            "Found it.",
            "Good to hear.",
        ),
    ),
    _Topic(
        "Support",
        "{} is slow",
        (
            "Since yesterday every page takes *ten seconds*.",
            "The backup ran into the morning. We moved it to 3 a.m.",
            "Better, but now and then still slow.",
            "Please send us the time when it happens next.",
            "Will do.",
        ),
    ),
    _Topic("Sales", "More room for {}?", ("Can I have more room for {} without moving?",)),
)
_QUESTIONS = (
    _Topic(
        "Sales",
        "Do you have servers in Asia?",
        ("I need a server close to Singapore.", "Not yet; next spring, if all goes well."),
    ),
    _Topic("Sales", "Discount for schools", ("Is there a discount for schools?",)),
)


class Tickets:
    def __init__(
        self, tables: Tables, figures: Figures, staff: tuple[int, ...], now: datetime
    ) -> None:
        self._tables, self._figures, self._staff, self._now = tables, figures, staff, now

    def about(self, service: int, product: str, person: Person, day: date, rng: Random) -> Life:
        opened_at = _in_the_morning(day + timedelta(days=rng.randint(1, 60)), rng)
        yield opened_at
        self._write(rng.choice(_TOPICS), person, opened_at, rng, service=service, product=product)

    def questions(self, people: Iterable[Person], rng: Random) -> Life:
        """Of people who have not bought anything yet; in the order in which they came."""
        for person in people:
            opened_at = person.created_at + timedelta(minutes=20)
            yield opened_at
            self._write(rng.choice(_QUESTIONS), person, opened_at, rng)

    def _write(
        self,
        topic: _Topic,
        person: Person,
        opened_at: datetime,
        rng: Random,
        *,
        service: int | None = None,
        product: str = "",
    ) -> None:
        helper = rng.choice(self._staff)
        times = self._times(len(topic.messages), opened_at, rng)
        status, changed_at = self._outcome(times)
        ticket = self._tables[Ticket].add(
            *(topic.subject.format(product), status, rng.choice(_PRIORITIES), topic.department),
            *(person.id, helper if len(times) > 1 else None, service, opened_at, changed_at),
        )
        for turn, at in enumerate(times):
            author = helper if turn % 2 else person.id
            text = topic.messages[turn].format(product)
            self._tables[TicketMessage].add(ticket, author, text, at, at)

    def _times(self, most: int, opened_at: datetime, rng: Random) -> list[datetime]:
        times = [opened_at]
        while len(times) < most:
            at = times[-1] + timedelta(hours=rng.randint(1, 5), minutes=rng.randrange(60))
            if at.hour >= 18:
                at = _in_the_morning(at.date() + timedelta(days=1), rng)
            if at > self._now:
                break
            times.append(at)
        return times

    def _outcome(self, times: list[datetime]) -> tuple[Ticket.Status, datetime]:
        """Staff close what clients said last; the daily run what nobody answers."""
        last = times[-1]
        if len(times) % 2:
            is_open = last > self._now - _PATIENCE
            closed_at = last + timedelta(minutes=30)
            return (Ticket.Status.OPEN, last) if is_open else (Ticket.Status.CLOSED, closed_at)
        closing = last.date() + timedelta(days=_CLOSED_AFTER + 1)
        if closing > self._now.date():
            return Ticket.Status.REPLIED, last
        self._figures.count("tickets_closed", closing)
        return Ticket.Status.CLOSED, datetime.combine(closing, CRON)


def _in_the_morning(day: date, rng: Random) -> datetime:
    return datetime.combine(day, time(rng.randint(8, 11), rng.randrange(60), rng.randrange(60)))
