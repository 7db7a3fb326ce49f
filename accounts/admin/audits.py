from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, TextFilter

from accounts.api.audits import AuditViewSet, is_hidden
from accounts.models import Audit, User
from paymenter.console import history
from paymenter.console.display import link
from paymenter.console.fields import value_label
from paymenter.console.records import ReadOnlyAdmin
from paymenter.db.morph import class_names, model_for
from paymenter.masking import HIDDEN, without_links

MOST_PEOPLE = 100
EVENTS = ("created", "updated", "deleted", "restored", "extension_action", "impersonated")


class Event(DropdownFilter):  # type: ignore[misc]
    title, parameter_name = "event", "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(event, value_label(event)) for event in EVENTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Audit]) -> QuerySet[Audit]:
        return queryset.filter(event=self.value()) if self.value() else queryset


class Kind(DropdownFilter):  # type: ignore[misc]
    title, parameter_name = "record", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = [(model._meta.label, _words(name)) for name, model in _kinds().items()]
        return sorted(found, key=lambda each: each[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Audit]) -> QuerySet[Audit]:
        names = [name for name, model in _kinds().items() if model._meta.label == self.value()]
        return queryset.filter(auditable_type__in=names) if names else queryset


class By(TextFilter):  # type: ignore[misc]
    title, parameter_name = "person (e-mail address)", "by"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Audit]) -> QuerySet[Audit]:
        if not self.value():
            return queryset
        people = User.objects.filter(email__icontains=self.value()).values_list("pk", flat=True)
        return queryset.filter(user_id__in=list(people[:MOST_PEOPLE]))


@admin.register(Audit)
class AuditAdmin(ReadOnlyAdmin):
    viewset = AuditViewSet
    list_display = ("created_at", "what", "record", "who", "address_of_person")
    list_filter = (Event, Kind, By, ("created_at", RangeDateFilter))
    search_fields = ("=auditable_id", "event", "auditable_type")
    search_help_text = "Number of the record, event or type"
    fields = (
        *("created_at", "what", "record", "who", "in_console"),
        *("ip_address", "user_agent", "address", "changes"),
    )
    labels = {"ip_address": "IP address", "created_at": "When"}
    list_prefetch = ("user",)

    @admin.display(description="Event", ordering="event")
    def what(self, audit: Audit) -> str:
        return value_label(audit.event)

    @admin.display(description="Record", ordering="auditable_type")
    def record(self, audit: Audit) -> str:
        model = model_for(audit.auditable_type)
        text = f"{_words(audit.auditable_type)} {audit.auditable_id}"
        return link(model(pk=audit.auditable_id), text) if model else text

    @admin.display(description="By", ordering="user_id")
    def who(self, audit: Audit) -> str:
        person = audit.user
        if person is not None:
            return link(person)
        return f"User {audit.user_id}" if audit.user_id else "System"

    @admin.display(description="IP address", ordering="ip_address")
    def address_of_person(self, audit: Audit) -> str:
        return audit.ip_address or "-"

    @admin.display(description="Where")
    def in_console(self, audit: Audit) -> str:
        if (audit.tags or "").startswith("impersonated"):
            return value_label(audit.tags or "")
        return "In the console" if "admin" in (audit.tags or "") else "Elsewhere"

    @admin.display(description="Address")
    def address(self, audit: Audit) -> str:
        return without_links(audit.url) or "-"

    @admin.display(description="Changes")
    def changes(self, audit: Audit) -> SafeString | str:
        if is_hidden(audit):
            return HIDDEN
        context = {"changes": history.entries([audit])[0].changes}
        return render_to_string("console/changes.html", context)


def _kinds() -> dict[str, Any]:
    """The records that the console knows, by PHP's name."""
    known = {name: apps.get_model(label) for name, label in class_names().items()}
    return {name: model for name, model in known.items() if model in admin.site._registry}


def _words(name: str) -> str:
    model = model_for(name)
    if model is not None:
        return str(model._meta.verbose_name).capitalize()
    return value_label(history.words_of(name.rpartition("\\")[2]))
