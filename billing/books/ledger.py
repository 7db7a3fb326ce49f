"""What only our own tables know: movements of credit, deliveries, credit notes and refunds.

Where a table is not there yet, as in the database of a Paymenter alone, its checks find nothing.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Subquery, Sum

from billing.actions.credit_notes import SERIES
from billing.books.amounts import LINE, MONEY, difference, or_zero, summed
from billing.books.check import Finding, Group, Rows, pages
from billing.books.own import is_there
from billing.corrections.models import CreditNote, CreditNoteItem, NumberSeries, Refund
from billing.daily.models import ParkedRow
from billing.fulfilments.models import Fulfilment
from billing.models import Invoice, InvoiceItem, InvoiceTransaction
from billing.provisioning.models import Provisioning
from billing.rules.number_series import Numbering, missing
from billing.wallets.models import CreditAccount, CreditMovement
from paymenter import options
from paymenter.db.fields import now

group = Group("Ledger")

_SLOW = timedelta(hours=1)
_HELD = timedelta(days=14)


@group.check(
    "The movements of a client's credit do not add up",
    "A row of the ledger was changed or deleted. Restore it from a backup; the balance itself is "
    "in the table credits.",
    says="{key}: {balance:.2f} noted, the movements come to {moved:.2f}",
)
def movements_differ() -> Rows:
    if not is_there(CreditAccount, CreditMovement):
        return CreditAccount.objects.none()
    mine = CreditMovement.objects.filter(
        user_id=OuterRef("user_id"), currency_code=OuterRef("currency_code")
    ).order_by()
    moved = mine.values("user_id").annotate(moved=Sum("amount", output_field=MONEY))
    accounts = CreditAccount.objects.annotate(moved=or_zero(Subquery(moved.values("moved"))))
    return accounts.annotate(gap=difference("balance", "moved")).exclude(gap=0)


@group.check(
    "Paid, but not delivered",
    "What the line was paid for could not be given; it is tried again by itself. See the reason, "
    "remove it and try again.",
    says="invoice {invoice_id}: {status} after {attempts} attempt(s), {error}",
)
def not_delivered() -> Rows:
    if not is_there(Fulfilment):
        return Fulfilment.objects.none()
    waiting = (Fulfilment.Status.PENDING, Fulfilment.Status.FAILED)
    paid = Invoice.objects.filter(pk=OuterRef("invoice_id"), status=Invoice.Status.PAID)
    open_ones = Fulfilment.objects.filter(status__in=waiting, created_at__lt=now() - _SLOW)
    return open_ones.filter(Exists(paid))


@group.check(
    "More was taken back by credit notes than the invoice came to",
    "Lines were changed or deleted after the credit note. Restore them.",
    says="invoice {invoice_id}: {number} of {amount:.2f} {currency_code}",
)
def credited_too_much() -> Rows:
    if not is_there(CreditNote):
        return CreditNote.objects.none()
    lines = summed(InvoiceItem.objects.all(), "invoice", LINE, of="invoice_id")
    others = CreditNote.objects.filter(invoice_id=OuterRef("invoice_id")).order_by()
    noted = others.values("invoice_id").annotate(noted=Sum("amount", output_field=MONEY))
    notes = CreditNote.objects.annotate(lines=lines, noted=Subquery(noted.values("noted")))
    return notes.annotate(gap=difference("noted", "lines")).filter(gap__gt=0)


@group.check(
    "The lines of a credit note do not add up to its amount",
    "A credit note is never changed: somebody did. Restore it from a backup.",
    says="{number}: {amount:.2f} {currency_code}, its lines {lines:.2f}",
)
def credit_note_differs() -> Rows:
    if not is_there(CreditNote, CreditNoteItem):
        return CreditNote.objects.none()
    lines = summed(CreditNoteItem.objects.all(), "credit_note", F("amount"))
    notes = CreditNote.objects.annotate(lines=lines)
    return notes.annotate(gap=difference("amount", "lines")).exclude(gap=0)


@group.check(
    "Numbers of credit notes are missing",
    "Credit notes were deleted, or their series was set. Tax offices ask for the reason: note it.",
)
def credit_note_missing() -> Iterator[Finding]:
    if is_there(CreditNote, NumberSeries):
        last = NumberSeries.objects.filter(name=SERIES).values_list("last", flat=True).first()
        rows = CreditNote.objects.values("pk", "number")
        numbers = (row["number"] for row in pages(rows))
        numbering = Numbering(
            str(options.get("credit_note_format", "CN-{number}")),
            min(options.integer("credit_note_padding", 1), 20),
        )
        for says in missing(numbering, numbers, counter=last or 0):
            yield Finding(CreditNote._meta.db_table, (), says)


@group.check(
    "A refund has not come to an end for 14 days",
    "Ask the provider what became of it.",
    says="invoice {invoice_id}: {amount:.2f} by {method}, {status} since {created_at}, {error}",
)
def refund_stuck() -> Rows:
    if not is_there(Refund):
        return Refund.objects.none()
    waiting = (Refund.Status.PENDING, Refund.Status.PROCESSING)
    return Refund.objects.filter(status__in=waiting, created_at__lt=now() - _HELD)


@group.check(
    "A refund was made, but not booked",
    "The invoice lacks its negative payment, or it has another amount. Correct the payment.",
    says="invoice {invoice_id}: {amount:.2f} by {method}",
)
def refund_not_booked() -> Rows:
    if not is_there(Refund):
        return Refund.objects.none()
    booked = InvoiceTransaction.objects.filter(
        pk=OuterRef("invoice_transaction_id"),
        invoice=OuterRef("invoice_id"),
        amount=-1 * OuterRef("amount"),
        status=InvoiceTransaction.Status.SUCCEEDED,
    )
    return Refund.objects.filter(~Exists(booked), status=Refund.Status.SUCCEEDED)


@group.check(
    "A row of the daily run waits for staff",
    "It failed three times, or looked absurd: nobody bills, suspends or ends it any more. Correct "
    "what the error says and let it be tried again.",
    says="{step} of {record_type} {record_id}: {error}",
)
def daily_row_parked() -> Rows:
    if not is_there(ParkedRow):
        return ParkedRow.objects.none()
    return ParkedRow.objects.filter(waits=True)


@group.check(
    "A server could not be told",
    "The status of the service and its server disagree. Retry it, or do it by hand and dismiss it.",
    says="{action} service {service_id}: {error}",
)
def server_not_told() -> Rows:
    if not is_there(Provisioning):
        return Provisioning.objects.none()
    return Provisioning.objects.filter(status=Provisioning.Status.FAILED)
