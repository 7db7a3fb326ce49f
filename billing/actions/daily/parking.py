"""Rows that a step could not deal with: set aside, shown to staff, tried again."""

import logging
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.actions.system_mails import quoted, tell_operator
from billing.actions.daily.step import Absurd, Step
from billing.daily.models import DailyRun, ParkedRow
from paymenter.actor import Actor
from paymenter.db.locks import locked, unharmed
from paymenter.db.morph import shown_name
from paymenter.errors import Refused

LONGEST = 10_000  # characters of an error
NAMED = 20  # rows in a mail
SHOWN = 300  # characters of an error in it
PARKED = (
    "The daily run set these rows aside and went on. They are tried again on each of the next "
    "days, up to three times in all; see and retry them under parked rows."
)

log = logging.getLogger(__name__)


def explain(error: Exception) -> str:
    """Our own texts are for staff; others name their kind."""
    if isinstance(error, (Refused, Absurd)):
        return str(error)
    return f"{type(error).__name__}: {error}"[:LONGEST]


@transaction.atomic
def park(step: Step, record: Any, error: Exception) -> ParkedRow:
    """Counts the failure. The third, and what a guard refused, waits for staff."""
    mine = {"step": step.key, "record_id": record.pk}
    row, _ = ParkedRow.objects.get_or_create(
        **mine, defaults={"record_type": shown_name(record), "error": ""}
    )
    row = locked(row)
    row.failures += 1
    row.error = explain(error)
    row.waits = isinstance(error, Absurd) or row.failures >= ParkedRow.LIMIT
    row.confirmed = False
    row.save()
    log.error("Daily run, %s of %s %s: %s", step.key, row.record_type, record.pk, row.error)
    return row


def tell_of_parked(run: DailyRun) -> None:
    """One mail to the operator about what this run parked (Paymenter: mail "Cron Job Error")."""
    rows = ParkedRow.objects.filter(updated_at__gte=run.created_at, failures__gt=0).order_by("pk")
    found = list(rows[: NAMED + 1])
    if not found:
        return
    lines = [f"- {quoted(str(row))}: {quoted(row.error[:SHOWN])}" for row in found[:NAMED]]
    more = ["- and more"] if len(found) > NAMED else []
    unharmed(tell_operator, "Cron Job Error", "\n".join([PARKED, "", *lines, *more]))


def parked(step: Step, ids: list[int]) -> dict[int, ParkedRow]:
    rows = ParkedRow.objects.filter(step=step.key, record_id__in=ids)
    return {row.record_id: row for row in rows}


def clear(step: Step, record_id: int) -> None:
    ParkedRow.objects.filter(step=step.key, record_id=record_id).delete()


@transaction.atomic
def retry_parked(row: ParkedRow, *, actor: Actor) -> ParkedRow:
    """The next run tries it again, and lets it pass the guards: staff have seen it."""
    row = locked(row)
    row.waits, row.failures, row.confirmed = False, 0, True
    row.save(update_fields=["waits", "failures", "confirmed", "updated_at"])
    return row


@transaction.atomic
def discard_parked(row: ParkedRow, *, actor: Actor) -> None:
    """Forgets it; the next run meets the record as if it had never failed."""
    locked(row).delete()


def open_rows() -> "QuerySet[ParkedRow]":
    return ParkedRow.objects.order_by("pk")
