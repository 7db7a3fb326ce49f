"""What must be true of the whole database, as questions to it: `manage.py check_books`."""

from billing.books import (
    catalogue,
    credits,
    explanations,
    invoices,
    ledger,
    numbers,
    payments,
    periods,
    references,
    services,
    upgrades,
)
from billing.books.check import Check, Finding, Group

GROUPS: tuple[Group, ...] = (
    payments.group,
    invoices.group,
    numbers.group,
    periods.group,
    credits.group,
    ledger.group,
    services.group,
    upgrades.group,
    explanations.group,
    catalogue.group,
    references.group,
)
CHECKS: dict[str, Check] = {check.code: check for group in GROUPS for check in group.checks}

__all__ = ["CHECKS", "GROUPS", "Check", "Finding", "Group"]
