"""Any list as CSV (`Accept: text/csv` or `?format=csv`): all records that match, one a line.

RFC 4180: UTF-8, CRLF, names in the first line. The rows are read and sent some at a time, so that
a large table needs no more memory than a small one.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import TYPE_CHECKING, Any

import orjson
from django.db import models
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from paymenter.db import zone
from paymenter.jsonapi.cursor import Walk
from paymenter.jsonapi.documents import columns_of
from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.statements import Row

if TYPE_CHECKING:
    from paymenter.jsonapi.viewset import ResourceViewSet, Selection

MEDIA_TYPE = "text/csv"
ROWS_AT_ONCE = 1000
NO_INCLUDES = "A CSV export has no includes: ask for the other records by their own address."

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a text begins that a spreadsheet would run


def wanted(request: Request, asked: dict[str, Any]) -> bool:
    if "format" in asked:
        return bool(asked["format"] == "csv")
    first = request.META.get("HTTP_ACCEPT", "").split(",")[0]
    return bool(first.split(";")[0].strip().lower() == MEDIA_TYPE)


def answer(view: "ResourceViewSet", request: Request, selection: "Selection") -> HttpResponseBase:
    if selection.documents.tree:
        raise BadQuery(NO_INCLUDES)
    day = timezone.now().astimezone(zone.current()).date()
    name = f"{request.path.strip('/').rpartition('/')[2]}-{day}.csv"
    headers = {
        "Content-Type": f"{MEDIA_TYPE}; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    pages = _pages(view, selection)
    first = next(pages)  # an error of the database is still an answer of its own
    return StreamingHttpResponse(_lines(view, selection, chain([first], pages)), headers=headers)


def _pages(view: "ResourceViewSet", selection: "Selection") -> Iterator[list[Row]]:
    if view.seekable:
        return Walk(view, selection).all_rows(ROWS_AT_ONCE)
    columns = columns_of(view.resource, {})
    listed = view.index(columns, tuple(selection.order) or ("pk",), selection.chosen)
    return iter([listed.page(ROWS_AT_ONCE, 0)])


def _lines(
    view: "ResourceViewSet", selection: "Selection", pages: Iterator[list[Row]]
) -> Iterator[str]:
    resource, documents = view.resource, selection.documents
    chosen = documents.fields.get(resource.type)
    names = [name for name in resource.attributes if chosen is None or name in chosen]
    cells = [_cell_of(resource, name) for name in names]
    yield csv_lines([names])
    for rows in pages:
        objects = documents.many(resource, rows)["data"]
        found = (each.get("attributes", {}) for each in objects)
        yield csv_lines(
            [
                [cell(row.get(name)) for name, cell in zip(names, cells, strict=True)]
                for row in found
            ]
        )


def _cell_of(resource: type[Resource], name: str) -> Callable[[Any], Any]:
    """Amounts are text on the wire and numbers here: theirs is no formula."""
    columns = {field.attname: field for field in resource.model._meta.concrete_fields}
    return _plain if isinstance(columns.get(name), models.DecimalField) else safe_cell


def _plain(value: Any) -> Any:
    return value


def safe_cell(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        value = orjson.dumps(value).decode()
    is_formula = isinstance(value, str) and value.startswith(_FORMULA)
    return f"'{value}" if is_formula else value


def csv_lines(lines: Sequence[Sequence[Any]]) -> str:
    out = StringIO(newline="")
    csv.writer(out).writerows(lines)
    return out.getvalue()
