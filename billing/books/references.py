"""Rows that name other rows: each of those is there, and each state is a known one."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Exists, ForeignKey, Model, OuterRef

from accounts.models import Property
from billing.books.check import Finding, Group, pages
from billing.models import (
    Coupon,
    Invoice,
    InvoiceTransaction,
    Plan,
    Service,
    ServiceConfig,
    ServiceUpgrade,
)
from paymenter.db.models import LaravelModel
from paymenter.db.morph import model_for
from paymenter.models import Setting

group = Group("References")

_States = tuple[type[Model], str]
_STATES: tuple[_States, ...] = (
    (Invoice, "status"),
    (Service, "status"),
    (InvoiceTransaction, "status"),
    (ServiceUpgrade, "status"),
    (Coupon, "type"),
    (Coupon, "applies_to"),
)
_OWNED: tuple[tuple[type[Model], str, str], ...] = (
    (Plan, "priceable_type", "priceable_id"),
    (ServiceConfig, "configurable_type", "configurable_id"),
    (Property, "model_type", "model_id"),
    (Setting, "settingable_type", "settingable_id"),
)


@group.check(
    "A row names another one that is gone",
    "A foreign key would forbid it; most of these columns have none, or it was off during an "
    "import. Choose another row, or empty the column.",
)
def reference_gone() -> Iterator[Finding]:
    there = set(connection.introspection.table_names())
    for model, field in _foreign_keys():
        target: Any = field.related_model
        if {model._meta.db_table, target._meta.db_table} <= there:
            yield from _dangling(model, field, target)


def _foreign_keys() -> Iterator[tuple[type[Model], "ForeignKey[Any, Any]"]]:
    for model in apps.get_models():
        if issubclass(model, LaravelModel) and not model._meta.proxy:
            for field in model._meta.concrete_fields:
                if isinstance(field, ForeignKey):
                    yield model, field


def _dangling(
    model: type[Model], field: "ForeignKey[Any, Any]", target: type[Model]
) -> Iterator[Finding]:
    named = target._base_manager.filter(pk=OuterRef(field.attname))
    rows = model._base_manager.filter(~Exists(named), **{f"{field.name}__isnull": False})
    for row in pages(rows.values("pk", field.attname)):
        says = f"{field.column} {row[field.attname]}"
        yield Finding(
            model._meta.db_table, (row["pk"],), f"{says} is not in {target._meta.db_table}"
        )


@group.check(
    "A row belongs to something that is gone",
    "Left behind when its owner was deleted. It does no harm; delete it.",
)
def owner_gone() -> Iterator[Finding]:
    for model, type_field, id_field in _OWNED:
        kinds = model._base_manager.order_by().values_list(type_field, flat=True).distinct()
        for kind in filter(None, kinds):
            if owner := model_for(kind):
                yield from _orphans(model, (type_field, kind), id_field, owner)


def _orphans(
    model: type[Model], kind: tuple[str, str], id_field: str, owner: type[Model]
) -> Iterator[Finding]:
    there = owner._base_manager.filter(pk=OuterRef(id_field))
    named = model._base_manager.filter(**{kind[0]: kind[1], f"{id_field}__isnull": False})
    for row in pages(named.filter(~Exists(there)).values("pk", id_field)):
        yield Finding(model._meta.db_table, (row["pk"],), f"of {kind[1]} {row[id_field]}")


@group.check(
    "A state that nobody knows",
    "No rule applies to such a row: it is never billed, paid or ended. Correct it.",
)
def state_unknown() -> Iterator[Finding]:
    for model, name in _STATES:
        field: Any = model._meta.get_field(name)
        known = [value for value, _ in field.choices]
        for row in pages(model._base_manager.exclude(**{f"{name}__in": known}).values("pk", name)):
            yield Finding(model._meta.db_table, (row["pk"],), f"{name} is {row[name]!r}")
