"""Plans of products and of option values, with their prices."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.prices import set_prices
from billing.models import Plan, ServiceUpgrade
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

Values = Mapping[str, Any]


@transaction.atomic
def create_plan(*, actor: Actor, prices: Iterable[Values] = (), **values: Any) -> Plan:
    plan = create_record(Plan, values, actor=actor)
    set_prices(plan, prices, actor=actor)
    return plan


@transaction.atomic
def update_plan(
    plan: Plan, *, actor: Actor, prices: Iterable[Values] | None = None, **changes: Any
) -> Plan:
    """Services with the plan follow a new period at their next renewal, not a new price."""
    plan = locked(plan)
    change_record(plan, changes, actor=actor)
    if prices is not None:
        set_prices(plan, prices, actor=actor)
    return plan


@transaction.atomic
def delete_plan(plan: Plan, *, actor: Actor) -> None:
    """With its prices; carts lose the items that name it."""
    plan = locked(plan)
    if plan.services.exists() or ServiceUpgrade.objects.filter(plan=plan).exists():
        raise Refused(f"The plan {plan} is used by services.")
    set_prices(plan, (), actor=actor)
    delete_record(plan, actor=actor)


def set_plans(owner: Any, wanted: Iterable[Values], *, actor: Actor) -> None:
    """Makes the plans of a product or option value those given, in this order: with `id` changed,
    without new, others deleted, which is refused where a service has one."""
    given = [dict(values) for values in wanted]
    kept = {values["id"] for values in given if "id" in values}
    for plan in owner.plans.exclude(pk__in=kept).order_by("pk"):
        delete_plan(plan, actor=actor)
    for place, values in enumerate(given):
        values.setdefault("sort", place)
        if "id" in values:
            plan = owner.plans.get(pk=values.pop("id"))
            update_plan(plan, actor=actor, **values)
        else:
            create_plan(actor=actor, **values, **_belonging_to(owner))


def _belonging_to(owner: Any) -> dict[str, Any]:
    columns: dict[str, Any] = type(owner).plans.columns(owner)
    return columns
