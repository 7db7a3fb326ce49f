"""What clients are told about orders and invoices, with the variables of Paymenter's templates."""

from typing import Any

from accounts.actions.notifications import notify, tell, template_for
from accounts.models import Notification
from billing.actions.shown import CATALOGUE, currency_of, invoice_total, order_total, price
from billing.models import Invoice, Order, Service, ServiceCancellation
from paymenter.db.morph import class_name
from paymenter.db.presented import present
from paymenter.laravel.blade import Collection, Later


def invoice_created(invoice: Invoice) -> Notification | None:
    template = template_for(invoice.user_id, "new_invoice_created")
    return tell(invoice.user_id, template, data=_about_invoice(invoice)) if template else None


def invoice_paid(invoice: Invoice) -> Notification | None:
    return notify(invoice.user, "invoice_paid", data=_about_invoice(invoice))


def payment_failed(invoice: Invoice) -> Notification | None:
    return notify(invoice.user, "invoice_payment_failed", data=_about_invoice(invoice))


def cancellation_received(cancellation: ServiceCancellation) -> Notification | None:
    data = {
        "cancellation": present(cancellation, CATALOGUE),
        "service": present(cancellation.service, CATALOGUE),
    }
    return notify(cancellation.service.user, "service_cancellation_received", data=data)


def order_created(order: Order) -> Notification | None:
    data = {
        "order": present(order, CATALOGUE),
        "items": present(Collection(order.services.order_by("pk")), CATALOGUE),
        "total": price(order_total(order), currency_of(order)),
    }
    return notify(order.user, "new_order_created", data=data)


def _about_invoice(invoice: Invoice) -> dict[str, Any]:
    return {
        "invoice": present(invoice, CATALOGUE),
        "items": Later(lambda: present(Collection(invoice.items.order_by("pk")), CATALOGUE)),
        "total": Later(lambda: price(invoice_total(invoice), currency_of(invoice))),
        "has_subscription": Later(lambda: _has_subscription(invoice)),
    }


def _has_subscription(invoice: Invoice) -> bool:
    items = invoice.items.filter(reference_type=class_name(Service))
    services = Service.objects.filter(pk__in=items.values("reference_id"))
    return services.filter(subscription_id__isnull=False).exists()
