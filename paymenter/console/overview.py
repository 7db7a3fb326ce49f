"""One page about a record: facts, what can be done, and a few rows of each table about it.

Apps add sections to pages of other apps, so that `accounts` shows invoices without knowing them:

    @section("accounts.User", "Invoices", permission="invoices", order=30, page="billing.Invoice",
             headers=("Invoice", "Status"), new="New invoice")
    def invoices(user): ...      # yields the cells of at most ROWS rows
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from paymenter.console import access, verbs

ROWS = 5

Rows = Callable[[Any], Iterable[Sequence[Any]]]


@dataclass(frozen=True)
class Section:
    """permission: the group whose `view` it takes. page: the model whose list has all rows, by
    `owner`. new: the text of the button that adds one."""

    title: str
    permission: str
    order: int
    headers: Sequence[str]
    rows: Rows
    page: str = ""
    owner: str = "user"
    new: str = ""
    icon: str = "add"
    empty: str = "Nothing yet."


@dataclass(frozen=True)
class Shown:
    section: Section
    rows: Sequence[Sequence[Any]]
    all: str
    add: str


_SECTIONS: dict[str, list[Section]] = {}


def section(of: str, title: str, **options: Any) -> Callable[[Rows], Rows]:
    def register(rows: Rows) -> Rows:
        _SECTIONS.setdefault(of.lower(), []).append(Section(title=title, rows=rows, **options))
        return rows

    return register


class Overview:
    """Of a RecordAdmin whose records have such a page; links lead there."""

    def facts(self, request: HttpRequest, record: Any) -> list[tuple[str, Any]]:
        """Label and value."""
        return []

    def get_urls(self: Any) -> list[Any]:
        def show(request: HttpRequest, object_id: str) -> HttpResponse:
            return _page(self, request, object_id)

        name = f"{self.opts.app_label}_{self.opts.model_name}_overview"
        view = self.admin_site.admin_view(show)
        return [path("<path:object_id>/overview/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def address_of(self: Any, record: Any) -> str:
        opts = self.opts
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_overview", args=[record.pk])

    change_form_outer_before_template = "console/record_tabs.html"


def _page(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    record = verbs.record_of(page, request, object_id)
    if record is None:
        raise Http404
    if not page.has_view_permission(request, record):
        raise PermissionDenied
    facts = page.facts(request, record)
    shown = list(_shown(page, request, record))
    buttons = page.get_actions_detail(request, object_id)
    context = {
        **page.admin_site.each_context(request),
        "title": str(record),
        "opts": page.opts,
        "original": record,
        "facts": facts,
        "sections": shown,
        "new": [each for each in shown if each.add and each.section.new],
        "actions_detail": page._get_actions_navigation(page.actions_detail, buttons, object_id),
    }
    return TemplateResponse(request, "console/overview.html", context)


def _shown(page: Any, request: HttpRequest, record: Any) -> Iterator[Shown]:
    known = _SECTIONS.get(page.opts.label_lower, [])
    for each in sorted(known, key=lambda found: found.order):
        if access.may(request, each.permission, "view"):
            listed, added = _addresses(each, request, record)
            yield Shown(each, list(each.rows(record)), listed, added)


def _addresses(each: Section, request: HttpRequest, record: Any) -> tuple[str, str]:
    """Of the list with the record's rows, and of the form for a new one; empty where there is
    none for this person."""
    other = admin.site._registry.get(apps.get_model(each.page)) if each.page else None
    if other is None or not other.has_view_permission(request):
        return "", ""
    base = f"admin:{other.opts.app_label}_{other.opts.model_name}"
    column = f"{each.owner}_id" if _has_relation(other.model, each.owner) else each.owner
    lookup = f"{each.owner}__id__exact" if column != each.owner else each.owner
    listed = f"{reverse(f'{base}_changelist')}?{urlencode({lookup: record.pk})}"
    if not other.has_add_permission(request):
        return listed, ""
    return listed, f"{reverse(f'{base}_add')}?{urlencode({column: record.pk})}"


def _has_relation(model: Any, name: str) -> bool:
    return any(field.name == name and field.is_relation for field in model._meta.get_fields())
