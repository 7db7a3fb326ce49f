"""Balances: one for each client and currency, never negative, and deposits that arrived."""

from django.db.models import Count, Exists, Min, OuterRef, Q

from billing.books.amounts import ABSURD
from billing.books.check import Group, Ids, Rows
from billing.models import Credit, Invoice, InvoiceItem
from paymenter.db.morph import class_name

group = Group("Credit")


@group.check(
    "A balance is negative, or higher than any real one",
    "More was taken than there was, or an amount was mistyped. Correct the balance.",
    says="user {user_id}: {amount:.2f} {currency_code}",
)
def credit_out_of_range() -> Rows:
    return Credit.objects.filter(Q(amount__lt=0) | Q(amount__gte=ABSURD))


@group.check(
    "A client has more than one balance in a currency",
    "Only the first one is used. Add the others to it and delete them.",
    says="user {user_id}, {currency_code}: {many} balances, {ids}",
    key="first",
)
def credit_twice() -> Rows:
    grouped = Credit.objects.values("user_id", "currency_code")
    counted = grouped.annotate(many=Count("pk"), first=Min("pk"), ids=Ids("pk"))
    return counted.filter(many__gt=1)


@group.check(
    "A deposit was paid, but the client has no balance in its currency",
    "The payment was never credited. Add the amount to the client's credit.",
    says="{invoice__number}: {price:.2f} {invoice__currency_code} of user {invoice__user_id}",
)
def deposit_not_credited() -> Rows:
    balances = Credit.objects.filter(
        user=OuterRef("invoice__user"), currency=OuterRef("invoice__currency")
    )
    deposits = InvoiceItem.objects.filter(
        reference_type=class_name(Credit), invoice__status=Invoice.Status.PAID
    )
    return deposits.filter(~Exists(balances))
