"""What an invoice says, apart from any database, language or form."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.rules.money import format_amount
from billing.rules.prices import tax_within
from paymenter.rounding import rounded


@dataclass(frozen=True, slots=True)
class CurrencyForm:
    """How amounts are written; without a format (the currency is gone) with the code."""

    code: str
    prefix: str = ""
    suffix: str = ""
    format: str = ""

    def written(self, amount: Decimal) -> str:
        if not self.format:
            return f"{rounded(amount)} {self.code}"
        return format_amount(amount, prefix=self.prefix, suffix=self.suffix, format=self.format)


@dataclass(frozen=True, slots=True)
class Line:
    description: str
    quantity: int
    price: Decimal

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Tax:
    name: str
    rate: Decimal

    def within(self, total: Decimal) -> Decimal:
        return tax_within(total, self.rate)


@dataclass(frozen=True, slots=True)
class Payment:
    """`method` is empty where it is not known; credit is the balance of the client's account."""

    reference: str
    on: date
    amount: Decimal
    method: str
    is_credit: bool = False


@dataclass(frozen=True, slots=True)
class CreditNoteFacts:
    """`lines` are gross amounts, each with what it takes back; "" is the invoice as a whole."""

    number: str
    issued_on: date
    invoice: str
    currency: CurrencyForm
    client: tuple[str, ...]
    seller: tuple[str, ...]
    company: str
    lines: tuple[tuple[str, Decimal], ...]
    total: Decimal
    tax: Tax | None
    tax_amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """`number` is None for a proforma invoice. Amounts of lines are gross."""

    id: int
    number: str | None
    status: str
    issued_on: date
    due_on: date | None
    currency: CurrencyForm
    client: tuple[str, ...]
    seller: tuple[str, ...]
    company: str
    lines: tuple[Line, ...]
    tax: Tax | None
    payments: tuple[Payment, ...]
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call it: the number, else the id."""
        return self.number or f"#{self.id}"

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), Decimal())

    @property
    def tax_amount(self) -> Decimal:
        return self.tax.within(self.total) if self.tax else Decimal()

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), Decimal())

    def noted(self, *notes: str) -> "InvoiceFacts":
        return replace(self, notes=(*self.notes, *notes))
