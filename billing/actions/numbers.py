"""Invoice numbers without gaps or doubles: the counter is locked until the invoice is stored."""

from accounts.actions.records import change_record, create_record
from billing.models import Invoice
from billing.rules.numbering import invoice_number
from paymenter import options
from paymenter.actor import Actor
from paymenter.db import fields, zone
from paymenter.db.prepared import Prepared, Slot
from paymenter.errors import Refused
from paymenter.models import Setting

COUNTER = "invoice_number"
UNCOUNTED = "The number {} is taken, and the setting invoice_number_format has no {{number}} in it."


_COUNTER = Prepared(
    lambda: (
        Setting.objects.select_for_update()
        .filter(key=COUNTER, settingable_type=None)
        .order_by("pk")[:1]
    )
)
_HOLDER = Prepared(lambda: Invoice.objects.filter(number=Slot("number")).only("pk")[:1])


def next_invoice_number(*, actor: Actor) -> str:
    """Counts one further than the last number issued; a number already taken is passed over.

    Raises Refused where the format makes the same number of every count.
    """
    counter = _COUNTER.first()
    count = _last(counter.value if counter else None) + 1
    number = _number(count)
    while _HOLDER.first(number=number):
        count += 1
        if number == (number := _number(count)):
            raise Refused.on("number", UNCOUNTED.format(number))
    if counter is None:
        create_record(Setting, {"key": COUNTER, "value": count}, actor=actor)
    else:
        change_record(counter, {"value": count}, actor=actor)
    return number


def _last(value: str | None) -> int:
    """Text that is no number counts as 0, as in PHP."""
    try:
        return int(value or 0)
    except ValueError:
        return 0


def _number(count: int) -> str:
    return invoice_number(
        count,
        template=str(options.get("invoice_number_format", "{number}")),
        padding=options.integer("invoice_number_padding", 1),
        on=zone.naive(fields.now()).date(),
    )
