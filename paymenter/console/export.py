"""A list of the console as CSV: the rows that its filters let through, the columns it shows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import label_for_field, lookup_field
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags

from paymenter.db import zone
from paymenter.jsonapi.csv_export import MEDIA_TYPE, ROWS_AT_ONCE, csv_lines, safe_cell

if TYPE_CHECKING:
    from paymenter.console.records import RecordAdmin


def answer(admin: "RecordAdmin", request: HttpRequest) -> StreamingHttpResponse:
    changes = admin.get_changelist_instance(request)
    names = [name for name in changes.list_display if name != "action_checkbox"]
    day = timezone.now().astimezone(zone.current()).date()
    file = f"{admin.opts.verbose_name_plural}-{day}.csv".replace(" ", "-")
    headers = {
        "Content-Type": f"{MEDIA_TYPE}; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{file}"',
    }
    return StreamingHttpResponse(_lines(admin, changes, names), headers=headers)


def _lines(admin: "RecordAdmin", changes: Any, names: list[str]) -> Iterator[str]:
    yield csv_lines([[str(label_for_field(name, admin.model, admin)) for name in names]])
    rows = changes.queryset.order_by(*changes.get_ordering(None, changes.queryset))
    for record in rows.iterator(chunk_size=ROWS_AT_ONCE):
        yield csv_lines([[_cell(name, record, admin) for name in names]])


def _cell(name: str, record: Any, admin: "RecordAdmin") -> Any:
    _, _, value = lookup_field(name, record, admin)
    if isinstance(value, list | tuple):
        value = value[0]
    text = "" if value is None else strip_tags(str(value)).strip()
    return safe_cell(text)
