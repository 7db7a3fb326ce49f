from typing import Any

import orjson
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from paymenter import options
from paymenter.api.debug_logs import DebugLogViewSet, masked
from paymenter.console.records import ReadOnlyAdmin
from paymenter.masking import without_links
from paymenter.models import DebugLog


@admin.register(DebugLog)
class DebugLogAdmin(ReadOnlyAdmin):
    """In the menu only while the setting `debug` is on."""

    viewset = DebugLogViewSet
    list_display = ("summary", "kind", "status", "created_at")
    list_filter = (("type", ChoicesDropdownFilter), ("created_at", RangeDateFilter))
    search_fields = ("context",)
    fields = ("kind", "summary", "created_at", "content")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return options.flag("debug") and super().has_module_permission(request)

    @admin.display(description="Kind", ordering="type")
    def kind(self, log: DebugLog) -> str:
        return {"http": "HTTP request", "exception": "Error"}.get(log.type, log.type)

    @admin.display(description="What")
    def summary(self, log: DebugLog) -> str:
        context = _context(log)
        if log.type == DebugLog.Type.HTTP:
            text = f"{context.get('method', '')} {context.get('url', '')}"
        else:
            text = str(context.get("message") or "Error")
        return (without_links(text.strip()) or "")[:160]

    @admin.display(description="Status")
    def status(self, log: DebugLog) -> str:
        return str(_context(log).get("response_status") or "-")

    @admin.display(description="Content")
    def content(self, log: DebugLog) -> SafeString:
        text = orjson.dumps(masked(_context(log)), option=orjson.OPT_INDENT_2).decode()
        style = "white-space: pre-wrap; word-break: break-word"
        return format_html('<pre class="font-mono text-xs" style="{}">{}</pre>', style, text)


def _context(log: DebugLog) -> dict[str, Any]:
    return log.context if isinstance(log.context, dict) else {}
