"""What clients are told about orders and invoices, with the variables of Paymenter's templates."""

from collections.abc import Mapping
from typing import Any

from accounts.actions.mails import Extras
from accounts.actions.notifications import IN_APP, MAIL, notify
from accounts.models import Notification
from billing.actions.shown import (
    CATALOGUE,
    currency_of,
    invoice_total,
    items_of,
    order_total,
    price,
    services_of,
)
from billing.models import Invoice, Order, Service, ServiceCancellation
from paymenter.db.morph import class_name
from paymenter.db.presented import present
from paymenter.laravel.blade import Collection, Later


def invoice_created(invoice: Invoice) -> Notification | None:
    """Behind the bell; the mail goes out once there are items (announcements)."""
    return _of_invoice(invoice, "new_invoice_created", IN_APP)


def invoice_mailed(invoice: Invoice) -> None:
    _of_invoice(invoice, "new_invoice_created", MAIL)


def invoice_resent(invoice: Invoice) -> None:
    paid = invoice.status == Invoice.Status.PAID
    _of_invoice(invoice, "invoice_paid" if paid else "new_invoice_created", MAIL)


def invoice_reminder(invoice: Invoice) -> Notification | None:
    return _of_invoice(invoice, "invoice_reminder", MAIL, IN_APP)


def invoice_paid(invoice: Invoice) -> Notification | None:
    return _of_invoice(invoice, "invoice_paid", MAIL, IN_APP)


def payment_failed(invoice: Invoice) -> Notification | None:
    return _of_invoice(invoice, "invoice_payment_failed", MAIL, IN_APP)


def cancellation_received(cancellation: ServiceCancellation) -> Notification | None:
    data = {
        "cancellation": present(cancellation, CATALOGUE),
        "service": present(cancellation.service, CATALOGUE),
    }
    return notify(cancellation.service.user, "service_cancellation_received", data=data)


def server_created(service: Service, told: Mapping[str, Any]) -> Notification | None:
    return _about_server(service, "new_server_created", told)


def server_suspended(service: Service, told: Mapping[str, Any]) -> Notification | None:
    return _about_server(service, "server_suspended", told)


def server_terminated(service: Service, told: Mapping[str, Any]) -> Notification | None:
    return _about_server(service, "server_terminated", told)


def order_created(order: Order) -> Notification | None:
    data = {
        "order": present(order, CATALOGUE),
        "items": Later(lambda: present(Collection(services_of(order)), CATALOGUE)),
        "total": Later(lambda: price(order_total(order), currency_of(order))),
    }
    return notify(order.user, "new_order_created", data=data)


def _of_invoice(invoice: Invoice, key: str, *channels: str) -> Notification | None:
    return notify(
        invoice.user,
        key,
        data=_about_invoice(invoice),
        extras=Extras(attachments=[["invoice", invoice.pk]]),
        channels=channels,
    )


def _about_server(service: Service, key: str, told: Mapping[str, Any]) -> Notification | None:
    """`told` are the variables that the server module answered with."""
    return notify(service.user, key, data={**told, "service": present(service, CATALOGUE)})


def _about_invoice(invoice: Invoice) -> dict[str, Any]:
    return {
        "invoice": present(invoice, CATALOGUE),
        "items": Later(lambda: present(Collection(items_of(invoice)), CATALOGUE)),
        "total": Later(lambda: price(invoice_total(invoice), currency_of(invoice))),
        "has_subscription": Later(lambda: _has_subscription(invoice)),
    }


def _has_subscription(invoice: Invoice) -> bool:
    items = invoice.items.filter(reference_type=class_name(Service))
    services = Service.objects.filter(pk__in=items.values("reference_id"))
    return services.filter(subscription_id__isnull=False).exists()
