"""Paying through a gateway (Paymenter: ExtensionHelper.getCheckoutGateways, pay).

Nothing is stored when a client goes to pay: what the provider took is told by its module
(payments).
"""

from decimal import Decimal

from billing.actions.balances import balance_of
from billing.gateways import INVOICE, GatewayModule, module_called
from billing.models import Gateway, Invoice
from paymenter.errors import Refused

NOT_OPEN = "This invoice cannot be paid."
INVALID = "Invalid payment method."


def usable_gateways(amount: Decimal, currency_code: str, purpose: str) -> list[Gateway]:
    """In the order of their ids; those whose module is not installed are left out."""
    rows = Gateway.objects.order_by("pk")
    return [row for row in rows if _can_use(row, amount, currency_code, purpose)]


def pay_address(invoice: Invoice, gateway_id: int) -> str:
    """Where the client pays what remains of an open invoice. Refused where that cannot be."""
    if invoice.status != Invoice.Status.PENDING:
        raise Refused(NOT_OPEN)
    balance = balance_of(invoice)
    found = usable_gateways(balance.lines, invoice.currency_code, INVOICE)
    gateway = next((row for row in found if row.pk == gateway_id), None)
    module = gateway_module(gateway)
    if module is None:
        raise Refused(INVALID)
    return module.pay(invoice, balance.open)


def gateway_module(gateway: Gateway | None) -> GatewayModule | None:
    return module_called(gateway.extension) if gateway else None


def _can_use(gateway: Gateway, amount: Decimal, currency_code: str, purpose: str) -> bool:
    module = gateway_module(gateway)
    return module is not None and module.can_use(amount, currency_code, purpose)
