"""Rows that only link two records: those of products, options, coupons."""

from collections.abc import Collection
from typing import Any

from django.db.models import Model

from accounts.actions.records import create_record, delete_record
from paymenter.actor import Actor


def set_links(
    model: type[Model], owner: dict[str, int], target: str, ids: Collection[int], *, actor: Actor
) -> None:
    """The rows of `model` with the columns `owner` become one for each id in `target`."""
    rows: Any = model._default_manager.filter(**owner).order_by("pk")
    linked: set[int] = set()
    for row in rows:
        key = getattr(row, target)
        if key in ids and key not in linked:
            linked.add(key)
        else:
            delete_record(row, actor=actor)
    for key in ids:
        if key not in linked:
            create_record(model, {**owner, target: key}, actor=actor)
