"""The client pays with a saved method (invoice.pay_page)."""

from typing import Any

from billing.actions.charges import pay_with_agreement
from billing.models import Invoice
from billing.tests.golden.backoffice.modules import ACTOR
from billing.tests.golden.registry import actor_of
from paymenter.actor import SYSTEM

DEFAULT = "Default payment method has been updated for recurring services."
CHARGED = "Successfully charged the saved payment method."
DECLINED = "Could not process payment. Please try again or use a different payment method."


def charge(invoice: Invoice, args: dict[str, Any]) -> dict[str, Any]:
    for_renewals = bool(args.get("set_as_default"))
    actor = actor_of(args)
    ACTOR[:] = [actor]
    try:
        accepted = pay_with_agreement(
            invoice, args["method"], actor=actor, for_renewals=for_renewals
        )
    finally:
        ACTOR[:] = [SYSTEM]
    told = [{"message": DEFAULT, "type": "success"}] if for_renewals else []
    if not accepted:
        return {"notify": [*told, {"message": DECLINED, "type": "error"}], "redirect": None}
    url = f"http://localhost/invoices/{invoice.number or invoice.pk}?checkPayment"
    return {"notify": [*told, {"message": CHARGED, "type": "success"}], "redirect": url}
