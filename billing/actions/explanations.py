"""How amounts came about, stored in the transaction that writes the amounts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from billing.explanations.models import Explanation as Stored
from billing.models import Invoice, InvoiceItem, Service, ServiceUpgrade
from billing.rules.explanations import Explanation, words
from paymenter.db import fields
from paymenter.db.morph import class_name
from paymenter.db.writes import Conflict, insert_all

_SUBJECTS: dict[type[models.Model], str] = {
    InvoiceItem: Stored.Subject.INVOICE_ITEM,
    ServiceUpgrade: Stored.Subject.SERVICE_UPGRADE,
    Service: Stored.Subject.FREE_PERIOD,
}
_ANEW = Conflict(("subject", "subject_id", "period"), ("facts", "created_at"))


def explain(record: models.Model, explanation: Explanation) -> None:
    """Of an invoice item or an upgrade; of a service, for a period that cost nothing."""
    explain_all([(record, explanation)])


def explain_all(explained: Iterable[tuple[models.Model, Explanation]]) -> None:
    """One statement for all, none for nothing; what was told of a row before is replaced."""
    insert_all([_row(record, explanation) for record, explanation in explained], _ANEW)


def explanation_of(record: InvoiceItem | ServiceUpgrade) -> dict[str, Any]:
    """`facts` (None where this engine did not compute the amount), the same in `words`, and whether
    the item was `changed_since` by hand."""
    return explanations_of([record])[record.pk]


def explanations_of(
    records: Sequence[InvoiceItem | ServiceUpgrade],
) -> dict[int, dict[str, Any]]:
    """The same by the id of each, in one query; the records are all of one kind."""
    if not records:
        return {}
    ids = [record.pk for record in records]
    subject = _SUBJECTS[type(records[0])]
    rows = Stored.objects.filter(subject=subject, subject_id__in=ids, period="")
    facts = dict(rows.values_list("subject_id", "facts"))
    return {record.pk: _told(record, facts.get(record.pk)) for record in records}


def _told(record: models.Model, facts: dict[str, Any] | None) -> dict[str, Any]:
    if facts is None:
        return {"facts": None, "words": [], "changed_since": False}
    changed = isinstance(record, InvoiceItem) and not _states(record, facts)
    return {"facts": facts, "words": words(facts), "changed_since": changed}


def _states(item: InvoiceItem, facts: Mapping[str, Any]) -> bool:
    return item.price * item.quantity == Decimal(facts["amount"])


def periods_of(service: Service) -> int:
    """How many periods of the service were paid for, or began for free as far as this engine began
    them."""
    paid = InvoiceItem.objects.filter(
        reference_type=class_name(Service),
        reference_id=service.pk,
        invoice__status=Invoice.Status.PAID,
    )
    free = Stored.objects.filter(subject=Stored.Subject.FREE_PERIOD, subject_id=service.pk)
    return paid.values("invoice_id").distinct().count() + free.count()


def _row(record: models.Model, explanation: Explanation) -> Stored:
    subject = _SUBJECTS[type(record)]
    starts: date | None = explanation.starts if isinstance(record, Service) else None
    return Stored(
        subject=subject,
        subject_id=record.pk,
        period=starts.isoformat() if starts else "",
        facts=explanation.facts(),
        created_at=fields.now(),
    )
