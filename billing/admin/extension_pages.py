"""What the pages of gateways and servers share: the settings that their extension declares."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from billing.admin import provider_fields
from billing.rules.extension_settings import Catalogue, settings_of
from paymenter import options
from paymenter.console.display import GREEN, badge
from paymenter.console.fields import Choice
from paymenter.console.records import RecordAdmin
from paymenter.db.morph import class_name
from paymenter.models import Extension

CHOOSE_FIRST = "Choose which one: what it wants to know is asked here then."


class ExtensionAdmin(RecordAdmin):
    """catalogue: by the name of the extension, the settings it has."""

    catalogue: ClassVar[Catalogue]

    list_display = ("name", "extension", "state", "updated_at")
    list_filter = ("extension", "enabled")
    search_fields = ("name", "extension")
    audited = ("settings",)

    def sets(self, request: HttpRequest, obj: Any) -> Any:
        asked = [name for name in self.more_fields(request, obj) if name != "extension"]
        settings: dict[str, Any] = {"fields": asked}
        if not asked:
            settings["description"] = CHOOSE_FIRST
        return (
            (None, {"fields": ["name", "extension", "enabled"]}),
            ("Settings", settings),
        )

    def more_fields(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """A new one's by what was chosen in the form, or stands in the address."""
        if obj is not None and not self.has_change_permission(request, obj):
            return {}
        chosen = obj.extension if obj else request.POST.get("extension", "")
        name = chosen or request.GET.get("extension", "")
        stored = options.owned_by(class_name(self.model), obj.pk) if obj else {}
        return {
            **({"extension": self._choice()} if obj is None else {}),
            **provider_fields.of_settings(settings_of(self.catalogue, name).values(), stored),
        }

    def _choice(self) -> forms.Field:
        """Chosen anew, the page asks for the settings of that one."""
        field = Choice(lambda: [(name, name.replace("_", " ")) for name in sorted(self.catalogue)])
        field.label = "Extension"
        field.help_text = CHOOSE_FIRST
        field.widget.attrs["x-on:change"] = (
            "const asked = new URLSearchParams({extension: $el.value});"
            "asked.set('name', document.getElementById('id_name').value);"
            "window.removeEventListener('beforeunload', window.onbeforeunload);"
            "window.location.search = asked"
        )
        return field

    @admin.display(description="State", ordering="enabled")
    def state(self, extension: Extension) -> str:
        return badge("enabled" if extension.enabled else "disabled", {"enabled": GREEN})
