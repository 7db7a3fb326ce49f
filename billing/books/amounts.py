"""Sums that the database computes, exact to the cent on SQLite too."""

from typing import Any

from django.db.models import DecimalField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round

from billing.books.check import Rows
from billing.books.own import is_there
from billing.corrections.models import CreditNote
from billing.models import Invoice, InvoiceItem, InvoiceTransaction

MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=40, decimal_places=2)
LINE = F("price") * F("quantity")
ABSURD = 10**12  # no bill is that high, in no currency
SUCCEEDED = Q(status=InvoiceTransaction.Status.SUCCEEDED)
NOTHING = Value(0, output_field=MONEY)


def summed(rows: Rows, owner: str, amount: Any, *, of: str = "pk") -> Any:
    """Of the rows whose column `owner` is the outer row's `of`; 0 where there are none."""
    mine = rows.filter(**{owner: OuterRef(of)}).order_by().values(owner)
    total = mine.annotate(summed=Sum(amount, output_field=MONEY)).values("summed")
    return or_zero(Subquery(total))


def or_zero(amount: Any) -> Any:
    """SQLite adds floats, so a sum is rounded before anybody compares it."""
    return Round(Coalesce(amount, NOTHING), 2, output_field=MONEY)


def difference(one: str, other: str) -> Any:
    return Round(F(one) - F(other), 2, output_field=MONEY)


def invoices(status: Invoice.Status) -> Rows:
    return with_sums(Invoice.objects.filter(status=status))


def with_sums(invoices: Rows) -> Rows:
    """With `total` (less credit notes), `received` (payments that succeeded, less what went back)
    and `over`, their difference.

    Filter by them in a call of its own: MariaDB computes sums in the order of the conditions.
    """
    lines = summed(InvoiceItem.objects.all(), "invoice", LINE)
    if is_there(CreditNote):
        lines -= summed(CreditNote.objects.all(), "invoice_id", F("amount"))
    rows: Rows = invoices.annotate(
        total=lines,
        received=summed(InvoiceTransaction.objects.filter(SUCCEEDED), "invoice", F("amount")),
    )
    over: Rows = rows.annotate(over=difference("received", "total"))
    return over
