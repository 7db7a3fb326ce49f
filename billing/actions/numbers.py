"""Invoice numbers without gaps or doubles: the counter is locked until the invoice is stored."""

from accounts.actions.records import change_record, create_record
from billing.models import Invoice
from billing.rules.numbering import invoice_number
from paymenter import options
from paymenter.actor import Actor
from paymenter.db import fields, zone
from paymenter.models import Setting

COUNTER = "invoice_number"


def next_invoice_number(*, actor: Actor) -> str:
    """Counts one further than the last number issued; a number already taken is passed over."""
    counter = _locked_counter(actor)
    count = int(counter.value or 0) + 1
    while Invoice.objects.filter(number=_number(count)).exists():
        count += 1
    change_record(counter, {"value": count}, actor=actor)
    return _number(count)


def _locked_counter(actor: Actor) -> Setting:
    rows = Setting.objects.select_for_update().filter(key=COUNTER, settingable_type=None)
    return rows.order_by("pk").first() or create_record(
        Setting, {"key": COUNTER, "value": 0}, actor=actor
    )


def _number(count: int) -> str:
    return invoice_number(
        count,
        template=str(options.get("invoice_number_format", "{number}")),
        padding=options.integer("invoice_number_padding", 1),
        on=zone.naive(fields.now()).date(),
    )
