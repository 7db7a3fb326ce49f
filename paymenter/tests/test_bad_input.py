"""Whatever a client sends: an answer in JSON, never an error of the server."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from paymenter.jsonapi.viewset import ResourceViewSet
from paymenter.tests.api import ADMIN, RESOURCES, VIEW_ALL, store_key
from paymenter.tests.careful import viewsets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("populated")]

HEADERS = {"Authorization": "Bearer secret"}
PATHS = [*RESOURCES, "users/1", "invoices/1"]


@pytest.fixture(autouse=True)
def key() -> None:
    store_key(*VIEW_ALL)


def send(client: Client, path: str, query: str = "", **more: Any) -> Any:
    """The query goes out as it stands here, nothing is encoded."""
    raw = query.encode("utf-8", "surrogateescape").decode("latin-1")
    more.setdefault("headers", HEADERS)
    return client.generic("GET", ADMIN + path, QUERY_STRING=raw, **more)


def status(response: Any) -> int:
    """Asserts that the body is JSON."""
    assert isinstance(json.loads(response.content), dict)
    return int(response.status_code)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("&&&===&", {200}),
        ("?", {200}),
        ("%", {200}),
        ("%zz=%", {200}),
        ("[]", {200}),
        ("filter", {200}),
        ("filter[", {200}),
        ("filter]=", {200}),
        ("filter[[[=1", {200, 400}),
        ("filter[id", {200}),
        ("filter[]", {200, 400}),
        ("filter[\udcff]=\udcff", {200, 400}),
        ("filter[%ff]=%ff", {200, 400}),
        ("filter[%00]=%00", {200, 400}),
        ("%00", {200}),
        ("page=%00&per_page=%00&sort=%00&include=%00&fields=%00", {200}),
        ("sort=%ff", {200, 400}),
        ("sort=%F0%9F%A6%8A", {200, 400}),
        ("include=%ff", {400}),
        ("include=../../etc/passwd", {400}),
        ("include=__class__", {400}),
        ("include=pk,id", {400}),
        ("fields[users]=%ff", {200}),
        ("fields[%ff]=%ff", {200}),
        ("fields[]=", {200}),
        ("sort=created_at;drop table users", {200, 400}),
        ("sort=(select 1)", {200, 400}),
        ("page=1&page[]=2&page[x][y]=3", {200}),
        ("per_page[]=1&per_page[a]=b", {200}),
        ("page=99999999999999999999&per_page=99999999999999999999", {200}),
        ("page=9223372036854775807&per_page=1000", {200}),
        ("page=-9223372036854775808", {200}),
        ("page=1e400", {200}),
        ("a" * 10_000, {200}),
        ("filter[" + "a" * 10_000 + "]=1", {200, 400}),
        ("x[" * 1000 + "]" * 1000 + "=1", {200}),
        ("filter" + "[a]" * 1000 + "=1", {200}),
        ("include=" + ",".join(["x"] * 5000), {400}),
        ("include=" + ".".join(["user"] * 100), {400}),
        ("include=" + ".".join(["products", "category"] * 50), {400}),
        ("include=" + "." * 10_000, {400}),
        ("sort=" + ",".join(["id", "-id"] * 2500), {200}),
        ("fields[users]=" + ",".join(["id"] * 3000), {200}),
        ("&".join(f"v{n}=1" for n in range(3000)), {200}),
    ],
)
def test_malformed_query(client: Client, path: str, query: str, codes: set[int]) -> None:
    assert status(send(client, path, query)) in codes


@pytest.mark.parametrize("collection", RESOURCES)
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("%00", 200),
        ("%ff%fe", 200),
        ("\udcff", 200),
        ("a%00b", 200),
        ("%ED%A0%80", 200),
        ("'\"`;--", 200),
        ("%25%25%25", 200),
        ("\\", 200),
        ("🦊" * 500, 200),
        ("x" * 1000, 200),
        ("x" * 1001, 400),
        (",".join(str(n) for n in range(500)), 200),
        (",".join(str(n) for n in range(501)), 400),
    ],
)
def test_any_text_may_be_filtered_by(
    client: Client, collection: str, value: str, code: int
) -> None:
    viewset = _viewset(collection)
    for name in (n for n in viewset.filters if n != "currency_code"):
        assert status(send(client, collection, f"filter[{name}]={value}")) == code


# one for each kind of column
COLUMNS = [
    ("invoices", "id"),
    ("invoices", "user_id"),
    ("invoices", "currency_code"),
    ("invoice-items", "quantity"),
    ("invoice-items", "reference_id"),
    ("invoice-items", "price"),
    ("services", "expires_at"),
    ("products", "hidden"),
    ("products", "allow_quantity"),
    ("tickets", "department"),
]


@pytest.mark.parametrize("operator", ["eq", "gte", "in", "null"])
@pytest.mark.parametrize(
    "value",
    [
        "%00",
        "%ff",
        "x",
        "-1",
        "1.5",
        "1e5",
        "1e400",
        "NaN",
        "-inf",
        "1" * 30,
        "1" * 900,
        "２",
        "null",
    ]
    + ["0000-00-00", "2026-02-30", "10000-01-01", "2026-11-23T10:00:00%2B99:00", "P1D", "1_0"]
    + ["0001-01-01", "9999-12-31T23:59:59.999999", "24:00", "1,2", "true", ""],
)
def test_any_text_may_be_an_operand(client: Client, operator: str, value: str) -> None:
    for collection, name in COLUMNS:
        response = send(client, collection, f"filter[{name}][{operator}]={value}")
        assert status(response) in (200, 400), (collection, name)


def _viewset(collection: str) -> type[ResourceViewSet]:
    kind = collection.replace("-", "_")
    return next(v for v in viewsets() if v.resource.permission == kind)


@pytest.mark.parametrize(
    ("per_page", "rows"),
    [("1000", 1000), ("1001", 1000), ("1000000", 1000), ("1" * 19, 1000), ("1" * 30, 15)],
)
def test_page_has_a_thousand_records_at_most(client: Client, per_page: str, rows: int) -> None:
    body = send(client, "invoices", f"per_page={per_page}").json()
    assert (len(body["data"]), body["meta"]["per_page"], body["meta"]["to"]) == (rows, rows, rows)
    assert body["links"]["next"].endswith("?page=2")


def test_largest_page_with_all_includes(client: Client) -> None:
    body = send(client, "invoices", "per_page=1000&include=items,user").json()
    assert len(body["data"]) == 1000
    assert all(record["relationships"]["items"]["data"] for record in body["data"])


@pytest.mark.parametrize("collection", RESOURCES)
@pytest.mark.parametrize(
    "record",
    [
        "0",
        "-1",
        "1.0",
        "1e0",
        "1abc",
        "abc",
        "1,2",
        "1'",
        "%00",
        "1%00",
        "%ff",
        "%ED%A0%80",
        "%25",
        "..%2f",
    ]
    + [
        "%D9%A1",
        "%C2%B9",
        "%EF%BC%91",
        "%F0%9F%A6%8A",
        "0x1",
        "1_0",
        "--1",
        "null",
        "true",
        "[]",
        "{}",
    ]
    + [str(10**30), "9223372036854775807", "9223372036854775808", "9" * 5000, "x" * 5000, "0.1e1"],
)
def test_absurd_ids_are_not_found(client: Client, collection: str, record: str) -> None:
    response = send(client, f"{collection}/{record}")
    assert status(response) == 404
    assert response.json()["message"].startswith("No query results for model [App\\Models\\")


@pytest.mark.parametrize(
    "path", ["%ff", "users%ff", "users/1/%ff", "%00", "users%00", "users/1/x", "x" * 9000]
)
def test_paths_that_are_no_route(client: Client, path: str) -> None:
    response = send(client, path)
    assert status(response) == 404
    assert response.json()["message"].endswith(" could not be found.")


@pytest.mark.parametrize(
    "name",
    [
        "Accept",
        "Accept-Language",
        "User-Agent",
        "X-Request-Id",
        "X-Forwarded-For",
        "Cookie",
        "Origin",
        "Referer",
        "If-Modified-Since",
        "Range",
    ],
)
@pytest.mark.parametrize("value", ["\xff\xfe", "\x00", "", "x" * 8000, "{}[]<>\"'", "*/*;q=0"])
def test_headers_of_any_bytes(client: Client, name: str, value: str) -> None:
    assert status(send(client, "users", headers=HEADERS | {name: value})) == 200


@pytest.mark.parametrize("value", ["evil.example", "\xff", "a b", "", "localhost:abc", "[::1"])
def test_host_of_any_bytes(client: Client, value: str) -> None:
    assert status(send(client, "users", headers=HEADERS | {"Host": value})) in (200, 400)


# Bodies


def deep(opening: str, closing: str, levels: int) -> bytes:
    return (opening * levels + "1" + closing * levels).encode()


BODIES = [
    pytest.param(b"\xff\xfe", id="no UTF-8"),
    pytest.param(b"\x00", id="NUL"),
    pytest.param(b"{", id="cut off"),
    pytest.param(b"[]", id="list"),
    pytest.param(b'"text"', id="text"),
    pytest.param(b"null", id="null"),
    pytest.param(b'{"filter":{"id":NaN}}', id="NaN"),
    pytest.param(b'{"filter":"\\ud800"}', id="half a surrogate"),
    pytest.param(b'{"page":' + b"9" * 5000 + b"}", id="long number"),
    pytest.param(b'{"per_page":1e400}', id="infinite"),
    pytest.param(deep("[", "]", 100_000), id="nested lists"),
    pytest.param(deep('{"filter":', "}", 100_000), id="nested objects"),
    pytest.param(deep('{"filter":', "}", 1000), id="a thousand objects"),
    pytest.param(deep('{"a":[', "]}", 500), id="a thousand of both"),
    pytest.param(deep('{"filter":', "}", 900), id="900 objects"),
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/vnd.api+json",
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; json",
        "text/plain",
        "",
        "json",
        ";;;",
        "\xff",
    ],
)
def test_malformed_body(client: Client, body: bytes, content_type: str) -> None:
    for path in ("users", "users/1"):
        response = send(client, path, data=body, content_type=content_type)
        assert status(response) in (200, 400)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"filter": 5}, 200),
        ({"filter": ["a"]}, 200),
        ({"filter": {"email": {"a": {"b": "c"}}}}, 400),
        ({"filter": {"email": [["a"]]}}, 400),
        ({"filter": {"email": ["a", None, 1, True]}}, 200),
        ({"filter": {"email": {"in": [[]]}}}, 400),
        ({"filter": {"email": "x" * 200_000}}, 400),
        ({"filter": {"email": ["x"] * 5000}}, 200),
        ({"filter": {"email": list(range(5000))}}, 400),
        ({"filter": {"": 1}}, 400),
        ({"filter": {"email": "a\0b"}}, 200),
        ({"sort": 5}, 400),
        ({"sort": ["id"]}, 200),
        ({"sort": ["id", ["x"]]}, 400),
        ({"sort": {"a": {"b": "c"}}}, 400),
        ({"sort": True}, 400),
        ({"include": 5}, 400),
        ({"include": ["orders"]}, 200),
        ({"include": [["orders"]]}, 400),
        ({"include": {"a": {"b": "c"}}}, 400),
        ({"page": {"a": 1}, "per_page": [5]}, 200),
        ({"page": 10**18, "per_page": 10**18}, 200),
        ({"page": -1, "per_page": -1}, 200),
        ({"page": True, "per_page": True}, 200),
        ({"page": 1.5, "per_page": 1.5}, 200),
        ({"fields": 5}, 200),
        ({"fields": {"orders": ["id"]}, "include": "orders"}, 200),
        ({"fields": {"orders": 5}, "include": "orders"}, 200),
    ],
)
def test_parameters_of_any_type_in_a_body(
    client: Client, parameters: dict[str, Any], code: int
) -> None:
    body = json.dumps(parameters).encode()
    assert status(send(client, "users", data=body, content_type="application/json")) == code


@pytest.mark.parametrize("length", ["abc", "-1", "0", "1", "1e3", "\xff"])
def test_content_length_of_any_kind(client: Client, length: str) -> None:
    response = send(
        client, "users", data=b"{}", content_type="application/json", CONTENT_LENGTH=length
    )
    assert status(response) in (200, 400)


def test_body_beyond_five_megabytes_is_refused(client: Client) -> None:
    body = b'{"filter":"' + b"x" * 5 * 1024 * 1024 + b'"}'
    response = send(client, "users", data=body, content_type="application/json")
    assert (response.status_code, response.json()) == (
        413,
        {"message": "The POST data is too large."},
    )


# Anything

WORDS = (
    ["filter", "sort", "include", "fields", "page", "per_page", "id", "email", "status", "price"]
    + [
        "user",
        "items",
        "services",
        "properties",
        "currency_code",
        "expires_at",
        "users",
        "plans.prices",
    ]
    + [
        "eq",
        "in",
        "gt",
        "null",
        "[",
        "]",
        "[]",
        "=",
        "&",
        ",",
        ".",
        "-",
        "%",
        "%00",
        "%FF",
        "1",
        "0",
        "true",
    ]
    + ["999999999999999999999", "2026-11-23", "é", "🦊", " ", "+", "'", "\\", "_"]
)
QUERIES = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=25).map(
    "".join
) | st.text(max_size=60)
NAMED = st.builds(
    "{}[{}][{}]={}&sort={}&include={}&page={}&per_page={}".format,
    st.sampled_from(["filter", "fields"]),
    st.sampled_from(WORDS),
    st.sampled_from(["", *WORDS]),
    st.text(max_size=10).map(quote),
    st.sampled_from(["", *WORDS]),
    st.sampled_from(["", *WORDS]),
    st.sampled_from(["", "1", "2", "-1", "x"]),
    st.sampled_from(["", "1", "5", "-1", "x"]),
)


@hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(path=st.sampled_from(PATHS), query=QUERIES | NAMED)
def test_any_query_gets_an_answer_in_json(client: Client, path: str, query: str) -> None:
    raw = query.encode("utf-8", "replace").decode("utf-8")
    assert status(send(client, path, raw)) in {200, 400, 401, 403, 404}


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    parameters=st.dictionaries(
        st.sampled_from(["filter", "sort", "include", "fields", "page", "per_page"]),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.sampled_from(WORDS)
            | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        max_size=4,
    )
)
def test_any_body_gets_an_answer_in_json(client: Client, parameters: dict[str, Any]) -> None:
    body = json.dumps(parameters).encode()
    response = send(client, "invoices", data=body, content_type="application/json")
    assert status(response) in {200, 400}
