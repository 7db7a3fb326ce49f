from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.actions import provisioning
from billing.actions.billing_agreements import choose_agreement, gateway_named, save_agreement
from billing.actions.cancellations import (
    ask_for_cancellation,
    create_cancellation,
    delete_cancellation,
)
from billing.actions.due_dates import billed_period, next_due
from billing.actions.orders import create_order
from billing.actions.services import (
    create_service,
    delete_service,
    renew_service,
    set_label,
    update_service,
)
from billing.actions.shown import currency_of, order_total
from billing.actions.subjects import provider_values
from billing.actions.unit_prices import recalculated_price
from billing.actions.upgrade_quotes import is_upgradable, targets_of
from billing.models import (
    Currency,
    InvoiceItem,
    Order,
    Plan,
    Service,
    ServiceCancellation,
)
from billing.provisioning.models import Provisioning
from billing.rules.descriptions import line_description
from billing.rules.money import format_amount
from billing.tests.golden.backoffice import operation
from billing.tests.golden.backoffice.changed import changed
from billing.tests.golden.registry import Failure, actor_of
from paymenter.db import zone
from paymenter.db.fields import DateTime
from paymenter.db.morph import class_name

Args = dict[str, Any]

_JOBS = {
    "CreateJob": Provisioning.Action.CREATE,
    "SuspendJob": Provisioning.Action.SUSPEND,
    "UnsuspendJob": Provisioning.Action.UNSUSPEND,
    "TerminateJob": Provisioning.Action.TERMINATE,
    "UpgradeJob": Provisioning.Action.UPGRADE,
}


@operation("service.renew")
def renew(args: Args) -> None:
    renew_service(_service(args), actor=actor_of(args))


@operation("service.next_due")
def due(args: Args) -> str | None:
    found = next_due(_service(args))
    return str(zone.naive(found)) if found else None


@operation("service.job")
def job(args: Args) -> None:
    provisioning.request(
        _service(args), _JOBS[args["job"]], tells_client=args.get("send_notification", True)
    )


@operation("service.set_label")
def label(args: Args) -> dict[str, Any]:
    set_label(_service(args), args["label"], actor=actor_of(args))
    return {
        "notify": [{"message": "Service label updated successfully", "type": "success"}],
        "redirect": None,
    }


@operation("cancellation.request")
def request_cancellation(args: Args) -> dict[str, Any]:
    service = Service.objects.get(pk=args["service_id"])
    if service.user_id != args.get("as"):
        raise Failure("forbidden")
    ask_for_cancellation(service, actor=actor_of(args), type=args["type"], reason=args["reason"])
    return {
        "notify": [{"message": "Cancellation requested", "type": "success"}],
        "redirect": f"http://localhost/services/{service.pk}",
    }


@operation("cancellation.create")
def cancel(args: Args) -> dict[str, Any]:
    cancellation = create_cancellation(actor=actor_of(args), **args["values"])
    return {"id": cancellation.pk}


@operation("cancellation.delete")
def withdraw(args: Args) -> bool:
    delete_cancellation(ServiceCancellation.objects.get(pk=args["id"]), actor=actor_of(args))
    return True


def _service(args: Args) -> Service:
    found: Service = Service.objects.get(pk=args["id"])
    return found


@operation("service.create")
def create(args: Args) -> dict[str, Any]:
    values = args["values"]
    if "price" not in values:
        raise Failure("database")
    service = create_service(actor=actor_of(args), **columns(Service, values))
    return {"id": service.pk, "status_in_memory": values.get("status")}


@operation("service.update")
def update(args: Args) -> dict[str, Any]:
    before = _service(args)
    update_service(before, actor=actor_of(args), **columns(Service, args["values"]))
    return {"changed": changed(before, also=["price"] if "price" in args["values"] else [])}


@operation("service.delete")
def delete(args: Args) -> bool:
    delete_service(_service(args), actor=actor_of(args))
    return True


def columns(model: Any, values: Args) -> Args:
    """Times as PHP takes them: wall-clock times of the installation."""
    found = dict(values)
    for name, value in values.items():
        if isinstance(model._meta.get_field(name), DateTime) and isinstance(value, str):
            found[name] = zone.aware(datetime.fromisoformat(value))
    return found


@operation("service.set_agreement")
def set_agreement(args: Args) -> dict[str, Any]:
    choose_agreement(_service(args), args["ulid"], actor=actor_of(args))
    return {"notify": [], "redirect": None}


@operation("service.clear_agreement")
def clear_agreement(args: Args) -> dict[str, Any]:
    choose_agreement(_service(args), None, actor=actor_of(args))
    return {"notify": [], "redirect": None}


@operation("agreement.make")
def make_agreement(args: Args) -> dict[str, Any]:
    agreement, new = save_agreement(
        actor=actor_of(args),
        user_id=args["user_id"],
        gateway_id=gateway_named(args["gateway"]).pk,
        external_reference=args["external_reference"],
        name=args["name"],
        type=args.get("type"),
        expiry=args.get("expiry"),
    )
    return {"id": agreement.pk, "was_created": new}


@operation("order.create")
def order(args: Args) -> dict[str, Any]:
    made = create_order(actor=actor_of(args), services=args.get("services") or (), **args["values"])
    return {"id": made.pk}


@operation("order.show")
def show_order(args: Args) -> dict[str, Any]:
    shown = Order.objects.get(pk=args["id"])
    total = order_total(shown)
    of_services = InvoiceItem.objects.filter(
        reference_type=class_name(Service), reference_id__in=shown.services.values("pk")
    )
    return {
        "total": float(total),
        "formatted_total": _formatted(total, currency_of(shown)),
        "invoice_ids": sorted(set(of_services.values_list("invoice_id", flat=True))),
    }


def _formatted(amount: Decimal, currency: Currency | None) -> str:
    assert currency is not None
    how: dict[str, Any] = {
        "prefix": currency.prefix,
        "suffix": currency.suffix,
        "format": currency.format,
    }
    return format_amount(amount, **how)


@operation("service.calculate_price")
def calculate(args: Args) -> str:
    return str(recalculated_price(_service(args)))


@operation("service.show")
def show(args: Args) -> dict[str, Any]:
    service = _service(args)
    assert service.product is not None
    base = f"{service.product.name} #{service.pk}"
    price = _formatted(service.price * service.quantity, service.currency)
    return {
        "label": service.label or base,
        "base_label": base,
        "description": line_description(
            service.product.name, *(billed_period(service) or (None, None))
        ),
        "formatted_price": price,
        "cancellable": _is_cancellable(service),
        "upgradable": is_upgradable(service),
        "upgrade_targets": [product.pk for product in targets_of(service)],
        "provider_values": provider_values(service) or [],
    }


def _is_cancellable(service: Service) -> bool:
    recurring = service.plan is not None and service.plan.type == Plan.Type.RECURRING
    ended = service.status == Service.Status.CANCELLED
    return recurring and not ended and not service.cancellations.exists()
