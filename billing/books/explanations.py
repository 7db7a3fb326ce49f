"""How amounts came about: each explanation is right in itself, and tells of its line.

A line that was changed afterwards, by staff or by PHP, is no finding: its `updated_at` or an audit
says so, and whoever asks for the explanation is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from accounts.models import Audit
from billing.books.check import PAGE, Finding, Group, pages
from billing.books.own import is_there
from billing.explanations.models import Explanation
from billing.models import InvoiceItem
from billing.rules.explanations import amount_of
from paymenter.db.morph import class_name

group = Group("Explanations")

_TABLE = Explanation._meta.db_table
_COLUMNS = ("pk", "subject", "subject_id", "facts", "created_at")


@group.check(
    "An explanation does not come to the amount that it tells",
    "The client who asks is told a wrong sum: the row was changed. Restore it from a backup.",
)
def explanation_wrong() -> Iterator[Finding]:
    for row in _explanations():
        told, comes_to = _told(row["facts"]), _comes_to(row["facts"])
        if told is None or told != comes_to:
            says = "{subject} {subject_id}: tells {told}, its facts come to {comes_to}"
            yield Finding(_TABLE, (row["pk"],), says.format(told=told, comes_to=comes_to, **row))


@group.check(
    "A line is not the amount that its explanation tells",
    "Nobody changed the line since, as far as its dates and audits say. Find out which is right.",
)
def explanation_differs() -> Iterator[Finding]:
    rows = _explanations(subject=Explanation.Subject.INVOICE_ITEM)
    while batch := list(islice(rows, PAGE)):
        yield from _differing(batch)


def _explanations(**having: Any) -> Iterator[dict[str, Any]]:
    if not is_there(Explanation):
        return iter(())
    return pages(Explanation.objects.filter(**having).values(*_COLUMNS))


def _differing(rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    items = InvoiceItem.objects.in_bulk([row["subject_id"] for row in rows])
    suspects = [
        (row, item)
        for row in rows
        if (item := items.get(row["subject_id"])) and not _agrees(item, row["facts"])
    ]
    changed = _last_audits([item.pk for _, item in suspects])
    for row, item in suspects:
        if not _changed_since(row["created_at"], item.updated_at, changed.get(item.pk)):
            amount = f"{item.price} x {item.quantity}"
            says = f"invoice {item.invoice_id}: {amount}, explained as {_told(row['facts'])}"
            yield Finding(InvoiceItem._meta.db_table, (item.pk,), says)


def _agrees(item: InvoiceItem, facts: Any) -> bool:
    return _told(facts) == item.price * item.quantity


def _last_audits(ids: Sequence[int]) -> dict[int, datetime | None]:
    """When each line was last changed by somebody who leaves audits."""
    if not ids:
        return {}
    rows = Audit.objects.filter(
        auditable_type=class_name(InvoiceItem), auditable_id__in=ids, event="updated"
    )
    return dict(rows.order_by("pk").values_list("auditable_id", "created_at"))


def _changed_since(explained: datetime, updated: datetime | None, audited: datetime | None) -> bool:
    """Times are whole seconds; an explanation is written after its line."""
    return bool(updated and updated > explained) or bool(audited and audited >= explained)


def _told(facts: Any) -> Decimal | None:
    try:
        return Decimal(facts["amount"])
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None


def _comes_to(facts: Any) -> Decimal | None:
    try:
        return amount_of(facts)
    except ValueError:
        return None
