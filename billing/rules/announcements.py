"""When a client hears of a new invoice by mail (ours: Paymenter mails it before it has items)."""

from datetime import datetime, timedelta

QUIET = timedelta(minutes=2)  # since the last item was added
PATIENCE = timedelta(days=1)
LONG_PAUSE = timedelta(hours=1)
GIVEN_UP = timedelta(days=30)


def next_look(*, created: datetime, last_item: datetime | None, now: datetime) -> datetime | None:
    """When to look again; `now` where the mail is due; None where there will be nothing to tell."""
    if last_item is not None:
        return max(last_item + QUIET, now)
    age = now - created
    if age >= GIVEN_UP:
        return None
    return now + (QUIET if age < PATIENCE else LONG_PAUSE)
