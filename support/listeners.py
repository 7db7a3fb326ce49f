"""Who is told what happened to tickets."""

from paymenter import events
from paymenter.events import Happened
from support.actions import notices


@events.on(events.TICKET_REPLIED)
def tell_of_answer(happened: Happened) -> None:
    notices.ticket_answered(happened.record)
