"""What people order: services with their options, coupon and price."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from accounts.models import Property
from billing.models import Coupon, Order, Plan, Service, ServiceConfig, ServiceUpgrade
from paymenter.db.morph import class_name
from paymenter.demo.bills import Line
from paymenter.demo.catalog import Catalog, Discount, Offer, Value
from paymenter.demo.people import People, Person
from paymenter.demo.plans import Fate, Period, months_later
from paymenter.demo.story import Story
from paymenter.demo.tables import Tables, money

SERVICE, UPGRADE = class_name(Service), class_name(ServiceUpgrade)
_DELAYS = (0, 0, 0, 1, 2, 3, 5, 7)  # days between a renewal invoice and its payment
_STATUS = {
    Fate.OVERDUE: Service.Status.SUSPENDED,
    Fate.LAPSED: Service.Status.CANCELLED,
    Fate.LEFT: Service.Status.CANCELLED,
    Fate.ABANDONED: Service.Status.CANCELLED,
    Fate.NEW: Service.Status.PENDING,
}


@dataclass(frozen=True, slots=True)
class Sold:
    """A service: `cents` for a unit and a period, `first_cents` for the first with setup fee."""

    id: int
    offer: Offer
    cents: int
    first_cents: int
    quantity: int
    delays: bytes  # days, of each renewal's payment
    is_upgraded: bool

    def paid(self, story: Story) -> int:
        """How many renewals were paid by now."""
        last = len(self.delays)
        if last <= story.renewals:
            return last
        is_paid = story.draft.fate is Fate.ACTIVE
        is_paid = is_paid and story.renewed_at(last, self.delays[-1]) <= story.now
        return last if is_paid else story.renewals

    def line(self, cents: int, start: date, period: Period) -> Line:
        return Line(cents, self.quantity, _described(self.offer, start, period), SERVICE, self.id)


class Sales:
    def __init__(self, tables: Tables, catalog: Catalog, people: People) -> None:
        self._tables, self._catalog, self._people = tables, catalog, people

    def order(self, story: Story, person: Person, services: int, rng: Random) -> tuple[Sold, ...]:
        order = self._tables[Order].add(person.id, person.currency, *[story.placed_at] * 2)
        fate, type_ = story.draft.fate, story.draft.type
        is_upgraded = fate is Fate.UPGRADED
        offers = self._catalog.upgradable() if is_upgraded else self._catalog.offers(type_)
        coupon = rng.choice(self._catalog.coupons) if rng.random() < 0.15 else None
        if is_upgraded or type_ is Plan.Type.FREE:
            coupon = None
        return tuple(
            self._sell(order, offer, coupon, story, person, rng)
            for offer in rng.sample(offers, services)
        )

    def _sell(
        self,
        order: int,
        offer: Offer,
        coupon: Discount | None,
        story: Story,
        person: Person,
        rng: Random,
    ) -> Sold:
        key = story.draft.period, person.currency
        values = [rng.choice(option) for option in offer.options]
        price, setup = offer.prices.get(key, (0, 0))
        first, later = _discounted(price + sum(value.cents[key] for value in values), setup, coupon)
        delays = (0,) if self._people.has_wallet(person.index) else _DELAYS
        sold = Sold(
            id=self._tables[Service].last_id + 1,
            offer=offer,
            cents=later,
            first_cents=first,
            quantity=rng.choice((1, 1, 2, 5)) if offer.is_combined else 1,
            delays=bytes(rng.choice(delays) for _ in range(story.announced)),
            is_upgraded=story.draft.fate is Fate.UPGRADED and rng.random() < 0.6,
        )
        self._insert(order, sold, coupon, story, person)
        self._configure(sold.id, values, story.placed_at, rng)
        return sold

    def _insert(
        self, order: int, sold: Sold, coupon: Discount | None, story: Story, person: Person
    ) -> None:
        """As the service is today."""
        status = _STATUS.get(story.draft.fate, Service.Status.ACTIVE)
        has_begun = story.draft.fate not in (Fate.NEW, Fate.ABANDONED)
        offer, cents = sold.offer, sold.cents
        if sold.is_upgraded and offer.upgrade:
            offer = offer.upgrade
            cents = offer.prices[story.draft.period, person.currency][0]
        self._tables[Service].add(
            *(status, order, offer.id, person.id, person.currency, sold.quantity),
            *(money(cents), offer.plans[story.draft.period], coupon.id if coupon else None),
            story.expires_at(sold.paid(story)) if has_begun else None,
            *(story.placed_at, _changed_at(sold, story)),
        )

    def _configure(self, service: int, values: list[Value], at: datetime, rng: Random) -> None:
        for value in values:
            self._tables[ServiceConfig].add(SERVICE, service, value.option_id, value.id, at, at)
        if values:
            name = f"host{rng.randrange(10_000)}.example.net"
            self._tables[Property].add(None, "Hostname", "HOSTNAME", name, SERVICE, service, at, at)


def _discounted(price: int, setup: int, coupon: Discount | None) -> tuple[int, int]:
    """The first payment, and the price kept. Paymenter: Cart.checkout."""
    if coupon is None:
        return price + setup, price
    parts = Coupon.AppliesTo
    lower = price - coupon.of(price, parts.PRICE)
    first = lower + setup - coupon.of(setup, parts.SETUP_FEE)
    return first, price if coupon.recurring in (None, 1) else lower


def _changed_at(sold: Sold, story: Story) -> datetime:
    match story.draft.fate:
        case Fate.OVERDUE | Fate.LAPSED | Fate.LEFT | Fate.ABANDONED:
            return story.ended_at
        case Fate.UPGRADED if sold.is_upgraded:
            return story.ended_at + timedelta(minutes=5)
        case Fate.NEW:
            return story.placed_at
    paid = sold.paid(story)
    return story.renewed_at(paid, sold.delays[paid - 1]) if paid else story.paid_at


def _described(offer: Offer, start: date, period: Period) -> str:
    """Paymenter: Service.description."""
    if offer.type is not Plan.Type.RECURRING:
        return offer.name
    end = months_later(start, period.months)
    return f"{offer.name} ({start:%b %d, %Y} - {end:%b %d, %Y})"
