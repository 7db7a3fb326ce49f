from decimal import Decimal, InvalidOperation
from typing import Any

from accounts.models import User
from billing.actions.checkout_gateways import pay_address
from billing.actions.credits import create_credit, deposit_credit, update_credit, use_credit
from billing.models import Credit, Invoice
from billing.tests.golden.backoffice import operation
from billing.tests.golden.backoffice.changed import changed
from billing.tests.golden.backoffice.charges import charge
from billing.tests.golden.backoffice.staff import staff
from billing.tests.golden.registry import Failure, actor_of
from paymenter.errors import Refused

PARTLY = "Part of the invoice has been paid with credits. Please pay the remaining amount"

Args = dict[str, Any]
Answer = dict[str, Any]


def _values(args: Args) -> Args:
    values: Args = args["values"]
    amount = values.get("amount")
    return values if amount is None else {**values, "amount": Decimal(str(amount))}


@operation("credit.create")
def create(args: Args) -> Answer:
    return {"id": create_credit(actor=staff(args), **_values(args)).pk}


@operation("credit.update")
def update(args: Args) -> Answer:
    before = Credit.objects.get(pk=args["id"])
    update_credit(before, actor=staff(args), **_values(args))
    return {"changed": changed(before, also=list(args["values"]))}


@operation("credit.deposit")
def deposit(args: Args) -> Answer:
    user = User.objects.get(pk=args["as"])
    try:
        amount = Decimal(str(args["amount"])) if args["amount"] not in (None, "") else None
    except InvalidOperation:
        amount = Decimal("NaN")
    try:
        invoice = deposit_credit(
            user,
            actor=actor_of(args),
            amount=amount,
            currency_code=args["currency"],
            gateway_id=args["gateway_id"],
        )
    except Refused as refused:
        if refused.errors:
            raise Failure("validation", str(refused), refused.errors) from refused
        return {"display_error": refused.message, "notify": [], "redirect": None}
    url = pay_address(invoice, args["gateway_id"])
    return {"notify": [], "redirect": url, "open_transactions": 0}


@operation("invoice.pay_page")
def pay(args: Args) -> Answer:
    invoice = Invoice.objects.get(pk=args["id"])
    if args["method"] is None:
        return {"notify": [], "redirect": None}
    try:
        if args["method"].startswith("gateway-"):
            gateway_id = int(args["method"].removeprefix("gateway-"))
            return {"notify": [], "redirect": pay_address(invoice, gateway_id)}
        if args["method"] != "credit":
            return charge(invoice, args)
        taken = use_credit(invoice.pk, actor=actor_of(args))
    except Refused as refused:
        return {"notify": [{"message": refused.message, "type": "error"}], "redirect": None}
    invoice.refresh_from_db()
    if invoice.status == Invoice.Status.PAID:
        url = f"http://localhost/invoices/{invoice.number or invoice.pk}"
        return {"notify": [], "redirect": url}
    told = [{"message": PARTLY, "type": "success"}] if taken else []
    return {"notify": told, "redirect": None}
