"""Boxes of several forms: short lists to choose from, in words."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery

from billing.models import ConfigOption, Gateway, Plan, Product
from paymenter.console.fields import Choice
from paymenter.db.morph import class_name


def gateway(label: str = "Paid through", help_text: str = "Empty: recorded by hand.") -> Choice:
    return Choice(_gateways, label=label, help_text=help_text)


def of_words(*choices: tuple[str, str], label: str, help_text: str = "") -> Choice:
    return Choice(lambda: choices, label=label, help_text=help_text)


def of_records(records: Sequence[Any], label: str, help_text: str = "") -> Choice:
    found = [(str(record.pk), str(record)) for record in records]
    return Choice(lambda: found, label=label, help_text=help_text)


def _gateways() -> Iterator[tuple[str, str]]:
    for key, name in Gateway.objects.order_by("name").values_list("pk", "name"):
        yield str(key), name


def plan(label: str = "Plan", help_text: str = "") -> Choice:
    """Of all products, each with the product's name."""
    return Choice(_plans, label=label, help_text=help_text)


def _plans() -> Iterator[tuple[str, str]]:
    product = Product.objects.filter(pk=OuterRef("priceable_id")).values("name")
    plans = Plan.objects.filter(priceable_type=class_name(Product))
    named = plans.annotate(product=Subquery(product)).exclude(product=None)
    for row in named.order_by("product", "sort", "pk"):
        yield str(row.pk), f"{row.product}: {plan_words(row)}"


def plan_words(plan: Plan | None) -> str:
    """Monthly, every 3 months."""
    if plan is None:
        return "-"
    period = period_words(plan)
    return f"{plan.name} ({period})" if plan.name and plan.name.lower() != period else period


def period_words(plan: Plan) -> str:
    if plan.type != Plan.Type.RECURRING or not plan.billing_unit:
        return "free" if plan.type == Plan.Type.FREE else "one-time"
    count = plan.billing_period or 1
    return f"every {plan.billing_unit}" if count == 1 else f"every {count} {plan.billing_unit}s"


def config_value() -> Choice:
    """Of all options, each with the option's name."""
    return Choice(_values, label="Option and value")


def _values() -> Iterator[tuple[str, str]]:
    rows = ConfigOption.objects.exclude(parent=None).order_by("parent__name", "sort", "pk")
    for key, option, name in rows.values_list("pk", "parent__name", "name"):
        yield str(key), f"{option}: {name}"
