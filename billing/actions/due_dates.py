"""When periods end, by the installation's clock and its setting `billing_month_end`."""

from collections.abc import Collection
from datetime import datetime

from billing.anchors.models import Anchor
from billing.models import Plan, Service
from billing.rules.periods import CLAMP, OVERFLOW, add_period, anchored_day, period_start
from paymenter import options
from paymenter.db import fields, zone
from paymenter.db.prepared import Lookup
from paymenter.errors import Refused

NO_UNIT = "The plan is recurring and does not say in what unit: correct it."

_ANCHORS = Lookup(lambda: Anchor.objects.all(), "service_id")
_SURE = 28  # every month has this day


def clamps() -> bool:
    """Whether months end at their last day; in a database that PHP made they overflow."""
    return bool(options.get("billing_month_end", OVERFLOW) == CLAMP)


def period_end(start: datetime, plan: Plan, day: int | None = None) -> datetime:
    """Of a recurring plan. `day` is the remembered one, used only where months are clamped."""
    return add_period(
        start,
        plan.billing_period or 0,
        plan.billing_unit or "",
        zone=options.zone(),
        day=anchored_day(start, day) if clamps() else None,
    )


def next_due(service: Service) -> datetime | None:
    """The end of the period that a payment now is for; None for a plan without periods, and for a
    service whose plan is gone. Where it begins now, its day is remembered. Raises Refused for a
    recurring plan that lacks its unit."""
    plan = service.plan
    if plan is None or plan.type != Plan.Type.RECURRING:
        return None
    if not plan.billing_unit:
        raise Refused(NO_UNIT)
    end = service.expires_at
    now, active = zone.naive(fields.now()), _runs(service)
    start = period_start(now=now, expires_at=zone.naive(end) if end else None, active=active)
    day = None
    if clamps():
        day = _remembered(service) if active and end else _remember(service, start.day)
    return zone.aware(period_end(start, plan, day))


def _runs(service: Service) -> bool:
    """Whether its next period follows the one before: also where staff suspended it in the middle
    of what is paid (Paymenter: it begins anew, and the days that were left are lost)."""
    if service.status == Service.Status.SUSPENDED:
        return service.expires_at is not None and service.expires_at > fields.now()
    return service.status == Service.Status.ACTIVE


def billed_period(service: Service) -> tuple[datetime, datetime] | None:
    """The period that the next invoice is for, by wall clock; from now where none has run yet."""
    plan = service.plan
    if plan is None or plan.type != Plan.Type.RECURRING or not plan.billing_unit:
        return None
    start = zone.naive(service.expires_at or fields.now())
    if service.expires_at:
        start = start.replace(hour=0, minute=0, second=0)
    return start, period_end(start, plan, _remembered(service) if clamps() else None)


def anchors_ahead(services: Collection[int]) -> None:
    """Within `remembering()`: read for all of them at once."""
    if clamps():
        _ANCHORS.ahead(services)


def _remembered(service: Service) -> int | None:
    row = _ANCHORS.first(service.pk)
    return row.day if row else None


def _remember(service: Service, day: int) -> int:
    if day > _SURE:
        Anchor.objects.update_or_create(pk=service.pk, defaults={"day": day})
    return day
