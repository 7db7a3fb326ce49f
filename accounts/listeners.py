"""Who is told what happened to people and their accounts."""

from accounts.actions import notices, webhook_deliveries, webhook_endpoints
from accounts.actions.notifications import notify
from paymenter import events
from paymenter.events import Happened


@events.on(events.USER_CREATED)
def ask_to_verify(happened: Happened) -> None:
    """Not who is verified already (Paymenter asks all the same)."""
    if happened.record.email_verified_at is None:
        notices.verify_email(happened.record)


@events.on(events.USER_UPDATED)
def ask_to_verify_again(happened: Happened) -> None:
    if happened.details.get("email_changed") and happened.record.email_verified_at is None:
        notices.verify_email(happened.record)


@events.on(events.USER_LOGGED_IN)
def tell_of_login(happened: Happened) -> None:
    notify(happened.record, "new_login_detected", data=happened.details)


@events.on(wanted=webhook_endpoints.is_wanted)
def tell_endpoints(happened: Happened) -> None:
    webhook_deliveries.tell_endpoints(happened)
