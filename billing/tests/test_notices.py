"""Notices on the recorded data: the same rows as Paymenter made when its API was written to."""

import json
from typing import Any

import pytest

from accounts.models import Notification
from billing.actions import notices
from billing.models import Invoice, Order
from paymenter.tests.recordings import COMPAT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]


def recorded(file: str, method: str, path: str) -> list[Any]:
    cases = json.loads((COMPAT / "api" / file).read_text())["cases"]
    return [
        pytest.param(case, id=case["id"])
        for case in cases
        if "notifications" in (case.get("db") or {})
        and case["request"]["method"] in method
        and case["request"]["path"].startswith(path)
    ]


def row(notification: Notification | None) -> dict[str, Any]:
    assert notification is not None
    notification.refresh_from_db()
    names = ("user_id", "title", "body", "url", "read_at", "show_in_app", "show_as_push")
    return {name: getattr(notification, name) for name in names}


def wanted(case: dict[str, Any]) -> dict[str, Any]:
    [inserted] = case["db"]["notifications"]["inserted"]
    return {
        **{name: inserted[name] for name in ("user_id", "title", "body", "url", "read_at")},
        "show_in_app": bool(inserted["show_in_app"]),
        "show_as_push": bool(inserted["show_as_push"]),
    }


@pytest.mark.parametrize("case", recorded("write-invoices.json", "POST", "/api/v1/admin/invoices"))
def test_new_invoice_is_told_as_recorded(case):
    attributes = case["response"]["json"]["data"]["attributes"]
    want = wanted(case)
    invoice = Invoice.objects.create(
        user_id=want["user_id"],
        currency_code=attributes["currency_code"].upper(),
        number=want["url"].rpartition("/")[2],
    )
    assert row(notices.invoice_created(invoice)) == want


@pytest.mark.parametrize(
    "case",
    recorded("write-invoices.json", "PUT PATCH", "/api/v1/admin/invoices")
    + recorded("write-now.json", "PUT PATCH", "/api/v1/admin/invoices"),
)
def test_paid_invoice_is_told_as_recorded(case):
    want = wanted(case)
    key = case["request"]["path"].rpartition("/")[2]
    invoice = Invoice.objects.get(**{"pk" if key.isdigit() else "number": key})
    for name, value in json.loads(case["request"]["body"]).items():
        setattr(invoice, name, value)
    invoice.number = invoice.number or want["url"].rpartition("/")[2]
    assert row(notices.invoice_paid(invoice)) == want


@pytest.mark.parametrize("case", recorded("write-orders.json", "POST", "/api/v1/admin/orders"))
def test_new_order_is_told_as_recorded(case):
    want = wanted(case)
    order = Order.objects.create(user_id=want["user_id"], currency_code="USD")
    assert row(notices.order_created(order)) == want
