"""The settings that there are, in the groups of Paymenter's settings page, and what each may hold.

What is no flag and no list is stored as text. A secret is stored encrypted and never shown.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from typing import Any
from zoneinfo import available_timezones

from django.apps import apps

from paymenter.jsonapi.input import Field
from paymenter.laravel.templates import LONGEST, Blade
from paymenter.laravel.validation import (
    REQUIRED,
    Boolean,
    Email,
    Given,
    In,
    Integer,
    Max,
    Min,
    Numeric,
    Rule,
    Schema,
    String,
    Texts,
    Url,
    integer,
    php_text,
)
from paymenter.seed.countries import COUNTRIES
from paymenter.seed.settings import LANGUAGES

Values = Mapping[str, Any]
Needed = Callable[[Values], bool]

FLAG, LIST, SECRET, INTEGER, AMOUNT, FILE = "flag", "list", "secret", "integer", "number", "file"
TEXT, CHOICE = "text", "choice"


@dataclass(frozen=True, slots=True)
class Option:
    """`needed`: whether it must be filled, given all the others."""

    key: str
    group: str
    kind: str
    rules: tuple[Rule, ...]
    needed: Needed

    @property
    def type(self) -> str:
        """As the table names it."""
        return {FLAG: "boolean", LIST: "array"}.get(self.kind, "string")

    @property
    def is_secret(self) -> bool:
        return self.kind == SECRET

    @property
    def field(self) -> Field:
        return Field(*self.rules, nullable=self.kind not in (FLAG, LIST))

    def shown(self, value: Any) -> Any:
        """Of what the settings table holds, read by `paymenter.options`."""
        if self.kind == FLAG:
            return is_on(value)
        if value is None or self.is_secret:
            return None
        if self.kind == INTEGER:
            whole = integer(value)
            return php_text(value) if whole is None else whole
        return value if self.kind == LIST else php_text(value)


def is_on(value: Any) -> bool:
    """PHP's idea of a switch, however it is stored."""
    return value not in (None, "", "0", 0, False)


def is_public(key: str) -> bool:
    """Whether everybody who may read settings may read this one."""
    return key in options() and not options()[key].is_secret


@cache
def options() -> Mapping[str, Option]:
    return {option.key: option for option in _all()}


def missing(key: str, values: Values) -> dict[str, list[str]]:
    """Texts for the settings that `key`, with these values, leaves without what they need."""
    concerned = [key, *_SWITCHES.get(key, ())]
    empty = [name for name in concerned if values.get(name) in (None, "", [])]
    return {
        name: [REQUIRED.format(name.replace("_", " "))]
        for name in empty
        if options()[name].needed(values)
    }


# -- rules of single settings ---------------------------------------------------------------------


class Matches(Rule):
    def __init__(self, pattern: str, text: str) -> None:
        self.pattern, self.refusal = re.compile(pattern), text

    def text(self, given: Given) -> str | None:
        fine = isinstance(given.value, str) and self.pattern.search(given.value)
        return None if fine else given.say(self.refusal)


class Bytes(Rule):
    """No longer than the column."""

    def text(self, given: Given) -> str | None:
        long = isinstance(given.value, str) and len(given.value.encode()) > LONGEST
        return (
            given.say("The {} field must not be greater than {} bytes.", LONGEST) if long else None
        )


class File(Rule):
    schema: Schema = {"type": "string"}

    def text(self, given: Given) -> str | None:
        return "This setting is a file: it is uploaded in the console."


def _no_proxy(text: str) -> str | None:
    if text == "*":
        return None
    try:
        ip_network(text, strict=False)
    except ValueError:
        return f"{text} is neither an IP address nor a network nor `*`."
    return None


def _no_language(text: str) -> str | None:
    return None if text in LANGUAGES.split() else f"{text} is no language that is installed."


def _currencies() -> list[str]:
    codes = apps.get_model("billing.Currency")._default_manager.values_list("code", flat=True)
    return list(codes)


# -- the catalogue -------------------------------------------------------------------------------

_ALWAYS: Needed = lambda values: True  # noqa: E731
_NEVER: Needed = lambda values: False  # noqa: E731
_CAPTCHA: Needed = lambda values: values.get("captcha") not in (None, "", "disabled")  # noqa: E731
_MAIL: Needed = lambda values: not is_on(values.get("mail_disable", True))  # noqa: E731
_PIPING: Needed = lambda values: is_on(values.get("ticket_mail_piping"))  # noqa: E731

_SWITCHES: Mapping[str, tuple[str, ...]] = {
    "captcha": ("captcha_site_key", "captcha_secret"),
    "mail_disable": (
        *("mail_host", "mail_port", "mail_username", "mail_password", "mail_from_address"),
        *("mail_from_name", "mail_header", "mail_footer", "mail_css"),
    ),
    "ticket_mail_piping": (
        *("ticket_mail_host", "ticket_mail_port", "ticket_mail_email", "ticket_mail_password"),
    ),
}
_SESSIONS = (
    "none",
    *("ip_admin", "ip_client", "ip_both"),
    *("user_agent_admin", "user_agent_client", "user_agent"),
    *("ip_user_agent_admin", "ip_user_agent_client", "ip_user_agent_both"),
)
_TIME = Matches(r"^([01]\d|2[0-3]):[0-5]\d\Z", "The {} field must match the format H:i.")
_COLOUR = Matches(
    r"^hsl\(\d{1,3}(\.\d+)?, ?\d{1,3}(\.\d+)?%, ?\d{1,3}(\.\d+)?%\)\Z",
    "The {} field must be a colour such as hsl(229, 100%, 64%).",
)
_NUMBERED = Matches(r"\{number\}", "The {} field must contain {{number}}.")
_NAME = Matches(r"^[A-Za-z0-9_-]+\Z", "The {} field format is invalid.")
_COLOURS = (
    *("primary", "secondary", "neutral", "base", "muted", "inverted"),
    *("background", "background-secondary"),
)


def _all() -> Iterable[Option]:
    yield from _general()
    yield from _people()
    yield from _mail()
    yield from _business()
    yield from _theme()


def _general() -> Iterable[Option]:
    of = _in("general")
    yield of.text("company_name", Max(255))
    yield of.choice("timezone", lambda: sorted(available_timezones()))
    yield of.choice("app_language", LANGUAGES.split())
    yield of.list("allowed_languages", _no_language, needed=_ALWAYS)
    yield of.text("app_url", Url(), needed=_ALWAYS)
    yield from map(of.file, ("logo", "logo_dark", "favicon"))
    yield of.text("system_email_address", Email(), needed=_ALWAYS)
    yield of.text("tos", Url())
    other = _in("other")
    icons = ("mp", "identicon", "monsterid", "wavatar", "retro", "robohash")
    yield other.choice("gravatar_default", icons, needed=_NEVER)
    yield other.choice("default_currency", _currencies)
    yield other.flag("registration_disabled")
    yield other.integer("pagination", 1, 1000)
    yield other.flag("debug")


def _people() -> Iterable[Option]:
    of = _in("security")
    captchas = ("disabled", "recaptcha-v2", "recaptcha-v3", "turnstile", "hcaptcha")
    yield of.choice("captcha", captchas)
    yield of.text("captcha_site_key", needed=_CAPTCHA)
    yield of.secret("captcha_secret", needed=_CAPTCHA)
    yield of.list("trusted_proxies", _no_proxy)
    yield of.choice("session_validation", _SESSIONS)
    of = _in("social-login")
    for provider in ("google", "github", "discord"):
        yield of.flag(f"oauth_{provider}")
        yield of.text(f"oauth_{provider}_client_id")
        yield of.secret(f"oauth_{provider}_client_secret")


def _mail() -> Iterable[Option]:
    of = _in("mail")
    yield of.flag("mail_disable")
    yield of.flag("mail_must_verify")
    yield of.text("mail_host", needed=_MAIL)
    yield of.integer("mail_port", 1, 65_535, needed=_MAIL)
    yield of.text("mail_username", needed=_MAIL)
    yield of.secret("mail_password", needed=_MAIL)
    yield of.choice("mail_encryption", ("tls", "ssl", "none"), needed=_NEVER)
    yield of.text("mail_from_address", Email(), needed=_MAIL)
    yield of.text("mail_from_name", Max(255), needed=_MAIL)
    yield of.text("mail_header", Blade(), needed=_MAIL)
    yield of.text("mail_footer", Blade(), needed=_MAIL)
    yield of.text("mail_css", needed=_MAIL)
    of = _in("tickets")
    yield of.flag("tickets_disabled")
    yield of.list("ticket_departments", needed=_ALWAYS)
    yield of.flag("ticket_client_closing_disabled")
    yield of.flag("ticket_mail_piping")
    yield of.text("ticket_mail_host", needed=_PIPING)
    yield of.integer("ticket_mail_port", 1, 65_535, needed=_PIPING)
    yield of.text("ticket_mail_email", Email(), needed=_PIPING)
    yield of.secret("ticket_mail_password", needed=_PIPING)


def _business() -> Iterable[Option]:
    of = _in("tax")
    yield of.flag("tax_enabled")
    yield of.choice("tax_type", ("inclusive", "exclusive"))
    of = _in("cronjob")
    yield of.text("cronjob_time", _TIME, needed=_ALWAYS)
    for name in ("invoice", "invoice_reminder", "order_cancel", "order_suspend"):
        yield of.integer(f"cronjob_{name}", 0, 3650)
    for name in ("order_terminate", "delete_email_logs", "close_ticket"):
        yield of.integer(f"cronjob_{name}", 0, 3650)
    of = _in("credits")
    yield of.flag("credits_enabled")
    for name in ("minimum_deposit", "maximum_deposit", "maximum_credit"):
        yield of.amount(f"credits_{name}")
    yield of.flag("credits_auto_use")
    yield of.flag("credits_on_downgrade")
    of = _in("invoices")
    yield of.text("bill_to_text")
    yield of.integer("invoice_number", 0, 2**63 - 1, needed=_NEVER)
    yield of.integer("invoice_number_padding", 1, 20)
    yield of.text("invoice_number_format", Max(100), _NUMBERED, needed=_ALWAYS)
    yield of.flag("invoice_proforma")
    yield of.flag("invoice_snapshot")
    yield of.integer("credit_note_padding", 1, 20, needed=_NEVER)  # ours
    yield of.text("credit_note_format", Max(100), _NUMBERED, needed=_NEVER)  # ours
    yield of.choice("billing_month_end", ("overflow", "clamp"), needed=_NEVER)  # ours
    yield from _e_invoices(of)


def _e_invoices(of: "_in") -> Iterable[Option]:
    """Ours: what an e-invoice says of the seller (docs/invoices.md)."""
    yield of.flag("invoice_factur_x")
    yield of.text("invoice_exemption", Max(255))
    for name in ("name", "address", "zip", "city", "vat_id", "tax_number", "iban"):
        yield of.text(f"seller_{name}", Max(255))
    yield of.choice("seller_country", sorted(COUNTRIES), needed=_NEVER)
    yield of.text("seller_email", Email())


def _theme() -> Iterable[Option]:
    of = _in("theme")
    yield of.text("theme", Max(100), _NAME, needed=_ALWAYS)
    for name in ("direct_checkout", "small_images", "show_category_description"):
        yield of.flag(f"theme_default_{name}")
    yield of.choice("theme_default_logo_display", ("logo-only", "logo-and-name"), needed=_NEVER)
    yield of.text("theme_default_home_page_text")
    for prefix in ("", "dark-"):
        yield from (of.text(f"theme_default_{prefix}{name}", _COLOUR) for name in _COLOURS)


@dataclass(frozen=True, slots=True)
class _in:  # noqa: N801 (reads as a word)
    """Makes the options of a group."""

    group: str

    def text(self, key: str, *rules: Rule, needed: Needed = _NEVER) -> Option:
        return Option(key, self.group, TEXT, (String(), Bytes(), *rules), needed)

    def secret(self, key: str, *, needed: Needed = _NEVER) -> Option:
        return Option(key, self.group, SECRET, (String(), Max(1000)), needed)

    def flag(self, key: str) -> Option:
        return Option(key, self.group, FLAG, (Boolean(),), _NEVER)

    def integer(self, key: str, least: int, most: int, *, needed: Needed = _ALWAYS) -> Option:
        rules = (Integer(least, most), Min(least), Max(most))
        return Option(key, self.group, INTEGER, rules, needed)

    def amount(self, key: str) -> Option:
        return Option(key, self.group, AMOUNT, (Numeric(), Min(0)), _ALWAYS)

    def list(
        self,
        key: str,
        refused: Callable[[str], str | None] | None = None,
        *,
        needed: Needed = _NEVER,
    ) -> Option:
        return Option(key, self.group, LIST, (Texts(refused, longest=100, most=200),), needed)

    def choice(
        self,
        key: str,
        values: Collection[str] | Callable[[], Collection[str]],
        *,
        needed: Needed = _ALWAYS,
    ) -> Option:
        return Option(key, self.group, CHOICE, (String(), In(values)), needed)

    def file(self, key: str) -> Option:
        return Option(key, self.group, FILE, (File(),), _NEVER)
