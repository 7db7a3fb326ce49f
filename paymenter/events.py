"""What can happen, in one list, and who listens.

    events.emit(events.INVOICE_PAID, invoice, actor=actor)   # in the action's transaction

    @events.on(events.INVOICE_PAID)
    def thank(happened: events.Happened) -> None: ...

Listeners run at once, in the transaction of what happened: they write rows and enqueue jobs, so
that either all of it is stored or nothing is. Each runs in a savepoint of its own. What one raises
is logged and undoes only what that listener wrote: no listener undoes a payment. Work that reaches
outside the database belongs in a job (`paymenter.jobs`).

An app's own listeners are in its `listeners.py`, which its AppConfig imports.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models, transaction

from paymenter.actor import SYSTEM, Actor

log = logging.getLogger(__name__)

_EVENTS: dict[str, "Event"] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """`name` is what webhooks are told; `model` is the kind of the record it is about."""

    name: str
    model: str
    description: str


def _event(name: str, model: str, description: str) -> Event:
    _EVENTS[name] = event = Event(name, model, description)
    return event


USER_CREATED = _event("user.created", "accounts.User", "A person registered or was added.")
USER_UPDATED = _event("user.updated", "accounts.User", "Somebody's account was changed.")
USER_DELETED = _event("user.deleted", "accounts.User", "Somebody's account was deleted.")
USER_LOGGED_IN = _event(
    "user.logged_in", "accounts.User", "Somebody logged in from an address not seen before."
)

ORDER_CREATED = _event("order.created", "billing.Order", "An order was placed.")

INVOICE_CREATED = _event("invoice.created", "billing.Invoice", "An invoice was issued.")
INVOICE_UPDATED = _event("invoice.updated", "billing.Invoice", "An invoice was changed.")
INVOICE_PAID = _event("invoice.paid", "billing.Invoice", "An invoice was paid in full.")
INVOICE_NOT_FULFILLED = _event(
    "invoice.not_fulfilled", "billing.Invoice", "What a paid invoice was for could not be given."
)
INVOICE_CANCELLED = _event("invoice.cancelled", "billing.Invoice", "An invoice was cancelled.")
INVOICE_DELETED = _event("invoice.deleted", "billing.Invoice", "An invoice was deleted.")
INVOICE_REMINDED = _event(
    "invoice.reminded", "billing.Invoice", "The client was reminded of an unpaid invoice."
)

PAYMENT_SUCCEEDED = _event(
    "payment.succeeded", "billing.InvoiceTransaction", "A payment for an invoice arrived."
)
PAYMENT_PROCESSING = _event(
    "payment.processing", "billing.InvoiceTransaction", "A payment was begun and is not settled."
)
PAYMENT_FAILED = _event(
    "payment.failed", "billing.InvoiceTransaction", "A payment for an invoice failed."
)
CHARGE_FAILED = _event(
    "charge.failed", "billing.Invoice", "The automatic charge for an invoice failed."
)
PAYMENT_REFUNDED = _event(
    "payment.refunded", "billing.InvoiceTransaction", "Money was given back to a client."
)
CREDIT_NOTE_CREATED = _event(
    "credit_note.created", "billing.Invoice", "A credit note corrected an invoice."
)
CREDIT_CHANGED = _event("credit.changed", "billing.Credit", "A client's balance changed.")

SERVICE_CREATED = _event("service.created", "billing.Service", "A service was ordered.")
SERVICE_UPDATED = _event("service.updated", "billing.Service", "A service was changed.")
SERVICE_ACTIVATED = _event("service.activated", "billing.Service", "A service became active.")
SERVICE_RENEWED = _event("service.renewed", "billing.Service", "A service was paid for longer.")
SERVICE_PROVISIONED = _event(
    "service.provisioned", "billing.Service", "The server behind a service was made."
)
SERVICE_PROVISIONING_FAILED = _event(
    "service.provisioning_failed", "billing.Service", "A server module could not do its work."
)
SERVICE_SUSPENDED = _event("service.suspended", "billing.Service", "A service was suspended.")
SERVICE_UNSUSPENDED = _event(
    "service.unsuspended", "billing.Service", "A suspended service runs again."
)
SERVICE_TERMINATED = _event("service.terminated", "billing.Service", "A service was ended.")
SERVICE_UPGRADED = _event("service.upgraded", "billing.Service", "A service was upgraded.")
SERVICE_DELETED = _event("service.deleted", "billing.Service", "A service was deleted.")
CANCELLATION_REQUESTED = _event(
    "cancellation.requested", "billing.ServiceCancellation", "A client wants a service to end."
)

TICKET_CREATED = _event("ticket.created", "support.Ticket", "A ticket was opened.")
TICKET_UPDATED = _event("ticket.updated", "support.Ticket", "A ticket was changed.")
TICKET_CLOSED = _event("ticket.closed", "support.Ticket", "A ticket was closed.")
TICKET_REPLIED = _event("ticket.replied", "support.TicketMessage", "A ticket got an answer.")


@dataclass(frozen=True, slots=True)
class Happened:
    """`details` are what the emitter adds, for listeners that know the event."""

    event: Event
    record: Any
    actor: Actor = SYSTEM
    details: Mapping[str, Any] = field(default_factory=dict)


Listener = Callable[[Happened], Any]
_L = TypeVar("_L", bound=Listener)

_Place = list[tuple[Listener, Callable[[Event], bool]]]

_listeners: dict[str, _Place] = defaultdict(list)
_listeners_of_all: _Place = []


def every() -> Mapping[str, Event]:
    """All events by name, in the order of the list."""
    return _EVENTS


def on(*events: Event, wanted: Callable[[Event], bool] = lambda event: True) -> Callable[[_L], _L]:
    """Registers a listener of these events; without any, of all.

    Where `wanted` says no the listener is not called, which spares the savepoint.
    """

    def register(listener: _L) -> _L:
        for place in [_listeners[event.name] for event in events] or [_listeners_of_all]:
            place.append((listener, wanted))
        return listener

    return register


def emit(event: Event, record: models.Model, *, actor: Actor = SYSTEM, **details: Any) -> None:
    """Tells all listeners and does not raise what they raise, but for an error by which the
    database took the whole transaction back (a deadlock): what happened is then undone too."""
    happened = Happened(event, record, actor, details)
    for listener, wanted in (*_listeners[event.name], *_listeners_of_all):
        try:
            if wanted(event):
                with transaction.atomic():
                    listener(happened)
        except Exception:
            if transaction.get_connection().needs_rollback:  # the database took all of it back
                raise
            log.exception("%s: %s failed", event.name, listener.__qualname__)
