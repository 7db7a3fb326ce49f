from django.db import transaction

from accounts.actions.records import change_record
from billing.actions.invoices import update_invoice
from billing.models import Invoice, InvoiceTransaction, ServiceUpgrade
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused

NOT_OPEN = "Only a pending upgrade can be cancelled."
PARTLY_PAID = "A payment for the upgrade has been made or is under way."

_Status = ServiceUpgrade.Status
_MONEY = (InvoiceTransaction.Status.SUCCEEDED, InvoiceTransaction.Status.PROCESSING)


@transaction.atomic
def update_upgrade(upgrade: ServiceUpgrade, *, actor: Actor, status: str = "") -> ServiceUpgrade:
    """Cancels it with its invoice, as the daily run does with one that nobody paid in time."""
    if not status:
        return upgrade
    invoice = Invoice.objects.select_for_update().filter(pk=upgrade.invoice_id or 0).first()
    upgrade = locked(upgrade)
    if status == upgrade.status:
        return upgrade
    if upgrade.status != _Status.PENDING or status != _Status.CANCELLED:
        raise Refused.on("status", NOT_OPEN)
    if invoice and invoice.transactions.filter(status__in=_MONEY).exists():
        raise Refused.on("status", PARTLY_PAID)
    change_record(upgrade, {"status": status}, actor=actor)
    if invoice and invoice.status == Invoice.Status.PENDING:
        update_invoice(invoice, actor=actor, status=Invoice.Status.CANCELLED)
    return upgrade
