from typing import Any

from billing.models import Invoice
from billing.tests.golden.backoffice import operation


@operation("invoice.find")
def find(args: dict[str, Any]) -> int:
    """By number, else by id."""
    key = str(args["key"])
    found = Invoice.objects.filter(number=key).first()
    if found is None and key.isdigit():
        found = Invoice.objects.filter(pk=int(key)).first()
    if found is None:
        raise Invoice.DoesNotExist
    return int(found.pk)
