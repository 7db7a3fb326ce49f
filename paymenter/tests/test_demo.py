"""The demo is a shop as Paymenter would have left it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.models import Count, F, Max, Q, Sum

from accounts.models import EmailLog, NotificationTemplate, Property, Role, User
from billing.models import (
    Credit,
    Invoice,
    InvoiceItem,
    InvoiceTransaction,
    Order,
    Plan,
    Service,
    ServiceCancellation,
    ServiceConfig,
    ServiceUpgrade,
)
from paymenter import options
from paymenter.db import schema, zone
from paymenter.models import CronStat, Setting
from paymenter.tests.database import seed
from paymenter.tests.demo import SECRETS, TODAY, demo
from support.models import Ticket, TicketMessage

pytestmark = pytest.mark.django_db

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 0, 0, 10, tzinfo=UTC)  # after the daily run
SERVICE, UPGRADE = "App\\Models\\Service", "App\\Models\\ServiceUpgrade"
CREDIT = "App\\Models\\Credit"
EXAMPLES = ("example.com", "example.net", "example.org")
BY_INSTALL = (NotificationTemplate, Role, Setting)  # made at the time of the test


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker, tmp_path_factory):
    """One demo for all tests that only look."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.BASE_DIR", tmp_path_factory.mktemp("demo"))
        seed(connection)
        options.forget()
        demo(scale=2)
        yield
        transaction.set_rollback(True)


# Counts


def test_scale_multiplies(shop):
    assert User.objects.filter(role=None).count() == 200
    assert Service.objects.count() == 1_000
    assert Invoice.objects.count() == 2_000


@pytest.mark.parametrize("model", [
    Order, InvoiceItem, InvoiceTransaction, Property, Ticket, TicketMessage, Credit,
    ServiceCancellation, ServiceUpgrade, CronStat, EmailLog,
])  # fmt: skip
def test_every_noun_occurs(shop, model):
    assert model.objects.exists()


@pytest.mark.parametrize(
    ("model", "statuses"),
    [
        (Invoice, Invoice.Status),
        (Service, Service.Status),
        (Ticket, Ticket.Status),
        (ServiceUpgrade, ["pending", "completed"]),
        (InvoiceTransaction, ["succeeded", "failed"]),
    ],
)
def test_every_status_occurs(shop, model, statuses):
    assert set(model.objects.values_list("status", flat=True)) == set(statuses)


def test_most_services_are_active_and_most_invoices_paid(shop):
    assert Service.objects.filter(status="active").count() > 700
    assert Invoice.objects.filter(status="paid").count() > 1_400


# Invoices


def test_numbers_have_no_gaps_and_the_setting_has_the_last(shop):
    numbers = list(Invoice.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == [f"INV-{number}" for number in range(1, 2_001)]
    assert options.get("invoice_number") == "2000"


def test_later_invoices_have_later_numbers(shop):
    times = list(Invoice.objects.order_by("pk").values_list("created_at", flat=True))
    assert times == sorted(times)


def test_paid_invoices_are_covered_exactly_and_no_others_are(shop):
    totals = dict(_sums(InvoiceItem.objects, F("price") * F("quantity")))
    succeeded = InvoiceTransaction.objects.filter(status="succeeded")
    payments = dict(_sums(succeeded, F("amount")))
    paid = set(Invoice.objects.filter(status="paid").values_list("pk", flat=True))
    assert len(totals) == 2_000
    assert payments == {pk: total for pk, total in totals.items() if pk in paid}
    assert InvoiceTransaction.objects.filter(status="failed").exists()


def _sums(queryset, expression):
    value = models.ExpressionWrapper(expression, models.DecimalField())
    groups = queryset.order_by().values_list("invoice_id").annotate(sum=Sum(value))
    return [(pk, round(Decimal(total), 2)) for pk, total in groups]


def test_paid_invoices_have_one_snapshot_and_no_others_have(shop):
    wrong = Invoice.objects.annotate(n=Count("snapshots")).exclude(
        Q(status="paid", n=1) | (~Q(status="paid") & Q(n=0))
    )
    assert not wrong.exists()


def test_items_name_what_is_there(shop):
    items = InvoiceItem.objects
    assert not items.exclude(reference_type__in=[SERVICE, UPGRADE, CREDIT]).exists()
    models_by_name: dict[str, Any] = {SERVICE: Service, UPGRADE: ServiceUpgrade}
    for name, model in models_by_name.items():
        known = model.objects.values("pk")
        assert not items.filter(reference_type=name).exclude(reference_id__in=known).exists()
    assert not items.filter(reference_type=CREDIT, reference_id__isnull=False).exists()


def test_invoices_belong_to_the_owner_of_the_service_in_its_currency(shop):
    services = Service.objects.in_bulk()
    for item in InvoiceItem.objects.filter(reference_type=SERVICE).select_related("invoice"):
        service = services[item.reference_id]
        assert item.invoice.user_id == service.user_id
        assert item.invoice.currency_code == service.currency_code


def test_services_belong_to_whom_ordered_them(shop):
    assert not Service.objects.exclude(user=F("order__user")).exists()


def test_credit_is_what_was_paid_in_and_not_yet_spent(shop):
    deposits = InvoiceItem.objects.filter(reference_type=CREDIT, invoice__status="paid")
    spent = InvoiceTransaction.objects.filter(is_credit_transaction=True)
    balance = Credit.objects.aggregate(sum=Sum("amount"))["sum"]
    assert spent.exists()
    total = deposits.aggregate(sum=Sum("price"))["sum"] - spent.aggregate(sum=Sum("amount"))["sum"]
    assert round(Decimal(balance), 2) == round(Decimal(total), 2)
    assert not Credit.objects.filter(amount__lt=0).exists()


# Services


def paid_periods():
    """By service: how many invoices of it were paid, and when the last fell due."""
    rows = InvoiceItem.objects.filter(reference_type=SERVICE, invoice__status="paid")
    groups = rows.order_by().values_list("reference_id")
    return {
        pk: (n, due) for pk, n, due in groups.annotate(n=Count("pk"), due=Max("invoice__due_at"))
    }


def test_services_expire_at_the_end_of_the_last_period_paid(shop):
    paid = paid_periods()
    begun = Service.objects.filter(plan__type=Plan.Type.RECURRING).select_related("plan")
    for service in begun:
        periods, due = paid.get(service.pk, (0, None))
        if not periods:
            assert service.expires_at is None
            continue
        assert service.expires_at
        expires_on = zone.naive(service.expires_at).date()
        if periods > 1:
            assert expires_on == _period_after(due, service.plan)
        else:
            assert expires_on > zone.naive(service.created_at).date()


def _period_after(day, plan):
    months = plan.billing_period * (12 if plan.billing_unit == "year" else 1)
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def test_services_without_a_period_never_expire(shop):
    assert not Service.objects.exclude(plan__type="recurring").filter(expires_at__isnull=False)


def test_the_daily_run_would_find_nothing_it_should_have_done(shop):
    recurring = Service.objects.filter(plan__type="recurring")
    overdue = NOW - timedelta(days=2)
    assert not recurring.filter(status="active", expires_at__lt=overdue).exists()
    assert not recurring.filter(status="suspended", expires_at__lt=NOW - timedelta(days=14))
    assert not recurring.filter(status="suspended", expires_at__gte=overdue).exists()
    assert not Service.objects.filter(status="pending", created_at__lt=NOW - timedelta(days=7))
    assert not Ticket.objects.filter(
        status="replied", updated_at__lt=NOW - timedelta(days=7, hours=1)
    )


def test_services_soon_due_have_one_pending_invoice_unless_cancelled(shop):
    pending = InvoiceItem.objects.filter(reference_type=SERVICE, invoice__status="pending")
    billed = [pk for pk in pending.values_list("reference_id", flat=True) if pk]
    assert len(billed) == len(set(billed))
    soon = Service.objects.filter(status="active", expires_at__lt=NOW + timedelta(days=7))
    assert set(soon.filter(cancellations=None).values_list("pk", flat=True)) <= set(billed)
    assert set(
        Service.objects.filter(status__in=["pending", "suspended"]).values_list("pk", flat=True)
    ) <= set(billed)
    assert not Service.objects.filter(pk__in=billed, status="cancelled").exists()
    assert not ServiceCancellation.objects.filter(service__in=billed).exists()


def test_completed_upgrades_are_what_the_service_is_now(shop):
    for upgrade in ServiceUpgrade.objects.select_related("service", "invoice"):
        assert upgrade.invoice
        is_done = upgrade.status == "completed"
        assert (upgrade.invoice.status == "paid") == is_done
        assert (upgrade.service.product_id == upgrade.product_id) == is_done
        assert (upgrade.service.plan_id == upgrade.plan_id) == is_done


def test_prices_are_those_of_the_plan_where_nothing_changes_them(shop):
    plain = Service.objects.filter(coupon=None, currency_code="EUR")
    configured = ServiceConfig.objects.values("configurable_id")
    plain = plain.exclude(pk__in=configured).exclude(plan__type="free")
    assert plain.exists()
    priced = plain.filter(plan__prices__currency="EUR", plan__prices__price=F("price"))
    assert priced.count() == plain.count()


# Times and people


def test_nothing_happens_after_today(shop):
    for model in schema.laravel_models():
        names = {field.name for field in model._meta.local_concrete_fields}
        if {"created_at", "updated_at"} <= names and model not in BY_INSTALL:
            rows: Any = model._base_manager
            late = rows.filter(Q(created_at__gt=NOW) | Q(updated_at__gt=NOW))
            assert not late.exists(), model
            assert not rows.filter(updated_at__lt=F("created_at")).exists(), model


@pytest.mark.parametrize(
    "condition",
    [
        {"orders__created_at__lt": F("created_at")},
        {"invoices__created_at__lt": F("created_at")},
        {"tickets__created_at__lt": F("created_at")},
        {"orders__services__created_at__lt": F("orders__created_at")},
        {"invoices__transactions__created_at__lt": F("invoices__created_at")},
        {"tickets__messages__created_at__lt": F("tickets__created_at")},
    ],
    ids=str,
)
def test_causes_come_before_effects(shop, condition):
    assert not User.objects.filter(**condition).exists()


def test_clients_are_invented(shop):
    emails = User.objects.values_list("email", flat=True)
    assert {email.rpartition("@")[2] for email in emails} <= {
        "example.com",
        "example.net",
        "example.org",
    }
    phones = Property.objects.filter(key="phone").values_list("value", flat=True)
    assert all(phone.startswith("+1 202 555 01") for phone in phones)


def test_clients_have_the_required_properties(shop):
    required = {"phone", "address", "city", "state", "zip", "country"}
    for user in User.objects.filter(role=None)[:50]:
        assert required <= set(user.properties.values_list("key", flat=True))
    assert not Property.objects.filter(custom_property=None).exclude(key="HOSTNAME").exists()


def test_nobody_knows_a_client_password(shop):
    user = User.objects.filter(role=None).first()
    assert not user.check_password(SECRETS["password"])


def test_daily_figures_agree_with_the_rows(shop):
    figures = CronStat.objects.filter(key="invoices_created", date=TODAY)
    renewals = Invoice.objects.filter(created_at=NOW - timedelta(seconds=7))
    assert figures.get().value == renewals.count()
    assert CronStat.objects.count() == 31 * 8
