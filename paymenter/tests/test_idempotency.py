"""A POST with an `Idempotency-Key` acts once, whatever the client and the server go through."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, User
from accounts.tests.factories import UserFactory
from billing.models import Currency
from paymenter.idempotency.models import IdempotencyKey
from paymenter.jsonapi import idempotency
from paymenter.tests.api import ADMIN
from paymenter.tests.careful import store_full_key
from paymenter.tests.races import at_once, emptied_tables, on_mariadb
from support.api.tickets import TicketViewSet
from support.models import Ticket


@pytest.fixture
def user(db: None) -> User:
    store_full_key()
    person: User = UserFactory()
    return person


def post(
    client: Client, body: Any, key: str | None = "once", path: str = "tickets", **more: Any
) -> Any:
    headers = {"Authorization": f"Bearer {more.pop('token', 'secret')}", **more.pop("headers", {})}
    if key is not None:
        headers["Idempotency-Key"] = key
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    kind = "application/json"
    return client.post(ADMIN + path, text, kind, headers=headers, **more)


def ticket(user: User, **fields: Any) -> dict[str, Any]:
    return {"subject": "It does not start", "user_id": user.pk, **fields}


def test_second_request_gets_the_first_answer(client: Client, user: User) -> None:
    first = post(client, ticket(user))
    second = post(client, ticket(user))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    ours = ("Idempotency-Replayed", "X-Request-Id")
    kept = {name: value for name, value in second.items() if name not in ours}
    assert kept == {name: value for name, value in first.items() if name not in ours}
    assert Ticket.objects.count() == 1


def test_without_a_key_each_request_acts(client: Client, user: User) -> None:
    for _ in range(2):
        assert post(client, ticket(user), key=None).status_code == 201
    assert Ticket.objects.count() == 2
    assert not IdempotencyKey.objects.exists()


def test_blanks_and_order_do_not_make_another_body(client: Client, user: User) -> None:
    post(client, ticket(user))
    again = f'{{ "user_id": {user.pk},\n "subject": "It does not start" }}'
    assert post(client, again)["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("change", [{"subject": "Another"}, {"priority": "low"}])
def test_other_body_is_refused(client: Client, user: User, change: dict[str, str]) -> None:
    post(client, ticket(user))
    response = post(client, ticket(user, **change))
    assert (response.status_code, response.json()) == (
        422,
        {
            "message": "This Idempotency-Key was used with another body: send the same body, "
            "or take a new key."
        },
    )
    assert Ticket.objects.count() == 1


def test_other_query_is_another_request(client: Client, user: User) -> None:
    post(client, ticket(user))
    assert post(client, ticket(user), path="tickets?include=user").status_code == 422


def test_keys_belong_to_caller_and_address(client: Client, user: User) -> None:
    store_full_key("another")
    body = {"user_id": user.pk, "subject": "a", "message": "b", "ticket_id": 0}
    first = post(client, body)
    assert first.status_code == 201
    assert post(client, body, token="another").json() != first.json()
    other = post(client, body | {"ticket_id": 1}, path="ticket-messages")
    assert other.status_code != 409
    assert "another body" not in other.content.decode()
    assert Ticket.objects.count() == 2


def test_slash_at_the_end_is_the_same_address(client: Client, user: User) -> None:
    post(client, ticket(user))
    assert post(client, ticket(user), path="tickets/")["Idempotency-Replayed"] == "true"


def test_refusal_can_be_corrected_with_the_same_key(client: Client, user: User) -> None:
    assert post(client, ticket(user, subject="")).status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert post(client, ticket(user)).status_code == 201


def test_key_that_may_no_more_gets_no_answer(client: Client, user: User) -> None:
    post(client, ticket(user))
    ApiKey.objects.update(permissions=["admin.tickets.view"])
    assert post(client, ticket(user)).status_code == 403
    ApiKey.objects.update(enabled=False)
    assert post(client, ticket(user)).status_code == 401


@pytest.mark.parametrize(("key", "status"), [("", 400), ("x" * 255, 201), ("x" * 256, 400)])
def test_length_of_a_key(client: Client, user: User, key: str, status: int) -> None:
    assert post(client, ticket(user), key=key).status_code == status


@pytest.mark.parametrize("key", ["\xff\xfe", "a\x00b", "'; DROP TABLE users", "{}", " "])
def test_key_of_any_bytes(client: Client, user: User, key: str) -> None:
    for _ in range(2):
        assert post(client, ticket(user), key=key).status_code == 201
    assert Ticket.objects.count() == 1


def test_answer_is_kept_for_a_day(client: Client, user: User) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as now:
        post(client, ticket(user))
        now.shift(timedelta(hours=23, minutes=59))
        assert post(client, ticket(user))["Idempotency-Replayed"] == "true"
        now.shift(timedelta(minutes=2))
        later = post(client, ticket(user, subject="Next day"))
    assert (later.status_code, "Idempotency-Replayed" in later) == (201, False)
    assert Ticket.objects.count() == 2
    assert IdempotencyKey.objects.count() == 1


def test_old_rows_are_forgotten(client: Client, user: User) -> None:
    with time_machine.travel("2026-11-20T10:00:00Z", tick=False):
        post(client, ticket(user), key="old")
    post(client, ticket(user), key="new")
    assert idempotency.forget_old() == 1
    assert IdempotencyKey.objects.count() == 1


def test_only_a_post_is_told_apart(client: Client, user: User) -> None:
    pk = post(client, ticket(user), key=None).json()["data"]["id"]
    headers = {"Authorization": "Bearer secret", "Idempotency-Key": "once"}
    for subject in ("a", "b"):
        body = json.dumps({"subject": subject})
        path = f"{ADMIN}tickets/{pk}"
        response = client.put(path, body, "application/json", headers=headers)
        assert response.json()["data"]["attributes"]["subject"] == subject
    assert not IdempotencyKey.objects.exists()


def test_row_tells_nothing(client: Client, user: User) -> None:
    post(client, ticket(user, subject="hush"), key="my-key")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM idempotency_keys")
        text = repr(cursor.fetchall())
    assert "hush" not in text
    assert "my-key" not in text
    assert IdempotencyKey.objects.get().answer.startswith("eyJpdiI6")


def test_token_shown_once_is_shown_again_and_not_stored_in_clear(
    client: Client, user: User
) -> None:
    body = {"name": "robot", "permissions": ["admin.users.view"]}
    first, second = (post(client, body, path="api-keys") for _ in range(2))
    assert (first.status_code, second.content) == (201, first.content)
    token = first.json()["data"]["meta"]["token"]
    assert second["Cache-Control"] == first["Cache-Control"] == "no-store, private"
    assert token not in IdempotencyKey.objects.get().answer
    assert ApiKey.objects.filter(name="robot").count() == 1


def test_answer_that_cannot_be_decrypted_is_a_conflict(client: Client, user: User) -> None:
    post(client, ticket(user))
    IdempotencyKey.objects.update(answer="broken")
    assert post(client, ticket(user)).status_code == 409
    assert Ticket.objects.count() == 1


def test_body_beyond_the_limit_is_413(client: Client, user: User) -> None:
    body = json.dumps(ticket(user, subject="x" * (5 * 1024 * 1024)))
    assert post(client, body).status_code == 413
    assert not IdempotencyKey.objects.exists()


def test_anonymous_callers_are_told_apart_by_address(client: Client, user: User) -> None:
    """A login is none of an API key: the answer goes to who knows key, password and address."""
    body = json.dumps({"email": user.email, "password": "wrong"})
    headers = {"Idempotency-Key": "login"}
    for _ in range(2):
        response = client.post(
            "/api/v1/auth/login", body, "application/json", headers=headers, REMOTE_ADDR="10.0.0.1"
        )
        assert response.status_code in (401, 422)
    assert not IdempotencyKey.objects.exists()


# Failures


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server fails after the ticket was stored."""
    before = TicketViewSet.shown

    def fail(*args: Any) -> Any:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(TicketViewSet, "shown", fail)
    yield
    monkeypatch.setattr(TicketViewSet, "shown", before)


def test_error_of_the_server_stores_nothing_and_releases_the_key(
    client: Client, user: User, broken: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    assert post(client, ticket(user)).status_code == 500
    assert not Ticket.objects.exists()
    assert not IdempotencyKey.objects.exists()
    monkeypatch.undo()
    assert post(client, ticket(user)).status_code == 201


def test_conflict_in_the_database_stores_nothing_and_releases_the_key(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> Any:
        raise OperationalError(1213, "Deadlock found")

    monkeypatch.setattr(TicketViewSet, "shown", fail)
    response = post(client, ticket(user))
    assert response.status_code == 409
    assert not IdempotencyKey.objects.exists()
    assert not Ticket.objects.exists()


def claimed(user: User, seconds: float) -> None:
    """A request that died so long ago, after its claim."""
    client = Client()
    post(client, ticket(user))
    Ticket.objects.all().delete()
    at = timezone.now() - timedelta(seconds=seconds)
    IdempotencyKey.objects.update(answer="", owner="gone", claimed_at=at)


def test_request_still_at_work_is_a_conflict(client: Client, user: User) -> None:
    claimed(user, seconds=5)
    response = post(client, ticket(user))
    assert (response.status_code, response["Retry-After"]) == (409, "1")
    assert not Ticket.objects.exists()


def test_claim_of_a_request_that_died_is_taken_over(client: Client, user: User) -> None:
    claimed(user, seconds=61)
    assert post(client, ticket(user)).status_code == 201
    assert post(client, ticket(user))["Idempotency-Replayed"] == "true"
    assert Ticket.objects.count() == 1


def test_request_whose_claim_was_taken_over_stores_nothing(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was slow, not dead."""
    shown = TicketViewSet.shown

    def overtaken(*args: Any) -> Any:
        IdempotencyKey.objects.update(owner="somebody else")
        return shown(*args)

    monkeypatch.setattr(TicketViewSet, "shown", overtaken)
    assert post(client, ticket(user)).status_code == 409
    assert not Ticket.objects.exists()


# Races


@pytest.fixture
def shop(transactional_db: None) -> Iterator[User]:
    with emptied_tables():
        store_full_key()
        Currency.objects.get_or_create(code="USD", defaults={"name": "US Dollar", "format": "1"})
        person: User = UserFactory()
        yield person


def together(user: User, key: str | None, threads: int = 16) -> list[Any]:
    """Each sends until it is not asked to come again."""

    def work(_: int) -> Any:
        client = Client()
        response = post(client, ticket(user), key=key)
        statuses = [response.status_code]
        while response.status_code == 409 and len(statuses) < 200:
            response = post(client, ticket(user), key=key)
            statuses.append(response.status_code)
        return response, statuses

    return at_once(work, threads)


@on_mariadb
@pytest.mark.mariadb("needs connections that run side by side")
def test_of_sixteen_at_once_one_acts(shop: User) -> None:
    for round_ in range(5):
        found = together(shop, f"race-{round_}")
        assert {response.status_code for response, _ in found} == {201}
        assert len({response.content for response, _ in found}) == 1
        assert sum("Idempotency-Replayed" not in response for response, _ in found) == 1
        assert Ticket.objects.count() == round_ + 1


@on_mariadb
@pytest.mark.mariadb("needs connections that run side by side")
def test_without_a_key_sixteen_act(shop: User) -> None:
    """The control: the threads do race."""
    together(shop, None)
    assert Ticket.objects.count() == 16


@on_mariadb
@pytest.mark.mariadb("needs connections that run side by side")
def test_of_sixteen_that_take_a_dead_claim_over_one_acts(shop: User) -> None:
    claimed(shop, seconds=100)
    found = together(shop, "once")
    assert {response.status_code for response, _ in found} == {201}
    assert Ticket.objects.count() == 1


@on_mariadb
@pytest.mark.mariadb("needs a second connection")
def test_crash_before_the_commit_leaves_a_claim_and_no_row(
    shop: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost, as when the process dies: nothing releases the key."""

    def die(*args: Any) -> Any:
        connection.close()
        connection.connection = None
        raise KeyboardInterrupt

    monkeypatch.setattr(TicketViewSet, "shown", die)
    monkeypatch.setattr(idempotency.Claim, "release", lambda self: None)
    with pytest.raises((KeyboardInterrupt, transaction.TransactionManagementError)):
        post(Client(), ticket(shop))
    monkeypatch.undo()
    connection.close()
    assert not Ticket.objects.exists()
    assert IdempotencyKey.objects.get().answer == ""
    assert post(Client(), ticket(shop)).status_code == 409
    IdempotencyKey.objects.update(claimed_at=timezone.now() - timedelta(minutes=2))
    assert post(Client(), ticket(shop)).status_code == 201
    assert Ticket.objects.count() == 1
