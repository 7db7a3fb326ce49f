"""Many records by one request, all or none: `{"data": [{…}, {…}]}` creates, `{"ids": [1, 2]}`
deletes. Each record passes the rules and actions that it would pass alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model

from paymenter.actor import Actor
from paymenter.errors import Refused
from paymenter.jsonapi.documents import Documents, columns_of
from paymenter.jsonapi.limits import MOST_AT_ONCE as MOST
from paymenter.jsonapi.resource import Object
from paymenter.jsonapi.statements import key_statement, rows_of
from paymenter.laravel.validation import SELECTED, Given, record_id

if TYPE_CHECKING:
    from rest_framework.request import Request

    from paymenter.jsonapi.viewset import Action, ResourceViewSet

Errors = dict[str, list[str]]


def is_many(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("data"), list)


def create(
    view: "ResourceViewSet", request: "Request", action: "Action", documents: Documents
) -> Object:
    """The document of the new records in the order that they were sent in."""
    items = _limited("data", dict(request.data)["data"])
    errors: Errors = {}
    made: list[Any] = []
    with transaction.atomic():
        for place, item in enumerate(items):
            with _named(str(place), errors):
                values = view.input.create(_object(item, str(place)))
                if not errors:  # later ones are only checked
                    made.append(action(actor=Actor.of(request), **values).pk)
        if errors:
            raise Refused(errors=errors)
        return _shown(view, documents, made)


def delete(view: "ResourceViewSet", request: "Request", action: "Action") -> None:
    """In the order of the ids, so that two requests cannot hold each other up."""
    ids = _ids(request.data.get("ids") if isinstance(request.data, dict) else None)
    errors: Errors = {}
    with transaction.atomic():
        records = _records(view.resource.model, ids)
        for key in sorted(records):
            with _named(f"ids.{ids.index(key)}", errors):
                action(records[key], actor=Actor.of(request))
        if errors:
            raise Refused(errors=errors)


@contextmanager
def _named(place: str, errors: Errors) -> Iterator[None]:
    """Collects what is refused under the place of its record."""
    try:
        yield
    except Refused as refused:
        if refused.message and not refused.errors:
            errors[place] = [refused.message]
        errors |= {f"{place}.{name}": texts for name, texts in refused.errors.items()}


def _limited(name: str, items: Any) -> list[Any]:
    if not isinstance(items, list) or not items:
        raise Refused.on(name, f"The {name} field must be a list of 1 to {MOST} entries.")
    if len(items) > MOST:
        raise Refused.on(name, f"The {name} field must not have more than {MOST} items.")
    return items


def _object(item: Any, place: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise Refused(f"The {place} field must be an object.")
    return item


def _ids(given: Any) -> list[int]:
    keys = [record_id(item) for item in _limited("ids", given)]
    errors: Errors = {}
    for place, key in enumerate(keys):
        name = f"ids.{place}"
        if key is None or key >= 2**63:
            errors[name] = [_selected(name)]
        elif key in keys[:place]:
            errors[name] = [f"The {name} field has a duplicate value."]
    if errors:
        raise Refused(errors=errors)
    return [key for key in keys if key is not None]


def _records(model: type[Model], ids: list[int]) -> dict[int, Model]:
    records = {record.pk: record for record in rows_of(model).filter(pk__in=ids)}
    names = [f"ids.{place}" for place, key in enumerate(ids) if key not in records]
    if names:
        raise Refused(errors={name: [_selected(name)] for name in names})
    return records


def _selected(name: str) -> str:
    return Given(name, None, {}).say(SELECTED)


def _shown(view: "ResourceViewSet", documents: Documents, ids: list[Any]) -> Object:
    columns = columns_of(view.resource, documents.tree)
    rows = {row[0]: row for row in key_statement(view.resource, columns).at(ids)}
    return documents.many(view.resource, [rows[key] for key in ids])
