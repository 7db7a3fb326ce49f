"""Pages by cursor: `?cursor=` begins, `links.next` goes on from the last record of the page.

A cursor names a place in the order, not a number of rows, so that records made or deleted in the
meantime shift nothing, and a page far away costs what the first one does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, Value
from rest_framework.request import Request
from rest_framework.response import Response

from paymenter.jsonapi import filters, query
from paymenter.jsonapi.documents import columns_of
from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.statements import Row, Statement, rows_of

if TYPE_CHECKING:
    from paymenter.jsonapi.viewset import ResourceViewSet, Selection

UNKNOWN = "The cursor is not one of this list: begin again with an empty one."
OTHER = "The cursor belongs to another order: begin again with an empty one, or sort as before."

NO_TABLE = "This list has no cursor: take numbered pages."

_DECIMAL = "d"

Place = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """A list in an order that no two records share: the last column is the key."""

    view: "ResourceViewSet"
    selection: "Selection"

    @property
    def order(self) -> tuple[str, ...]:
        key = _key(self.view.resource.model)
        order: list[str] = []
        for name in self.selection.order:
            order.append(name)
            if name.lstrip("-") in (key, "id"):
                return tuple(order)
        backwards = bool(order) and order[-1].startswith("-")
        return (*order, f"-{key}" if backwards else key)

    @property
    def columns(self) -> tuple[str, ...]:
        shown = columns_of(self.view.resource, self.selection.documents.tree)
        return tuple(dict.fromkeys([*shown, *(name.lstrip("-") for name in self.order)]))

    def rows(self, after: Place | None, most: int) -> list[Row]:
        found = filters.apply(rows_of(self.view.resource.model), self.selection.chosen)
        if after is not None:
            found = found.filter(_beyond(found.model, self.order, after))
        statement = Statement.of(found.order_by(*self.order).values_list(*self.columns))
        return statement.first(most)

    def place(self, row: Row) -> Place:
        return tuple(row[self.columns.index(name.lstrip("-"))] for name in self.order)

    def all_rows(self, at_once: int) -> Iterator[list[Row]]:
        """Every row, so many at a time; the first ones at once, before anything is consumed."""
        rows = self.rows(None, at_once)
        yield rows
        while len(rows) == at_once:
            rows = self.rows(self.place(rows[-1]), at_once)
            yield rows

    def cursor(self, row: Row) -> str:
        told = [_told(value) for value in self.place(row)]
        return self._signer().sign_object([list(self.order), told])

    def after(self, cursor: Any) -> Place | None:
        """The place that a client's cursor names; raises BadQuery."""
        if cursor is None:
            return None
        try:
            order, told = self._signer().unsign_object(cursor)
        except (BadSignature, ValueError, TypeError, AttributeError):
            raise BadQuery(UNKNOWN) from None
        if tuple(order) != self.order:
            raise BadQuery(OTHER)
        return tuple(Decimal(v[1]) if isinstance(v, list) else v for v in told)

    def _signer(self) -> Signer:
        return Signer(salt=f"cursor:{self.view.resource.type}")


def answer(view: "ResourceViewSet", request: Request, selection: "Selection") -> Response:
    if not view.seekable:
        raise BadQuery(NO_TABLE)
    walk = Walk(view, selection)
    per_page = query.per_page_of(selection.given)
    rows = walk.rows(walk.after(selection.asked.get("cursor")), per_page + 1)
    more = len(rows) > per_page
    rows = rows[:per_page]
    path = request.build_absolute_uri(request.path.rstrip("/"))
    following = walk.cursor(rows[-1]) if more else None
    links = {"next": f"{path}?{_query(request, following)}"} if following else {}
    meta = {"path": path, "per_page": per_page, "next_cursor": following}
    body = selection.documents.many(view.resource, rows)
    return Response({"data": body.pop("data"), "links": links, "meta": meta, **body})


def _beyond(model: type[Model], order: Sequence[str], place: Place) -> Q:
    """What comes later: by the first column, or where that is the same by the next ones.

    Both databases sort NULL before everything.
    """
    column, value = order[0], place[0]
    name, backwards = column.removeprefix("-"), column.startswith("-")
    empty, same = Q(**{f"{name}__isnull": True}), Q(**{name: Value(value)})
    if value is None:
        later, same = (Q(pk__in=[]) if backwards else ~empty), empty
    elif backwards:
        later = Q(**{f"{name}__lt": Value(value)})
        later |= empty if model._meta.get_field(name).null else Q(pk__in=[])
    else:
        later = Q(**{f"{name}__gt": Value(value)})
    return later if len(order) == 1 else later | (same & _beyond(model, order[1:], place[1:]))


def _told(value: Any) -> Any:
    """For JSON, and in the form in which the database compares it."""
    if isinstance(value, Decimal):
        return [_DECIMAL, str(value)]
    return str(value) if isinstance(value, date) else value


def _query(request: Request, cursor: str) -> str:
    """What was asked, with the new cursor."""
    parts = request.META.get("QUERY_STRING", "").split("&")
    kept = [part for part in parts if part and part.partition("=")[0] != "cursor"]
    return "&".join([*kept, f"cursor={quote(cursor, safe=':')}"])


def _key(model: type[Model]) -> str:
    key = model._meta.pk
    assert key is not None
    return key.attname
