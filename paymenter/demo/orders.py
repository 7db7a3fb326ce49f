"""Orders and what follows from them: invoices, renewals, cancellations, upgrades, tickets."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from billing.models import Plan, ServiceCancellation, ServiceUpgrade
from paymenter.demo.agenda import Agenda, Life
from paymenter.demo.bills import Bill, Bills, Line
from paymenter.demo.figures import Figures
from paymenter.demo.people import People, Person
from paymenter.demo.plans import BROKE, DAY, UNPAID, Book, Fate
from paymenter.demo.sales import UPGRADE, Sales, Sold
from paymenter.demo.story import Story
from paymenter.demo.tables import Tables
from paymenter.demo.tickets import Tickets

_SLOW = 3  # days between an order and its payment
_REASONS = ("Moving away", "Too expensive", "No longer needed", "Missing features")


@dataclass(frozen=True, slots=True)
class Purchase:
    story: Story
    person: Person
    services: tuple[Sold, ...]

    def bill(self, at: datetime, due: date, *lines: Line) -> Bill:
        return Bill(self.person, self.person.currency, at, due, lines)


@dataclass(frozen=True, slots=True)
class Orders:
    tables: Tables
    agenda: Agenda
    book: Book
    people: People
    sales: Sales
    bills: Bills
    figures: Figures
    tickets: Tickets
    rng: Random  # one for all: its state would fill the memory if every life had its own

    def all(self) -> Life:
        """Starts the life of each order a little before it is placed."""
        for index, day in self.book.by_time():
            yield datetime.combine(day - _SLOW * DAY, time())
            self.agenda.start(self._life(index))

    def _life(self, index: int) -> Life:
        story = self._story(index)
        person = self._person(story)
        yield story.placed_at
        services = self.sales.order(story, person, self.book.services[index], self.rng)
        purchase = Purchase(story, person, services)
        self._first_bill(purchase)
        self._ask(purchase)
        yield from self._renewals(purchase)
        yield from self._end(purchase)

    def _story(self, index: int) -> Story:
        draft, renewals = self.book.draft(index), self.book.renewals[index]
        placed_at = paid_at = draft.paid_at(renewals)
        if draft.fate not in UNPAID and draft.type is not Plan.Type.FREE:
            days = self.rng.choice((0,) * 17 + tuple(range(1, _SLOW + 1)))
            placed_at = paid_at - days * DAY - timedelta(minutes=self.rng.randint(1, 20))
        return Story(draft, renewals, placed_at, paid_at, self.agenda.end)

    def _person(self, story: Story) -> Person:
        """Nobody with credit fails to pay: the daily run would have taken it."""
        index = self.people.before(story.placed_at.date(), self.rng)
        is_broke = story.draft.fate in BROKE and self.people.has_wallet(index)
        return self.people.person(index - 1 if is_broke else index)

    def _first_bill(self, purchase: Purchase) -> None:
        story = purchase.story
        day = story.placed_at.date()
        lines = [
            sold.line(sold.first_cents, day, story.draft.period)
            for sold in purchase.services
            if sold.first_cents
        ]
        if not lines:
            return
        bill = purchase.bill(story.placed_at, day + 7 * DAY, *lines)
        match story.draft.fate:
            case Fate.NEW:
                self.bills.pending(bill, self.rng)
            case Fate.ABANDONED:
                self.bills.cancelled(bill, story.ended_at)
            case _:
                self.bills.paid(bill, story.paid_at, self.rng)

    def _ask(self, purchase: Purchase) -> None:
        if self.rng.random() < 0.2:
            sold, day = purchase.services[0], purchase.story.paid_at.date()
            life = self.tickets.about(sold.id, sold.offer.name, purchase.person, day, self.rng)
            self.agenda.start(life)

    def _renewals(self, purchase: Purchase) -> Life:
        story = purchase.story
        for number in range(1, story.announced + 1):
            yield story.announced_at(number)
            for sold in purchase.services:
                self.figures.count("invoices_created", story.announced_at(number).date())
                self._renew(purchase, sold, number)

    def _renew(self, purchase: Purchase, sold: Sold, number: int) -> None:
        story, due = purchase.story, purchase.story.due(number)
        line = sold.line(sold.cents, due, story.draft.period)
        bill = purchase.bill(story.announced_at(number), due, line)
        if number <= sold.paid(story):
            if self.bills.has_credit_for(bill):
                self.bills.paid_with_credit(bill)
            else:
                self.bills.paid(bill, story.renewed_at(number, sold.delays[number - 1]), self.rng)
        elif story.draft.fate is Fate.LAPSED:
            self.bills.cancelled(bill, story.ended_at)
        else:
            self.bills.pending(bill, self.rng)

    def _end(self, purchase: Purchase) -> Life:
        story, many = purchase.story, range(len(purchase.services))
        match story.draft.fate:
            case Fate.OVERDUE | Fate.LAPSED as fate:
                for _ in many:
                    self.figures.count("services_suspended", story.suspended_at.date())
                    if fate is Fate.LAPSED:
                        self.figures.count("services_terminated", story.ended_at.date())
            case Fate.ABANDONED:
                for _ in many:
                    self.figures.count("orders_cancelled", story.ended_at.date())
            case Fate.LEFT | Fate.LEAVING:
                yield story.ended_at
                self._cancel(purchase)
            case Fate.UPGRADED:
                yield story.ended_at
                self._upgrade(purchase, purchase.services[0])

    def _cancel(self, purchase: Purchase) -> None:
        at, types = purchase.story.ended_at, ServiceCancellation.Type
        is_now = purchase.story.draft.fate is Fate.LEFT
        for sold in purchase.services:
            self.tables[ServiceCancellation].add(
                sold.id,
                self.rng.choice(_REASONS),
                types.IMMEDIATE if is_now else types.END_OF_PERIOD,
                at,
                at,
            )

    def _upgrade(self, purchase: Purchase, sold: Sold) -> None:
        """Paymenter: ServiceUpgrade.calculatePrice, the difference for the days that remain."""
        story, better = purchase.story, sold.offer.upgrade
        assert better is not None
        period, key = story.draft.period, (story.draft.period, purchase.person.currency)
        at, upgrade = story.ended_at, self.tables[ServiceUpgrade].last_id + 1
        days = min((story.due(story.renewals + 1) - at.date()).days, period.days)
        more = better.prices[key][0] - sold.offer.prices[key][0]
        cents = (2 * more * days + period.days) // (2 * period.days)
        text = f"Upgrade {sold.offer.name} to {better.name}"
        bill = purchase.bill(at, at.date() + 7 * DAY, Line(cents, 1, text, UPGRADE, upgrade))
        status, changed_at = ServiceUpgrade.Status.PENDING, at
        if sold.is_upgraded:
            status, changed_at = ServiceUpgrade.Status.COMPLETED, at + timedelta(minutes=5)
            invoice = self.bills.paid(bill, changed_at, self.rng)
        else:
            invoice = self.bills.pending(bill, self.rng)
        self.tables[ServiceUpgrade].add(
            *(sold.id, better.plans[period], better.id, invoice, status, at, changed_at)
        )
