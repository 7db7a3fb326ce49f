"""Form fields that a server or gateway declares itself, in the boxes `settings.<name>`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import Model
from django.urls import reverse
from unfold import widgets

from billing.rules.checkout_fields import CHECKBOX, CHOICES
from billing.rules.extension_settings import Setting
from billing.rules.product_settings import PASSWORD, Option, is_list
from paymenter.console.fields import (
    Amount,
    Area,
    Choice,
    Choices,
    Line,
    Lines,
    StoredSecret,
    Switch,
    label_of,
)

Fields = dict[str, forms.Field]

LABELS: Mapping[str, str] = {
    "api_key": "API key",
    "apikey": "API key",
    "client_id": "Client ID",
    "client_port": "Port of the client panel",
    "host": "Address",
    "ip": "IP address",
    "key": "API key",
    "orgId": "Organisation ID",
    "password": "Password or API token",
    "paypal_support_billing_agreements": "Saved PayPal accounts",
    "stripe_create_customers": "Make customers at Stripe",
    "stripe_publishable_key": "Publishable key",
    "stripe_secret_key": "Secret key",
    "stripe_webhook_secret": "Signing secret of the webhook",
    "test_mode": "Test mode",
    "webhook_id": "Webhook ID",
}
HELP: Mapping[str, str] = {
    "host": "Such as https://panel.example.com",
    "test_mode": "Payments go to the provider's sandbox: no money moves.",
    "paypal_support_billing_agreements": "Clients may save their account for renewals.",
    "stripe_webhook_secret": "Filled in when the webhook is made at Stripe.",
}


def page_of(record: Model) -> str:
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


def of_settings(known: Iterable[Setting], stored: Mapping[str, Any]) -> Fields:
    """Of a gateway or server; no secret is told."""
    return {f"settings.{each.key}": _of_setting(each, stored.get(each.key)) for each in known}


def of_options(offered: Iterable[Option], chosen: Mapping[str, Any]) -> Fields:
    """Of a product."""
    return {f"settings.{each.name}": _of_option(each, chosen.get(each.name)) for each in offered}


def _of_setting(setting: Setting, value: Any) -> forms.Field:
    field: forms.Field
    if setting.secret:
        field = StoredSecret(is_set=bool(value), can_forget=not setting.required)
    elif setting.kind == "switch":
        field = Switch(initial=value not in (None, "", "0", False))
    else:
        field = Line(initial=value)
    field.label = LABELS.get(setting.key, label_of(setting.key))
    field.help_text = HELP.get(setting.key, "")
    field.widget.is_required = setting.required and setting.kind != "switch"
    return field


def _of_option(option: Option, value: Any) -> forms.Field:
    field = _made(option, value is not None)
    if option.type != PASSWORD:
        field.initial = option.default if value is None else value
    field.label = option.label or label_of(option.name)
    field.help_text = option.description
    field.widget.is_required = option.required and option.type != CHECKBOX
    if option.placeholder:
        field.widget.attrs["placeholder"] = option.placeholder
    return field


def _made(option: Option, is_set: bool) -> forms.Field:
    choices = [(key, label) for key, label in option.options.items()]
    if is_list(option):
        return Choices(choices) if choices else Lines()
    if option.type in CHOICES:
        return Choice(lambda: choices)
    if option.type == CHECKBOX:
        return Switch()
    if option.type == PASSWORD:
        return StoredSecret(is_set=is_set, can_forget=not option.required)
    if option.type == "number":
        return Amount()
    if option.type == "email":
        return Line(widget=widgets.UnfoldAdminEmailInputWidget())
    return Area() if option.type == "textarea" else Line()
