"""Orders and what follows from them: services, renewals, cancellations, upgrades."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from accounts.models import Property
from billing.models import (
    Coupon,
    Order,
    Plan,
    Service,
    ServiceCancellation,
    ServiceConfig,
    ServiceUpgrade,
)
from paymenter.db.morph import class_name
from paymenter.demo.agenda import Agenda, Life
from paymenter.demo.bills import Bill, Bills, Line
from paymenter.demo.catalog import Catalog, Discount, Offer
from paymenter.demo.figures import Figures
from paymenter.demo.people import People, Person
from paymenter.demo.plans import BROKE, DAY, UNPAID, Book, Draft, Fate, months_later
from paymenter.demo.story import Story
from paymenter.demo.tables import Tables, money
from paymenter.demo.tickets import Tickets

SERVICE, UPGRADE = class_name(Service), class_name(ServiceUpgrade)
_DELAYS = (0, 0, 0, 1, 2, 3, 5, 7)  # days between a renewal invoice and its payment
_SLOW = 3  # days between an order and its payment
_REASONS = ("Moving away", "Too expensive", "No longer needed", "Missing features")
_STATUS = {
    Fate.OVERDUE: Service.Status.SUSPENDED,
    Fate.LAPSED: Service.Status.CANCELLED,
    Fate.LEFT: Service.Status.CANCELLED,
    Fate.ABANDONED: Service.Status.CANCELLED,
    Fate.NEW: Service.Status.PENDING,
}


@dataclass(frozen=True, slots=True)
class Sold:
    """A service: `cents` for each period, `first_cents` with setup fee at the order."""

    id: int
    offer: Offer
    cents: int
    first_cents: int
    quantity: int
    delays: bytes  # of each renewal's payment


@dataclass(frozen=True, slots=True)
class Purchase:
    story: Story
    person: Person
    services: tuple[Sold, ...]


class Orders:
    def __init__(
        self,
        tables: Tables,
        *,
        agenda: Agenda,
        book: Book,
        catalog: Catalog,
        people: People,
        bills: Bills,
        figures: Figures,
        tickets: Tickets,
    ) -> None:
        self._tables, self._agenda, self._book, self._catalog = tables, agenda, book, catalog
        self._people, self._bills = people, bills
        self._figures, self._tickets = figures, tickets

    def all(self) -> Life:
        """Starts the life of each order a little before it is placed."""
        by_time, days = self._book.by_time()
        for index in by_time:
            yield datetime.fromordinal(days[index] - _SLOW)
            self._agenda.start(self._life(index))

    def _life(self, index: int) -> Life:
        rng = self._book.random(index, salt=1)
        story = self._story(index, rng)
        person = self._person(story, rng)
        yield story.placed_at
        purchase = Purchase(story, person, self._place(index, story, person, rng))
        self._bill(purchase, rng)
        yield from self._renewals(purchase, rng)
        yield from self._end(purchase, rng)

    def _story(self, index: int, rng: Random) -> Story:
        draft, renewals = self._book.draft(index), self._book.renewals[index]
        placed_at = paid_at = draft.paid_at(renewals)
        if draft.fate not in UNPAID and draft.type is not Plan.Type.FREE:
            is_slow = rng.random() < 0.15
            pause = DAY * rng.randint(1, _SLOW) if is_slow else timedelta(minutes=rng.randint(1, 20))
            placed_at = paid_at - pause
        return Story(draft, renewals, placed_at, paid_at, self._agenda.end)

    def _person(self, story: Story, rng: Random) -> Person:
        """Nobody with credit fails to pay: the daily run would have taken it."""
        index = self._people.before(story.placed_at.date(), rng)
        is_broke = story.draft.fate in BROKE and self._people.has_wallet(index)
        return self._people.person(index - 1 if is_broke else index)

    # The purchase

    def _place(self, index: int, story: Story, person: Person, rng: Random) -> tuple[Sold, ...]:
        at = story.placed_at
        order = self._tables[Order].add(person.id, person.currency, at, at)
        is_upgraded = story.draft.fate is Fate.UPGRADED
        offers = self._catalog.upgradable() if is_upgraded else self._catalog.offers(story.draft.type)
        coupon = rng.choice(self._catalog.coupons) if rng.random() < 0.15 else None
        if is_upgraded or story.draft.type is Plan.Type.FREE:
            coupon = None
        return tuple(
            self._sell(order, self._choose(offer, coupon, story, person, rng), coupon, story, person)
            for offer in rng.sample(offers, self._book.services[index])
        )

    def _choose(
        self, offer: Offer, coupon: Discount | None, story: Story, person: Person, rng: Random
    ) -> "Choice":
        values = [rng.choice(option) for option in offer.options]
        key = story.draft.period, person.currency
        price, setup = offer.prices.get(key, (0, 0))
        price += sum(value.cents[key] for value in values)
        first, later = _discounted(price, setup, coupon)
        delays = (0,) if self._people.has_wallet(person.index) else _DELAYS
        return Choice(
            offer=offer,
            values=values,
            cents=later,
            first_cents=first,
            quantity=rng.choice((1, 1, 2, 5)) if offer.is_combined else 1,
            delays=bytes(rng.choice(delays) for _ in range(story.announced)),
            hostname=f"host{rng.randrange(10_000)}.example.net" if values else None,
        )
