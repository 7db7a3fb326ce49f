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
