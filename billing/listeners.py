"""What follows from what happened to orders, invoices and services."""

from accounts.actions import mails
from billing.actions import mailed_files, notices  # noqa: F401 (registers what mails carry)
from billing.actions.announcements import announce_invoice
from paymenter import events
from paymenter.events import Happened


@events.on(events.INVOICE_CREATED)
def tell_of_invoice(happened: Happened) -> None:
    if happened.details.get("send_email", True):
        notices.invoice_created(happened.record)


@events.on(events.INVOICE_CREATED, wanted=lambda event: mails.are_on())
def mail_invoice(happened: Happened) -> None:
    if happened.details.get("send_email", True):
        announce_invoice(happened.record)


@events.on(events.INVOICE_PAID)
def tell_of_paid_invoice(happened: Happened) -> None:
    notices.invoice_paid(happened.record)


@events.on(events.CHARGE_FAILED)
def tell_of_failed_charge(happened: Happened) -> None:
    notices.payment_failed(happened.record)


@events.on(events.INVOICE_REMINDED)
def remind_of_invoice(happened: Happened) -> None:
    notices.invoice_reminder(happened.record)


@events.on(events.PAYMENT_FAILED)
def tell_of_failed_payment(happened: Happened) -> None:
    notices.payment_failed(happened.record.invoice)


@events.on(events.ORDER_CREATED)
def tell_of_order(happened: Happened) -> None:
    if happened.details.get("send_email", True):
        notices.order_created(happened.record)


@events.on(events.CANCELLATION_REQUESTED)
def tell_of_cancellation(happened: Happened) -> None:
    notices.cancellation_received(happened.record)
