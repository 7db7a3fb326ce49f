"""What staff may do for clients they may not do for themselves: pay, credit and refund.

Bound where the caller is known, as `holds` is: a key is no person, and `*` may do everything.
"""

from collections.abc import Iterable
from typing import Any

from rest_framework.request import Request

from accounts.api.grants import person_holds
from accounts.rules.permissions import EVERYTHING
from billing.models import Invoice
from paymenter.errors import Refused
from paymenter.jsonapi.viewset import Action, ResourceViewSet

OWN = "You cannot do this for yourself: ask a colleague."


def refuse_own(request: Request, *owners: int | None) -> None:
    """Raises Refused where one of the owners is the caller."""
    holds = person_holds(request)
    if holds is not None and request.user.pk in owners and not holds(EVERYTHING):
        raise Refused(OWN, status=403)


def owner_of_invoice(invoice_id: int | None) -> int | None:
    rows = Invoice.objects.filter(pk=invoice_id or 0)
    return rows.values_list("user_id", flat=True).first()


class ForOthers(ResourceViewSet):
    """Refuses to write what the caller himself would get."""

    def owners(self, record: Any, values: dict[str, Any]) -> Iterable[int | None]:
        """Whose the record is and will be; nobody where it does not matter."""
        return (getattr(record, "user_id", None), values.get("user_id"))

    def written(self) -> Action:
        action = super().written()

        def guarded(*record: Any, **values: Any) -> Any:
            refuse_own(self.request, *self.owners(record[0] if record else None, values))
            return action(*record, **values)

        return guarded


class OfOthersInvoices(ForOthers):
    """Rows of invoices."""

    def owners(self, record: Any, values: dict[str, Any]) -> Iterable[int | None]:
        ids = {getattr(record, "invoice_id", None), values.get("invoice_id")} - {None}
        return [owner_of_invoice(each) for each in ids]
