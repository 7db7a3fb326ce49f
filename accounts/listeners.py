"""Who is told what happened to people and their accounts."""

from accounts.actions.notifications import notify
from paymenter import events
from paymenter.events import Happened


@events.on(events.USER_LOGGED_IN)
def tell_of_login(happened: Happened) -> None:
    notify(happened.record, "new_login_detected", data=happened.details)
