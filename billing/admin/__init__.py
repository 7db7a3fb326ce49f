from billing.admin import (
    catalog,
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
