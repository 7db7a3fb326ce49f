"""Invoices: made, changed, paid (Paymenter: InvoiceObserver, InvoiceNumberListener)."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.credits import add_credit
from billing.actions.numbers import next_invoice_number
from billing.actions.services import renew_service
from billing.actions.snapshots import take_snapshot
from billing.models import Credit, Invoice, InvoiceItem, Service, ServiceUpgrade
from paymenter import events, options
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.db.morph import class_name
from paymenter.errors import Refused


@transaction.atomic
def create_invoice(
    *, actor: Actor, items: Any = (), send_email: bool = True, **values: Any
) -> Invoice:
    """With its number, unless it is a proforma invoice. Created as paid it fulfils nothing.

    `send_email`: whether the client is told.
    """
    if not options.flag("invoice_proforma"):
        values["number"] = next_invoice_number(actor=actor)
    invoice = create_record(Invoice, values, actor=actor)
    for item in items:
        create_record(InvoiceItem, {**item, "invoice_id": invoice.pk}, actor=actor)
    events.emit(events.INVOICE_CREATED, invoice, actor=actor, send_email=send_email)
    return invoice


@transaction.atomic
def update_invoice(invoice: Invoice, *, actor: Actor, **changes: Any) -> Invoice:
    """A change to `paid` gives the number that is missing and fulfils what was paid for."""
    invoice = locked(invoice)
    paid = changes.get("status") == Invoice.Status.PAID and invoice.status != Invoice.Status.PAID
    if paid and not invoice.number:
        changes["number"] = next_invoice_number(actor=actor)
    if paid:
        fulfil(invoice, currency_code=changes.get("currency_code"), actor=actor)
    before = invoice.status
    changed = change_record(invoice, changes, actor=actor)
    if paid:
        take_snapshot(invoice)
        events.emit(events.INVOICE_PAID, invoice, actor=actor)
    elif changed:
        cancelled = invoice.status == Invoice.Status.CANCELLED != before
        told = events.INVOICE_CANCELLED if cancelled else events.INVOICE_UPDATED
        events.emit(told, invoice, actor=actor)
    return invoice


@transaction.atomic
def delete_invoice(invoice: Invoice, *, actor: Actor) -> None:
    """Its items, transactions and snapshot go with it."""
    invoice = locked(invoice)
    events.emit(events.INVOICE_DELETED, invoice, actor=actor)
    delete_record(invoice, actor=actor)


def fulfil(invoice: Invoice, *, currency_code: str | None, actor: Actor) -> None:
    """Gives what each item is for: a renewed service, a credited balance.

    An item whose service is gone is paid all the same and fulfils nothing. Raises Refused for a
    pending upgrade, which cannot be completed here yet: better unpaid than paid for nothing.
    """
    items = invoice.items.order_by("pk")
    _refuse_upgrades(items)
    of_services = [i.reference_id for i in items if i.reference_type == class_name(Service)]
    services = Service.objects.in_bulk(of_services)
    for item in items:
        if item.reference_type == class_name(Service):
            if service := services.get(item.reference_id):
                renew_service(service, actor=actor)
        elif item.reference_type == class_name(Credit):
            currency = currency_code or invoice.currency_code
            amount = item.price * item.quantity
            add_credit(invoice.user_id, currency, amount, actor=actor)


def _refuse_upgrades(items: QuerySet[InvoiceItem]) -> None:
    ids = items.filter(reference_type=class_name(ServiceUpgrade)).values("reference_id")
    if ServiceUpgrade.objects.filter(pk__in=ids, status=ServiceUpgrade.Status.PENDING).exists():
        raise Refused.on(
            "status", "This invoice pays for an upgrade: mark it as paid in Paymenter itself."
        )
