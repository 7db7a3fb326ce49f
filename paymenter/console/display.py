"""How values look in lists and on pages: money, badges, links."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from paymenter.console.fields import value_label
from paymenter.db import zone

GREEN, AMBER, RED, GREY, BLUE = "success", "warning", "danger", "default", "info"

_COLOURS = {
    GREEN: "bg-green-100 text-green-800 dark:bg-green-500/20 dark:text-green-300",
    AMBER: "bg-orange-100 text-orange-800 dark:bg-orange-500/20 dark:text-orange-300",
    RED: "bg-red-100 text-red-800 dark:bg-red-500/20 dark:text-red-300",
    GREY: "bg-base-100 text-base-700 dark:bg-base-500/20 dark:text-base-200",
    BLUE: "bg-blue-100 text-blue-800 dark:bg-blue-500/20 dark:text-blue-300",
}


def badge(value: Any, colours: dict[str, str], label: str = "") -> SafeString | str:
    """A state as a coloured word; one that Paymenter never had is grey."""
    if value in (None, ""):
        return "-"
    return format_html(
        '<span class="font-semibold inline-block px-2 py-0.5 rounded-default text-xs '
        'whitespace-nowrap {}">{}</span>',
        _COLOURS[colours.get(str(value), GREY)],
        label or value_label(str(value)),
    )


def money(amount: Decimal | None, currency: str | None) -> str:
    """With the currency's code: staff see many currencies side by side."""
    if amount is None:
        return "-"
    return f"{amount:,.2f} {currency or ''}".strip()


def moment(at: date | None) -> str:
    """In the installation's time; of a day no hour."""
    if at is None:
        return "-"
    if isinstance(at, datetime):
        return date_format(at.astimezone(zone.current()), "j M Y, H:i")
    return date_format(at, "j M Y")


def day(at: date | None) -> str:
    """Without the hour, in the installation's time."""
    if isinstance(at, datetime):
        at = at.astimezone(zone.current()).date()
    return moment(at)


def link(record: Model | None, text: str = "") -> SafeString | str:
    """To the record's page, where the console has one."""
    if record is None:
        return "-"
    address = address_of(record)
    return to(address, text or str(record)) if address else text or str(record)


def address_of(record: Model) -> str:
    """Of its page; empty where it has none."""
    page: Any = admin.site._registry.get(type(record))
    return str(page.address_of(record)) if page is not None else ""


def to(address: str, text: str) -> SafeString:
    """A link to any page."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500 hover:underline" href="{}">{}</a>',
        address,
        text,
    )


def list_link(model: type[Model], text: str, **filters: Any) -> SafeString | str:
    """To a list as these filters show it."""
    opts = model._meta
    try:
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    except NoReverseMatch:
        return text
    query = urlencode({f"{name}__id__exact": value for name, value in filters.items()})
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500 hover:underline" href="{}?{}">{}</a>',
        address,
        query,
        text,
    )
