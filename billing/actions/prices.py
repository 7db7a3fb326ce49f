from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count

from accounts.actions.records import change_record, create_record, delete_record
from billing.models import Plan, Price
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

TWICE = "A plan has one price in each currency."


@transaction.atomic
def create_price(*, actor: Actor, **values: Any) -> Price:
    plan = Plan.objects.select_for_update().get(pk=values["plan_id"])
    price = create_record(Price, values, actor=actor)
    _refuse_double(plan, "currency_code")
    return price


@transaction.atomic
def update_price(price: Price, /, *, actor: Actor, **changes: Any) -> Price:
    """Services keep the price that they were sold for."""
    price = locked(price)
    if change_record(price, changes, actor=actor) and price.plan is not None:
        _refuse_double(price.plan, "currency_code")
    return price


@transaction.atomic
def delete_price(price: Price, *, actor: Actor) -> None:
    """Refused while services are billed in it: without a price their renewal would fail."""
    price = locked(price)
    plan = Plan.objects.filter(pk=price.plan_id or 0).first()
    if plan and plan.services.filter(currency_code=price.currency_code).exists():
        raise Refused("Services with this plan are billed in this currency.")
    delete_record(price, actor=actor)


def set_prices(plan: Plan, wanted: Iterable[Mapping[str, Any]], *, actor: Actor) -> None:
    """Makes the plan's prices those given: with `id` changed, without new, others deleted."""
    given = [dict(values) for values in wanted]
    kept = {values["id"] for values in given if "id" in values}
    for price in plan.prices.exclude(pk__in=kept).order_by("pk"):
        delete_record(price, actor=actor)
    for values in given:
        if "id" in values:
            price = plan.prices.select_for_update().get(pk=values.pop("id"))
            change_record(price, values, actor=actor)
        else:
            create_record(Price, {**values, "plan_id": plan.pk}, actor=actor)
    _refuse_double(plan, "prices")


def _refuse_double(plan: Plan, field: str) -> None:
    codes = plan.prices.values("currency_code").annotate(rows=Count("pk")).filter(rows__gt=1)
    if codes.exists():
        raise Refused.on(field, TWICE)
