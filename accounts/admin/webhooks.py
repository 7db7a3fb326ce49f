from collections.abc import Iterator
from typing import Any

import orjson
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateFilter

from accounts.api.webhook_deliveries import ReplayWebhookDelivery, WebhookDeliveryViewSet
from accounts.api.webhook_endpoints import (
    RotateWebhookSecret,
    TestWebhookEndpoint,
    WebhookEndpointViewSet,
)
from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from paymenter import events
from paymenter.console.checklist import Checklist, Group, Item
from paymenter.console.display import AMBER, BLUE, GREEN, RED, badge, link, moment
from paymenter.console.fields import label_of, value_label
from paymenter.console.once import Secret
from paymenter.console.panels import Panel
from paymenter.console.records import ReadOnlyAdmin, RecordAdmin
from paymenter.console.verbs import Verb

STATES = {"pending": AMBER, "sending": BLUE, "delivered": GREEN, "failed": RED}
LATEST = 5
TEXT = "The receiver checks the signature of each delivery with it."


def _events() -> list[Group]:
    found: dict[str, list[Item]] = {}
    for event in events.every().values():
        group, _, name = event.name.partition(".")
        found.setdefault(label_of(group), []).append(Item(event.name, value_label(name)))
    return [Group(title, items) for title, items in found.items()]


def _deliveries(request: HttpRequest, endpoint: WebhookEndpoint) -> Iterator[Any]:
    found = WebhookDelivery.objects.filter(endpoint_id=endpoint.pk).order_by("-pk")
    for each in found.defer("payload")[:LATEST]:
        status = each.status_code or "-"
        yield link(each, each.event), badge(each.state, STATES), status, moment(each.created_at)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(RecordAdmin):
    viewset = WebhookEndpointViewSet
    list_display = ("url", "description", "told", "state", "failing_since")
    list_filter = ("enabled",)
    search_fields = ("url", "description")
    fields = ("url", "description", "events", "enabled", "disabled_reason", "failing_since")
    add_fields = ("url", "description", "events")
    form_fields = {"events": lambda: Checklist(_events, empty=None)}
    labels = {"url": "Address", "disabled_reason": "Why it is off"}
    help_texts = {
        "events": "None ticked means all, also those that come later.",
        "url": "An https address that takes the events as POST.",
    }
    verbs = (
        Verb(
            TestWebhookEndpoint,
            label="Send a test",
            icon="send",
            done="A test is on its way.",
            after=lambda endpoint, delivery: reverse(
                "admin:webhooks_webhookdelivery_change", args=[delivery.pk]
            ),
        ),
        Verb(
            RotateWebhookSecret,
            label="New secret",
            icon="key",
            dangerous=True,
            reveals=lambda endpoint, answer: Secret(
                "The new secret of the webhook",
                f"{TEXT} For 24 hours the one until now signs too.",
                answer["secret"],
            ),
        ),
    )

    panels = (
        Panel(
            "Latest deliveries",
            "webhook_deliveries",
            ("Event", "State", "HTTP status", "When"),
            _deliveries,
            empty="Nothing was sent yet. “Send a test” tries it.",
            all=lambda endpoint: (
                f"{reverse('admin:webhooks_webhookdelivery_changelist')}?endpoint_id={endpoint.pk}"
            ),
        ),
    )

    def made(self, result: Any) -> tuple[Any, Secret | None]:
        return result, Secret("The secret of the webhook", TEXT, result.secret)

    @admin.display(description="Events")
    def told(self, endpoint: WebhookEndpoint) -> str:
        return str(len(endpoint.events)) if endpoint.events else "All"

    @admin.display(description="State", ordering="enabled")
    def state(self, endpoint: WebhookEndpoint) -> str:
        state = "on" if endpoint.enabled else "off"
        return badge(state, {"on": GREEN, "off": RED})


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    viewset = WebhookDeliveryViewSet
    list_display = ("event", "endpoint", "status", "attempts", "status_code", "created_at")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("event", FieldTextFilter),
        ("created_at", RangeDateFilter),
    )
    search_fields = ("=webhook_id", "=endpoint_id", "event")
    fields = (
        *("event", "webhook_id", "endpoint", "status", "attempts", "next_attempt_at"),
        *("status_code", "duration_ms", "answer", "error", "created_at", "content"),
    )
    labels = {"duration_ms": "Took (milliseconds)", "status_code": "HTTP status"}
    verbs = (
        Verb(
            ReplayWebhookDelivery,
            label="Send again",
            icon="replay",
            done="It is on its way again.",
            bulk=True,
            when=lambda delivery: delivery.state in ("delivered", "failed"),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("payload")

    @admin.display(description="Endpoint", ordering="endpoint_id")
    def endpoint(self, delivery: WebhookDelivery) -> str:
        endpoint = WebhookEndpoint(pk=delivery.endpoint_id)
        return link(endpoint, f"Webhook {delivery.endpoint_id}")

    @admin.display(description="State", ordering="state")
    def status(self, delivery: WebhookDelivery) -> str:
        return badge(delivery.state, STATES)

    @admin.display(description="Content")
    def content(self, delivery: WebhookDelivery) -> SafeString:
        try:
            parsed = orjson.loads(delivery.payload)
            text = orjson.dumps(parsed, option=orjson.OPT_INDENT_2).decode()
        except ValueError:
            text = delivery.payload
        style = "white-space: pre-wrap; word-break: break-word"
        return format_html('<pre class="font-mono text-xs" style="{}">{}</pre>', style, text)
