"""The console's pages of credits, transactions, refunds, credit notes, orders and the daily run."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.tests.factories import UserFactory
from billing.actions.refunds import create_refund
from billing.daily.models import DailyRun, ParkedRow
from billing.models import Cart, Credit, Invoice, InvoiceTransaction, Order
from billing.tests.factories import (
    BillingAgreementFactory,
    CartFactory,
    ConfigOptionFactory,
    ConfigOptionProductFactory,
    CreditFactory,
    CurrencyFactory,
    InvoiceFactory,
    InvoiceTransactionFactory,
    PlanFactory,
    PriceFactory,
)
from billing.tests.pdfs import text_of
from billing.wallets.models import CreditMovement
from paymenter.actor import SYSTEM
from paymenter.db import fields
from paymenter.db.morph import class_name
from paymenter.tests.console import errors_of, rows, signed_in

pytestmark = pytest.mark.django_db

CREDITS = tuple(f"admin.credits.{name}" for name in ("view", "create", "update"))


def test_a_balance_is_set_with_a_reason() -> None:
    client, credit = signed_in(*CREDITS), CreditFactory(amount=Decimal(5))
    page = f"/admin/billing/credit/{credit.pk}/change/"
    body = {"currency_code": credit.currency_code, "amount": "8"}
    assert errors_of(client.post(page, body)) == {"reason": ["The reason field is required."]}
    answer = client.post(page, body | {"reason": "Sorry"})
    assert answer.status_code == 302, errors_of(answer)
    assert Credit.objects.get().amount == Decimal(8)
    last = CreditMovement.objects.latest("pk")
    assert (last.kind, last.amount, last.balance, last.reason) == (
        "staff",
        Decimal(3),
        Decimal(8),
        "Sorry",
    )
    assert last.staff_id == int(client.session["_auth_user_id"])


def test_a_balance_shows_its_movements() -> None:
    client, user = signed_in("*"), UserFactory()
    CurrencyFactory(code="USD")
    body = {"user_id": user.pk, "currency_code": "USD", "amount": "4", "reason": "Welcome"}
    answer = client.post("/admin/billing/credit/add/", body)
    assert answer.status_code == 302, errors_of(answer)
    page = client.get(f"/admin/billing/credit/{Credit.objects.get().pk}/change/")
    assert "Set by staff" in page.content.decode()
    assert "Welcome" in page.content.decode()


def test_no_credit_for_oneself() -> None:
    client = signed_in(*CREDITS)
    CurrencyFactory(code="USD")
    body = {"currency_code": "USD", "amount": "4", "reason": "Welcome"}
    own = {"user_id": client.session["_auth_user_id"]}
    answer = client.post("/admin/billing/credit/add/", body | own)
    assert errors_of(answer) == {"__all__": ["You cannot do this for yourself: ask a colleague."]}
    assert not Credit.objects.exists()


def test_transactions_are_corrected_and_deleted_not_made() -> None:
    names = ("viewAny", "create", "update", "delete")
    client = signed_in(*(f"admin.invoice_transactions.{name}" for name in names))
    payment = InvoiceTransactionFactory(status="failed", amount=Decimal(5))
    base = "/admin/billing/invoicetransaction/"
    assert client.get(f"{base}add/").status_code == 403
    body = {"amount": "6", "status": "failed", "transaction_id": payment.transaction_id or ""}
    answer = client.post(f"{base}{payment.pk}/change/", body)
    assert answer.status_code == 302, errors_of(answer)
    assert InvoiceTransaction.objects.get(pk=payment.pk).amount == Decimal(6)
    assert client.post(f"{base}{payment.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not InvoiceTransaction.objects.filter(pk=payment.pk).exists()


def test_refunds_and_credit_notes_are_looked_at(django_assert_max_num_queries: Any) -> None:
    client = signed_in("admin.invoices.viewAny", "admin.invoice_transactions.viewAny")
    invoice = InvoiceFactory(status="paid", number="INV-77", items=[{"price": Decimal(10)}])
    told = {"invoice_id": invoice.pk, "amount": Decimal(3), "reason": "Late"}
    refund = create_refund(actor=SYSTEM, method="credit", **told)
    for page in ("refund", "creditnote"):
        with django_assert_max_num_queries(20):
            shown = client.get(f"/admin/corrections/{page}/").content.decode()
        assert "INV-77" in shown
        assert "3.00 USD" in shown
    assert client.get(f"/admin/corrections/refund/{refund.pk}/change/").status_code == 200
    assert client.get("/admin/corrections/refund/add/").status_code == 403
    file = client.get(f"/admin/corrections/creditnote/{refund.credit_note_id}/pdf/")
    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    assert "INV-77" in text_of(file.content)


ORDERS = tuple(f"admin.orders.{name}" for name in ("viewAny", "create", "update"))


@pytest.fixture
def plan() -> Any:
    found = PlanFactory()
    PriceFactory(plan=found, currency=CurrencyFactory(code="USD"), price=Decimal("9.50"))
    return found


def ordered(user: Any, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"user_id": user.pk, "currency_code": "USD"} | rows("items", *lines)


def test_an_order_for_a_client(plan: Any) -> None:
    client, user = signed_in(*ORDERS), UserFactory()
    body = ordered(user, {"plan_id": plan.pk, "quantity": "2"})
    answer = client.post("/admin/billing/order/add/", body)
    assert answer.status_code == 302, errors_of(answer)
    order = Order.objects.get()
    assert answer["Location"] == f"/admin/billing/order/{order.pk}/change/"
    service = order.services.get()
    assert (service.user_id, service.product_id, service.plan_id) == (
        user.pk,
        plan.priceable_id,
        plan.pk,
    )
    invoice = Invoice.objects.get(user=user)
    assert sum(item.price * item.quantity for item in invoice.items.all()) == Decimal(19)


def test_an_order_with_an_option_by_name(plan: Any) -> None:
    client, user = signed_in(*ORDERS), UserFactory()
    option = ConfigOptionFactory(name="Location", type="select")
    ConfigOptionProductFactory(config_option=option, product=plan.priceable)
    for name in ("Paris", "Rome"):
        value = ConfigOptionFactory(parent=option, name=name)
        of_value = PlanFactory(
            priceable=value, billing_period=plan.billing_period, billing_unit=plan.billing_unit
        )
        PriceFactory(plan=of_value, currency=CurrencyFactory(code="USD"), price=Decimal(1))
    wrong = ordered(user, {"plan_id": plan.pk, "quantity": "1", "options": "Location: Oslo"})
    answer = client.post("/admin/billing/order/add/", wrong)
    assert errors_of(answer) == {"__all__": ["The option “Location” has no value “Oslo”."]}
    assert not Order.objects.exists()
    right = ordered(user, {"plan_id": plan.pk, "quantity": "1", "options": "location: rome"})
    answer = client.post("/admin/billing/order/add/", right)
    assert answer.status_code == 302, errors_of(answer)
    assert Order.objects.get().services.get().configs.get().config_value == value


def test_an_order_of_nothing_is_refused() -> None:
    client, user = signed_in(*ORDERS), UserFactory()
    CurrencyFactory(code="USD")
    answer = client.post("/admin/billing/order/add/", ordered(user))
    assert errors_of(answer) == {"__all__": ["Add at least one product."]}
    assert not Order.objects.exists()


def test_saved_payment_methods_and_carts_have_their_own_permission() -> None:
    agreement, cart = BillingAgreementFactory(), CartFactory()
    Cart.objects.filter(pk=cart.pk).update(ulid="01HSECRETSECRETSECRETSECRE")
    everything_else = signed_in("admin.users.viewAny", "admin.invoices.viewAny")
    own = signed_in("admin.billing_agreements.view", "admin.carts.view")
    for page, record in (("billingagreement", agreement), ("cart", cart)):
        base = f"/admin/billing/{page}/"
        assert everything_else.get(base).status_code == 403
        assert own.get(base).status_code == 200
        shown = own.get(f"{base}{record.pk}/change/")
        assert shown.status_code == 200
        assert "01HSECRET" not in shown.content.decode()


def test_the_next_daily_run_is_told_and_nothing_done() -> None:
    client = signed_in("admin.services.viewAny", "admin.services.update")
    now = fields.now()
    DailyRun.objects.create(day=now.date(), now=now, finished_at=now)
    assert "finished" in client.get("/admin/daily/dailyrun/").content.decode().lower()
    answer = client.get("/admin/daily/dailyrun/rehearsal/")
    assert answer.status_code == 200
    assert "The run would find nothing to do." in answer.content.decode()
    assert DailyRun.objects.count() == 1
    assert (
        signed_in("admin.services.viewAny").get("/admin/daily/dailyrun/rehearsal/").status_code
        == 403
    )


def test_a_parked_row_is_tried_again_or_forgotten() -> None:
    client = signed_in("admin.services.viewAny", "admin.services.update")
    invoice = InvoiceFactory()
    told = {"record_type": class_name(Invoice), "error": "No price", "waits": True}
    first = ParkedRow.objects.create(step="invoices_created", record_id=invoice.pk, **told)
    second = ParkedRow.objects.create(step="invoices_created", record_id=0, **told)
    base = "/admin/daily/parkedrow/"
    page = client.get(base).content.decode()
    assert f"/admin/billing/invoice/{invoice.pk}/change/" in page
    assert "Waits for you" in page
    assert "App\\Models" not in page
    assert client.post(f"{base}{first.pk}/retry-parked-row/").status_code == 302
    first.refresh_from_db()
    assert not first.waits
    assert client.post(f"{base}{second.pk}/delete/", {"post": "yes"}).status_code == 302
    assert [*ParkedRow.objects.all()] == [first]
