"""The menu of the console: Paymenter's groups in Paymenter's order, and ours among them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.cache import cache
from django.db.models import CharField, Count, Model, Value
from django.http import HttpRequest
from django.urls import reverse

from paymenter.console import access

BADGE_SECONDS = 30


@dataclass(frozen=True)
class Page:
    """A list in the menu; seen by whoever may see the list. badge: how many wait, by filter."""

    model: str
    title: str
    icon: str
    badge: dict[str, str] | None = None
    urgent: bool = False

    def address(self) -> str:
        app, _, name = self.model.lower().partition(".")
        return reverse(f"admin:{app}_{name}_changelist")

    def is_open(self, request: HttpRequest) -> bool:
        registered = admin.site._registry.get(apps.get_model(self.model))
        return registered is not None and registered.has_module_permission(request)


@dataclass(frozen=True)
class View:
    """A page that is no list. permission: `settings.view`; empty for every member of staff."""

    name: str
    title: str
    icon: str
    permission: str = ""
    when: Callable[[], bool] | None = None

    badge = None

    def address(self) -> str:
        return reverse(f"admin:{self.name}")

    def is_open(self, request: HttpRequest) -> bool:
        if self.name not in VIEWS_BUILT or (self.when is not None and not self.when()):
            return False
        group, _, ability = self.permission.partition(".")
        return not group or access.may(request, group, ability)


VIEWS_BUILT = {"index"}  # those that apps have registered (paymenter.console.site.register_view)

MENU: tuple[tuple[str, tuple[Page | View, ...]], ...] = (
    ("", (View("index", "Dashboard", "dashboard"),)),
    (
        "Administration",
        (
            Page("billing.Service", "Services", "dns", badge={"status": "pending"}),
            Page("billing.ServiceCancellation", "Cancellations", "event_busy"),
            Page("billing.ServiceUpgrade", "Upgrades", "upgrade"),
            Page("billing.Category", "Categories", "folder"),
            Page("billing.Product", "Products", "inventory_2"),
            Page("accounts.User", "Clients and staff", "group"),
            Page("billing.Order", "Orders", "shopping_cart"),
            Page("support.Ticket", "Tickets", "forum", badge={"status": "open"}, urgent=True),
            Page("billing.Invoice", "Invoices", "receipt_long", badge={"status": "pending"}),
            Page("billing.InvoiceTransaction", "Transactions", "payments"),
            Page("corrections.CreditNote", "Credit notes", "undo"),
            Page("corrections.Refund", "Refunds", "currency_exchange"),
            Page("billing.Credit", "Credits", "account_balance_wallet"),
            Page("billing.BillingAgreement", "Saved payment methods", "credit_score"),
            Page("billing.Cart", "Carts", "shopping_bag"),
        ),
    ),
    (
        "Configuration",
        (
            Page("billing.ConfigOption", "Config options", "tune"),
            Page("billing.Coupon", "Coupons", "sell"),
            Page("billing.Currency", "Currencies", "attach_money"),
            Page("accounts.CustomProperty", "Custom properties", "list_alt"),
            Page("accounts.Role", "Roles", "admin_panel_settings"),
            Page("billing.TaxRate", "Tax rates", "percent"),
        ),
    ),
    (
        "Extensions",
        (
            Page("paymenter.Extension", "Extensions", "extension"),
            Page("billing.Gateway", "Gateways", "credit_card"),
            Page("billing.Server", "Servers", "storage"),
        ),
    ),
    (
        "System",
        (
            View("settings", "Settings", "settings", "settings.view"),
            View("cron_stats", "Cron statistics", "monitoring", "cron_stats.view"),
            Page("daily.DailyRun", "Daily runs", "event_repeat"),
            Page("daily.ParkedRow", "Parked rows", "report", urgent=True),
            Page("provisioning.Provisioning", "Provisioning", "rocket_launch"),
            Page("fulfilments.Fulfilment", "Fulfilments", "task_alt"),
            Page("accounts.Audit", "Audits", "history"),
        ),
    ),
    (
        "Other",
        (
            Page("accounts.ApiKey", "API keys", "key"),
            Page("accounts.EmailLog", "Email logs", "mail"),
            Page("paymenter.FailedJob", "Failed jobs", "error", badge={}, urgent=True),
            Page("accounts.NotificationTemplate", "Notification templates", "draft"),
            Page("accounts.OauthClient", "OAuth clients", "lock_open"),
            Page("webhooks.WebhookEndpoint", "Webhooks", "webhook"),
            Page("webhooks.WebhookDelivery", "Webhook deliveries", "send"),
        ),
    ),
    ("Debug", (Page("paymenter.DebugLog", "Error and HTTP log", "bug_report"),)),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """As the theme wants it; without what the person may not see, and without empty groups."""
    groups = [(title, [page for page in pages if page.is_open(request)]) for title, pages in MENU]
    counts = _waiting([page for _, pages in groups for page in pages])
    return [
        {
            "title": title,
            "separator": bool(title),
            "items": [_item(page, counts) for page in pages],
        }
        for title, pages in groups
        if pages
    ]


def _item(page: Page | View, counts: Mapping[str, int]) -> dict[str, Any]:
    item = {"title": page.title, "icon": page.icon, "link": page.address()}
    if isinstance(page, Page) and (count := counts.get(page.model)):
        item |= {"badge": str(count), "badge_variant": "danger" if page.urgent else "warning"}
    return item


def _waiting(pages: Sequence[Page | View]) -> dict[str, int]:
    """Counted at most twice a minute, by whoever comes first, in one query."""
    badges = {page.model: page.badge for page in pages if isinstance(page, Page)}
    keys = {f"console-badge:{model}": model for model, badge in badges.items() if badge is not None}
    known: dict[str, int] = cache.get_many(keys)
    missing = [key for key in keys if key not in known]
    if missing:
        queries = [_count(keys[key], badges[keys[key]] or {}) for key in missing]
        found = dict(queries[0].union(*queries[1:], all=True))
        fresh = {key: found.get(keys[key], 0) for key in missing}
        cache.set_many(fresh, BADGE_SECONDS)
        known |= fresh
    return {keys[key]: count for key, count in known.items()}


def _count(label: str, badge: Mapping[str, str]) -> Any:
    """A row with the label and the number, none where it is 0."""
    model: type[Model] = apps.get_model(label)
    rows = model._default_manager.filter(**badge).order_by()
    kinds = rows.annotate(kind=Value(label, CharField())).values("kind")
    return kinds.annotate(number=Count("pk")).values_list("kind", "number")
