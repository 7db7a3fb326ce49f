"""Endpoints that staff manage; docs/webhooks.md."""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actions.records import change_record, create_record
from accounts.actions.system_mails import quoted, tell_operator
from accounts.rules.webhooks import FAILED_FOR, ROTATION, new_secret
from accounts.webhooks.models import WebhookDelivery, WebhookEndpoint
from paymenter import events, http
from paymenter.actor import Actor
from paymenter.db import fields
from paymenter.db.locks import locked
from paymenter.errors import Refused

REMEMBERED = 5.0  # seconds for which a process does not ask again who wants what

BY_STAFF = "Switched off by staff."
GONE = "The receiver answered 410 Gone."
FAILING = "Nothing could be delivered for more than a day. The last error: {}"
NOTICE = """The webhook endpoint {url} was switched off.

{reason}

Put the receiver right, switch the endpoint on again, and replay the deliveries that failed."""

MaySee = Callable[[str], bool]
"""Whether the caller may see the records that an event (by name) is about."""

ALL: None = None


def create_endpoint(*, actor: Actor, may_see: MaySee, **values: Any) -> WebhookEndpoint:
    """Its `secret` can be read from what is given back, and nowhere else."""
    _refuse_unseen(values.get("events"), may_see)
    _refuse_address(values["url"])  # asks the resolver, so outside of the transaction
    if values.get("enabled") is False:
        values |= _switched(False)
    with transaction.atomic():
        endpoint = create_record(WebhookEndpoint, values | {"secret": new_secret()}, actor=actor)
        _forget()
    return endpoint


def update_endpoint(
    endpoint: WebhookEndpoint, *, actor: Actor, may_see: MaySee, **changes: Any
) -> WebhookEndpoint:
    if "url" in changes:
        _refuse_address(changes["url"])
    return _update(endpoint, changes, may_see, actor)


@transaction.atomic
def _update(
    endpoint: WebhookEndpoint, changes: dict[str, Any], may_see: MaySee, actor: Actor
) -> WebhookEndpoint:
    endpoint = locked(endpoint)
    if changes.keys() & {"url", "events"}:
        _refuse_unseen(changes.get("events", endpoint.events), may_see)
    if changes.get("enabled", endpoint.enabled) != endpoint.enabled:
        changes |= _switched(changes["enabled"])
    if change_record(endpoint, changes, actor=actor):
        endpoint.save(update_fields=["updated_at"])
    _forget()
    return endpoint


@transaction.atomic
def delete_endpoint(endpoint: WebhookEndpoint, *, actor: Actor) -> None:
    """With its deliveries; what was still to be sent is not."""
    WebhookDelivery.objects.filter(endpoint_id=endpoint.pk).delete()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()
    _forget()


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, actor: Actor) -> WebhookEndpoint:
    """A new secret; the one until now signs too for another day."""
    endpoint = locked(endpoint)
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_secret_until = fields.now() + ROTATION
    endpoint.secret = new_secret()
    endpoint.save()
    return endpoint


def secrets_of(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """What signs at this moment, the newest first."""
    keys, until = [endpoint.secret], endpoint.previous_secret_until
    if until is not None and until > now and endpoint.previous_secret:
        keys.append(endpoint.previous_secret)
    return keys


# -- who wants what --------------------------------------------------------------------------------


class _Memory:
    """What all enabled endpoints want; not asked again for some seconds."""

    until = 0.0
    wanted: Sequence[Collection[str] | None] = ()


def is_wanted(event: events.Event) -> bool:
    """By an endpoint as it was at most five seconds ago."""
    if time.monotonic() >= _Memory.until:
        _Memory.wanted = [endpoint.events for endpoint in _enabled().only("events")]
        _Memory.until = time.monotonic() + REMEMBERED
    return any(_names(wanted, event.name) for wanted in _Memory.wanted)


def wanting(event: events.Event) -> list[WebhookEndpoint]:
    rows = _enabled().only("events").order_by("pk")
    return [endpoint for endpoint in rows if _names(endpoint.events, event.name)]


def forget() -> None:
    _Memory.until = 0.0


def _forget() -> None:
    """Now, and when others see the change."""
    forget()
    transaction.on_commit(forget)


def _enabled() -> Any:
    return WebhookEndpoint.objects.filter(enabled=True)


def _names(wanted: Collection[str] | None, name: str) -> bool:
    return wanted is ALL or name in wanted


# -- how they fare ---------------------------------------------------------------------------------


def note_success(endpoint: WebhookEndpoint) -> None:
    if endpoint.failing_since is not None:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)


def note_failure(endpoint: WebhookEndpoint, now: datetime) -> None:
    first = WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None)
    if endpoint.failing_since is None:
        first.update(failing_since=now)


@transaction.atomic
def disable_where_failing(endpoint: WebhookEndpoint, now: datetime, error: str) -> bool:
    """Where nothing was delivered for a day."""
    lasting = {"failing_since__lte": now - FAILED_FOR}
    return _disable(endpoint, FAILING.format(error)[:255], now, **lasting)


@transaction.atomic
def disable_gone(endpoint: WebhookEndpoint, now: datetime) -> bool:
    return _disable(endpoint, GONE, now)


def _disable(endpoint: WebhookEndpoint, reason: str, now: datetime, **where: Any) -> bool:
    """One statement, so that of many deliveries that fail together one tells the operator."""
    rows = _enabled().filter(pk=endpoint.pk, **where)
    if not rows.update(enabled=False, disabled_at=now, disabled_reason=reason, updated_at=now):
        return False
    _forget()
    tell_operator(
        "A webhook endpoint was switched off",
        NOTICE.format(url=quoted(endpoint.url), reason=quoted(reason)),
    )
    return True


def _switched(on: bool) -> dict[str, Any]:
    if on:
        return {"disabled_at": None, "disabled_reason": None, "failing_since": None}
    return {"disabled_at": fields.now(), "disabled_reason": BY_STAFF}


# -- refusals --------------------------------------------------------------------------------------


def _refuse_unseen(wanted: Collection[str] | None, may_see: MaySee) -> None:
    """Nobody has records sent that he may not see himself."""
    names = events.every() if wanted is ALL else wanted
    if unseen := [name for name in names if not may_see(name)]:
        text = f"You may not see the records of {', '.join(unseen)}: choose other events."
        raise Refused.on("events", text)


def _refuse_address(url: str) -> None:
    """Early, for whoever types it in: what counts is checked whenever something is sent."""
    try:
        http.check(url)
    except http.OutgoingError as error:
        raise Refused.on("url", str(error)) from None
