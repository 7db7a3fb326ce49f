from typing import Any

from billing.actions.daily.runs import figures, run_daily
from billing.tests.golden.backoffice import operation
from paymenter.actions.heartbeat import beat

Args = dict[str, Any]

_END = [
    "Checking for updates...",
    "You are using the development version. No update check available.",
]


@operation("cron.run")
def run(args: Args) -> dict[str, Any]:
    """What the command says is ours to word; its figures are compared."""
    made = run_daily()
    counted = figures(made)
    labels = {
        "invoices_created": "Invoices created",
        "orders_cancelled": "Orders cancelled",
        "upgrade_invoices_updated": "Upgrade invoices updated",
        "services_suspended": "Services suspended",
        "services_terminated": "Services terminated",
        "tickets_closed": "Tickets closed",
        "email_logs_deleted": "Email logs deleted",
    }
    lines = [
        f"Cronjob task '{label}' completed: Processed {counted[key]} items."
        for key, label in labels.items()
    ]
    charged = f"Successfully charged {counted['invoice_charged']} invoices."
    return {"exit_code": 0, "output": [*lines, charged, *_END]}


@operation("heartbeat.run")
def heartbeat(args: Args) -> dict[str, Any]:
    beat()
    return {"exit_code": 0}
