"""What the daily run does, in this order (Paymenter: CronJob.handle). Each is the path of a class:
the last ones know what billing does not."""

from django.utils.module_loading import import_string

from billing.actions.daily.step import Step

STEPS = (
    "billing.actions.daily.renewals.InvoicesCreated",
    "billing.actions.daily.charges.ChargesMade",
    "billing.actions.daily.orders.OrdersCancelled",
    "billing.actions.daily.upgrades.UpgradeInvoicesUpdated",
    "billing.actions.daily.suspensions.ServicesSuspended",
    "billing.actions.daily.terminations.ServicesTerminated",
    "support.actions.closing.TicketsClosed",
    "billing.actions.daily.purges.EmailLogsDeleted",
    "billing.actions.daily.reminders.InvoicesReminded",
    "billing.actions.daily.purges.DebugLogsDeleted",
)


def steps() -> list[type[Step]]:
    return [import_string(path) for path in STEPS]


def step_named(key: str) -> type[Step]:
    return next(step for step in steps() if step.key == key)


def after(step: type[Step]) -> type[Step] | None:
    """The step that follows; None after the last."""
    found = steps()
    place = found.index(step) + 1
    return found[place] if place < len(found) else None
