"""What happened to a record: Paymenter's audits of it and of its parts, the newest first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from paymenter.console.fields import label_of, value_label
from paymenter.db.morph import class_name

if TYPE_CHECKING:
    from paymenter.console.records import RecordAdmin

PER_PAGE = 50
MASK = "••••••"

# PHP writes a password's hash and a decrypted second factor into its audits.
_SECRETS = frozenset({"password", "tfa_secret", "token", "secret", "remember_token", "settings"})


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit as people read it."""

    at: datetime | None
    who: str
    what: str
    by_staff: bool
    ip_address: str
    changes: list[Change]


def page(admin: "RecordAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
    record = admin.get_object(request, object_id)
    if record is None:
        raise Http404
    if not admin.has_view_permission(request, record):
        raise PermissionDenied
    pages = Paginator(audits_of(record, admin.audited), PER_PAGE)
    shown = pages.get_page(request.GET.get("p", 1))
    context = {
        **admin.admin_site.each_context(request),
        "title": "History",
        "subtitle": str(record),
        "opts": admin.opts,
        "record": record,
        "original": record,
        "has_overview": hasattr(admin, "facts"),
        "page": shown,
        "entries": entries(shown.object_list),
    }
    return TemplateResponse(request, "console/history.html", context)


def audits_of(record: Model, relations: Iterable[str] = ()) -> Any:
    """Of the record, and of the rows of these relations as they are now."""
    try:
        wanted = Q(auditable_type=class_name(record), auditable_id=record.pk)
    except LookupError:  # a table of ours, which Paymenter's audits do not know
        return _audits().none()
    if not isinstance(record.pk, int):  # currencies and clients: the audits' column is a number
        return _audits().none()
    for name in relations:
        rows = getattr(record, name).all()
        ids = list(rows.order_by("-pk").values_list("pk", flat=True)[:500])
        wanted |= Q(auditable_type=class_name(rows.model), auditable_id__in=ids)
    return _audits().filter(wanted).order_by("-pk")


def entries(audits: Iterable[Any]) -> list[Entry]:
    """One query for the people."""
    rows = list(audits)
    users = apps.get_model("accounts.User")._default_manager.in_bulk(
        {r.user_id for r in rows} - {None}
    )
    return [_entry(row, users) for row in rows]


def _audits() -> Any:
    return apps.get_model("accounts.Audit")._default_manager.all()


def _entry(row: Any, users: Mapping[int, Any]) -> Entry:
    kind = row.auditable_type.rpartition("\\")[2]
    who = users.get(row.user_id)
    return Entry(
        at=row.created_at,
        who=str(who) if who is not None else f"User {row.user_id}" if row.user_id else "System",
        what=f"{value_label(row.event)}: {value_label(words_of(kind)).lower()} {row.auditable_id}",
        by_staff="admin" in (row.tags or ""),
        ip_address=row.ip_address or "",
        changes=list(_changes(row)),
    )


def _changes(row: Any) -> Iterator[Change]:
    old, new = _values(row.old_values), _values(row.new_values)
    for name in {**old, **new}:
        before, after = _text(name, old.get(name)), _text(name, new.get(name))
        if before or after:
            yield Change(label_of(name), before, after)


def _values(stored: Any) -> Mapping[str, Any]:
    """PHP writes an empty map as a list."""
    return stored if isinstance(stored, dict) else {}


def _text(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if name in _SECRETS:
        return MASK
    return str(value)


def words_of(kind: str) -> str:
    """`InvoiceItem` is invoice_item."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in kind).lstrip("_")
