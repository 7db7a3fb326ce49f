"""`ETag`, `If-None-Match` and `If-Match`."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from paymenter.tests.careful import send, store_full_key
from paymenter.tests.races import at_once, emptied_tables, on_mariadb
from support.models import Ticket
from support.tests.factories import TicketFactory


@pytest.fixture
def ticket(db: None) -> Ticket:
    store_full_key()
    made: Ticket = TicketFactory(subject="First", priority="low")
    return made


def tag(client: Client, path: str) -> str:
    response = send(client, "GET", path)
    assert response.status_code == 200
    return str(response["ETag"])


def at(ticket: Ticket, more: str = "") -> str:
    return f"tickets/{ticket.pk}{more}"


def test_tag_is_strong_and_stays(client: Client, ticket: Ticket) -> None:
    first = tag(client, at(ticket))
    assert first[0] == first[-1] == '"'
    assert len(first) == 34
    assert tag(client, at(ticket)) == first
    assert send(client, "HEAD", at(ticket))["ETag"] == first


@pytest.mark.parametrize("query", ["", "?include=user", "?fields[tickets]=subject", "?include="])
def test_tag_changes_with_what_is_shown(client: Client, ticket: Ticket, query: str) -> None:
    first = tag(client, at(ticket, query))
    Ticket.objects.filter(pk=ticket.pk).update(subject="Second", updated_at=ticket.updated_at)
    assert tag(client, at(ticket, query)) != first


def test_tag_changes_with_an_included_record(client: Client, ticket: Ticket) -> None:
    plain, full = tag(client, at(ticket)), tag(client, at(ticket, "?include=user"))
    type(ticket.user).objects.filter(pk=ticket.user_id).update(first_name="Renamed")
    assert tag(client, at(ticket)) == plain
    assert tag(client, at(ticket, "?include=user")) != full


@pytest.mark.parametrize("path", ["tickets", "tickets?per_page=1", "tickets?cursor="])
def test_list_has_a_tag_too(client: Client, ticket: Ticket, path: str) -> None:
    first = tag(client, path)
    assert send(client, "GET", path, **{"If-None-Match": first}).status_code == 304
    TicketFactory()
    Ticket.objects.filter(pk=ticket.pk).update(subject="Second")
    assert send(client, "GET", path, **{"If-None-Match": first}).status_code == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("{}", 304),
        ("W/{}", 304),
        ('"other", {}', 304),
        ("*", 304),
        ('"other"', 200),
        ("", 200),
        ("nonsense", 200),
        ("\xff", 200),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "HEAD"])
def test_if_none_match(client: Client, ticket: Ticket, verb: str, header: str, status: int) -> None:
    mark = tag(client, at(ticket))
    response = send(client, verb, at(ticket), **{"If-None-Match": header.format(mark)})
    assert (response.status_code, response["ETag"]) == (status, mark)
    if status == 304:
        assert response.content == b""
        assert "Content-Type" not in response
        assert "Content-Length" not in response


def test_refusal_has_no_tag(client: Client, ticket: Ticket) -> None:
    response = send(client, "GET", "tickets/999999", **{"If-None-Match": "*"})
    assert (response.status_code, response.has_header("ETag")) == (404, False)


def test_mark_costs_no_query(client: Client, ticket: Ticket) -> None:
    with CaptureQueriesContext(connection) as plain:
        mark = tag(client, at(ticket))
    with CaptureQueriesContext(connection) as asked:
        send(client, "GET", at(ticket), **{"If-None-Match": mark})
    assert len(asked) == len(plain)


# Changes


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
def test_change_of_what_was_read(client: Client, ticket: Ticket, verb: str) -> None:
    mark = tag(client, at(ticket))
    response = send(client, verb, at(ticket), {"subject": "Second"}, **{"If-Match": mark})
    assert response.status_code == 200
    assert response["ETag"] == tag(client, at(ticket)) != mark


def test_new_record_has_the_tag_of_its_address(client: Client, ticket: Ticket) -> None:
    body = {"subject": "New", "user_id": ticket.user_id}
    response = send(client, "POST", "tickets", body)
    assert response["ETag"] == tag(client, f"tickets/{response.json()['data']['id']}")


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("header", ["{}", '"other"', "", "nonsense", "\xff"])
def test_change_of_something_else_is_refused(
    client: Client, ticket: Ticket, verb: str, header: str
) -> None:
    mark = tag(client, at(ticket))
    Ticket.objects.filter(pk=ticket.pk).update(subject="Meanwhile")
    response = send(
        client, verb, at(ticket), {"priority": "high"}, **{"If-Match": header.format(mark)}
    )
    assert (response.status_code, response.json()) == (
        412,
        {"message": "The record is not what it was when you read it: read it again."},
    )
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.priority) == ("Meanwhile", "low")


@pytest.mark.parametrize("header", ["*", "{}", 'W/{}, "other"'])
def test_deletion_of_what_was_read(client: Client, ticket: Ticket, header: str) -> None:
    mark = header.format(tag(client, at(ticket)))
    assert send(client, "DELETE", at(ticket), **{"If-Match": mark}).status_code == 204
    assert not Ticket.objects.exists()


def test_mark_is_that_of_the_same_query(client: Client, ticket: Ticket) -> None:
    mark = tag(client, at(ticket, "?include=user"))
    change = {"subject": "Second"}
    plain = send(client, "PUT", at(ticket), change, **{"If-Match": mark})
    same = send(client, "PUT", at(ticket, "?include=user"), change, **{"If-Match": mark})
    assert (plain.status_code, same.status_code) == (412, 200)


def test_record_that_is_gone_is_404(client: Client, ticket: Ticket) -> None:
    response = send(client, "PUT", "tickets/999999", {"subject": "x"}, **{"If-Match": "*"})
    assert response.status_code == 404


def test_refused_field_is_422(client: Client, ticket: Ticket) -> None:
    mark = tag(client, at(ticket))
    response = send(client, "PUT", at(ticket), {"subject": ""}, **{"If-Match": mark})
    assert response.status_code == 422


# Races


@pytest.fixture
def shared(transactional_db: None) -> Iterator[Ticket]:
    with emptied_tables():
        store_full_key()
        yield TicketFactory(user=UserFactory(), subject="First")


def together(ticket: Ticket, marked: bool) -> list[int]:
    """Sixteen read one state, then each writes its own."""
    mark = tag(Client(), at(ticket))

    def work(number: int) -> int:
        headers: dict[str, Any] = {"If-Match": mark} if marked else {}
        body = {"subject": f"By {number} after {mark}"}
        return int(send(Client(), "PUT", at(ticket), body, **headers).status_code)

    return sorted(at_once(work, 16))


@on_mariadb
@pytest.mark.mariadb("needs connections that run side by side")
def test_of_sixteen_changes_of_one_state_one_is_made(shared: Ticket) -> None:
    for _ in range(3):
        assert together(shared, marked=True) == [200] + [412] * 15


@on_mariadb
@pytest.mark.mariadb("needs connections that run side by side")
def test_without_if_match_the_last_of_sixteen_wins(shared: Ticket) -> None:
    """The control: fifteen updates are lost."""
    assert together(shared, marked=False) == [200] * 16
