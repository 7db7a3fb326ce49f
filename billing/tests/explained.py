"""Whether every line of a database is explained, and explained right."""

from collections.abc import Iterator

from billing.explanations.models import Explanation
from billing.models import InvoiceItem
from billing.tests.recalculation import amount_of


def unexplained() -> Iterator[str]:
    """Where nobody but the engine wrote lines. The second calculator knows the facts alone."""
    told = Explanation.objects.filter(subject=Explanation.Subject.INVOICE_ITEM)
    facts = dict(told.values_list("subject_id", "facts"))
    for item in InvoiceItem.objects.all():
        amount = f"{item.price * item.quantity:.2f}"
        if item.pk not in facts:
            yield f"line {item.pk} of invoice {item.invoice_id} is not explained"
        elif (explained := amount_of(facts[item.pk])) != amount:
            yield f"line {item.pk} is {amount}, explained as {explained}"
