"""Deliveries from the event to the receiver's answer.

The row is written in the transaction of what happened, with all that will be sent, and the job
belongs to it. Each attempt is a job of its own, enqueued by the transaction that stores how the one
before went. A worker that is killed sends again, with the same webhook-id; what was delivered is
not sent again.
"""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import webhook_endpoints
from accounts.actions.webhook_payloads import payload_of, test_payload
from accounts.rules import webhooks
from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from paymenter import http
from paymenter.db import fields
from paymenter.errors import Refused
from paymenter.events import Happened
from paymenter.jobs import job
from paymenter.laravel.crypt import DecryptError

TEST = "webhook.test"
KEPT = timedelta(days=30)
LOST = timedelta(hours=1)  # after which what is under way may be replayed: its job is parked
AT_ONCE = 1000  # rows of one DELETE
EXCERPT = 500  # characters

UNDER_WAY = "This delivery is on its way: wait for what comes of it."
DISABLED = "The endpoint is disabled."
NO_ENDPOINT = "The endpoint of this delivery is gone."
UNREADABLE = "The secret cannot be decrypted with APP_KEY: rotate it."

_State = WebhookDelivery.State


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one attempt; `error` is empty where the receiver took it."""

    error: str = ""
    status_code: int | None = None
    answer: str | None = None
    duration_ms: int | None = None
    retry_after: str | None = None


def tell_endpoints(happened: Happened) -> None:
    """A delivery for each endpoint that wants the event, in the caller's transaction."""
    endpoints = webhook_endpoints.wanting(happened.event)
    if not endpoints:
        return
    payload = payload_of(happened.event, happened.record, timezone.now())
    for endpoint in endpoints:
        _queue(endpoint, happened.event.name, payload)


@transaction.atomic
def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Tried once, also where the endpoint is disabled."""
    return _queue(endpoint, TEST, test_payload(TEST, endpoint, timezone.now()))


@transaction.atomic
def replay(delivery: WebhookDelivery) -> WebhookDelivery:
    """Sends it again, under the same webhook-id, with all its attempts. Refused while it waits."""
    now = fields.now()
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).first()
    if endpoint is None:
        raise Refused(NO_ENDPOINT)
    if not endpoint.enabled and delivery.event != TEST:
        raise Refused(DISABLED + " Enable it first.")
    rows = WebhookDelivery.objects.filter(pk=delivery.pk)
    idle = rows.filter(state__in=(_State.DELIVERED, _State.FAILED))
    lost = rows.filter(next_attempt_at__lt=now - LOST)
    waiting = {"state": _State.PENDING, "next_attempt_at": now, "error": None, "updated_at": now}
    if not (idle.update(**waiting) or lost.update(**waiting)):
        raise Refused(UNDER_WAY, status=409)
    delivery.refresh_from_db()
    number = delivery.attempts + 1
    deliver.enqueue(delivery_id=delivery.pk, attempt=number, first=number)
    return delivery


@job(deadline=60)
def deliver(delivery_id: int, attempt: int, first: int) -> None:
    """One attempt. `attempt` counts all of the delivery, `first` is where this round began."""
    if not _claim(delivery_id, attempt):
        return
    delivery = WebhookDelivery.objects.get(pk=delivery_id)
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).first()
    if endpoint is None:
        delivery.delete()
        return
    may_send = endpoint.enabled or delivery.event == TEST
    outcome = _attempt(endpoint, delivery) if may_send else Outcome(DISABLED)
    _finish(delivery, endpoint, outcome, first)


@job(deadline=300)
def prune_webhook_deliveries() -> None:
    """Paymenter keeps its mail log likewise; nothing that is still on its way is deleted."""
    old = WebhookDelivery.objects.filter(
        created_at__lt=fields.now() - KEPT, state__in=(_State.DELIVERED, _State.FAILED)
    )
    while keys := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        WebhookDelivery.objects.filter(pk__in=keys).delete()


# -- one attempt -----------------------------------------------------------------------------------


def _queue(endpoint: WebhookEndpoint, event: str, payload: str) -> WebhookDelivery:
    delivery = WebhookDelivery.objects.create(
        webhook_id=f"msg_{uuid.uuid4().hex}",
        endpoint_id=endpoint.pk,
        event=event,
        payload=payload,
        next_attempt_at=fields.now(),
    )
    deliver.enqueue(delivery_id=delivery.pk, attempt=1, first=1)
    return delivery


def _claim(key: int, attempt: int) -> bool:
    """Whether this attempt is to be made: it is the next one, or a worker died in it."""
    rows = WebhookDelivery.objects.filter(pk=key)
    next_one = rows.filter(state=_State.PENDING, attempts=attempt - 1)
    died = rows.filter(state=_State.SENDING, attempts=attempt)
    claimed = {"state": _State.SENDING, "attempts": attempt, "next_attempt_at": fields.now()}
    return next_one.update(**claimed) == 1 or died.exists()


def _attempt(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> Outcome:
    """The request; no transaction is open while it runs."""
    content, now = delivery.payload.encode(), timezone.now()
    try:
        keys = webhook_endpoints.secrets_of(endpoint, now)
        signed = webhooks.signed_headers(delivery.webhook_id, now, content, keys)
    except (DecryptError, ValueError):
        return Outcome(UNREADABLE)
    try:
        headers = {"Content-Type": "application/json", **signed}
        answer = http.post(endpoint.url, content=content, headers=headers)
    except http.OutgoingError as error:
        return Outcome(str(error))
    taken = webhooks.is_taken(answer.status)
    return Outcome(
        error="" if taken else f"The receiver answered {answer.status}.",
        status_code=answer.status,
        answer=_excerpt(answer.text),
        duration_ms=round(answer.seconds * 1000),
        retry_after=answer.headers.get("retry-after"),
    )


@transaction.atomic
def _finish(
    delivery: WebhookDelivery, endpoint: WebhookEndpoint, outcome: Outcome, first: int
) -> None:
    """Stores what came of the attempt, and enqueues the next one."""
    now = timezone.now()
    again = _next(delivery, outcome, first, now)
    if not _store(delivery, outcome, again):
        return
    if again:
        arguments = {"delivery_id": delivery.pk, "attempt": delivery.attempts + 1, "first": first}
        deliver.using(run_after=again).enqueue(**arguments)
    _note(delivery, endpoint, outcome, last=again is None)


def _next(
    delivery: WebhookDelivery, outcome: Outcome, first: int, now: datetime
) -> datetime | None:
    final = not outcome.error or outcome.error == DISABLED or outcome.status_code == webhooks.GONE
    if final or delivery.event == TEST:
        return None
    return webhooks.next_attempt(
        delivery.attempts - first + 1,
        now,
        spread=random.random(),  # noqa: S311
        retry_after=outcome.retry_after,
    )


def _store(delivery: WebhookDelivery, outcome: Outcome, again: datetime | None) -> bool:
    """False where this attempt is no longer the current one."""
    state = _State.PENDING if again else _State.FAILED
    mine = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=_State.SENDING, attempts=delivery.attempts
    )
    changed: dict[str, Any] = {
        "state": state if outcome.error else _State.DELIVERED,
        "next_attempt_at": again,
        "status_code": outcome.status_code,
        "answer": outcome.answer,
        "error": outcome.error[:EXCERPT] or None,
        "duration_ms": outcome.duration_ms,
        "updated_at": fields.now(),
    }
    return mine.update(**changed) == 1


def _note(
    delivery: WebhookDelivery, endpoint: WebhookEndpoint, outcome: Outcome, *, last: bool
) -> None:
    now = fields.now()
    if not outcome.error:
        webhook_endpoints.note_success(endpoint)
    elif outcome.status_code == webhooks.GONE:
        webhook_endpoints.disable_gone(endpoint, now)
    elif outcome.error != DISABLED and delivery.event != TEST:
        webhook_endpoints.note_failure(endpoint, now)
        if last:
            webhook_endpoints.disable_where_failing(endpoint, now, outcome.error)


def _excerpt(text: str) -> str | None:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:EXCERPT] or None
