"""What was paid for is given: a renewed service, a completed upgrade, a credited balance.

1. When an invoice becomes paid, `plan` writes a row for each item that is for something, and a job
   that comes back to them, in the transaction of the payment. 2. `fulfil` gives, each item in a
   transaction of its own together with its mark, so that nothing is given twice: not when it is
   called again, nor when the invoice is opened and paid once more. 3. What goes wrong is kept in
   the row and tried again; the payment stands.

Invoices that Paymenter paid have no rows. Its snapshot tells that it gave what the items were for
that the invoice had then.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.actions.records import change_record
from billing.actions.balances import balance_of, line_total
from billing.actions.refunds import give_back
from billing.actions.services import renew_held
from billing.actions.shown import items_of
from billing.actions.upgrade_completion import NoStock, complete_upgrade
from billing.actions.wallets import Kind, Wallet, Why
from billing.fulfilments.models import Fulfilment
from billing.models import Credit, Invoice, InvoiceItem, Product, Service, ServiceUpgrade
from paymenter import events
from paymenter.actor import SYSTEM, Actor
from paymenter.db.locks import held, held_if_there, locked
from paymenter.db.morph import class_name
from paymenter.db.prepared import Prepared, Slot
from paymenter.db.writes import insert_all
from paymenter.errors import Refused
from paymenter.jobs import job

GONE = "The service is gone."
NO_STOCK = "The service was cancelled, and its product is sold out or gone."
INCOMPLETE = "The product or the plan of the service is gone: choose another one, then try again."
NO_ITEM = "The item was deleted before it was fulfilled."
AGAIN = timedelta(minutes=1)
CLOCKS = timedelta(hours=1)  # local time goes back by so much in autumn

_Status = Fulfilment.Status
_OPEN = (_Status.PENDING, _Status.FAILED)

_WAITING = Prepared(
    lambda: Fulfilment.objects.filter(invoice_id=Slot("invoice"), status__in=_OPEN).order_by("pk")
)
_ITEM = Prepared(lambda: InvoiceItem.objects.filter(pk=Slot("item")))
_MARKS = Prepared(
    lambda: Fulfilment.objects.filter(
        Q(invoice_id=Slot("invoice"))
        | Q(pk__in=InvoiceItem.objects.filter(invoice_id=Slot("invoice")).values("pk"))
    )
)

log = logging.getLogger(__name__)


class Undeliverable(Exception):
    """What was paid for cannot be given, now or later; says why."""


def plan(invoice: Invoice, *, changed_at: datetime | None) -> None:
    """In the transaction that marks the invoice as paid; `changed_at`: when it changed before."""
    items = items_of(invoice)
    known = _known(invoice, items, changed_at)
    snapshot = None if known else invoice.snapshot
    kinds = _givers()
    new = [
        Fulfilment(
            invoice_item_id=item.pk,
            invoice_id=invoice.pk,
            status=_Status.OUTSIDE if _was_given(item, snapshot) else _Status.PENDING,
            created_at=invoice.updated_at,
        )
        for item in items
        if item.pk not in known and item.reference_type in kinds
    ]
    insert_all(new)
    if any(row.status == _Status.PENDING for row in new) or known:
        fulfil_invoice.using(run_after=timezone.now() + AGAIN).enqueue(invoice_id=invoice.pk)


def keep(invoice: Invoice) -> None:
    """Before a paid invoice gets another status: what Paymenter gave for it is not given again."""
    items = list(invoice.items.all())
    known = _known(invoice, items, invoice.updated_at)
    Fulfilment.objects.bulk_create(
        Fulfilment(invoice_item_id=item.pk, invoice_id=invoice.pk, status=_Status.OUTSIDE)
        for item in items
        if item.pk not in known and item.reference_type in _givers()
    )


def fulfil(invoice_id: int, *, actor: Actor) -> bool:
    """Gives what a paid invoice still has to give; False where something went wrong.

    Never raises: what went wrong stands in the rows, and the job comes back to it.
    """
    waiting = _WAITING.all(invoice=invoice_id)
    done = [_fulfil_item(row.pk, invoice_id, actor) for row in waiting]
    return all(done)


@job(attempts=8, deadline=60)
def fulfil_invoice(invoice_id: int) -> None:
    if not fulfil(invoice_id, actor=SYSTEM):
        raise Unfulfilled(f"Invoice {invoice_id} is paid and not fulfilled")


class Unfulfilled(Exception):
    """Makes the job come again."""


@transaction.atomic
def retry_fulfilment(row: Fulfilment, *, actor: Actor) -> Fulfilment:
    """Staff's wish to try at once what failed."""
    row = locked(row)
    if row.status not in _OPEN:
        raise Refused.on("status", "Only what is pending or has failed can be tried again.")
    _fulfil_item(row.pk, row.invoice_id, actor)
    row.refresh_from_db()
    return row


def _fulfil_item(item_id: int, invoice_id: int, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            _give(item_id, invoice_id, actor)
    except Exception as error:
        log.exception("Invoice item %s is paid and not fulfilled", item_id)
        _note_failure(item_id, error, actor)
        return False
    return True


def _give(item_id: int, invoice_id: int, actor: Actor) -> None:
    invoice = held_if_there(Invoice, invoice_id)
    row = held(Fulfilment, item_id)
    if invoice is None or invoice.status != Invoice.Status.PAID or row.status not in _OPEN:
        return
    item = _ITEM.first(item=item_id)
    row.status, row.error = _Status.DONE, None
    try:
        if item is None:
            raise Undeliverable(NO_ITEM)
        _givers()[item.reference_type or ""](invoice, item, actor)
    except Undeliverable as reason:
        row.status, row.error = _Status.UNDELIVERED, str(reason)
        _give_back(invoice, item, str(reason), actor)
    row.attempts += 1
    row.save(update_fields=["status", "error", "attempts", "updated_at"])


def _give_service(invoice: Invoice, item: InvoiceItem, actor: Actor) -> None:
    service = held_if_there(Service, item.reference_id or 0)
    if service is None:
        raise Undeliverable(GONE)
    if service.product_id is None or service.plan_id is None:
        raise Refused(INCOMPLETE)
    if service.status == Service.Status.CANCELLED and not _take_stock(service, actor):
        raise Undeliverable(NO_STOCK)
    renew_held(service, actor=actor)


def _take_stock(service: Service, actor: Actor) -> bool:
    """Again for a service that was cancelled: its stock had been given back."""
    product = Product.objects.select_for_update().filter(pk=service.product_id or 0).first()
    if product is None or (product.stock is not None and product.stock < service.quantity):
        return False
    if product.stock is not None:
        change_record(product, {"stock": product.stock - service.quantity}, actor=actor)
    return True


def _give_upgrade(invoice: Invoice, item: InvoiceItem, actor: Actor) -> None:
    upgrade = ServiceUpgrade.objects.filter(pk=item.reference_id or 0).first()
    if upgrade is None:
        raise Undeliverable("The upgrade is gone.")
    try:
        upgrade = complete_upgrade(upgrade, actor=actor)
    except NoStock as refused:
        cancelled = {"status": ServiceUpgrade.Status.CANCELLED.value}
        change_record(upgrade, cancelled, actor=actor)
        raise Undeliverable(str(refused)) from refused
    if upgrade.status == ServiceUpgrade.Status.CANCELLED:  # with its service, before the payment
        raise Undeliverable("The upgrade was cancelled.")


def _give_credit(invoice: Invoice, item: InvoiceItem, actor: Actor) -> None:
    why = Why(Kind.DEPOSIT, actor, invoice_id=invoice.pk, reason=item.description)
    Wallet(invoice.user_id, invoice.currency_code).move(line_total(item), why)


_Giver = Callable[[Invoice, InvoiceItem, Actor], None]


def _givers() -> Mapping[str, _Giver]:
    return {
        class_name(Service): _give_service,
        class_name(ServiceUpgrade): _give_upgrade,
        class_name(Credit): _give_credit,
    }


def _give_back(invoice: Invoice, item: InvoiceItem | None, reason: str, actor: Actor) -> None:
    """Of what arrived: an invoice that staff marked as paid brought no money."""
    amount = min(line_total(item), balance_of(invoice).paid) if item else Decimal()
    if amount > 0:
        why = Why(Kind.UNDELIVERED, actor, invoice_id=invoice.pk, reason=reason)
        give_back(invoice, amount, why, items=[(item, amount)])
    events.emit(events.INVOICE_NOT_FULFILLED, invoice, actor=actor, reason=reason)


def _note_failure(item_id: int, error: Exception, actor: Actor) -> None:
    with transaction.atomic():
        row = Fulfilment.objects.select_for_update().get(pk=item_id)
        first = row.status == _Status.PENDING
        row.status, row.attempts, row.error = _Status.FAILED, row.attempts + 1, str(error)[:255]
        row.save(update_fields=["status", "error", "attempts", "updated_at"])
        invoice = Invoice.objects.filter(pk=row.invoice_id).first()
        if first and invoice:
            told: Any = {"reason": row.error}
            events.emit(events.INVOICE_NOT_FULFILLED, invoice, actor=actor, **told)


def _known(invoice: Invoice, items: list[InvoiceItem], changed_at: datetime | None) -> set[int]:
    """The items that have a mark. What a backup of Laravel's tables alone left behind goes."""
    own = {item.pk: item for item in items}
    marks = _MARKS.all(invoice=invoice.pk)
    lost = {
        mark.pk
        for mark in marks
        if _is_of_another(mark, own.get(mark.pk, invoice))
        or _is_of_a_lost_time(mark, invoice, own.get(mark.pk), changed_at)
    }
    if lost:
        Fulfilment.objects.filter(pk__in=lost).delete()
    return {mark.pk for mark in marks} - lost


def _is_of_another(mark: Fulfilment, record: InvoiceItem | Invoice) -> bool:
    """Older than the record: it was made for one that had this id before."""
    made = record.created_at
    return bool(mark.created_at and made and mark.created_at < made)


def _is_of_a_lost_time(
    mark: Fulfilment, invoice: Invoice, item: InvoiceItem | None, changed_at: datetime | None
) -> bool:
    """`updated_at` moved with the invoice that was paid, and with an item that another invoice got
    since. It goes back where a backup is restored, and with it what was given (ADR 16)."""
    is_own = mark.invoice_id == invoice.pk
    last = changed_at if is_own else item and item.updated_at
    return bool(mark.created_at and last and last + CLOCKS < mark.created_at)


def _was_given(item: InvoiceItem, snapshot: Any) -> bool:
    taken = getattr(snapshot, "created_at", None)
    return taken is not None and item.created_at is not None and item.created_at <= taken
