"""Step invoices_created: services that end soon are billed for their next period.

Paymenter: CronJob, invoices_created. For each active service that ends within `cronjob_invoice`
days, unless it has a pending invoice or a request to end:

1. A coupon that ran out no longer lowers the price (billing/actions/renewal_prices.py).
2. What costs nothing is renewed at once, without invoice.
3. Else an invoice due on the day the period ends, for the price kept in the service.
4. A balance that covers all of it pays it, if `credits_auto_use` is on.
5. A saved payment method is charged after that (charges.py).

A period is billed once. What would bill it again waits for staff, as does what would give a client
more than `cronjob_invoices_per_client` (250) invoices on a day.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef

from accounts.actions.notifications import notify_ahead
from billing.actions.charges import queue_charge
from billing.actions.credits import pay_with_credit
from billing.actions.daily.step import Absurd, Done, Rows, Step, days_of
from billing.actions.due_dates import anchors_ahead, billed_period
from billing.actions.explanations import explain
from billing.actions.invoices import create_invoice
from billing.actions.renewal_prices import renewal_price
from billing.actions.services import renew_held
from billing.actions.taxes import countries_ahead
from billing.actions.unit_prices import UnitPrice
from billing.daily.models import DailyRun, DailyWork
from billing.models import Credit, Invoice, InvoiceItem, Service, ServiceCancellation
from billing.rules.descriptions import line_description
from billing.rules.explanations import RENEWAL, Explanation
from paymenter import options
from paymenter.actor import SYSTEM
from paymenter.db import zone
from paymenter.db.morph import class_name
from paymenter.db.prepared import Prepared, Slot
from paymenter.errors import Refused

NO_PLAN = "The plan of the service is gone: choose another one."
NO_PRODUCT = "The product of the service is gone: choose another one."
TWICE = "The period from {} was billed by invoice {} already: correct the due date, or confirm it."
TOO_MANY = "The client got {} invoices today, and no more are made without your confirmation."
MOST = 250  # invoices a client and day


class InvoicesCreated(Step):
    key = "invoices_created"
    label = "Invoices created"

    def __init__(self, run: DailyRun) -> None:
        super().__init__(run)
        self.until = self.shifted(days_of("cronjob_invoice", 7))
        self.most = days_of("cronjob_invoices_per_client", MOST)
        self.billed: dict[int, DailyWork] = {}
        self.today_by_user: Counter[int] = Counter()
        self.with_balance: set[tuple[int, str]] = set()

    def due(self) -> Rows:
        return _due(self.until)

    def load(self, ids: Sequence[int]) -> list[Any]:
        rows = Service.objects.filter(pk__in=ids)
        rows = rows.select_related("user").prefetch_related("product", "plan", "coupon")
        services = list(rows.order_by("pk"))
        self.billed = {row.record_id: row for row in _earlier(self.key, ids)}
        users = {service.user_id for service in services}
        anchors_ahead(ids)
        countries_ahead(users)
        notify_ahead(users, ["new_invoice_created", "invoice_paid"])
        self.today_by_user = self._invoices_today(users)
        if options.flag("credits_auto_use", True):
            balances = Credit.objects.filter(user_id__in=users, amount__gt=0)
            self.with_balance = set(balances.values_list("user_id", "currency_code"))
        return services

    def carry_out(self, record: Service) -> Done | None:
        service = self._held(record)
        if service is None:
            return None
        self._refuse_broken(service)
        self._refuse_absurd(service)
        renewal = _Renewal(service, renewal_price(service, actor=SYSTEM), billed_period(service))
        start = _midnight(service)
        if renewal.unit <= 0:
            explain(service, renewal.explanation)
            renew_held(service, actor=SYSTEM)
            return Done(f"{_named(service)} renewed without invoice", None, start)
        return self._bill(renewal, start)

    def _held(self, record: Service) -> Service | None:
        """The service, locked, if it is still due. What was looked up for the chunk stays with it.

        Asked of the database, which compares stored times: on the day on which clocks go forward
        they are ordered in another way than instants are.
        """
        service = _DUE.first(key=record.pk, until=self.until)
        for name in ("product", "plan", "coupon", "user") if service else ():
            if getattr(service, f"{name}_id") == getattr(record, f"{name}_id"):
                setattr(service, name, getattr(record, name))
        return service

    def _refuse_broken(self, service: Service) -> None:
        if service.plan is None:
            raise Refused(NO_PLAN)
        if service.product is None:
            raise Refused(NO_PRODUCT)

    def _refuse_absurd(self, service: Service) -> None:
        if service.pk in self.confirmed:
            return
        earlier = self.billed.get(service.pk)
        if earlier and earlier.period_start == _midnight(service) and _stands(earlier):
            day = zone.naive(_midnight(service)).date()
            raise Absurd(TWICE.format(day, earlier.invoice_id or "(free of charge)"))
        if self.today_by_user[service.user_id] >= self.most:
            raise Absurd(TOO_MANY.format(self.today_by_user[service.user_id]))

    def _bill(self, renewal: "_Renewal", start: datetime) -> Done:
        service = renewal.service
        invoice = create_invoice(
            actor=SYSTEM,
            user_id=service.user_id,
            user=service.user,
            status=Invoice.Status.PENDING.value,
            due_at=start,
            currency_code=service.currency_code,
            items=[renewal.item],
            explained=[renewal.explanation],
        )
        self.today_by_user[service.user_id] += 1
        paid = self._pay_from_balance(invoice)
        if paid:
            self.settled.add(service.pk)
        elif service.billing_agreement_id:
            queue_charge(invoice, service.billing_agreement_id, self.run)
        how = ", paid from the balance" if paid else ""
        amount = f"{renewal.unit * service.quantity:.2f} {service.currency_code}"
        text = f"{_named(service)} billed {amount}, {invoice}{how}"
        return Done(text, invoice.pk, start)

    def _pay_from_balance(self, invoice: Invoice) -> bool:
        """The whole of it or nothing (Paymenter never uses a part by itself)."""
        if (invoice.user_id, invoice.currency_code) not in self.with_balance:
            return False
        return pay_with_credit(invoice, actor=SYSTEM)

    def _invoices_today(self, users: set[int]) -> Counter[int]:
        midnight = zone.aware(zone.naive(self.now).replace(hour=0, minute=0, second=0))
        rows = Invoice.objects.filter(user_id__in=users, created_at__gte=midnight)
        counts = rows.values_list("user_id").annotate(Count("pk")).order_by()
        return Counter(dict(counts))


def _due(until: Any) -> Rows:
    ends = ServiceCancellation.objects.filter(service_id=OuterRef("pk"))
    pending = InvoiceItem.objects.filter(
        reference_type=class_name(Service),
        reference_id=OuterRef("pk"),
        invoice__status=Invoice.Status.PENDING,
    )
    rows = Service.objects.filter(status=Service.Status.ACTIVE, expires_at__lt=until)
    return rows.exclude(Exists(ends)).exclude(Exists(pending))


def _due_one() -> Rows:
    until, key = Slot("until", _column("expires_at")), Slot("key", _column("id"))
    return _due(until).filter(pk=key).select_for_update()


def _column(name: str) -> Any:
    return Service._meta.get_field(name)


_DUE = Prepared[Service](_due_one)


def _earlier(step: str, ids: Sequence[int]) -> Any:
    """What was billed by us, the latest last."""
    return DailyWork.objects.filter(step=step, record_id__in=ids).order_by("pk")


def _stands(work: DailyWork) -> bool:
    """Whether the period was given; an invoice that was cancelled or deleted did not give it."""
    if work.invoice_id is None:
        return True
    rows = Invoice.objects.filter(pk=work.invoice_id)
    return rows.exclude(status=Invoice.Status.CANCELLED).exists()


def _midnight(service: Service) -> datetime:
    """Paymenter reads the day only."""
    assert service.expires_at is not None  # what is due has a due date
    end = zone.naive(service.expires_at)
    return zone.aware(end.replace(hour=0, minute=0, second=0))


@dataclass(frozen=True, slots=True)
class _Renewal:
    service: Service
    price: UnitPrice
    period: tuple[datetime, datetime] | None

    @property
    def unit(self) -> Decimal:
        return self.price.amount

    @property
    def item(self) -> dict[str, Any]:
        return {
            "reference_id": self.service.pk,
            "reference_type": class_name(Service),
            "price": self.unit,
            "quantity": self.service.quantity,
            "description": line_description(_product(self.service), *(self.period or ())),
        }

    @property
    def explanation(self) -> Explanation:
        service, (starts, ends) = self.service, self.period or (None, None)
        return Explanation(
            occasion=RENEWAL,
            product=_product(service),
            plan=(service.plan.name or "") if service.plan else "",
            currency=service.currency_code,
            quantity=service.quantity,
            unit=self.unit,
            amount=self.unit * service.quantity,
            starts=starts.date() if starts else None,
            ends=ends.date() if ends else None,
            parts=self.price.parts,
            tax=self.price.tax,
            coupon=self.price.coupon,
        )


def _product(service: Service) -> str:
    return service.product.name if service.product else ""


def _named(service: Service) -> str:
    return f"{service.label or _product(service)} #{service.pk}"
