"""An invoice as facts, for tests of what needs no database."""

from datetime import date
from decimal import Decimal
from typing import Any

from billing.documents.facts import CurrencyForm, InvoiceFacts, Line, Payment, Tax

EURO = CurrencyForm("EUR", "€", "", "1.000,00")
DOLLAR = CurrencyForm("USD", "$", "", "1,000.00")


def line(description: str = "Web S", quantity: int = 1, price: str = "121.00") -> Line:
    return Line(description, quantity, Decimal(price))


def vat(rate: str = "21.00") -> Tax:
    return Tax("BTW", Decimal(rate))


def payment(amount: str, reference: str = "ch_1", method: str = "Stripe", **more: Any) -> Payment:
    return Payment(reference, date(2026, 3, 6), Decimal(amount), method, **more)


def facts(**changes: Any) -> InvoiceFacts:
    values: dict[str, Any] = {
        "id": 7,
        "number": "INV-42",
        "status": "pending",
        "issued_on": date(2026, 3, 5),
        "due_on": date(2026, 4, 15),
        "currency": EURO,
        "client": ("Ann Archer", "ACME BV"),
        "seller": ("Example Hosting", "Ring 5"),
        "company": "Example Hosting",
        "lines": (line(),),
        "tax": None,
        "payments": (),
    }
    return InvoiceFacts(**{**values, **changes})
