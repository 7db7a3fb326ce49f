from django.contrib import admin
from django.http import HttpRequest

from paymenter.api.extensions import ExtensionViewSet
from paymenter.console.display import GREEN, GREY, badge
from paymenter.console.records import ReadOnlyAdmin
from paymenter.models import Extension

ELSEWHERE = ("gateway", "server")


@admin.register(Extension)
class ExtensionAdmin(ReadOnlyAdmin):
    """Those of PHP, to look at: installing and switching them runs code there."""

    viewset = ExtensionViewSet
    list_display = ("name", "extension", "kind", "state", "created_at")
    search_fields = ("name", "extension")
    ordering = ("name", "pk")
    fields = ("name", "extension", "kind", "state", "created_at")

    def get_queryset(self, request: HttpRequest) -> object:
        return super().get_queryset(request).exclude(type__in=ELSEWHERE)

    @admin.display(description="Type", ordering="type")
    def kind(self, extension: Extension) -> str:
        return badge(extension.type, {})

    @admin.display(description="State", ordering="enabled")
    def state(self, extension: Extension) -> str:
        state = "enabled" if extension.enabled else "disabled"
        return badge(state, {"enabled": GREEN, "disabled": GREY})
