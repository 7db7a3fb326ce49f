from decimal import Decimal

from django.db.models import Q, Sum

from billing.actions.shown import invoice_total
from billing.corrections.models import CreditNote, Refund
from billing.models import Invoice, InvoiceItem, InvoiceTransaction
from billing.rules.balances import Balance, total
from paymenter.db.prepared import Prepared, Slot

_SUCCEEDED = Q(status=InvoiceTransaction.Status.SUCCEEDED)
_PAID = Prepared(
    lambda: InvoiceTransaction.objects.filter(_SUCCEEDED, invoice_id=Slot("invoice")).only("amount")
)
_CREDITED = Prepared(lambda: CreditNote.objects.filter(invoice_id=Slot("invoice")).only("amount"))
_UNDER_WAY = (Refund.Status.PENDING, Refund.Status.PROCESSING)


def balance_of(invoice: Invoice) -> Balance:
    """As it is now; the caller holds the invoice if it must stay so."""
    paid = total(row.amount for row in _PAID.all(invoice=invoice.pk))
    credited = total(row.amount for row in _CREDITED.all(invoice=invoice.pk))
    return Balance(invoice_total(invoice), credited, paid)


def cash_of(invoice: Invoice) -> Decimal:
    """What was paid in money, not with credit, and did not go back."""
    cash = invoice.transactions.filter(_SUCCEEDED, is_credit_transaction=False)
    return sum(cash.values_list("amount", flat=True), Decimal())


def refunds_under_way(invoice: Invoice) -> Decimal:
    rows = Refund.objects.filter(invoice_id=invoice.pk, status__in=_UNDER_WAY)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal()


def line_total(item: InvoiceItem) -> Decimal:
    return item.price * item.quantity
