from billing.admin import (
    catalog,
    coupons,
    credits,
    currencies,
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
    "gateways",
    "invoices",
    "orders",
    "services",
    "tax_rates",
]
