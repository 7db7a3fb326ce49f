"""Sums that the database computes, exact to the cent on SQLite too."""

from typing import Any

from django.db.models import DecimalField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Round

from billing.books.check import Rows
from billing.models import Invoice, InvoiceItem, InvoiceTransaction

MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=40, decimal_places=2)
LINE = F("price") * F("quantity")
ABSURD = 10**12  # no bill is that high, in no currency
SUCCEEDED = Q(status=InvoiceTransaction.Status.SUCCEEDED)


def summed(rows: Rows, owner: str, amount: Any) -> Any:
    """Of the rows whose column `owner` is the outer row's id; 0 where there are none.

    SQLite adds floats, so the sum is rounded before anybody compares it.
    """
    mine = rows.filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    total = mine.annotate(summed=Sum(amount, output_field=MONEY)).values("summed")
    return Round(Coalesce(Subquery(total), Value(0, output_field=MONEY)), 2, output_field=MONEY)


def invoices(status: Invoice.Status) -> Rows:
    return with_sums(Invoice.objects.filter(status=status))


def with_sums(invoices: Rows) -> Rows:
    """With `total`, `received` (payments that succeeded) and `over`, their difference.

    Filter by them in a call of its own: MariaDB computes sums in the order of the conditions.
    """
    rows: Rows = invoices.annotate(
        total=summed(InvoiceItem.objects.all(), "invoice", LINE),
        received=summed(InvoiceTransaction.objects.filter(SUCCEEDED), "invoice", F("amount")),
    )
    over: Rows = rows.annotate(over=Round(F("received") - F("total"), 2, output_field=MONEY))
    return over
