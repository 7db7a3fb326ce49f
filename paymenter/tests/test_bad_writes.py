"""Whatever is sent to be written: a refusal that says why and changes nothing, or a sound write."""

import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from paymenter.db import schema
from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.tests.careful import send, store_full_key, viewsets
from paymenter.tests.test_cursor import _address as address_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]

GONE = 987_654_321  # an id of nothing
REFUSED = {400, 403, 404, 405, 409, 413, 422}


@pytest.fixture(autouse=True)
def key() -> None:
    store_full_key()


def writable() -> list[Any]:
    """Address, viewset and verb of each write that takes a body."""
    import paymenter.urls  # noqa: F401 (all viewsets are there then)

    return [
        pytest.param(view, verb, id=f"{verb} {view.resource.permission}")
        for view in sorted(viewsets(), key=lambda each: each.resource.permission)
        for verb, action in (("POST", view.actions.create), ("PUT", view.actions.update))
        if action
    ]


def target(view: type[ResourceViewSet], verb: str) -> str | None:
    """The address; None where there is no record to change."""
    if verb == "POST":
        return address_of(view)
    if not view.seekable:
        return f"{address_of(view)}/company_name"
    first = view.resource.model._default_manager.order_by("pk").first()
    return f"{address_of(view)}/{first.pk}" if first else None


def contents() -> dict[str, Any]:
    """Checksums or rows of all tables but those that any request may touch."""
    passed = {"api_keys", "sessions", "cache", "jobs", "django_session"}
    found = {}
    with connection.cursor() as cursor:
        for table in schema.expected(connection.vendor):
            if table.name not in passed:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table.name)}")
                found[table.name] = hash(tuple(map(repr, cursor.fetchall())))
    return found


def attempt(client: Client, verb: str, path: str, body: Any) -> None:
    """A sound write is undone; one that is refused must have changed nothing."""
    with transaction.atomic():
        if not check(send(client, verb, path, body), (path, body)):
            transaction.set_rollback(True)


def check(response: Any, about: object) -> bool:
    """Whether it was refused, which must be said as everything is said."""
    body = json.loads(response.content)
    if response.status_code in REFUSED:
        assert isinstance(body["message"], str), about
        assert body["message"], about
        return True
    assert response.status_code in (200, 201), (about, response.status_code, response.content)
    return False


VALUES: list[Any] = [
    *([], {}, [[]], [[[1]]], {"a": {"b": [1]}}, [None], ["x", "x"], [{"id": 1}]),
    *(True, False, None, "", " ", "\0", "a\0b", "x" * 70_000, "é🦊" * 200, "\u202e", "%s", "{}"),
    *(-1, 0, 1.5, -0.0, 1e308, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 10**30),
    *("-1", "1e400", "1" * 400, "NaN", "Infinity", "0x1F", "1_000", "١"),
    *("2026-02-30", "0000-00-00", "9999-99-99", "10000-01-01", "1969-12-31", "2038-01-20"),
    *("2026-11-23T25:00:00Z", "2026-11-23T10:00:00+99:00", "tomorrow", "now", "P1D", "@1e99"),
    *(GONE, str(GONE), "1abc", "1 OR 1=1", "'; DROP TABLE users; --"),
]


@pytest.mark.parametrize(("view", "verb"), writable())
def test_values_that_fit_no_column(client: Client, view: type[ResourceViewSet], verb: str) -> None:
    path = target(view, verb)
    if path is None:
        pytest.skip("no record of this kind")
    names = list(view.input.fields) if hasattr(view, "input") else ["value"]
    before = contents()
    for value in VALUES:
        for name in names:
            attempt(client, verb, path, {name: value})
    assert contents() == before


BODIES = [
    pytest.param(b'{"name": "\xff\xfe"}', {400}, "not valid UTF-8", id="no UTF-8"),
    pytest.param(b'{"a": 1, "a": 2}', {400}, "the field `a` twice", id="duplicate key"),
    pytest.param(b'{"b": [{"a": 1, "a": 2}]}', {400}, "`a` twice", id="duplicate key inside"),
    pytest.param(b'{"a":' * 600 + b"1" + b"}" * 600, {400}, "512 levels", id="600 objects"),
    pytest.param(b'{"a":"' + b"x" * 10_000_000 + b'"}', {413}, "too large", id="10 MB"),
    pytest.param(b"[" * 100_000, {422, 200}, None, id="100 000 brackets"),
    pytest.param(b'{"a": ' + b"9" * 5000 + b"}", {422, 200}, None, id="a long number"),
    pytest.param(b'{"a": 1e999}', {422, 200}, None, id="infinite"),
    pytest.param(b'{"a": NaN}', {422, 200}, None, id="NaN"),
    pytest.param(b'{"a": "\\ud800"}', {422, 200}, None, id="half a character"),
    pytest.param(b"", {422, 200}, None, id="nothing"),
    pytest.param(b"null", {422, 200}, None, id="null"),
    pytest.param(b"\x00", {422, 200}, None, id="NUL"),
]


@pytest.mark.parametrize(("body", "codes", "text"), BODIES)
def test_bodies_that_cannot_be_read(
    client: Client, body: bytes, codes: set[int], text: str | None
) -> None:
    """What is no JSON is a body without fields, as in Paymenter: an update then changes nothing."""
    before = contents()
    for each in writable():
        view, verb = each.values
        if path := target(view, verb):
            response = send(client, str(verb), path, body)
            assert response.status_code in codes | {403, 405}, (path, response.content)
            refused = check(response, path)
            assert refused or verb == "PUT", path
            assert text is None or text in response.json()["message"], path
    assert contents() == before


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_records_that_are_gone(client: Client, verb: str) -> None:
    before = contents()
    for view in viewsets():
        response = send(client, verb, f"{address_of(view)}/{GONE}", {"name": "x"})
        assert response.status_code in (404, 405), (address_of(view), response.content)
        check(response, address_of(view))
    assert contents() == before


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
def test_record_deleted_meanwhile(
    client: Client, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the record and the lock on it."""
    from billing.models import Credit

    found = ResourceViewSet.record

    def record(view: ResourceViewSet, key: str) -> Any:
        row = found(view, key)
        Credit.objects.filter(pk=row.pk).delete()
        return row

    monkeypatch.setattr(ResourceViewSet, "record", record)
    response = send(client, verb, "credits/1", {"amount": "5"})
    assert (response.status_code, response.json()) == (
        404,
        {"message": "The record was deleted in the meantime."},
    )


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from([value for value in VALUES if not isinstance(value, int)])
    | st.datetimes().map(str),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_body_is_refused_or_written(client: Client, data: st.DataObject) -> None:
    view, verb = data.draw(st.sampled_from([each.values for each in writable()]))
    path = target(view, verb)
    if path is None:
        return
    names = list(view.input.fields) if hasattr(view, "input") else ["value"]
    body = data.draw(st.dictionaries(st.sampled_from([*names, "data", "ids"]), ANYTHING))
    attempt(client, str(verb), path, body)
