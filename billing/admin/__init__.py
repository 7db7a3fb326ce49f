from billing.admin import (
    catalog,
    clients,
    coupons,
    credits,
    currencies,
    dashboard,
    gateways,
    invoices,
    orders,
    services,
    tax_rates,
)

__all__ = [
    "catalog",
    "clients",
    "coupons",
    "credits",
    "currencies",
    "dashboard",
    "gateways",
    "invoices",
    "orders",
    "services",
    "tax_rates",
]
