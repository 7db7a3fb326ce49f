from typing import Any

from django.contrib import admin

from accounts.api.oauth_clients import OauthClientViewSet, RegenerateOauthSecret
from accounts.models import OauthClient
from paymenter.console.display import GREEN, RED, badge
from paymenter.console.fields import Lines
from paymenter.console.once import Secret
from paymenter.console.records import RecordAdmin
from paymenter.console.verbs import Verb

TEXT = "The application needs it with its id, {}, to sign people in."


class Redirects(Lines):
    """Stored with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value(value.split(",") if isinstance(value, str) else value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        old = [each for each in (initial or "").split(",") if each]
        return bool(old != self.to_python(data))


def _secret(client: OauthClient, value: str) -> Secret:
    return Secret(f"The secret of {client.name}", TEXT.format(client.pk), value)


@admin.register(OauthClient)
class OauthClientAdmin(RecordAdmin):
    viewset = OauthClientViewSet
    list_display = ("name", "id", "state", "created_at")
    search_fields = ("name", "=id")
    ordering = ("-created_at",)
    fields = ("id", "name", "redirect", "revoked")
    add_fields = ("name", "redirect", "confidential")
    form_fields = {"redirect": Redirects}
    labels = {"id": "Client id", "redirect": "Addresses to go back to"}
    help_texts = {
        "redirect": "One a line, exactly as the application sends them.",
        "confidential": "Gets a secret. Off for programs that cannot keep one, such as apps on"
        " phones.",
        "revoked": "All tokens of the application end.",
    }
    verbs = (
        Verb(
            RegenerateOauthSecret,
            label="New secret",
            icon="key",
            dangerous=True,
            when=lambda client: client.secret is not None,
            reveals=lambda client, answer: _secret(client, answer["secret"]),
        ),
    )

    def made(self, result: Any) -> tuple[Any, Secret | None]:
        client, secret = result
        return client, _secret(client, secret) if secret else None

    @admin.display(description="State", ordering="revoked")
    def state(self, client: OauthClient) -> str:
        return badge("revoked" if client.revoked else "active", {"revoked": RED, "active": GREEN})
