"""What a service's server has to do: asked for by rows, carried out by jobs.

`request_*` writes a row in the transaction of what it follows from. The job `provision` works off
the rows of one service in their order, each in three parts: claimed (committed), carried out by the
module outside of any transaction, noted together with what the client is told. A worker that dies
in between leaves a claim that runs out, and the module is asked once more: modules look first
(billing/servers/base.py).

What cannot be done stays visible to staff: `pending` with an `error` while it is tried again,
`failed` when it waits for them.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.actions.audits import record_audit
from billing.actions import notices
from billing.actions.subjects import module_of, subject_of
from billing.models import Service
from billing.provisioning.models import Provisioning
from billing.servers.base import ServerError
from paymenter import events
from paymenter.actor import SYSTEM, Actor
from paymenter.db import fields
from paymenter.db.locks import locked, unharmed
from paymenter.errors import Refused
from paymenter.jobs import GiveUp, job

NOT_FAILED = "Only what is pending or has failed can be tried again."
HAS_NO_SERVER = "The product of this service has no server."
NOT_OPEN = "It has been carried out, or is being carried out right now."

ATTEMPTS = 8
DEADLINE = 120  # seconds of one call
STALE = timedelta(hours=3)
LEASE = timedelta(seconds=DEADLINE + 60)

Action = Provisioning.Action
_Status = Provisioning.Status
_OPEN = (_Status.PENDING, _Status.FAILED)
_OVERTAKES: Mapping[str, tuple[str, ...]] = {
    Action.SUSPEND: (Action.UNSUSPEND,),
    Action.UNSUSPEND: (Action.SUSPEND,),
    Action.TERMINATE: (Action.CREATE, Action.SUSPEND, Action.UNSUSPEND, Action.UPGRADE),
}

log = logging.getLogger(__name__)


def request(service: Service, action: str, *, tells_client: bool = True) -> Provisioning | None:
    """In the caller's transaction, with the service locked. Where the product has no server there
    is nothing to do: None, and the client is told at once."""
    if not has_server(service):
        if service.product is not None and tells_client:
            _tell_client(service, action, {})
        return None
    overtaken = Provisioning.objects.filter(service_id=service.pk, status__in=_OPEN)
    overtaken.filter(action__in=_OVERTAKES.get(action, ())).update(status=_Status.SUPERSEDED)
    row = Provisioning.objects.create(
        service_id=service.pk, action=action, tells_client=tells_client
    )
    provision.enqueue(service_id=service.pk)
    return row


@transaction.atomic
def ask_server(
    service: Service, action: str, *, tells_client: bool = False, actor: Actor
) -> Provisioning:
    """Staff's wish, whatever the state of the service, which stays as it is (Paymenter: Trigger
    extension action, which does it at once)."""
    service = locked(service)
    row = request(service, action, tells_client=tells_client) if has_server(service) else None
    if row is None:
        raise Refused.on("action", HAS_NO_SERVER)
    record_audit("extension_action", service, {}, {"action": f"ask_{action}_server"}, actor=actor)
    return row


def has_server(service: Service) -> bool:
    return service.product is not None and service.product.server_id is not None


def unprovisioned() -> "QuerySet[Service]":
    """Services that are paid for and whose server has not been made yet."""
    waiting = Provisioning.objects.filter(action=Action.CREATE).exclude(
        status__in=(_Status.DONE, _Status.SUPERSEDED, _Status.DISMISSED)
    )
    return Service.objects.filter(status=Service.Status.ACTIVE, pk__in=waiting.values("service_id"))


@transaction.atomic
def retry_provisioning(row: Provisioning, *, actor: Actor) -> Provisioning:
    """Staff's wish to try at once what failed."""
    row = locked(row)
    if row.status not in _OPEN:
        raise Refused.on("status", NOT_FAILED)
    row.status, row.attempts = _Status.PENDING, 0
    row.save(update_fields=["status", "attempts", "updated_at"])
    provision.enqueue(service_id=row.service_id)
    return row


@transaction.atomic
def dismiss_provisioning(row: Provisioning, *, actor: Actor) -> Provisioning:
    """Staff did it by hand, or nobody wants it any more."""
    row = locked(row)
    if row.status not in _OPEN:
        raise Refused.on("status", NOT_OPEN)
    row.status = _Status.DISMISSED
    row.save(update_fields=["status", "updated_at"])
    return row


class Busy(Exception):
    """Makes the job come again."""


def sweep() -> int:
    """Enqueues again what has been pending for longer than all attempts take; how many services."""
    since = fields.now() - STALE
    rows = Provisioning.objects.filter(status=_Status.PENDING, updated_at__lt=since)
    services = set(rows.values_list("service_id", flat=True))
    for service_id in sorted(services):
        provision.enqueue(service_id=service_id)
    return len(services)


@job(attempts=ATTEMPTS + 4, deadline=DEADLINE)
def provision(service_id: int) -> None:
    """Works off what the service's server has to do; what waits for staff does not hold it up."""
    given_up: Exception | None = None
    while (row := _claim(service_id)) is not None:
        try:
            told = _call(row)
        except Exception as error:
            if _note_failure(row, error):
                raise
            given_up = error
        except BaseException as error:  # the job's deadline, or the worker's end
            _note_failure(row, error)
            raise
        else:
            _note_success(row, told)
    if given_up:
        raise GiveUp(str(given_up)) from given_up


@transaction.atomic
def _claim(service_id: int) -> Provisioning | None:
    """The first row that is to be carried out. Raises Busy while another worker is at one: it may
    be dead, so that the job has to come again."""
    Service.objects.select_for_update().filter(pk=service_id).first()
    rows = Provisioning.objects.filter(service_id=service_id).order_by("pk")
    row = rows.filter(status__in=(_Status.PENDING, _Status.RUNNING)).first()
    now = fields.now()
    if row is None:
        return None
    if row.status == _Status.RUNNING and (row.lease_until or now) > now:
        raise Busy(f"{row} is being carried out")
    row.status, row.lease_until, row.attempts = _Status.RUNNING, now + LEASE, row.attempts + 1
    row.save(update_fields=["status", "lease_until", "attempts", "updated_at"])
    return row


def _call(row: Provisioning) -> Mapping[str, Any]:
    service = Service.objects.select_related("product", "user").filter(pk=row.service_id).first()
    if service is None:
        raise ServerError("The service was deleted.", permanent=True)
    action = {"action": f"{row.action}_server"}
    record_audit("extension_action", service, {}, action, actor=SYSTEM)
    answer = getattr(module_of(service), row.action)(subject_of(service))
    return answer if isinstance(answer, Mapping) else {}


@transaction.atomic
def _note_success(row: Provisioning, told: Mapping[str, Any]) -> None:
    done = {"status": _Status.DONE, "error": None, "updated_at": fields.now()}
    if not _ours(row).update(**done):
        return
    service = Service.objects.select_related("product").filter(pk=row.service_id).first()
    if service is None:
        return
    if row.tells_client:
        _tell_client(service, row.action, told)
    if row.action == Action.CREATE:
        events.emit(events.SERVICE_PROVISIONED, service)


@transaction.atomic
def _note_failure(row: Provisioning, error: BaseException) -> bool:
    """Whether it is to be tried again."""
    final = getattr(error, "permanent", False) or row.attempts >= ATTEMPTS
    text = f"{type(error).__name__}: {error}" if not isinstance(error, ServerError) else str(error)
    log.warning("%s failed, attempt %s: %s", row, row.attempts, text)
    status = _Status.FAILED if final else _Status.PENDING
    _ours(row).update(status=status, error=text[:65_000], updated_at=fields.now())
    service = Service.objects.filter(pk=row.service_id).first()
    if final and service:
        events.emit(events.SERVICE_PROVISIONING_FAILED, service, action=row.action, error=text)
    return not final


def _ours(row: Provisioning) -> "QuerySet[Provisioning]":
    """The row while our claim stands."""
    return Provisioning.objects.filter(pk=row.pk, status=_Status.RUNNING, attempts=row.attempts)


_NOTICES = {
    Action.CREATE: notices.server_created,
    Action.SUSPEND: notices.server_suspended,
    Action.TERMINATE: notices.server_terminated,
}


def _tell_client(service: Service, action: str, told: Mapping[str, Any]) -> None:
    """What goes wrong with it undoes nothing else."""
    if action in _NOTICES:
        unharmed(_NOTICES[Action(action)], service, told)
