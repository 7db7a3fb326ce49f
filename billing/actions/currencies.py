"""Currencies. Other tables name them without a foreign key, so nothing else protects them."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.actions.records import change_record, create_record, delete_record
from billing.models import Cart, Credit, Currency, Invoice, Order, Price, Service
from paymenter import options
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

_USED_BY: dict[str, tuple[Any, Q]] = {
    "services": (Service, Q()),
    "orders": (Order, Q()),
    "invoices": (Invoice, Q()),
    "credit": (Credit, Q(amount__gt=0)),
}


@transaction.atomic
def create_currency(*, actor: Actor, **values: Any) -> Currency:
    return create_record(Currency, values, actor=actor)


@transaction.atomic
def update_currency(currency: Currency, *, actor: Actor, **changes: Any) -> Currency:
    currency = locked(currency)
    change_record(currency, changes, actor=actor)
    return currency


@transaction.atomic
def delete_currency(currency: Currency, *, actor: Actor) -> None:
    """With the prices and carts in it; refused where anybody has, owes or was billed some."""
    currency = locked(currency)
    if currency.code == options.get("default_currency"):
        raise Refused("The default currency cannot be deleted.")
    for name, (model, condition) in _USED_BY.items():
        if model.objects.filter(condition, currency_code=currency.code).exists():
            raise Refused(f"There are {name} in this currency.")
    for price in Price.objects.filter(currency_code=currency.code).order_by("pk"):
        delete_record(price, actor=actor)
    Cart.objects.filter(currency_code=currency.code).delete()
    delete_record(currency, actor=actor)
