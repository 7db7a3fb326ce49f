"""Which permission each request of the admin API needs, and which one more each include."""

ITEM = "1"

# method, path, permission
REQUESTS = [
    (method, f"{collection}{path}", f"admin.{collection.replace('-', '_')}.view")
    for collection in (
        "users",
        "categories",
        "products",
        "orders",
        "services",
        "invoices",
        "invoice-items",
        "credits",
        "tickets",
        "ticket-messages",
    )
    for path in ("", f"/{ITEM}")
    for method in ("GET", "HEAD")
]

# collection, include path, permission besides that of the collection
INCLUDES = [
    ("users", "properties", "admin.properties.view"),
    ("users", "orders", "admin.orders.view"),
    ("users", "services", "admin.services.view"),
    ("users", "invoices", "admin.invoices.view"),
    ("users", "tickets", "admin.tickets.view"),
    ("users", "credits", "admin.credits.view"),
    ("users", "role", "admin.roles.view"),
    ("categories", "products", "admin.products.view"),
    ("categories", "products.plans", "admin.products.view"),
    ("categories", "products.plans.prices", "admin.products.view"),
    ("categories", "parent", None),
    ("categories", "children", None),
    ("products", "category", None),
    ("products", "plans", None),
    ("products", "plans.prices", None),
    ("products", "services", "admin.services.view"),
    ("services", "coupon", "admin.coupons.view"),
    ("services", "user", "admin.users.view"),
    ("services", "order", "admin.orders.view"),
    ("services", "product", None),
    ("services", "invoices", "admin.invoices.view"),
    ("services", "properties", "admin.properties.view"),
    ("orders", "services", "admin.services.view"),
    ("orders", "user", "admin.users.view"),
    ("invoices", "items", None),
    ("invoices", "user", "admin.users.view"),
    ("invoice-items", "gateway", None),
    ("invoice-items", "invoice", "admin.invoices.view"),
    ("invoice-items", "reference", "admin.services.view"),
    ("credits", "user", "admin.users.view"),
    ("tickets", "messages", "admin.ticket_messages.view"),
    ("tickets", "user", "admin.users.view"),
    ("tickets", "assigned_to", "admin.users.view"),
    ("ticket-messages", "user", "admin.users.view"),
    ("ticket-messages", "ticket", "admin.tickets.view"),
    ("ticket-messages", "attachments", None),
]

# accepted and not rendered
EMPTY_INCLUDES = {("products", "services"), ("invoice-items", "gateway")}

# Tables that Paymenter's API lacks; all their routes stand in paymenter.jsonapi.access, which
# accounts/tests/test_access.py walks. Their first records: paymenter/tests/samples.py
PEOPLES_ITEMS = {
    "properties": "1",
    "custom-properties": "1",
    "roles": "2",
    "api-keys": "1",
    "oauth-clients": "00000000-0000-0000-0000-000000000001",
    "user-sessions": "1",
    "notifications": "1",
    "notification-templates": "1",
    "email-logs": "1",
    "audits": "1",
    "settings": "company_name",
    "cron-stats": "1",
    "failed-jobs": "1",
    "ticket-attachments": "1",
    "webhook-endpoints": "1",
    "webhook-deliveries": "1",
}
PEOPLES_INCLUDES = [
    ("properties", "custom_property", "admin.custom_properties.view"),
    ("properties", "model", "admin.users.view"),
    ("custom-properties", "properties", "admin.properties.view"),
    ("roles", "users", "admin.users.view"),
    ("oauth-clients", "user", "admin.users.view"),
    ("user-sessions", "user", "admin.users.view"),
    ("notifications", "user", "admin.users.view"),
    ("email-logs", "user", "admin.users.view"),
    ("audits", "user", None),  # of each record's own kind; nobody did the recorded ones
    ("ticket-attachments", "ticket_message", None),
]
# each record needs the permission of its own kind
BY_KIND = {("invoice-items", "reference"), ("properties", "model")}

# Of our own: collection, the key of a record that the recorded installation has (if any)
OUR_RECORDS = [
    ("plans", "1"),
    ("prices", "1"),
    ("config-options", "1"),
    ("product-upgrades", "1"),
    ("currencies", "EUR"),
    ("tax-rates", "1"),
    ("coupons", "1"),
    ("carts", None),
    ("service-configs", "1"),
    ("service-upgrades", None),
    ("service-cancellations", "1"),
    ("invoice-transactions", "1"),
    ("invoice-snapshots", None),
    ("billing-agreements", None),
    ("gateways", "2"),
    ("servers", "1"),
    ("provisionings", None),
    ("parked-rows", None),
    ("daily-runs", None),
    ("refunds", None),
    ("credit-notes", None),
    ("credit-movements", None),
    ("fulfilments", None),
]
OUR_INCLUDES = [
    ("credit-notes", "items", None),
    ("plans", "prices", None),
    ("plans", "services", "admin.services.view"),
    ("prices", "plan", None),
    ("prices", "currency", None),
    ("config-options", "parent", None),
    ("config-options", "children", None),
    ("config-options", "children.plans", None),
    ("config-options", "children.plans.prices", None),
    ("config-options", "plans", None),
    ("config-options", "plans.prices", None),
    ("config-options", "products", "admin.products.view"),
    ("product-upgrades", "product", None),
    ("product-upgrades", "upgrade", None),
    ("coupons", "products", "admin.products.view"),
    ("coupons", "services", "admin.services.view"),
    ("carts", "items", None),
    ("carts", "items.product", None),
    ("carts", "items.plan", None),
    ("carts", "user", "admin.users.view"),
    ("carts", "coupon", "admin.coupons.view"),
    ("service-configs", "config_option", None),
    ("service-configs", "config_value", None),
    ("service-upgrades", "service", "admin.services.view"),
    ("service-upgrades", "plan", None),
    ("service-upgrades", "product", None),
    ("service-upgrades", "invoice", "admin.invoices.view"),
    ("service-cancellations", "service", "admin.services.view"),
    ("invoice-transactions", "invoice", "admin.invoices.view"),
    ("invoice-transactions", "gateway", "admin.gateways.view"),
    ("invoice-snapshots", "invoice", "admin.invoices.view"),
    ("billing-agreements", "user", "admin.users.view"),
    ("billing-agreements", "gateway", "admin.gateways.view"),
    ("billing-agreements", "services", "admin.services.view"),
    ("servers", "products", "admin.products.view"),
]
