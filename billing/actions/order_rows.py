"""The rows of an order, in the transaction that checked it and took the stock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.actions.audits import audits_together
from accounts.actions.records import create_record
from accounts.models import Property, User
from billing.actions.due_dates import period_end
from billing.actions.explanations import explain_all
from billing.actions.invoices import create_invoice
from billing.actions.lines import Line, Lines
from billing.actions.services import renew_service
from billing.models import Invoice, Order, Plan, Service, ServiceConfig
from billing.rules.descriptions import line_description
from billing.rules.explanations import ORDER, Explanation
from billing.rules.prices import ZERO
from paymenter import events
from paymenter.actor import Actor
from paymenter.db import fields, zone
from paymenter.db.morph import class_name
from paymenter.db.related import known

DUE_IN = timedelta(days=7)
FIRST_ONLY = (None, 1)  # periods of a coupon that is not part of the price of renewals


@dataclass(frozen=True, slots=True)
class Ordered:
    """`invoice` is None where nothing is to be paid."""

    order: Order
    services: Sequence[Service]
    invoice: Invoice | None


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    service: Service
    starts: datetime | None
    ends: datetime | None

    @property
    def is_billed(self) -> bool:
        return self.line.unit > 0


def write_order(lines: Lines, *, user: User, currency_code: str, actor: Actor) -> Ordered:
    whose = {"user_id": user.pk, "currency_code": currency_code}
    with audits_together():
        order = create_record(Order, whose, actor=actor)
        rows = [_service_row(line, order, actor) for line in lines.lines]
        order.user = user
        with known(order, "services", [row.service for row in rows]):
            events.emit(events.ORDER_CREATED, order, actor=actor)
        billed = [row for row in rows if row.is_billed]
        invoice = _write_invoice(billed, lines, user, whose, actor) if billed else None
    explain_all((row.service, _explanation(row, lines)) for row in rows if not row.is_billed)
    for row in rows:
        events.emit(events.SERVICE_CREATED, row.service, actor=actor)
        if not row.is_billed:
            renew_service(row.service, actor=actor)
    return Ordered(order, [row.service for row in rows], invoice)


def _service_row(line: Line, order: Order, actor: Actor) -> _Row:
    wanted = line.wanted
    values = {
        "user_id": order.user_id,
        "currency_code": order.currency_code,
        "product_id": wanted.product.pk,
        "plan_id": wanted.plan.pk,
        "price": recurring_price(line),
        "quantity": wanted.quantity,
        "coupon_id": line.discount.coupon.pk if line.discount else None,
        "order_id": order.pk,
    }
    service = create_record(Service, values, actor=actor)
    service.product, service.plan = wanted.product, wanted.plan
    for model, row in _chosen(line, service):
        create_record(model, row, actor=actor)
    now = zone.naive(fields.now())
    recurring = wanted.plan.type == Plan.Type.RECURRING and wanted.plan.billing_unit
    return _Row(
        line,
        service,
        now if recurring else None,
        period_end(now, wanted.plan) if recurring else None,
    )


def recurring_price(line: Line) -> Decimal:
    """Of one unit and one period, without setup fee: what every renewal bills.

    The discount of a coupon for the first period alone is not part of it.
    """
    if line.price is None:
        return ZERO
    if line.discount and line.discount.coupon.recurring in FIRST_ONLY:
        return line.price.original_price
    return line.price.price


def _chosen(line: Line, service: Service) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The module's fields, then the options in their stored order; null is not filled in."""
    owner = {"model_id": service.pk, "model_type": class_name(Service)}
    for key, value in line.wanted.fields.items():
        if value is not None:
            yield Property, {"key": key, "value": _text(value), **owner}
    values: dict[Any, Any] = {option.row.pk: (option, value) for option, value in line.values}
    typed: dict[Any, Any] = {
        option.row.pk: option.row for option in line.options if option.is_typed
    }
    for choice in line.wanted.choices:
        option_id: Any = choice.get("option_id")
        given = choice.get("value")
        if option_id in values:
            yield ServiceConfig, _config(service, option_id, values[option_id][1].pk)
        elif option_id in typed and given is not None:
            option = typed[option_id]
            name = {"key": option.env_variable or option.name, "name": option.name}
            yield Property, {**name, "value": _text(given), **owner}


def _config(service: Service, option_id: int, value_id: int) -> dict[str, Any]:
    return {
        "config_option_id": option_id,
        "config_value_id": value_id,
        "configurable_id": service.pk,
        "configurable_type": class_name(Service),
    }


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _write_invoice(
    rows: Sequence[_Row], lines: Lines, user: User, whose: dict[str, Any], actor: Actor
) -> Invoice:
    items = [
        {
            "reference_id": row.service.pk,
            "reference_type": class_name(Service),
            "price": row.line.unit,
            "quantity": row.line.wanted.quantity,
            "description": line_description(row.line.wanted.product.name, row.starts, row.ends),
        }
        for row in rows
    ]
    explained = [_explanation(row, lines) for row in rows]
    values = {**whose, "due_at": fields.now() + DUE_IN}
    return create_invoice(actor=actor, user=user, items=items, explained=explained, **values)


def _explanation(row: _Row, lines: Lines) -> Explanation:
    line, wanted = row.line, row.line.wanted
    return Explanation(
        occasion=ORDER,
        product=wanted.product.name,
        plan=wanted.plan.name or "",
        currency=row.service.currency_code,
        quantity=wanted.quantity,
        unit=line.unit,
        amount=line.total,
        starts=row.starts.date() if row.starts else None,
        ends=row.ends.date() if row.ends else None,
        parts=line.parts,
        tax=lines.taxation.fact,
        coupon=line.discount.fact if line.discount else None,
    )
