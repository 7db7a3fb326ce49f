"""The rules of all writes agree with what the real Paymenter answered."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import Model
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from accounts.api.users import UserInput
from accounts.models import User
from billing.api.credits import CreditInput
from billing.api.invoice_items import InvoiceItemInput
from billing.api.invoices import InvoiceInput
from billing.api.orders import OrderInput
from billing.api.services import ServiceInput
from billing.models import Credit, Invoice, InvoiceItem, Order, Service
from paymenter import options
from paymenter.db import zone
from paymenter.errors import Refused
from paymenter.jsonapi.input import Input
from paymenter.jsonapi.parser import LaravelParser
from paymenter.tests.recordings import COMPAT, Case, cases
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
    """Not those whose input is the query string, or whose key or id we refuse."""
    repaired = case.repaired or {}
    if case.id.startswith("auth-"):
        return False
    return repaired.get("why") not in ("the body is the input", "an id is digits only")


def written() -> list[Case]:
    """The successes that changed a row of their own, repaired ones left out."""
    return [case for case in recorded(200, 201) if rows_of(case) and not case.repaired]


@cache
def changes_by_id() -> dict[str, dict[str, Any]]:
    files = sorted((COMPAT / "api").glob("write-*.json"))
    return {case["id"]: case["db"] for f in files for case in json.loads(f.read_text())["cases"]}


def rows_of(case: Case) -> list[dict[str, Any]]:
    table = case.request["path"].split("/")[4].replace("-", "_")
    changes = changes_by_id()[case.id].get(table, {})
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
    return (
        value.replace("😀", "?") if isinstance(value, str) else value
    )  # its connection was utf8mb3


# -- what recordings do not show -----------------------------------------------------------------


def errors_of(declared: type[Input], body: dict[str, Any], instance: Any = None) -> Any:
    with pytest.raises(Refused) as refused:
        declared.update(body, instance) if instance else declared.create(body)
    return refused.value.errors


ORDER: dict[str, Any] = {"user_id": 5, "currency_code": "USD"}
TOO_MUCH = "The price field must not be greater than 999999999999999.99."
ITEM: dict[str, Any] = {"invoice_id": 1, "description": "Extra", "price": "10", "quantity": 1}


@pytest.mark.parametrize(
    "key", ["1abc", [2], {"id": 2}, "1abc\u0663", 10**18, 2**64, "2" * 30, 1.5]
)
def test_what_is_no_id_is_refused(key: Any, populated: None) -> None:
    wanted = {"user_id": ["The selected user id is invalid."]}
    assert errors_of(OrderInput, ORDER | {"user_id": key}) == wanted


@pytest.mark.parametrize(("key", "stored"), [(True, 1), (2.0, 2), ("2", 2), ("02", 2), ("2.0", 2)])
def test_what_means_an_id_is_stored_as_number(key: Any, stored: int, populated: None) -> None:
    assert OrderInput.create(ORDER | {"user_id": key})["user_id"] == stored


@pytest.mark.parametrize("code", ["usd", "ÜSD", "USD"])
def test_currency_gets_its_own_spelling(code: str, populated: None) -> None:
    assert OrderInput.create(ORDER | {"currency_code": code})["currency_code"] == "USD"


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_text_that_no_database_takes_is_refused(text: str, populated: None) -> None:
    wanted = {"currency_code": ["The currency code field format is invalid."]}
    assert errors_of(OrderInput, ORDER | {"currency_code": text}) == wanted


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("quantity", 2**31, "The quantity field must not be greater than 2147483647."),
        ("price", "1e15", "The price field must not be greater than 999999999999999.99."),
        (
            "price",
            "999999999999999.995",
            "The price field must not be greater than 999999999999999.99.",
        ),
        ("price", "1e99999", "The price field must be a number."),
        ("reference_id", -1, "The reference id field must be at least 0."),
    ],
)
def test_numbers_beyond_the_column_are_refused(
    field: str, value: Any, text: str, populated: None
) -> None:
    assert errors_of(InvoiceItemInput, ITEM | {field: value}) == {field: [text]}


@pytest.mark.parametrize("spelling", ["60.490", "10", "999999999999999.994", 2.675, 1e2])
def test_money_keeps_its_spelling(spelling: Any, populated: None) -> None:
    assert str(InvoiceItemInput.create(ITEM | {"price": spelling})["price"]) == str(spelling)


def test_output_has_declared_fields_in_the_order_of_rules(populated: None) -> None:
    body = {"number": "X", "status": "paid", "id": 9, "currency_code": "EUR", "user_id": 5}
    assert list(InvoiceInput.create(body)) == [
        "user_id",
        "currency_code",
        "status",
        "send_email",
    ]


def test_default_fills_a_missing_key_only(populated: None) -> None:
    assert InvoiceInput.create(ORDER)["status"] == "pending"
    assert errors_of(InvoiceInput, ORDER | {"status": None}) == {
        "status": ["The status field is required."]
    }


def test_update_ignores_what_only_create_takes(populated: None) -> None:
    credit = Credit.objects.get(pk=1)
    assert CreditInput.update({"user_id": 9, "amount": 3}, credit) == {"amount": Decimal(3)}


def test_repeated_update_of_the_own_email_is_fine(populated: None) -> None:
    user = User.objects.get(pk=6)
    assert UserInput.update({"email": user.email.upper()}, user) == {"email": user.email.upper()}


@pytest.mark.parametrize(
    ("sent", "instant"),
    [
        ("2030-01-02", datetime(2030, 1, 1, 23, tzinfo=UTC)),
        ("2030-07-02 13:00", datetime(2030, 7, 2, 11, tzinfo=UTC)),
        ("2030-01-02T23:30:00-05:00", datetime(2030, 1, 3, 4, 30, tzinfo=UTC)),
        ("2030-01-02T23:30:00Z", datetime(2030, 1, 2, 23, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_local_unless_they_have_an_offset(
    sent: str, instant: datetime, populated: None, berlin: None
) -> None:
    assert InvoiceInput.create(ORDER | {"due_at": sent})["due_at"] == instant


@pytest.mark.parametrize("sent", ["1900-01-01", "2039-01-01", "9999-12-31", "20250213040506"])
def test_dates_beyond_a_timestamp_column_are_refused(sent: str, populated: None) -> None:
    body = {"email": "x@example.org", "password": "correct horse", "email_verified_at": sent}
    assert errors_of(UserInput, body) == {
        "email_verified_at": ["The email verified at field must be a valid date."]
    }


@pytest.mark.parametrize("sent", ["0999-12-31", "0000-01-01", "9999-12-31T23:59:59-01:00"])
def test_dates_beyond_a_date_column_are_refused(sent: str, populated: None) -> None:
    wanted = {"due_at": ["The due at field must be a valid date."]}
    assert errors_of(InvoiceInput, ORDER | {"due_at": sent}) == wanted


@time_machine.travel("2026-11-23T23:30:00Z", tick=False)
def test_today_begins_at_the_installations_midnight(populated: None, berlin: None) -> None:
    service = Service.objects.get(pk=1)
    assert errors_of(ServiceInput, {"expires_at": "2026-11-23"}, service)
    assert ServiceInput.update({"expires_at": "2026-11-24"}, service)


@pytest.fixture
def berlin() -> Iterator[None]:
    zone.use(lambda: ZoneInfo("Europe/Berlin"))
    yield
    zone.use(options.zone)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"reference_type": "App\\Models\\Credit"}, False),
        ({"reference_type": "App\\Models\\Credit", "reference_id": None}, True),
        ({"reference_type": "App\\Models\\User"}, True),
        ({"reference_type": "App\\Models\\User", "reference_id": 1}, True),
        ({"reference_type": "App\\Models\\ServiceUpgrade", "reference_id": 999999}, True),
    ],
)
def test_reference_of_an_item_is_checked(
    body: dict[str, Any], refused: bool, populated: None
) -> None:
    item = InvoiceItem.objects.get(pk=1)
    if refused:
        assert errors_of(InvoiceItemInput, body, item)
    else:
        assert InvoiceItemInput.update(body, item) == body


@pytest.mark.parametrize("declared", [declared for declared, _ in INPUTS.values()])
def test_schema_names_all_fields(declared: type[Input]) -> None:
    schema = declared.schema()
    Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == list(declared.fields)
    assert set(schema["required"]) <= set(declared.fields)
    Draft202012Validator.check_schema(declared.update_schema())


def test_schema_of_an_update_leaves_out_what_only_create_takes() -> None:
    names = list(CreditInput.update_schema()["properties"])
    assert names == ["currency_code", "amount", "reason"]
    assert list(InvoiceItemInput.update_schema()["properties"])[:2] == ["description", "quantity"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@pytest.mark.parametrize("name", INPUTS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_json_is_accepted_or_refused(name: str, data: st.DataObject, populated: None) -> None:
    declared, model = INPUTS[name]
    body = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(declared.fields, JSON)))
    with suppress(Refused):
        declared.create(body)
    with suppress(Refused):
        declared.update(body, model._default_manager.all()[:1][0])


VALID: dict[str, dict[str, Any]] = {
    "users": {"email": "new@example.org", "password": "correct horse"},
    "orders": ORDER,
    "services": ORDER | {"product_id": 3, "plan_id": 7, "price": 12.5},
    "invoices": ORDER,
    "invoice-items": ITEM,
    "credits": ORDER | {"amount": 1},
    "tickets": {"subject": "Help", "user_id": 5},
    "ticket-messages": {"message": "Hello", "user_id": 1, "ticket_id": 10},
}
NO_COLUMNS = ("send_email", "reason")  # said with a write, stored elsewhere
EXTREME = (
    *(True, 1, 2**31 - 1, 2**63 - 1, 1e14, "1e14", "0.004", "999999999999999.994", "1e-9999"),
    *("é" * 255, "😀" * 63 + "@b", "a\u200bb", "App\\Models\\Credit", "usd", "Support"),
    *("1970-01-01 00:00:01", "2038-01-19 03:14:07", "1000-01-01", "9999-12-31 23:59:59"),
    *("20300102", "@0", "99999999", "2030-03-31T02:30:00+14:00", "9999-12-31T23:59-00:00"),
)


@pytest.mark.parametrize("zone_name", ["UTC", "Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("name", INPUTS)
def test_what_is_accepted_can_be_stored(name: str, zone_name: str, populated: None) -> None:
    declared, model = INPUTS[name]
    zone.use(lambda: ZoneInfo(zone_name))
    for field in set(declared.fields) - {"password"}:
        for value in EXTREME:
            with suppress(Refused):
                values = declared.create(VALID[name] | {field: value})
                columns = {n: v for n, v in values.items() if n not in NO_COLUMNS}
                model._default_manager.create(**columns).delete()
    zone.use(options.zone)
