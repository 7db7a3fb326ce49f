from decimal import Decimal
from typing import Any

from billing.actions.credits import use_credit
from billing.actions.invoices import update_invoice
from billing.actions.payments import gateway_called, record_payment
from billing.models import Invoice
from billing.tests.golden.registry import actor_of
from billing.tests.golden.storefront import operation

Args = dict[str, Any]

PARTLY = "Part of the invoice has been paid with credits. Please pay the remaining amount"


@operation("invoice.add_payment")
def add_payment(args: Args) -> Any:
    gateway = gateway_called(args.get("gateway"))
    fee: Args = {"fee": Decimal(args["fee"])} if args.get("fee") is not None else {}
    payment = record_payment(
        actor=actor_of(args),
        invoice_id=args["invoice_id"],
        transaction_id=args.get("transaction_id"),
        gateway_id=gateway.pk if gateway else None,
        amount=Decimal(args["amount"]),
        status=args.get("status") or "succeeded",
        is_credit_transaction=False,
        **fee,
    )
    return {"transaction_id": payment.pk}


@operation("invoice.set_status")
def set_status(args: Args) -> Any:
    invoice = Invoice.objects.get(pk=args["invoice_id"])
    invoice = update_invoice(invoice, actor=actor_of(args), status=args["status"])
    invoice.refresh_from_db()
    return {"number": invoice.number}


@operation("invoice.pay_with_credits")
def pay_with_credits(args: Args) -> Any:
    invoice = Invoice.objects.get(pk=args["invoice_id"])
    if invoice.status != Invoice.Status.PENDING:
        return {"notices": [{"message": "This invoice cannot be paid.", "type": "error"}]}
    taken = use_credit(invoice.pk, actor=actor_of(args))
    invoice.refresh_from_db()
    if invoice.status == Invoice.Status.PAID:
        return {"redirect": f"/invoices/{invoice.number or invoice.pk}"}
    return {"notices": [{"message": PARTLY, "type": "success"}]} if taken else {}
