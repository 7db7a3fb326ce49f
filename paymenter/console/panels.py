"""What stands around a record's form: notes above it, tables of what belongs to it below it.

panels = (
    Panel("Refunds", "refunds", ("Amount", "Method"), rows=_refunds, empty="Nothing went back."),
)

Each table is shown to those who may view its group; `rows` costs what its statements cost.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from paymenter.console import access

if TYPE_CHECKING:
    from paymenter.console.records import RecordAdmin

INFO, WARNING, DANGER = "info", "warning", "danger"


@dataclass(frozen=True)
class Note:
    """A sentence above the form that staff must not miss; link: to where it is about."""

    text: str
    level: str = INFO
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True)
class Panel:
    """rows(request, record): the cells, as text, badge or link; without any `empty` is said, or
    where that is empty too there is no table. columns: none for a table of names and values.

    all(record): the address of the whole list, where `rows` are the latest of it.
    """

    title: str
    group: str
    columns: Sequence[str]
    rows: Callable[[HttpRequest, Any], Iterable[Sequence[Any]]]
    empty: str = ""
    all: Callable[[Any], str] | None = None


def shown_panels(page: "RecordAdmin", request: HttpRequest, record: Any) -> list[dict[str, Any]]:
    found = [
        _shown(panel, request, record)
        for panel in page.get_panels(request, record)
        if access.may(request, panel.group, "view")
    ]
    return [each for each in found if each["rows"] or each["empty"]]


def _shown(panel: Panel, request: HttpRequest, record: Any) -> dict[str, Any]:
    rows = [list(row) for row in panel.rows(request, record)]
    return {
        "title": panel.title,
        "rows": rows,
        "table": {"headers": list(panel.columns), "rows": rows},
        "empty": panel.empty,
        "all": panel.all(record) if panel.all and rows else "",
    }
