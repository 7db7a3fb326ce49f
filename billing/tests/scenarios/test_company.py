"""A year of a small hosting company: its clients come, pay, forget, upgrade, quarrel and leave."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F, Sum

from accounts.models import Property, User
from accounts.tests.factories import PropertyFactory, UserFactory
from billing.actions.cancellations import create_cancellation
from billing.actions.credits import pay_with_credit
from billing.actions.refunds import create_refund
from billing.actions.upgrades import order_upgrade
from billing.corrections.models import CreditNote
from billing.models import (
    Credit,
    Invoice,
    InvoiceItem,
    InvoiceTransaction,
    Plan,
    Price,
    Product,
    Service,
)
from billing.tests.factories import CouponFactory, PriceFactory, TaxRateFactory
from billing.tests.scenarios.orders import order
from billing.tests.scenarios.stage import Stage, stage
from paymenter.actor import SYSTEM

pytestmark = pytest.mark.django_db

SETTINGS = {
    "timezone": "Europe/Berlin",
    "tax_enabled": "1",
    "tax_type": "exclusive",
    "billing_month_end": "clamp",
    "company_name": "Small Hosting",
}


class Company:
    """Two products with a way up from one to the other, and who pays when the bill comes."""

    def __init__(self, scene: Stage) -> None:
        self.scene = scene
        self.small, self.big = self._sold("Small", "10.00"), self._sold("Big", "25.00")
        self._product(self.small).upgrade_links.create(upgrade=self._product(self.big))
        self.faithful: set[int] = set()

    def _sold(self, name: str, price: str) -> Plan:
        product = {"plan__priceable__name": name, "plan__priceable__stock": 10}
        made: Plan = PriceFactory(price=Decimal(price), **product).plan
        return made

    @staticmethod
    def _product(plan: Plan) -> Product:
        return Product.objects.get(pk=plan.priceable_id)

    def signs_up(self, name: str, country: str = "", **values: Any) -> tuple[User, Service]:
        user = UserFactory(first_name=name)
        if country:
            PropertyFactory(model=user, key="country", value=country)
        service, invoice = order(user, values.pop("plan", self.small), **values)
        self.scene.pay(invoice)
        return user, service

    def until(self, month: int, day: int, year: int = 2027) -> None:
        """Each noon the faithful pay what came at night."""
        today = self.scene.today
        while (today.year, today.month, today.day) != (year, month, day):
            self.scene.night()
            for invoice in self._open():
                self.scene.pay(invoice)
            today = self.scene.today

    def _open(self) -> list[Invoice]:
        mine = Invoice.objects.filter(status=Invoice.Status.PENDING, user_id__in=self.faithful)
        return list(mine.order_by("pk"))

    def stock(self, plan: Plan) -> int | None:
        return self._product(plan).stock


def test_a_year_of_a_small_hosting_company() -> None:
    with stage(2027, 1, 31, **SETTINGS) as scene:
        company = Company(scene)
        TaxRateFactory(name="USt", rate=Decimal(19), country="DE")
        ann, anns = company.signs_up("Ann", "Germany")  # on the last of January, with tax
        coupon = CouponFactory(code="START", value=Decimal(50), recurring=3)
        bob, bobs = company.signs_up("Bob", coupon=coupon, quantity=2)
        cat, cats = company.signs_up("Cat")
        company.faithful = {ann.pk, bob.pk}

        company.until(3, 15)  # Cat forgot February: suspended, then gone
        assert scene.state(cats) == "cancelled 2027-02-28"
        assert scene.state(anns) == "active 2027-03-31"  # paid ahead, as soon as it was billed

        company.until(5, 2)  # Ann grows in the middle of a period
        upgraded = order_upgrade(anns, company._product(company.big), {}, actor=SYSTEM)
        assert upgraded.invoice is not None
        scene.pay(upgraded.invoice)
        anns.refresh_from_db()
        assert (anns.plan_id, anns.price) == (company.big.pk, Decimal("29.75"))

        company.until(6, 10)  # the catalogue gets dearer; what was agreed stays
        Price.objects.filter(plan=company.small).update(price=Decimal("14.00"))
        _dan, dans = company.signs_up("Dan")

        company.until(7, 1)  # Dan quarrels: half his money goes back, as credit
        first = dans.invoices.all().earliest("pk")
        create_refund(
            actor=SYSTEM,
            invoice_id=first.pk,
            amount=Decimal(7),
            method="credit",
            reason="Slow for two weeks",
        )

        company.until(8, 1)  # the rate changes; what was issued stays
        Property.objects.filter(key="country", value="Germany").update(value="Austria")
        assert scene.state(dans) == "cancelled 2027-07-10"
        eve, eves = company.signs_up("Eve", plan=company.big)
        company.faithful.add(eve.pk)

        company.until(10, 20)  # Bob leaves at the end of what he has paid
        leaving = {"service_id": bobs.pk, "type": "end_of_period", "reason": "Closing down"}
        create_cancellation(actor=SYSTEM, **leaving)

        company.until(12, 1)  # Dan is back, and pays what he can from his balance
        dan = User.objects.get(first_name="Dan")
        again, invoice = order(dan, company.small)
        assert not pay_with_credit(invoice, actor=SYSTEM)
        scene.pay(invoice, "14.00")

        company.until(1, 31, year=2028)
        assert [scene.state(each) for each in (anns, bobs, cats, dans, eves, again)] == [
            "active 2028-02-29",
            "cancelled 2027-10-31",
            "cancelled 2027-02-28",
            "cancelled 2027-07-10",
            "active 2028-03-01",
            "cancelled 2028-01-01",
        ]
        assert (company.stock(company.small), company.stock(company.big)) == (10, 8)
        assert_the_books_of_the_year()


def assert_the_books_of_the_year() -> None:
    numbers = list(Invoice.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == [f"INV-{count}" for count in range(1, len(numbers) + 1)]
    states = Counter(Invoice.objects.values_list("status", flat=True))
    billed = InvoiceItem.objects.filter(invoice__status="paid").aggregate(
        sum=Sum(F("price") * F("quantity"))
    )["sum"]
    received = InvoiceTransaction.objects.filter(status="succeeded").aggregate(sum=Sum("amount"))
    taken_back = CreditNote.objects.aggregate(sum=Sum("amount"))["sum"]
    assert states == EXPECTED_STATES
    assert (billed, taken_back) == (EXPECTED_BILLED, Decimal(7))
    assert received["sum"] == billed - taken_back
    assert Credit.objects.get(user__first_name="Dan").amount == 7


EXPECTED_STATES = {"paid": 33, "cancelled": 3}
EXPECTED_BILLED = sum(
    (
        4 * Decimal("11.90")
        + Decimal("17.26")
        + 9 * Decimal("29.75"),  # Ann: 17.85 x 29 of 30 days
        3 * Decimal("10.00") + 6 * Decimal("20.00"),  # Bob
        Decimal("10.00") + 2 * Decimal("14.00") + 7 * Decimal("25.00"),  # Cat, Dan, Eve
    ),
    Decimal(),
)
