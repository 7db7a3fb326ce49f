"""Invoice numbers: without gaps, none twice, and a counter that stands where they end."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Length

from billing.actions.numbers import COUNTER
from billing.books.check import PAGE, Finding, Group, Ids, Rows, pages
from billing.models import Invoice
from billing.rules.number_series import Issued, Numbering, missing
from billing.rules.numbering import Template, invoice_number
from paymenter import options
from paymenter.db import fields, zone
from paymenter.models import Setting

group = Group("Numbers")

_TABLE = Invoice._meta.db_table


@group.check(
    "Numbers are missing between the first invoice and the counter",
    "Invoices were deleted, or a failure left the counter ahead. Tax offices ask for the reason: "
    "note it.",
)
def number_missing() -> Iterator[Finding]:
    numbers = (number for _, number in _numbers())
    for says in missing(Numbering(_template(), _padding()), numbers, counter=_counter()):
        yield Finding(_TABLE, (), says)


@group.check(
    "A number was given twice, written differently",
    "The counter was set back. Cancel one of the invoices and bill anew.",
)
def number_twice() -> Iterator[Finding]:
    issued = Issued(Template(_template()), by_date=True)
    for key, number in _numbers():
        if not issued.add(number):
            yield Finding(_TABLE, (key,), f"{number} counts as an earlier invoice does")


@group.check(
    "The counter is behind the numbers",
    "The next invoice gets a number that is taken: Paymenter then fails at each checkout and in "
    "each daily run. Set the setting invoice_number to the highest number.",
)
def counter_behind() -> Iterator[Finding]:
    last = _last_of_today()
    if last and last > _counter():
        ids = tuple(_counters().values_list("pk", flat=True))
        yield Finding("settings", ids, f"it is at {_counter()}, the last number is {last}")


@group.check(
    "The counter is stored more than once",
    "PHP and the database may read different rows. Keep the one with the highest value.",
    says="{key}: rows {ids}",
    key="first",
)
def counter_twice() -> Rows:
    counted: Rows = _counters().values("key")
    counted = counted.annotate(many=Count("pk"), first=Min("pk"), ids=Ids("pk"))
    return counted.filter(many__gt=1)


@group.check(
    "Paid, but without a number",
    "Every paid invoice must have one. Give it the next number.",
    says="paid, of {created_at}",
)
def number_lacking() -> Rows:
    without = Q(number=None) | Q(number="")
    return Invoice.objects.filter(without, status=Invoice.Status.PAID)


def _numbers() -> Iterator[tuple[int, str]]:
    rows = Invoice.objects.exclude(number=None).exclude(number="").values("pk", "number")
    return ((row["pk"], row["number"]) for row in pages(rows, size=5 * PAGE))


def _last_of_today() -> int | None:
    """The highest count among the numbers that are made today as they were then."""
    template = Template(_template())
    today = zone.naive(fields.now()).date()
    now = template.parts(invoice_number(1, template=_template(), padding=_padding(), on=today))
    if not now:
        return None
    start = invoice_number(1, template=_template().partition("{number}")[0], padding=1, on=today)
    rows = Invoice.objects.filter(number__startswith=start)
    rows = rows.order_by(Length("number").desc(), "-number")
    for number in _sliced(rows.values_list("number", flat=True)):
        parts = template.parts(number)
        if parts and parts.date == now.date:
            return parts.count
    return None


def _sliced(rows: Rows) -> Iterator[Any]:
    """Some at a time; mostly the first few tell."""
    start = 0
    while some := rows[start : start + PAGE]:
        yield from some
        start += PAGE


def _template() -> str:
    return str(options.get("invoice_number_format", "{number}"))


def _padding() -> int:
    return options.integer("invoice_number_padding", 1)


def _counters() -> QuerySet[Setting]:
    return Setting.objects.filter(key=COUNTER, settingable_type=None).order_by("pk")


def _counter() -> int:
    """As the next invoice takes it: of the first row."""
    value = _counters().values_list("value", flat=True).first()
    return options.typed(value, "integer", encrypted=False) or 0
