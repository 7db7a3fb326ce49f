"""The rules of all writes agree with what the real Paymenter answered."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from django.test import RequestFactory

from accounts.api.users import UserInput
from accounts.models import User
from billing.api.credits import CreditInput
from billing.api.invoice_items import InvoiceItemInput
from billing.api.invoices import InvoiceInput
from billing.api.orders import OrderInput
from billing.api.services import ServiceInput
from billing.models import Credit, Invoice, InvoiceItem, Order, Service
from paymenter.db import zone
from paymenter.errors import Refused
from paymenter.jsonapi.input import Input
from paymenter.jsonapi.parser import LaravelParser
from paymenter.tests.recordings import Case, cases
from support.api.ticket_messages import TicketMessageInput
from support.api.tickets import TicketInput
from support.models import Ticket, TicketMessage

pytestmark = pytest.mark.django_db

INPUTS: dict[str, tuple[type[Input], type[Model]]] = {
    "users": (UserInput, User),
    "orders": (OrderInput, Order),
    "services": (ServiceInput, Service),
    "invoices": (InvoiceInput, Invoice),
    "invoice-items": (InvoiceItemInput, InvoiceItem),
    "credits": (CreditInput, Credit),
    "tickets": (TicketInput, Ticket),
    "ticket-messages": (TicketMessageInput, TicketMessage),
}
# docs/differences.md: only the three known classes, a plan must be that of the product
RECORDED_ON = "2026-11-23T20:00:00Z"
OTHERWISE: dict[str, Any] = {
    "invoice-items-update-reference_type-100": {
        "reference_type": ["The reference_type must be a valid class name."]
    },
    "services-update-product-and-plan": None,
}


def recorded(*statuses: int) -> list[Case]:
    chosen = []
    for case in cases("write-"):
        place = case.request["path"].strip("/").split("/")
        write = case.request["method"] in ("POST", "PUT", "PATCH")
        known = len(place) > 3 and place[3] in INPUTS
        if write and known and case.response["status"] in statuses and is_input(case):
            chosen.append(case)
    return chosen


def is_input(case: Case) -> bool:
    """Not those whose input is the query string, or whose id we refuse."""
    repaired = case.repaired or {}
    return repaired.get("why") not in ("the body is the input", "an id is digits only")


def written() -> list[Case]:
    """The successes that changed a row of their own, repaired ones left out."""
    return [case for case in recorded(200, 201) if rows_of(case) and not case.repaired]


def rows_of(case: Case) -> list[dict[str, Any]]:
    changes = case.db.get(case.request["path"].split("/")[4].replace("-", "_"), {})
    return changes.get("inserted", []) + changes.get("updated", [])


def run(case: Case) -> dict[str, Any]:
    name, _, key = case.request["path"].strip("/").removeprefix("api/v1/admin/").partition("/")
    declared, model = INPUTS[name]
    body = parsed(case.request)
    if not key:
        return declared.create(body)
    column = "pk" if key.isdigit() else "number"
    return declared.update(body, model._default_manager.get(**{column: key}))


def parsed(request: dict[str, Any]) -> dict[str, Any]:
    kind = request["headers"].get("Content-Type", "")
    raw = (request.get("body") or "").encode()
    context = {"request": RequestFactory().post("/", raw, content_type=kind), "encoding": "utf-8"}
    return LaravelParser().parse(BytesIO(raw), kind, context)


def attempt(case: Case) -> tuple[dict[str, Any], dict[str, list[str]] | None]:
    with time_machine.travel(RECORDED_ON, tick=False):
        try:
            return run(case), None
        except Refused as refused:
            return {}, refused.errors


@pytest.mark.parametrize("case", recorded(422), ids=str)
def test_recorded_refusal_has_the_recorded_texts(case: Case, populated: None) -> None:
    _, errors = attempt(case)
    wanted = OTHERWISE.get(case.id, case.response["json"]["errors"])
    assert json.dumps(errors) == json.dumps(wanted)  # in this order


@pytest.mark.parametrize("case", recorded(200, 201), ids=str)
def test_recorded_success_is_not_refused(case: Case, populated: None) -> None:
    _, errors = attempt(case)
    assert errors == OTHERWISE.get(case.id)


@pytest.mark.parametrize("case", recorded(500), ids=str)
def test_recorded_crash_is_a_refusal(case: Case, populated: None) -> None:
    _, errors = attempt(case)
    assert errors


@pytest.mark.parametrize("case", written(), ids=str)
def test_values_are_those_that_paymenter_stored(case: Case, populated: None) -> None:
    values, _ = attempt(case)
    stored = rows_of(case)[0]
    stored = stored.get("after", stored)
    values = {name: value for name, value in values.items() if name in stored}
    values.pop("password", None)
    assert {name: as_stored(value, stored[name]) for name, value in values.items()} == {
        name: stored[name] for name in values
    }


def as_stored(value: Any, sample: Any) -> Any:
    if isinstance(value, datetime):
        return str(zone.naive(value))[: len(sample)]
    if isinstance(value, Decimal):
        return float(value.quantize(Decimal("0.01"), ROUND_HALF_UP))
    return value.replace("😀", "?") if isinstance(value, str) else value  # its connection was utf8mb3
