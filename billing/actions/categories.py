"""Categories of the shop. `full_slug` is the path of slugs from the top; PHP routes by it."""

from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record, delete_record
from billing.actions.slugs import free_slug
from billing.models import Category
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

LOOP = "A category cannot be below itself."


@transaction.atomic
def create_category(*, actor: Actor, **values: Any) -> Category:
    values["slug"] = free_slug(Category, values)
    parent = _parent(values.get("parent_id"))
    values["full_slug"] = _full_slug(values["slug"], parent)
    return create_record(Category, values, actor=actor)


@transaction.atomic
def update_category(category: Category, *, actor: Actor, **changes: Any) -> Category:
    category = locked(category)
    if "slug" in changes:
        changes["slug"] = free_slug(Category, changes, besides=category)
    if "parent_id" in changes:
        _refuse_loop(category, changes["parent_id"])
    if "slug" in changes or "parent_id" in changes:
        parent = _parent(changes.get("parent_id", category.parent_id))
        changes["full_slug"] = _full_slug(changes.get("slug", category.slug), parent)
    change_record(category, changes, actor=actor)
    if "full_slug" in changes:
        _move_children(category, actor=actor)
    return category


@transaction.atomic
def delete_category(category: Category, *, actor: Actor) -> None:
    category = locked(category)
    if category.products.exists():
        raise Refused("The category has products: move or delete them first.")
    if category.children.exists():
        raise Refused("The category has categories below it: move or delete them first.")
    delete_record(category, actor=actor)


def _parent(key: int | None) -> Category | None:
    """Locked, so that it stays what and where it is."""
    return None if key is None else Category.objects.select_for_update().get(pk=key)


def _full_slug(slug: str, parent: Category | None) -> str:
    return slug if parent is None else f"{parent.full_slug or parent.slug}/{slug}"


def _refuse_loop(category: Category, parent_id: int | None) -> None:
    seen: set[int] = set()
    while parent_id is not None and parent_id not in seen:
        if parent_id == category.pk:
            raise Refused.on("parent_id", LOOP)
        seen.add(parent_id)
        parent_id = Category.objects.values_list("parent_id", flat=True).get(pk=parent_id)


def _move_children(category: Category, *, actor: Actor) -> None:
    """PHP may have left a loop: what is where it should be is not followed further."""
    for child in category.children.select_for_update().order_by("pk"):
        if change_record(child, {"full_slug": _full_slug(child.slug, category)}, actor=actor):
            _move_children(child, actor=actor)
