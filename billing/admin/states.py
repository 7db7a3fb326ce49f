"""The colours of states, and how amounts of rows are shown."""

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.corrections.models import CreditNote
from billing.models import InvoiceItem, InvoiceTransaction
from billing.rules.balances import Balance
from paymenter.console.display import AMBER, BLUE, GREEN, GREY, RED

INVOICES = {"paid": GREEN, "pending": AMBER, "cancelled": RED}
PAYMENTS = {"succeeded": GREEN, "processing": AMBER, "failed": RED}
REFUNDS = {"succeeded": GREEN, "processing": BLUE, "pending": AMBER, "failed": RED}
SERVICES = {"active": GREEN, "pending": AMBER, "suspended": RED, "cancelled": GREY}
UPGRADES = {"completed": GREEN, "pending": AMBER, "cancelled": GREY}
PROVISIONINGS = {
    "done": GREEN,
    "pending": AMBER,
    "running": BLUE,
    "failed": RED,
    "superseded": GREY,
    "dismissed": GREY,
}
FULFILMENTS = {
    "done": GREEN,
    "outside": GREY,
    "pending": AMBER,
    "undelivered": BLUE,
    "failed": RED,
}

_AMOUNT = DecimalField(max_digits=17, decimal_places=2)


def with_amounts(invoices: QuerySet[Any]) -> QuerySet[Any]:
    """With `balance_of_row` of each invoice."""
    lines = InvoiceItem.objects.filter(invoice=OuterRef("pk"))
    payments = InvoiceTransaction.objects.filter(
        invoice=OuterRef("pk"), status=InvoiceTransaction.Status.SUCCEEDED
    )
    notes = CreditNote.objects.filter(invoice_id=OuterRef("pk"))
    total = _sum(lines, "invoice", F("price") * F("quantity"))
    found: QuerySet[Any] = invoices.annotate(
        total_sum=total,
        paid_sum=_sum(payments, "invoice", F("amount")),
        credited_sum=_sum(notes, "invoice_id", F("amount")),
    )
    return found


def balance_of_row(invoice: Any) -> Balance:
    return Balance(invoice.total_sum, invoice.credited_sum, invoice.paid_sum)


def _sum(rows: QuerySet[Any], group: str, amount: Any) -> Any:
    sums = rows.order_by().values(group).annotate(sum=Sum(amount)).values("sum")
    return Coalesce(Subquery(sums, output_field=_AMOUNT), Decimal(0), output_field=_AMOUNT)
