"""The server module and the gateway of the recordings (README of the folder, Fake extensions)."""

from decimal import Decimal
from typing import Any

from billing import gateways
from billing.actions.payments import record_payment
from billing.models import BillingAgreement, Invoice
from billing.servers.base import Server, ServerError, Subject
from billing.tests.golden.backoffice import fakes
from paymenter import plugins
from paymenter.actor import SYSTEM


class FakeServer(Server):
    name = "Fake"

    def create(self, subject: Subject) -> dict[str, Any]:
        _do("createServer", subject)
        return {"panel": "https://panel.example.com", "username": f"u{subject.service_id}"}

    def suspend(self, subject: Subject) -> None:
        _do("suspendServer", subject)

    def unsuspend(self, subject: Subject) -> None:
        _do("unsuspendServer", subject)

    def terminate(self, subject: Subject) -> None:
        _do("terminateServer", subject)

    def upgrade(self, subject: Subject) -> None:
        _do("upgradeServer", subject)


CALLS: list[dict[str, Any]] = []


def _do(function: str, subject: Subject) -> None:
    CALLS.append(
        {
            "extension": "Fake",
            "function": function,
            "service_id": subject.service_id,
            "service_status": subject.status,
            "settings": dict(subject.settings),
            "properties": dict(subject.properties),
        }
    )
    if subject.settings.get("fail") == function:
        raise ServerError("The provider refused.")
    if subject.settings.get("fail_error") == function:
        raise TypeError("broken")


ACTOR = [SYSTEM]  # who is logged in when a provider answers at once


class FakeGateway(fakes.Fake):
    """Acts by the beginning of the saved method's reference."""

    charges = True

    def charge(
        self, invoice: Invoice, amount: Decimal, agreement: BillingAgreement, *, key: str
    ) -> bool:
        kind, _, _ = agreement.external_reference.partition("_")
        statuses = {"pay": "succeeded", "processing": "processing", "declined": "failed"}
        if kind == "throw":
            raise gateways.Declined("Card declined")
        if kind == "error":
            raise TypeError("broken")
        if kind in statuses:
            fee: dict[str, Any] = {"fee": Decimal("0.55")} if kind == "pay" else {}
            record_payment(
                actor=ACTOR[0],
                invoice_id=invoice.pk,
                gateway_id=agreement.gateway_id,
                transaction_id=f"ch_{invoice.pk}",
                amount=amount,
                status=statuses[kind],
                is_credit_transaction=False,
                **fee,
            )
        return kind not in ("declined", "false")


gateways.register("Fake", FakeGateway())
plugins.servers.register("Fake", f"{__name__}.FakeServer")
