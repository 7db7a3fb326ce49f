from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.permissions import described, groups
from accounts.api.api_keys import ApiKeyViewSet
from accounts.models import ApiKey
from accounts.rules.permissions import API_KEY
from paymenter.console.checklist import Checklist
from paymenter.console.display import GREEN, GREY, badge
from paymenter.console.once import Secret
from paymenter.console.records import RecordAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    viewset = ApiKeyViewSet
    list_display = ("name", "addresses", "state", "last_used_at", "created_at")
    list_filter = ("enabled",)
    search_fields = ("name",)
    fields = ("name", "permissions", "ip_addresses", "enabled")
    add_fields = ("name", "permissions", "ip_addresses")
    labels = {"ip_addresses": "IP addresses"}
    help_texts = {
        "ip_addresses": "One a line. None means that the key works from anywhere.",
        "permissions": "You can give only what you hold yourself.",
    }

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **options)
        if (old := form.base_fields.get("permissions")) is not None:
            person: Any = request.user
            names = groups(API_KEY, person.may)
            field = Checklist(names, label="Permissions", help_text=old.help_text)
            form.base_fields["permissions"] = field
        return form

    def write_action(self, request: HttpRequest, name: str) -> Callable[..., Any]:
        action = super().write_action(request, name)
        if name != "create":
            return action

        def create(*, ip_addresses: Any = (), **values: Any) -> Any:
            return action(addresses=ip_addresses or (), **values)

        return create

    def made(self, result: Any) -> tuple[Any, Secret | None]:
        key, token = result
        text = "Programs send it as “Authorization: Bearer …”."
        return key, Secret(f"The API key {key.name}", text, token)

    @admin.display(description="IP addresses")
    def addresses(self, key: ApiKey) -> str:
        listed = key.ip_addresses
        return ", ".join(map(str, listed)) if isinstance(listed, list) and listed else "Any"

    @admin.display(description="State", ordering="enabled")
    def state(self, key: ApiKey) -> str:
        return badge("enabled" if key.enabled else "disabled", {"enabled": GREEN, "disabled": GREY})

    @admin.display(description="Permissions")
    def permissions_shown(self, key: ApiKey) -> str:
        return described(key.permissions if isinstance(key.permissions, list) else ())
