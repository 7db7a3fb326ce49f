"""Lists that somebody wants to see again. They are the person's own and nobody else's."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from paymenter.console.models import SavedFilter

if TYPE_CHECKING:
    from paymenter.console.records import RecordAdmin

MOST = 20  # of one list
_PASSING = frozenset({"p", "all", "e"})  # page, show all, error: no part of what is kept


def saved(request: HttpRequest, page: str) -> list[dict[str, Any]]:
    """By name; `chosen` is the one that is shown now."""
    now = kept_query(request.GET.urlencode())
    rows = _mine(request).filter(page=page).order_by("name")
    return [{"filter": row, "chosen": bool(now) and row.query == now} for row in rows[:MOST]]


def kept_query(query: str) -> str:
    """In a fixed order, without what only passes."""
    given = QueryDict(query)
    kept = QueryDict(mutable=True)
    for name in sorted(given):
        if name not in _PASSING and any(given.getlist(name)):
            kept.setlist(name, given.getlist(name))
    return kept.urlencode()


def keep(admin: "RecordAdmin", request: HttpRequest) -> HttpResponse:
    """POST `name` and `query`; the same name again replaces what it stood for."""
    _check(admin, request)
    query = kept_query(request.POST.get("query", ""))
    name = request.POST.get("name", "").strip()
    if not name or len(name) > 60 or not query or len(query) > 2000:
        messages.error(request, "A filter needs a name of up to 60 characters and something set.")
    else:
        mine = {"user_id": request.user.pk, "page": admin.opts.label_lower}
        SavedFilter.objects.update_or_create(**mine, name=name, defaults={"query": query})
        messages.success(request, f"The filter “{name}” is saved.")
    return HttpResponseRedirect(f"{_list_of(admin)}?{query}" if query else _list_of(admin))


def forget(admin: "RecordAdmin", request: HttpRequest, key: int) -> HttpResponse:
    _check(admin, request)
    _mine(request).filter(pk=key, page=admin.opts.label_lower).delete()
    return HttpResponseRedirect(_list_of(admin))


def _check(admin: "RecordAdmin", request: HttpRequest) -> None:
    if request.method != "POST":
        raise Http404
    if not admin.has_view_permission(request):
        raise PermissionDenied


def _mine(request: HttpRequest) -> Any:
    return SavedFilter.objects.filter(user_id=request.user.pk or 0)


def _list_of(admin: "RecordAdmin") -> str:
    return reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist")
