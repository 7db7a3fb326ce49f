from typing import Any

from billing.actions.due_dates import billed_period, next_due
from billing.actions.services import renew_service
from billing.models import Service
from billing.rules.descriptions import line_description
from billing.tests.golden.registry import actor_of
from billing.tests.golden.storefront import operation
from paymenter.db import zone

Args = dict[str, Any]


@operation("service.next_due_date")
def next_due_date(args: Args) -> Any:
    due = next_due(Service.objects.get(pk=args["service_id"]))
    return str(zone.naive(due)) if due else None


@operation("service.description")
def description(args: Args) -> Any:
    service = Service.objects.get(pk=args["service_id"])
    assert service.product is not None
    period = billed_period(service) or (None, None)
    return line_description(service.product.name, *period)


@operation("service.renew")
def renew(args: Args) -> None:
    renew_service(Service.objects.get(pk=args["service_id"]), actor=actor_of(args))
