"""Credit notes: how an invoice that was issued is corrected. They are never changed or deleted.

Paymenter has none; an invoice that is refunded there keeps its total. Numbers are counted without
gaps in a series of their own: the settings `credit_note_format` (`CN-{number}`) and
`credit_note_padding` (1) say how they look.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.actions.audits import record_audit
from billing.actions.balances import balance_of, line_total
from billing.actions.issued_taxes import tax_of
from billing.corrections.models import CreditNote, CreditNoteItem, NumberSeries
from billing.models import Invoice, InvoiceItem
from billing.rules.balances import is_amount, total
from billing.rules.numbering import invoice_number
from billing.rules.prices import tax_within
from paymenter import events, options
from paymenter.actor import Actor
from paymenter.db import fields, zone
from paymenter.db.locks import claimed
from paymenter.errors import Refused

SERIES = "credit_notes"
NOT_ISSUED = "A credit note corrects a paid or a cancelled invoice: change or cancel this one."
NOTHING_LEFT = "Nothing of this invoice is left to be taken back."
NO_AMOUNT = "The amount must be positive, with two decimals at most."
TOO_MUCH = "The amount must not be greater than {}: that is what is left of the invoice."
TOO_MUCH_OF_ITEM = "The amount must not be greater than {}: that is what is left of the item."
NO_ITEM = "The item is none of this invoice."

Lines = Sequence[tuple[InvoiceItem | None, Decimal]]


@transaction.atomic
def create_credit_note(
    *,
    actor: Actor,
    invoice_id: int,
    amount: Decimal | None = None,
    items: Sequence[dict[str, Any]] = (),
    reason: str | None = None,
) -> CreditNote:
    """Takes back the items named with their amounts, else the amount, else all that is left.

    No money moves: what the client has paid too much then is refunded.
    """
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if invoice.status not in (Invoice.Status.PAID, Invoice.Status.CANCELLED):
        raise Refused.on("invoice_id", NOT_ISSUED)
    left = balance_of(invoice).owed
    if left <= 0:
        raise Refused.on("invoice_id", NOTHING_LEFT)
    lines = _chosen(invoice, items) if items else _whole(invoice, left, amount)
    asked = total(part for _, part in lines)
    if asked > left:
        raise Refused.on("items" if items else "amount", TOO_MUCH.format(left))
    return issue(invoice, lines, reason=reason, actor=actor)


def issue(invoice: Invoice, lines: Lines, *, reason: str | None, actor: Actor) -> CreditNote:
    """The invoice is held by the caller, and the amounts are within what is left of it."""
    amount = total(part for _, part in lines)
    note = CreditNote.objects.create(
        number=_next_number(),
        invoice_id=invoice.pk,
        invoice_number=invoice.number,
        user_id=invoice.user_id,
        currency_code=invoice.currency_code,
        amount=amount,
        reason=reason,
        staff_id=actor.user_id,
        **_billed(invoice, amount),
    )
    CreditNoteItem.objects.bulk_create(
        CreditNoteItem(
            credit_note=note,
            invoice_item_id=item.pk if item else None,
            description=item.description if item else None,
            amount=part,
        )
        for item, part in lines
    )
    told = {"number": note.number, "amount": str(note.amount), "reason": reason}
    record_audit("credit_note", invoice, {}, told, actor=actor)
    events.emit(events.CREDIT_NOTE_CREATED, invoice, actor=actor, credit_note_id=note.pk)
    return note


def _billed(invoice: Invoice, amount: Decimal) -> dict[str, Any]:
    """As the invoice shows it."""
    frozen = invoice.snapshot
    user = invoice.user
    name = frozen.name if frozen else f"{user.first_name or ''} {user.last_name or ''}"
    told: dict[str, Any] = {"name": name}
    if terms := tax_of(invoice):
        told |= {"tax_name": terms.name, "tax_rate": terms.rate}
        told["tax"] = tax_within(amount, terms.rate)
    return told


def _whole(invoice: Invoice, left: Decimal, amount: Decimal | None) -> Lines:
    """Line by line where the lines are what is left, else as one amount."""
    if amount is not None and not is_amount(amount):
        raise Refused.on("amount", NO_AMOUNT)
    if amount is not None and amount != left:
        return [(None, amount)]
    lines = [(item, _left_of(item)) for item in invoice.items.order_by("pk")]
    lines = [(item, part) for item, part in lines if part]
    return lines if total(part for _, part in lines) == left else [(None, left)]


def _chosen(invoice: Invoice, items: Sequence[dict[str, Any]]) -> Lines:
    own = {item.pk: item for item in invoice.items.all()}
    lines = []
    for place, asked in enumerate(items):
        item = own.pop(asked["invoice_item_id"], None)
        if item is None:
            raise Refused.on(f"items.{place}.invoice_item_id", NO_ITEM)
        part, left = asked.get("amount"), _left_of(item)
        part = left if part is None else part
        if not is_amount(part):
            raise Refused.on(f"items.{place}.amount", NO_AMOUNT)
        if part > left:
            raise Refused.on(f"items.{place}.amount", TOO_MUCH_OF_ITEM.format(left))
        lines.append((item, part))
    return lines


def _left_of(item: InvoiceItem) -> Decimal:
    taken = CreditNoteItem.objects.filter(invoice_item_id=item.pk).values_list("amount", flat=True)
    return line_total(item) - total(taken)


def _next_number() -> str:
    """A number already taken, as after a change of the format, is passed over."""
    series = claimed(NumberSeries, SERIES, touch="created_at")
    series.last += 1
    while CreditNote.objects.filter(number=_number(series.last)).exists():
        series.last += 1
    series.save(update_fields=["last"])
    return _number(series.last)


def _number(count: int) -> str:
    """A format without {number} would give all notes one: the number is added to it."""
    template = str(options.get("credit_note_format", "CN-{number}"))
    if "{number}" not in template:
        template += "{number}"
    padding = min(options.integer("credit_note_padding", 1), 20)
    return invoice_number(
        count, template=template, padding=padding, on=zone.naive(fields.now()).date()
    )
