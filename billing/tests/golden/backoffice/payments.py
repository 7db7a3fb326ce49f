from decimal import Decimal
from typing import Any

from billing.actions.payments import (
    delete_payment,
    gateway_called,
    record_fee,
    record_payment,
    update_payment,
)
from billing.models import InvoiceTransaction
from billing.tests.golden.backoffice import operation
from billing.tests.golden.backoffice.changed import changed
from billing.tests.golden.registry import actor_of

AMOUNTS = ("amount", "fee")

Args = dict[str, Any]
Answer = dict[str, Any]


@operation("payment.add")
def add(args: Args) -> Answer:
    return _told(args, args.get("status") or "succeeded")


@operation("payment.processing")
def processing(args: Args) -> Answer:
    return _told(args, "processing")


@operation("payment.failed")
def failed(args: Args) -> Answer:
    return _told(args, "failed")


def _told(args: Args, status: str) -> Answer:
    gateway = gateway_called(args.get("gateway"))
    known = {row.pk: row for row in InvoiceTransaction.objects.all()}
    payment = record_payment(
        actor=actor_of(args),
        invoice_id=args["invoice_id"],
        transaction_id=args.get("transaction_id"),
        gateway_id=gateway.pk if gateway else None,
        amount=Decimal(str(args["amount"])),
        status=status,
        is_credit_transaction=bool(args.get("is_credit_transaction")),
        **({"fee": args["fee"]} if args.get("fee") is not None else {}),
    )
    before = known.get(payment.pk)
    return {
        "id": payment.pk,
        "was_created": before is None,
        "changed": [] if before is None else changed(before, also=["is_credit_transaction"]),
    }


@operation("payment.fee")
def fee(args: Args) -> Answer:
    before = InvoiceTransaction.objects.filter(transaction_id=args["transaction_id"]).first()
    payment = record_fee(args["transaction_id"], args["fee"], actor=actor_of(args))
    assert before is not None
    return {"id": payment.pk, "was_created": False, "changed": changed(before)}


@operation("transaction.update")
def update(args: Args) -> Answer:
    before = InvoiceTransaction.objects.get(pk=args["id"])
    values = {n: Decimal(v) if n in AMOUNTS and v else v for n, v in args["values"].items()}
    update_payment(before, actor=actor_of(args), **values)
    return {"id": before.pk, "was_created": False, "changed": changed(before)}


@operation("transaction.delete")
def delete(args: Args) -> bool:
    delete_payment(InvoiceTransaction.objects.get(pk=args["id"]), actor=actor_of(args))
    return True
