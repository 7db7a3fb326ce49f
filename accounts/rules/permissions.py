"""Paymenter's permission names and what each of them grants.

Paymenter: config/permissions.php. Its policies test some names that this catalogue spells another
way (`audit`, `notification_templates`) or does not have (`view`); here both spellings count.
"""

from collections.abc import Collection, Mapping

EVERYTHING = "*"

_ALL = ("create", "update", "viewAny", "delete", "deleteAny")
_FOUR = ("create", "update", "view", "delete")

STAFF_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "settings": ("view", "update"),
    "users": ("create", "update", "viewAny", "delete", "impersonate"),
    "invoices": _ALL,
    "invoice_transactions": _ALL,
    "products": _ALL,
    "categories": _ALL,
    "tickets": _ALL,
    "orders": _ALL,
    "services": _ALL,
    "service_cancellations": _ALL,
    "custom_properties": _ALL,
    "currencies": _ALL,
    "roles": _ALL,
    "coupons": _ALL,
    "config_options": _ALL,
    "tax_rates": _ALL,
    "gateways": _ALL,
    "servers": _ALL,
    "email_templates": _ALL,
    "oauth_clients": _ALL,
    "ticket_messages": ("delete",),
    "audits": ("viewAny",),
    "cron_stats": ("view",),
    "debug_logs": ("view",),
    "api_keys": ("create", "update", "viewAny", "delete"),
    "extensions": ("update", "viewAny", "install", "delete"),
    "failed_jobs": ("viewAny",),
    "email_logs": ("viewAny", "view"),
    "widgets": ("revenue", "overview", "support", "active_users"),
    "updates": ("update",),
}
# Of our own: what Paymenter lets anybody do who reaches the page, or ties to another permission.
OUR_STAFF_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "credits": _FOUR,
    "billing_agreements": ("view",),
    "carts": ("view",),
    "provisionings": ("create",),
}
KEY_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "users": (*_FOUR, "impersonate"),
    "invoices": _FOUR,
    "invoice_items": _FOUR,
    "tickets": _FOUR,
    "orders": _FOUR,
    "services": _FOUR,
    "coupons": _FOUR,
    "credits": _FOUR,
    "ticket_messages": ("create", "view", "delete"),
    "products": ("view",),
    "categories": ("view",),
    "properties": ("view",),
    "roles": ("view",),
}
# Of our own, key permissions only: writes that Paymenter refuses, and tables that its API lacks.
OUR_KEY_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "coupons": ("viewAny",),
    "products": ("create", "update", "delete"),
    "categories": ("create", "update", "delete"),
    "plans": _FOUR,
    "prices": _FOUR,
    "config_options": _FOUR,
    "product_upgrades": ("create", "view", "delete"),
    "currencies": _FOUR,
    "tax_rates": _FOUR,
    "gateways": _FOUR,
    "servers": _FOUR,
    "invoice_transactions": _FOUR,
    "invoice_snapshots": ("view",),
    "credit_movements": ("view",),
    "credit_notes": ("create", "view"),
    "refunds": ("create", "view"),
    "fulfilments": ("update", "view"),
    "service_configs": _FOUR,
    "service_cancellations": _FOUR,
    "service_upgrades": ("update", "view"),
    "billing_agreements": ("view",),
    "carts": ("view",),
    "provisionings": ("create", "update", "view"),
    "parked_rows": ("update", "view", "delete"),
    "daily_runs": ("create", "view"),
    "properties": ("create", "update", "delete", "viewAny"),
    "custom_properties": _FOUR,
    "client_notes": _FOUR,
    "roles": ("create", "update", "delete", "viewAny"),
    "api_keys": _FOUR,
    "oauth_clients": _FOUR,
    "user_sessions": ("view", "delete"),
    "notifications": _FOUR,
    "notification_templates": ("update", "view"),
    "email_logs": ("view", "resend"),
    "audits": ("view",),
    "webhook_endpoints": _FOUR,
    "webhook_deliveries": ("update", "view"),
    "settings": ("update", "view"),
    "cron_stats": ("view",),
    "debug_logs": ("view",),
    "extensions": ("view",),
    "failed_jobs": ("view", "delete", "retry"),
    "ticket_messages": ("update",),
}
PAYMENTER_STAFF = (
    EVERYTHING,
    *(f"admin.{r}.{a}" for r, actions in STAFF_ACTIONS.items() for a in actions),
)
STAFF = (
    *PAYMENTER_STAFF,
    *(f"admin.{r}.{a}" for r, actions in OUR_STAFF_ACTIONS.items() for a in actions),
)
PAYMENTER_API_KEY = tuple(f"admin.{r}.{a}" for r, names in KEY_ACTIONS.items() for a in names)
API_KEY = (
    *PAYMENTER_API_KEY,
    *(f"admin.{r}.{a}" for r, names in OUR_KEY_ACTIONS.items() for a in names),
)

PAYMENTER_ROUTES = frozenset(
    {
        "users",
        "orders",
        "services",
        "invoices",
        "invoice_items",
        "credits",
        "tickets",
        "ticket_messages",
        "products",
        "categories",
    }
)

_CANONICAL = {"audit": "audits", "notification_templates": "email_templates"}

# Models by Django's name; those of the second list are parts of what the permission is for.
_RESOURCES = {
    "apikey": "api_keys",
    "audit": "audits",
    "category": "categories",
    "configoption": "config_options",
    "coupon": "coupons",
    "cronstat": "cron_stats",
    "currency": "currencies",
    "customproperty": "custom_properties",
    "debuglog": "debug_logs",
    "emaillog": "email_logs",
    "extension": "extensions",
    "failedjob": "failed_jobs",
    "gateway": "gateways",
    "invoice": "invoices",
    "invoicetransaction": "invoice_transactions",
    "notificationtemplate": "email_templates",
    "oauthclient": "oauth_clients",
    "order": "orders",
    "product": "products",
    "role": "roles",
    "server": "servers",
    "service": "services",
    "servicecancellation": "service_cancellations",
    "setting": "settings",
    "taxrate": "tax_rates",
    "ticket": "tickets",
    "user": "users",
}
_PARTS = {
    "configoptionproduct": "config_options",
    "couponproduct": "coupons",
    "invoiceitem": "invoices",
    "invoicesnapshot": "invoices",
    "plan": "products",
    "price": "products",
    "productupgrade": "products",
    "serviceconfig": "services",
    "serviceupgrade": "services",
    "ticketmessage": "tickets",
    "ticketmessageattachment": "tickets",
}
_WHOLES = {
    "client_notes": "users",
    "credit_movements": "users",
    "credit_notes": "invoices",
    "fulfilments": "invoices",
    "invoice_items": "invoices",
    "invoice_snapshots": "invoices",
    "notifications": "users",
    "plans": "products",
    "prices": "products",
    "provisionings": "services",
    "parked_rows": "services",
    "daily_runs": "services",
    "product_upgrades": "products",
    "properties": "users",
    "refunds": "invoice_transactions",
    "service_configs": "services",
    "service_upgrades": "services",
    "ticket_messages": "tickets",
    "user_sessions": "users",
}
_ACTIONS = {"add": "create", "change": "update", "delete": "delete"}


def grants(granted: Collection[str], name: str) -> bool:
    """Whether a role with the permissions `granted` may do `name`. No rule means no."""
    held = {_canonical(permission) for permission in granted}
    name = _canonical(name)
    if EVERYTHING in held or name in held:
        return True
    subject, _, action = name.rpartition(".")
    own = STAFF_ACTIONS.get(subject.removeprefix("admin."), ())
    return action == "view" and "view" not in own and f"{subject}.viewAny" in held


def role_allows(granted: Collection[str], name: str) -> bool:
    """The same for what an endpoint asks: roles have no names of their own for parts of a whole."""
    if grants(granted, name):
        return True
    head, _, action = name.rpartition(".")
    resource = head.removeprefix("admin.")
    whole = _WHOLES.get(resource)
    own = (*STAFF_ACTIONS.get(resource, ()), *OUR_STAFF_ACTIONS.get(resource, ()))
    if whole is None or action in own:
        return False
    return grants(granted, f"admin.{whole}.{'view' if action == 'view' else 'update'}")


def required(model: str, verb: str, *, one: bool = False) -> str | None:
    """The permission for Django's `<verb>_<model>`, None where there is no rule.

    `view` means the list, with `one` a single record. Changing a part is updating the whole.
    """
    if model == "ticketmessage" and verb == "delete":
        return "admin.ticket_messages.delete"
    part = model in _PARTS
    resource = _PARTS.get(model) or _RESOURCES.get(model)
    if resource is None:
        return None
    if verb == "view":
        lists = "viewAny" in STAFF_ACTIONS[resource]
        return f"admin.{resource}.{'viewAny' if lists and not one else 'view'}"
    action = _ACTIONS.get(verb)
    if action is None:
        return None
    return f"admin.{resource}.{'update' if part else action}"


def _canonical(name: str) -> str:
    head, _, action = name.rpartition(".")
    prefix, dot, resource = head.rpartition(".")
    return f"{prefix}{dot}{_CANONICAL.get(resource, resource)}.{action}" if head else name


def key_knows(group: str, held: Collection[str]) -> bool:
    """Whether a table's routes exist for a key.

    Those that Paymenter's API lacks do only for keys with a permission that Paymenter lacks, so
    that a key made for Paymenter gets Paymenter's 404: what it holds on coupons, roles and
    properties was given for includes. `viewAny` is the permission that only opens them.
    """
    ours = OUR_KEY_ACTIONS.get(group, ())
    return group in PAYMENTER_ROUTES or any(f"admin.{group}.{name}" in held for name in ours)
