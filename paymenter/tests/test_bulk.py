"""Many records by one request: all or none."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, User
from accounts.tests.factories import UserFactory
from paymenter.tests.api import store_key
from paymenter.tests.careful import send, store_full_key, viewsets
from support.models import Ticket
from support.tests.factories import TicketFactory

BULK = {
    *("categories", "credits", "currencies", "invoice_items", "invoice_transactions", "invoices"),
    *("orders", "properties", "service_cancellations", "services", "ticket_messages", "tickets"),
    *("failed_jobs", "parked_rows"),
}


@pytest.fixture
def user(db: None) -> User:
    store_full_key()
    person: User = UserFactory()
    return person


def tickets(user: User, *subjects: Any) -> dict[str, Any]:
    return {"data": [{"subject": subject, "user_id": user.pk} for subject in subjects]}


def test_where_the_console_has_it() -> None:
    assert {view.resource.permission for view in viewsets() if view.bulk} == BULK


def test_records_are_made_in_their_order(client: Client, user: User) -> None:
    response = send(client, "POST", "tickets?include=user", tickets(user, "b", "a", "c"))
    assert response.status_code == 201
    body = response.json()
    assert [each["attributes"]["subject"] for each in body["data"]] == ["b", "a", "c"]
    assert [each["type"] for each in body["included"]] == ["users"]
    assert Ticket.objects.count() == 3
    assert Audit.objects.filter(event="created").count() == 3


def test_each_answer_is_that_of_its_address(client: Client, user: User) -> None:
    made = send(client, "POST", "tickets", tickets(user, "a", "b")).json()["data"]
    for each in made:
        assert send(client, "GET", f"tickets/{each['id']}").json() == {"data": each}


def test_errors_are_named_by_index_and_nothing_is_stored(client: Client, user: User) -> None:
    body = tickets(user, "fine", None, "fine")
    body["data"] += [{"subject": "x", "user_id": 999_999}, "text", {}]
    response = send(client, "POST", "tickets", body)
    assert (response.status_code, response.json()) == (
        422,
        {
            "message": "The subject field is required. (and 4 more errors)",
            "errors": {
                "1.subject": ["The subject field is required."],
                "3.user_id": ["The selected user id is invalid."],
                "4": ["The 4 field must be an object."],
                "5.subject": ["The subject field is required."],
                "5.user_id": ["The user id field is required."],
            },
        },
    )
    assert not Ticket.objects.exists()
    assert not Audit.objects.filter(event="created").exists()


def test_records_of_one_request_see_each_other(client: Client, user: User) -> None:
    """The second is refused as it would be by itself: a balance for each currency."""
    from billing.tests.factories import CurrencyFactory

    code = CurrencyFactory().code
    one = {"user_id": user.pk, "currency_code": code, "amount": "5"}
    response = send(client, "POST", "credits", {"data": [one, one]})
    assert response.json()["errors"] == {
        "1.currency_code": ["The currency code has already been taken."]
    }


@pytest.mark.parametrize(("count", "status"), [(0, 422), (1, 201), (100, 201), (101, 422)])
def test_how_many(client: Client, user: User, count: int, status: int) -> None:
    response = send(client, "POST", "tickets", tickets(user, *["x"] * count))
    assert response.status_code == status
    assert Ticket.objects.count() == (count if status == 201 else 0)
    if status == 422:
        assert list(response.json()["errors"]) == ["data"]


@pytest.mark.parametrize("data", [{}, {"attributes": {}}, "x", 5, None])
def test_envelope_that_is_no_list_is_not_understood(client: Client, user: User, data: Any) -> None:
    response = send(client, "POST", "tickets", {"data": data})
    assert "subject" in response.json()["errors"]


def test_other_resources_take_one_at_a_time(client: Client, user: User) -> None:
    people = {"data": [{"email": "a@example.com", "password": "long enough"}]}
    response = send(client, "POST", "users", people)
    assert (response.status_code, "email" in response.json()["errors"]) == (422, True)
    for body in (None, {"ids": [user.pk]}):
        assert send(client, "DELETE", "users", body).status_code == 405
    assert User.objects.filter(pk=user.pk).exists()


def test_whole_list_may_be_sent_again(client: Client, user: User) -> None:
    for _ in range(2):
        response = send(
            client, "POST", "tickets", tickets(user, "a", "b"), **{"Idempotency-Key": "many"}
        )
        assert response.status_code == 201
    assert Ticket.objects.count() == 2


# Deleting


def test_all_are_deleted(client: Client, user: User) -> None:
    gone, kept = TicketFactory.create_batch(3), TicketFactory()
    response = send(client, "DELETE", "tickets", {"ids": [str(gone[2].pk), gone[0].pk, gone[1].pk]})
    assert (response.status_code, response.content) == (204, b"")
    assert list(Ticket.objects.all()) == [kept]
    assert Audit.objects.filter(event="deleted").count() == 3


@pytest.mark.parametrize(
    ("more", "errors"),
    [
        ([999_999], {"ids.1": ["The selected ids.1 is invalid."]}),
        (["x"], {"ids.1": ["The selected ids.1 is invalid."]}),
        ([None], {"ids.1": ["The selected ids.1 is invalid."]}),
        ([[1]], {"ids.1": ["The selected ids.1 is invalid."]}),
        ([-1, 2**63], {f"ids.{n}": [f"The selected ids.{n} is invalid."] for n in (1, 2)}),
        (["first"], {"ids.1": ["The ids.1 field has a duplicate value."]}),
        ([1] * 100, {"ids": ["The ids field must not have more than 100 items."]}),
    ],
)
def test_none_is_deleted_where_one_is_refused(
    client: Client, user: User, more: list[Any], errors: dict[str, Any]
) -> None:
    ticket = TicketFactory()
    given = [ticket.pk, *(ticket.pk if each == "first" else each for each in more)]
    response = send(client, "DELETE", "tickets", {"ids": given})
    assert (response.status_code, response.json()["errors"]) == (422, errors)
    assert Ticket.objects.exists()


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": 5}, {"ids": {"a": 1}}, [1], "{"])
def test_what_to_delete_must_be_said(client: Client, user: User, body: Any) -> None:
    TicketFactory()
    response = send(client, "DELETE", "tickets", body)
    assert (response.status_code, list(response.json()["errors"])) == (422, ["ids"])


def test_rule_that_keeps_one_keeps_all(client: Client, user: User) -> None:
    from billing.models import Category
    from billing.tests.factories import CategoryFactory, ProductFactory

    free, used = CategoryFactory(), CategoryFactory()
    ProductFactory(category=used)
    response = send(client, "DELETE", "categories", {"ids": [free.pk, used.pk]})
    assert response.status_code in (409, 422)
    assert Category.objects.count() == 2


def test_without_a_body_the_collection_has_no_such_verb(client: Client, user: User) -> None:
    response = send(client, "DELETE", "tickets")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    assert send(client, "OPTIONS", "tickets")["Allow"] == "GET,HEAD,POST"


@pytest.mark.parametrize(
    ("verb", "body", "permission"),
    [("DELETE", {"ids": [1]}, "create"), ("POST", {"data": [{}]}, "delete")],
)
def test_permission_is_that_of_one(
    client: Client, user: User, verb: str, body: Any, permission: str
) -> None:
    store_key(f"admin.tickets.{permission}", token="narrow")
    response = send(client, verb, "tickets", body, Authorization="Bearer narrow")
    assert response.status_code == 403


def test_deleting_reads_the_records_once(client: Client, user: User) -> None:
    def queries(count: int) -> int:
        ids = [each.pk for each in TicketFactory.create_batch(count)]
        with CaptureQueriesContext(connection) as found:
            assert send(client, "DELETE", "tickets", {"ids": ids}).status_code == 204
        return len(
            [q for q in found if q["sql"].startswith("SELECT") and "api_keys" not in q["sql"]]
        )

    few, many = queries(2), queries(10)
    assert many - few <= 8  # each is locked by its action
