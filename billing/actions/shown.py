"""What templates may read of orders, services and invoices, by Paymenter's names."""

from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from accounts.actions import shown as accounts
from billing.models import Currency, Invoice, InvoiceItem, InvoiceTransaction, Order, Service
from billing.rules.money import format_amount
from paymenter.db import zone
from paymenter.db.prepared import Lookup, Prepared, Slot
from paymenter.db.presented import Catalogue, Shown, present
from paymenter.db.related import is_known
from paymenter.laravel.blade import Values
from paymenter.rounding import rounded

_ITEMS = Prepared(lambda: InvoiceItem.objects.filter(invoice_id=Slot("invoice")).order_by("pk"))
_CURRENCIES = Lookup(lambda: Currency.objects.all(), "code")

UNAVAILABLE = "Not available in your currency"


def price(amount: Decimal, currency: Currency | None) -> Values:
    """Prints as the formatted amount (Paymenter: the class Price)."""
    text = UNAVAILABLE
    if currency is not None:
        text = format_amount(
            amount, prefix=currency.prefix, suffix=currency.suffix, format=currency.format
        )
    attributes = {
        "price": float(amount),
        "total": str(rounded(amount)),
        "currency": present(currency, CATALOGUE),
        "formatted": Values({"price": text, "total": text}),
    }
    return Values(attributes, text)


def items_of(invoice: Invoice) -> list[InvoiceItem]:
    """In the order in which they were made."""
    return list(invoice.items.all()) if is_known(invoice, "items") else items_now(invoice)


def items_now(invoice: Invoice) -> list[InvoiceItem]:
    return _ITEMS.all(invoice=invoice.pk)


def invoice_total(invoice: Invoice) -> Decimal:
    return sum((item.price * item.quantity for item in items_of(invoice)), Decimal())


def services_of(order: Order) -> list[Service]:
    return sorted(order.services.all(), key=attrgetter("pk"))


def order_total(order: Order) -> Decimal:
    prices = (service.price * service.quantity for service in order.services.all())
    return sum(prices, Decimal())


def currency_of(record: Any) -> Currency | None:
    """None where the row is gone: the column has no constraint."""
    found: Currency | None = record._state.fields_cache.get("currency")
    return found or _CURRENCIES.first(record.currency_code)


def _remaining(invoice: Invoice) -> Decimal:
    succeeded = invoice.transactions.filter(status=InvoiceTransaction.Status.SUCCEEDED)
    paid = succeeded.values_list("amount", flat=True)
    return invoice_total(invoice) - sum(paid, Decimal())


def _label(service: Service) -> str:
    name = service.product.name if service.product else ""
    return f"{name} #{service.pk}"


def _expiry(service: Service) -> date | None:
    """Paymenter reads the day only."""
    return zone.naive(service.expires_at).date() if service.expires_at else None


def _relations(names: str) -> frozenset[str]:
    return frozenset(names.split())


CATALOGUE: Catalogue = {
    **accounts.CATALOGUE,
    "billing.Category": Shown(_relations("parent")),
    "billing.ConfigOption": Shown(_relations("parent")),
    "billing.Coupon": Shown(),
    "billing.Credit": Shown(_relations("user currency")),
    "billing.Currency": Shown(),
    "billing.Invoice": Shown(
        _relations("items user currency transactions properties"),
        {
            "snapshot": lambda invoice: invoice.snapshot,
            "total": lambda invoice: float(invoice_total(invoice)),
            "remaining": lambda invoice: float(_remaining(invoice)),
            "formattedTotal": lambda invoice: price(invoice_total(invoice), currency_of(invoice)),
            "formattedRemaining": lambda invoice: price(_remaining(invoice), currency_of(invoice)),
        },
        key=lambda invoice: invoice.number or invoice.pk,
    ),
    "billing.InvoiceItem": Shown(
        _relations("invoice reference"),
        {
            "total": lambda item: float(item.price * item.quantity),
            "formattedPrice": lambda item: price(item.price, currency_of(item.invoice)),
            "formattedTotal": lambda item: price(
                item.price * item.quantity, currency_of(item.invoice)
            ),
        },
    ),
    "billing.InvoiceSnapshot": Shown(),
    "billing.InvoiceTransaction": Shown(_relations("invoice")),
    "billing.Order": Shown(
        _relations("services user currency"),
        {
            "total": lambda order: float(order_total(order)),
            "formattedTotal": lambda order: price(order_total(order), currency_of(order)),
        },
    ),
    "billing.Plan": Shown(),
    "billing.Product": Shown(_relations("category")),
    "billing.Service": Shown(
        _relations(
            "order product plan user currency coupon configs properties invoices invoice_items"
        ),
        {
            "label": lambda service: service.label or _label(service),
            "baseLabel": _label,
            "cancellation": lambda service: service.cancellations.order_by("pk").first(),
            "expires_at": _expiry,
            "formattedPrice": lambda service: price(
                service.price * service.quantity, currency_of(service)
            ),
        },
    ),
    "billing.ServiceCancellation": Shown(_relations("service")),
    "billing.ServiceConfig": Shown(_relations("config_option config_value")),
    "billing.ServiceUpgrade": Shown(_relations("service plan product invoice")),
}
