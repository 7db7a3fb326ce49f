"""What the engine asks of gateways, by the name that Paymenter gives them (`Stripe`, `Mollie`, …).

A gateway's module registers itself when its app starts. It tells of payments through
`billing.actions.payments.record_payment`, and of refunds that it ends later through
`billing.actions.refunds.settle_refund`.
"""

from dataclasses import dataclass
from decimal import Decimal

from billing.models import BillingAgreement, Invoice, InvoiceTransaction

CHECKOUT, INVOICE, DEPOSIT = "cart", "invoice", "credits"  # what a client is about to pay


class Unsupported(Exception):
    """The module lacks this; staff do it at the provider."""


class Declined(Exception):
    """The provider will not do this, now or later; says why."""


@dataclass(frozen=True, slots=True)
class Refunded:
    """`done`: the money is on its way. Not done: the provider will tell."""

    provider_id: str | None
    done: bool = True


class GatewayModule:
    """What a gateway can do. `key` is the same whenever the same thing is asked for again, after
    an answer that got lost: the provider must act on it once. What is raised beside Unsupported
    and Declined makes the engine ask again later.
    """

    charges = False
    """Whether it can charge saved payment methods."""

    refunds = False
    """Whether it can give money back."""

    def can_use(self, amount: Decimal, currency_code: str, purpose: str) -> bool:
        """Whether it is offered for this amount; purpose: CHECKOUT, INVOICE or DEPOSIT."""
        return True

    def pay(self, invoice: Invoice, amount: Decimal) -> str:
        """The address at which the client pays."""
        raise Unsupported

    def charge(
        self, invoice: Invoice, amount: Decimal, agreement: BillingAgreement, *, key: str
    ) -> bool:
        """Charges a saved payment method; False where the provider declined."""
        raise Unsupported

    def refund(self, payment: InvoiceTransaction, amount: Decimal, *, key: str) -> Refunded:
        """Gives back a part or all of a payment, in its currency."""
        raise Unsupported


_modules: dict[str, GatewayModule] = {}


def register(extension: str, module: GatewayModule) -> None:
    _modules[extension] = module


def forget(extension: str) -> None:
    _modules.pop(extension, None)


def module_called(extension: str) -> GatewayModule | None:
    return _modules.get(extension)
