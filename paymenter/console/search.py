"""Search over everything (⌘K): clients, invoices by number, services, tickets, transactions.

Each list is asked only where the person may see it, and for a few rows by columns with an index
where there is one.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.dataclasses import SearchResult

from paymenter.console.navigation import MENU, Page

EACH = 5
SHORTEST = 2

MODELS = (
    ("accounts.User", "person"),
    ("billing.Invoice", "receipt_long"),
    ("billing.Service", "dns"),
    ("support.Ticket", "forum"),
    ("billing.InvoiceTransaction", "payments"),
    ("billing.Order", "shopping_cart"),
    ("billing.Product", "inventory_2"),
    ("billing.Coupon", "sell"),
    ("billing.Gateway", "credit_card"),
    ("billing.Server", "storage"),
)


def answer(site: Any, request: HttpRequest) -> HttpResponse:
    term = request.GET.get("s", "").strip()
    if len(term) < SHORTEST and not term.isdigit():
        return HttpResponse()
    found = [*_records(site, request, term), *_pages(request, term)]
    context = {"results": found, "page_obj": None, "page_counter": 0, "execution_time": 0}
    return TemplateResponse(
        request, "console/search.html", context, headers={"HX-Trigger": "search"}
    )


def _records(site: Any, request: HttpRequest, term: str) -> Iterator[SearchResult]:
    for label, icon in MODELS:
        page = site._registry.get(apps.get_model(label))
        if page is None or not page.search_fields or not page.has_view_permission(request):
            continue
        rows, _ = page.get_search_results(request, page.get_queryset(request), term)
        for record in rows.order_by("-pk").prefetch_related(*page.list_prefetch)[:EACH]:
            yield SearchResult(
                title=str(record),
                description=_description(page, record),
                link=page.address_of(record),
                icon=icon,
            )


def _description(page: Any, record: Any) -> str:
    name = str(page.opts.verbose_name).capitalize()
    owner = getattr(record, "email", None) or getattr(record, "user", None)
    return f"{name} · {owner}" if owner else name


def _pages(request: HttpRequest, term: str) -> Iterator[SearchResult]:
    for _, pages in MENU:
        for page in pages:
            if term.casefold() in page.title.casefold() and page.is_open(request):
                kind = "List" if isinstance(page, Page) else "Page"
                yield SearchResult(page.title, kind, page.address(), page.icon)
