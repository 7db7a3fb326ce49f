"""Each check finds its fault, by the rows, and nothing else; where all is well none finds any."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Property
from accounts.tests.factories import UserFactory
from billing.actions.credit_notes import create_credit_note
from billing.actions.explanations import explain
from billing.actions.wallets import Kind, Wallet, Why
from billing.books import CHECKS
from billing.corrections.models import CreditNote, NumberSeries, Refund
from billing.daily.models import ParkedRow
from billing.explanations.models import Explanation as StoredExplanation
from billing.fulfilments.models import Fulfilment
from billing.models import (
    Credit,
    InvoiceTransaction,
    Service,
    ServiceUpgrade,
)
from billing.provisioning.models import Provisioning
from billing.rules.explanations import RENEWAL, Explanation, Part
from billing.tests.estates import bill, estate, other_plan
from billing.tests.factories import (
    BillingAgreementFactory,
    CouponFactory,
    CreditFactory,
    CurrencyFactory,
    InvoiceFactory,
    InvoiceSnapshotFactory,
    InvoiceTransactionFactory,
    PlanFactory,
    PriceFactory,
    ServiceCancellationFactory,
    ServiceUpgradeFactory,
    TaxRateFactory,
)
from billing.wallets.models import CreditAccount, CreditMovement
from paymenter.actor import SYSTEM
from paymenter.db.fields import now
from paymenter.db.morph import class_name
from paymenter.models import FailedJob, Setting

pytestmark = pytest.mark.django_db

Shop = SimpleNamespace
Rows = tuple[str, list[int]]
Fault = Callable[[Shop], tuple[str, list[Any]]]

DAY = timedelta(days=1)


@pytest.fixture
def shop(db: None) -> Shop:
    return estate()


def found() -> dict[str, list[tuple[str, tuple[Any, ...]]]]:
    every = {code: list(check.findings()) for code, check in CHECKS.items()}
    for code, findings in every.items():
        assert CHECKS[code].count() == len(findings), code
    return {code: [(f.table, f.ids) for f in some] for code, some in every.items() if some}


def change(record: Any, **changes: Any) -> int:
    type(record)._base_manager.filter(pk=record.pk).update(**changes)
    return int(record.pk)


def move(shop: Shop) -> None:
    why = Why(Kind.STAFF, SYSTEM)
    Wallet(shop.user.pk, "USD").move(Decimal(5), why)


def explained(item: Any, price: Decimal) -> None:
    parts = (Part("Price agreed", price),)
    explain(item, Explanation(RENEWAL, "P", "USD", 1, price, price, parts=parts))


# Faults, by the code of the check that finds them: table and ids that it must name


FAULTS: dict[str, Fault] = {}


def fault(make: Fault) -> Fault:
    FAULTS[make.__name__.replace("_", "-")] = make
    return make


@fault
def paid_too_little(shop: Shop) -> Any:
    InvoiceTransaction.objects.filter(invoice=shop.paid).update(amount=Decimal("9.99"))
    return "invoices", [shop.paid.pk]


@fault
def paid_but_pending(shop: Shop) -> Any:
    change(shop.pending.items.get(), price=Decimal("1.10"), quantity=3)
    InvoiceTransactionFactory(invoice=shop.pending, amount=Decimal("3.30"))
    return "invoices", [shop.pending.pk]


@fault
def overpaid(shop: Shop) -> Any:
    InvoiceTransactionFactory(invoice=shop.paid, amount=Decimal("0.01"))
    return "invoices", [shop.paid.pk]


@fault
def cancelled_but_paid(shop: Shop) -> Any:
    invoice = InvoiceFactory(number=None, cancelled=True, items=[{}])
    InvoiceTransactionFactory(invoice=invoice, amount=Decimal("0.01"))
    return "invoices", [invoice.pk]


@fault
def nothing_to_pay(shop: Shop) -> Any:
    return "invoices", [InvoiceFactory(number=None, items=[{"price": 0}]).pk]


@fault
def invoice_without_items(shop: Shop) -> Any:
    return "invoices", [InvoiceFactory(number=None, created_at=now() - 2 * DAY).pk]


@fault
def payment_twice(shop: Shop) -> Any:
    first = shop.paid.transactions.get()
    other = InvoiceFactory(number=None, items=[{"price": 20}])
    values = {"transaction_id": first.transaction_id, "gateway_id": first.gateway_id}
    second = InvoiceTransactionFactory(invoice=other, gateway=None, **values)
    return "invoice_transactions", [first.pk, second.pk]


@fault
def processing_too_long(shop: Shop) -> Any:
    values = {"invoice": shop.pending, "created_at": now() - 15 * DAY}
    return "invoice_transactions", [InvoiceTransactionFactory(processing=True, **values).pk]


@fault
def absurd_payment(shop: Shop) -> Any:
    values = {"invoice": shop.pending, "amount": 10**12}
    return "invoice_transactions", [InvoiceTransactionFactory(failed=True, **values).pk]


@fault
def returned_too_much(shop: Shop) -> Any:
    InvoiceTransactionFactory(invoice=shop.pending, amount=-1)
    return "invoices", [shop.pending.pk]


@fault
def movements_differ(shop: Shop) -> Any:
    move(shop)
    CreditMovement.objects.update(amount=Decimal("0.01"))
    return "credit_accounts", list(CreditAccount.objects.values_list("pk", flat=True))


@fault
def not_delivered(shop: Shop) -> Any:
    item = shop.paid.items.get()
    Fulfilment.objects.create(
        invoice_item_id=item.pk, invoice_id=shop.paid.pk, created_at=now() - DAY, status="failed"
    )
    return "fulfilments", [item.pk]


def taken_back(shop: Shop) -> CreditNote:
    """All of the paid invoice, and the money with it."""
    note = create_credit_note(actor=SYSTEM, invoice_id=shop.paid.pk)
    InvoiceTransactionFactory(invoice=shop.paid, amount=-10)
    return note


@fault
def credited_too_much(shop: Shop) -> Any:
    note = taken_back(shop)
    change(shop.paid.items.get(), price=Decimal("9.99"))
    return "credit_notes", [note.pk]


@fault
def credit_note_differs(shop: Shop) -> Any:
    note = taken_back(shop)
    note.items.update(amount=1)
    return "credit_notes", [note.pk]


@fault
def credit_note_missing(shop: Shop) -> Any:
    taken_back(shop)
    NumberSeries.objects.update(last=2)
    return "credit_notes", []


def refund(shop: Shop, **values: Any) -> Refund:
    columns = {"invoice_id": shop.paid.pk, "method": "gateway", "amount": 1, "key": "k"}
    return Refund.objects.create(**columns, **values)


@fault
def refund_stuck(shop: Shop) -> Any:
    return "refunds", [refund(shop, status="processing", created_at=now() - 15 * DAY).pk]


@fault
def refund_not_booked(shop: Shop) -> Any:
    return "refunds", [refund(shop, status="succeeded").pk]


@fault
def daily_row_parked(shop: Shop) -> Any:
    row = {"step": "invoices_created", "record_type": class_name(Service)}
    ParkedRow.objects.create(record_id=shop.ordered.pk, **row)
    return "parked_rows", [ParkedRow.objects.create(record_id=1, waits=True, **row).pk]


@fault
def server_not_told(shop: Shop) -> Any:
    told = {"service_id": shop.active.pk, "action": "create"}
    Provisioning.objects.create(status="pending", **told)
    return "provisionings", [Provisioning.objects.create(status="failed", **told).pk]


@fault
def absurd_line(shop: Shop) -> Any:
    rows = [{"quantity": 0}, {"price": 10}]
    return "invoice_items", [InvoiceFactory(number=None, items=rows).items.first().pk]


@fault
def negative_total(shop: Shop) -> Any:
    rows = [{"price": 10}, {"price": Decimal("-10.01")}]
    return "invoices", [InvoiceFactory(number=None, cancelled=True, items=rows).pk]


@fault
def currencies_mixed(shop: Shop) -> Any:
    change(shop.pending, currency=CurrencyFactory(code="EUR"))
    return "invoice_items", [shop.pending.items.get().pk]


@fault
def wrong_client(shop: Shop) -> Any:
    change(shop.pending, user=UserFactory())
    return "invoice_items", [shop.pending.items.get().pk]


@fault
def payable_for_nothing(shop: Shop) -> Any:
    item = shop.pending.items.get()
    shop.ordered.delete()
    return "invoice_items", [item.pk]


@fault
def reference_unknown(shop: Shop) -> Any:
    item = InvoiceFactory(number=None, items=[{"reference_type": "App\\Models\\Domain"}])
    return "invoice_items", [item.items.get().pk]


@fault
def absurd_due_date(shop: Shop) -> Any:
    return "invoices", [change(shop.pending, due_at=date(9999, 1, 1))]


@fault
def snapshot_missing(shop: Shop) -> Any:
    invoice = InvoiceFactory(number="INV-4", paid=True)
    change(shop.counter, value="4")
    return "invoices", [invoice.pk]


@fault
def snapshot_twice(shop: Shop) -> Any:
    second = InvoiceSnapshotFactory(invoice=shop.paid)
    return "invoice_snapshots", [shop.paid.snapshots.first().pk, second.pk]


@fault
def snapshot_of_unpaid(shop: Shop) -> Any:
    return "invoice_snapshots", [InvoiceSnapshotFactory(invoice=shop.pending).pk]


@fault
def snapshot_tax(shop: Shop) -> Any:
    return "invoice_snapshots", [change(shop.paid.snapshots.get(), tax_rate=None)]


@fault
def number_missing(shop: Shop) -> Any:
    change(shop.counter, value="5")
    return "invoices", []


@fault
def number_twice(shop: Shop) -> Any:
    return "invoices", [InvoiceFactory(number="INV-003", cancelled=True, items=[{}]).pk]


@fault
def counter_behind(shop: Shop) -> Any:
    return "settings", [change(shop.counter, value="2")]


@fault
def counter_twice(shop: Shop) -> Any:
    second = Setting.objects.create(key="invoice_number", value="3", type="string")
    return "settings", [shop.counter.pk, second.pk]


@fault
def number_lacking(shop: Shop) -> Any:
    invoice = InvoiceFactory(paid=True, number=None)
    InvoiceSnapshotFactory(invoice=invoice)
    return "invoices", [invoice.pk]


@fault
def period_billed_twice(shop: Shop) -> Any:
    first = bill(shop.active, number=None, period="(Nov 23, 2026 - Dec 23, 2026)")
    second = bill(shop.active, number=None, period="(Dec 19, 2026 - Jan 19, 2027)")
    return "invoice_items", [first.items.get().pk, second.items.get().pk]


@fault
def credit_out_of_range(shop: Shop) -> Any:
    return "credits", [change(shop.credit, amount=Decimal("-0.01"))]


@fault
def credit_twice(shop: Shop) -> Any:
    return "credits", [shop.credit.pk, CreditFactory(user=shop.user).pk]


@fault
def deposit_not_credited(shop: Shop) -> Any:
    Credit.objects.all().delete()
    return "invoice_items", [shop.deposit.items.get().pk]


@fault
def paid_not_provisioned(shop: Shop) -> Any:
    return "services", [change(shop.active, status="pending")]


@fault
def active_unpaid(shop: Shop) -> Any:
    return "services", [change(shop.ordered, status="active", expires_at=now() + 30 * DAY)]


@fault
def active_past_expiry(shop: Shop) -> Any:
    changes = {"expires_at": now() - 4 * DAY, "updated_at": now() - 9 * DAY}
    return "services", [change(shop.active, **changes)]


@fault
def suspended_past_expiry(shop: Shop) -> Any:
    changes = {"expires_at": now() - 16 * DAY, "updated_at": now() - 14 * DAY}
    return "services", [change(shop.active, status="suspended", **changes)]


@fault
def cancelled_but_billed(shop: Shop) -> Any:
    return "services", [change(shop.ordered, status="cancelled")]


@fault
def cancelled_before_expiry(shop: Shop) -> Any:
    return "services", [change(shop.active, status="cancelled")]


@fault
def cancellation_not_done(shop: Shop) -> Any:
    change(shop.active, updated_at=now() - 3 * DAY)
    values = {"service": shop.active, "created_at": now() - 2 * DAY}
    return "service_cancellations", [ServiceCancellationFactory(**values).pk]


@fault
def service_without_plan(shop: Shop) -> Any:
    return "services", [change(shop.active, plan=None)]


@fault
def plan_of_other_product(shop: Shop) -> Any:
    return "services", [change(shop.active, plan=other_plan())]


@fault
def recurring_without_expiry(shop: Shop) -> Any:
    return "services", [change(shop.active, expires_at=None)]


@fault
def expiry_without_period(shop: Shop) -> Any:
    plan = other_plan(priceable=shop.product, one_time=True)
    return "services", [change(shop.active, plan=plan)]


@fault
def absurd_service(shop: Shop) -> Any:
    return "services", [change(shop.active, quantity=0)]


@fault
def service_of_other_order(shop: Shop) -> Any:
    return "services", [change(shop.active, user=UserFactory())]


@fault
def payment_method_unusable(shop: Shop) -> Any:
    agreement = BillingAgreementFactory(user=shop.user)
    agreement.delete()
    return "services", [change(shop.active, billing_agreement=agreement)]


@fault
def server_job_failed(shop: Shop) -> Any:
    payload = '{"uuid":"1","displayName":"App\\\\Jobs\\\\Server\\\\CreateJob"}'
    texts = {"connection": "database", "queue": "default", "exception": "", "payload": payload}
    FailedJob.objects.create(uuid="2", **{**texts, "payload": payload.replace("Server", "Mail")})
    return "failed_jobs", [FailedJob.objects.create(uuid="1", **texts).pk]


def upgrade(shop: Shop, **values: Any) -> ServiceUpgrade:
    """Pending, on an invoice with its line unless told otherwise."""
    made = ServiceUpgradeFactory(service=shop.active, plan=other_plan(), invoice=None)
    invoice = InvoiceFactory(number=None, user=shop.user, items=[{"reference": made}])
    change(made, **{"invoice": invoice, **values})
    return made


@fault
def upgrade_paid_not_done(shop: Shop) -> Any:
    made = upgrade(shop, invoice=shop.deposit)
    return "service_upgrades", [made.pk]


@fault
def upgrade_done_not_paid(shop: Shop) -> Any:
    return "service_upgrades", [upgrade(shop, status="completed").pk]


@fault
def upgrade_cancelled_payable(shop: Shop) -> Any:
    return "service_upgrades", [upgrade(shop, status="cancelled").pk]


@fault
def upgrade_stuck(shop: Shop) -> Any:
    return "service_upgrades", [upgrade(shop, invoice=None).pk]


@fault
def upgrade_twice(shop: Shop) -> Any:
    return "service_upgrades", [upgrade(shop).pk, upgrade(shop).pk]


@fault
def upgrade_not_on_invoice(shop: Shop) -> Any:
    return "service_upgrades", [upgrade(shop, invoice=shop.pending).pk]


@fault
def price_missing(shop: Shop) -> Any:
    change(shop.price, currency=CurrencyFactory(code="EUR"))
    return "services", [shop.active.pk, shop.ordered.pk]


@fault
def price_twice(shop: Shop) -> Any:
    return "prices", [shop.price.pk, PriceFactory(plan=shop.plan).pk]


@fault
def absurd_price(shop: Shop) -> Any:
    return "prices", [change(shop.price, setup_fee=Decimal(-1))]


@fault
def plan_without_period(shop: Shop) -> Any:
    return "plans", [change(PlanFactory(priceable=shop.product), billing_period=0)]


@fault
def stock_negative(shop: Shop) -> Any:
    return "products", [change(shop.product, stock=-1)]


@fault
def coupon_overused(shop: Shop) -> Any:
    coupon = CouponFactory(max_uses=1)
    Service.objects.update(coupon=coupon)
    return "coupons", [coupon.pk]


@fault
def coupon_overused_by_client(shop: Shop) -> Any:
    Service.objects.update(coupon=CouponFactory(max_uses_per_user=1))
    return "services", [shop.active.pk, shop.ordered.pk]


@fault
def absurd_coupon(shop: Shop) -> Any:
    return "coupons", [CouponFactory(value=Decimal("100.01")).pk]


@fault
def absurd_tax_rate(shop: Shop) -> Any:
    return "tax_rates", [TaxRateFactory(rate=Decimal(-1)).pk]


@fault
def reference_gone(shop: Shop) -> Any:
    return "products", [change(shop.product, server_id=999)]


@fault
def owner_gone(shop: Shop) -> Any:
    values = {"model_type": class_name(Service), "model_id": 999, "key": "hostname", "value": "a"}
    return "properties", [Property.objects.create(**values).pk]


@fault
def state_unknown(shop: Shop) -> Any:
    return "invoices", [change(shop.pending, status="refunded")]


@fault
def explanation_wrong(shop: Shop) -> Any:
    item = shop.pending.items.get()
    explained(item, item.price)
    row = StoredExplanation.objects.get()
    parts = [{"name": "Price agreed", "price": "1.00", "setup_fee": "0"}]
    return "billing_explanations", [change(row, facts={**row.facts, "parts": parts})]


@fault
def explanation_differs(shop: Shop) -> Any:
    item = shop.pending.items.get()
    explained(item, item.price + 1)
    return "invoice_items", [item.pk]


def test_every_check_has_a_fault() -> None:
    assert sorted(FAULTS) == sorted(CHECKS)


def test_finds_nothing_where_all_is_well(shop: Shop) -> None:
    assert found() == {}


@pytest.mark.parametrize("code", list(CHECKS))
def test_finds_its_fault_alone(shop: Shop, code: str) -> None:
    table, ids = FAULTS[code](shop)
    assert found() == {code: [(table, tuple(ids))]}
