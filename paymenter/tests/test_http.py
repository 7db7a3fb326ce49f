"""What holds for every address: routes, verbs, headers, health, documentation."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from paymenter.jobs import job
from paymenter.tests.api import ADMIN, RESOURCES, VIEW_ALL, get, store_key
from paymenter.tests.recordings import cases, send
from paymenter.urls import handler500

pytestmark = pytest.mark.django_db

JSON = "application/json"
KEY = {"Authorization": "Bearer secret"}


@pytest.fixture(autouse=True)
def key() -> None:
    store_key(*VIEW_ALL)


# Routes and verbs


@pytest.mark.parametrize(
    "path",
    ["api", "api/", "api/v1", "api/v1/admin", "api/v1/admin/nope", "api/v1/admin/users/1/orders"]
    + ["api/v2/admin/users", "api/v1/admin/nothing", "api/v1/admin/Users", "api/v1/admin//users"]
    + ["api/v1/admin/users.json", "api/v1/admin/affiliates"],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*", ""])
def test_unknown_path(client: Client, path: str, accept: str) -> None:
    response = client.get(f"/{path}", headers={"Accept": accept})
    assert response.status_code == 404
    assert response["Content-Type"] == JSON
    assert response.json() == {"message": f"The route {path} could not be found."}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "users", "GET, HEAD, POST"),
        ("PATCH", "users", "GET, HEAD, POST"),
        ("DELETE", "users", "GET, HEAD, POST"),
        ("TRACE", "users", "GET, HEAD, POST"),
        ("PURGE", "users", "GET, HEAD, POST"),
        ("POST", "users/1", "GET, HEAD, PUT, PATCH, DELETE"),
        ("TRACE", "users/999999", "GET, HEAD, PUT, PATCH, DELETE"),
        ("PATCH", "invoice-items", "GET, HEAD, POST"),
        ("POST", "ticket-messages/1", "GET, HEAD, PUT, PATCH, DELETE"),
    ],
)
def test_wrong_verb(client: Client, method: str, path: str, allow: str) -> None:
    response = client.generic(method, ADMIN + path, headers=KEY)
    assert response.status_code == 405
    assert response["Allow"] == allow
    assert response["Content-Type"] == JSON
    assert response.json() == {
        "message": f"The {method} method is not supported for route api/v1/admin/{path}. "
        f"Supported methods: {allow}."
    }


@pytest.mark.parametrize("collection", RESOURCES)
def test_options_needs_no_key(client: Client, collection: str) -> None:
    for path, allow in (("", "GET,HEAD,POST"), ("/1", "GET,HEAD,PUT,PATCH,DELETE")):
        response = client.options(ADMIN + collection + path)
        assert (response.status_code, response.content) == (200, b"")
        assert response["Allow"] == allow


@pytest.mark.parametrize("collection", RESOURCES)
def test_slash_at_the_end_changes_nothing(client: Client, collection: str) -> None:
    plain, slash = get(client, collection), get(client, f"{collection}/")
    assert (plain.status_code, plain.content) == (slash.status_code, slash.content)
    assert get(client, f"{collection}/1/").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"), [("users", 200), ("users/999", 404), ("users?include=x", 400)]
)
def test_head_is_a_get_without_its_body(client: Client, path: str, status: int) -> None:
    found = client.get(ADMIN + path, headers=KEY)
    head = client.head(ADMIN + path, headers=KEY)
    assert (head.status_code, head.content) == (status, b"")
    assert head["Content-Length"] == str(len(found.content))
    assert head["Content-Type"] == found["Content-Type"]


@pytest.mark.parametrize(
    "accept", ["application/json", "text/html", "image/png", "", "x", "*/*;q=0"]
)
def test_json_whatever_is_accepted(client: Client, accept: str) -> None:
    found = {
        path: get(client, path, Accept=accept)["Content-Type"]
        for path in ("users", "users/9", "users?include=x")
    }
    success = "application/vnd.api+json"
    assert found == {"users": success, "users/9": JSON, "users?include=x": JSON}


@pytest.mark.parametrize("path", ["/api/v1/admin/users", "/api/nope"])
def test_answers_of_the_api_are_not_kept(client: Client, path: str) -> None:
    assert client.get(path, headers=KEY)["Cache-Control"] == "no-cache, private"


def test_server_error_is_json() -> None:
    response = handler500(RequestFactory().get("/api/v1/admin/users"))
    assert (response.status_code, response["Content-Type"]) == (500, JSON)
    assert json.loads(response.content) == {"message": "Server Error"}


# X-Request-Id


@pytest.mark.parametrize("given", ["a", "A-b_c.d:e/f+g=h", "0" * 128])
def test_request_id_comes_back(client: Client, given: str) -> None:
    for path in ("users", "nope"):
        assert get(client, path, **{"X-Request-Id": given})["X-Request-Id"] == given


@pytest.mark.parametrize("given", [None, "", "a b", "0" * 129, "a\n", "\xff", "<a>", "a,b"])
def test_request_id_is_made_where_none_is_usable(client: Client, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-Id": given}
    first, second = (get(client, "users", **headers)["X-Request-Id"] for _ in range(2))
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert first != second


# CORS

ORIGIN = "https://shop.example"


def preflight(client: Client, path: str = ADMIN + "users", **headers: str) -> Any:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH", **headers}
    return client.options(path, headers=asked)


def cors(response: Any) -> dict[str, str]:
    named = {name.title(): value for name, value in response.headers.items()}
    return {name: named[name] for name in named if name.startswith("Access-Control-")}


def test_preflight(client: Client, settings: Any) -> None:
    response = preflight(client, **{"Access-Control-Request-Headers": "authorization,x-test"})
    assert (response.status_code, response.content) == (204, b"")
    assert cors(response) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "PATCH",
        "Access-Control-Allow-Headers": "authorization,x-test",
        "Access-Control-Max-Age": "0",
        "Access-Control-Expose-Headers": ", ".join(settings.CORS_EXPOSE_HEADERS),
    }
    vary = {name.strip().lower() for name in response["Vary"].split(",")}
    assert {"access-control-request-method", "access-control-request-headers"} <= vary


def test_preflight_without_headers_and_of_unknown_paths(client: Client) -> None:
    for path in (ADMIN + "users", ADMIN + "users/9", "/api/nope"):
        response = preflight(client, path)
        assert (response.status_code, response["Access-Control-Allow-Headers"]) == (204, "")


def test_no_cors_outside_the_api(client: Client) -> None:
    assert cors(client.get("/health", headers={"Origin": ORIGIN})) == {}


@pytest.mark.parametrize(
    ("origin", "allowed"), [(ORIGIN, ORIGIN), ("https://evil.example", None), ("null", None)]
)
def test_origins_that_are_listed(
    client: Client, settings: Any, origin: str, allowed: str | None
) -> None:
    settings.CORS_ALLOWED_ORIGINS, settings.CORS_ALLOW_ALL_ORIGINS = [ORIGIN], False
    for response in (
        get(client, "users", Origin=origin),
        preflight(client, Origin=origin),
    ):
        assert response.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in response
        assert "origin" in response["Vary"].lower()


def test_any_origin_without_a_list(client: Client) -> None:
    response = get(client, "users", Origin=ORIGIN)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response


# Health


@pytest.mark.parametrize("path", ["/health", "/up"])
def test_alive_without_a_query(client: Client, path: str, django_assert_num_queries: Any) -> None:
    client.get(path)
    with django_assert_num_queries(0):
        response = client.get(path)
    assert (response.status_code, response.json()) == (200, {"status": "healthy"})


def test_ready(client: Client) -> None:
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (
        200,
        {
            "status": "ready",
            "checks": {"database": "ok", "schema": "ok", "cache": "ok"},
            "oldest_due_job": None,
        },
    )


def test_ready_tells_how_long_a_job_has_waited(client: Client) -> None:
    waiting.using(run_after=timezone.now() - timedelta(minutes=5)).enqueue()
    waiting.using(run_after=timezone.now() + timedelta(minutes=5)).enqueue()
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert 300 <= response.json()["oldest_due_job"] < 330


@job()
def waiting() -> None:
    raise AssertionError


# Documentation


@pytest.mark.parametrize(
    "path",
    ["/docs", "/docs/", pytest.param("/redoc"), pytest.param("/redoc/")],
)
def test_documentation_loads_nothing_from_elsewhere(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    page = response.content.decode()
    loaded = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]+)|url\(["']?([^"')]+)""", page)
    addresses = [a or b for a, b in loaded]
    assert [a for a in addresses if re.match(r"(https?:)?//", a)] == []
    assert any(a.startswith("/static/") for a in addresses)


@pytest.fixture
def description(client: Client) -> Any:
    response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    return response.json()


def test_description_is_openapi(description: Any) -> None:
    validate(description)
    assert description["openapi"] == "3.1.0"


def test_description_has_every_route(description: Any) -> None:
    paths = {p.rstrip("/?") for p in description["paths"]}
    for collection in RESOURCES:
        assert {f"/api/v1/admin/{collection}", f"/api/v1/admin/{collection}/{{id}}"} <= paths


RECORDED = [case for case in cases("read-") if case.response["status"] == 200]


@pytest.mark.usefixtures("populated")
def test_recorded_answers_fit_the_description(client: Client, description: Any) -> None:
    whole = Resource.from_contents(description, default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:api", whole)
    checked, wrong = 0, []
    for case in RECORDED:
        request = case.request
        path = (request.get("url") or request["path"]).split("?")[0].rstrip("/")
        name, _, record = path.removeprefix(ADMIN).partition("/")
        template = f"{ADMIN}{name}/{{id}}" if record else f"{ADMIN}{name}"
        if request["method"] != "GET" or name not in RESOURCES or case.repaired:
            continue
        operation = description["paths"][template]["get"]
        content = operation["responses"]["200"]["content"]["application/vnd.api+json"]
        assert content["schema"]
        schema = {"$ref": "urn:api#" + _pointer(template)}
        answer = send(client, request).json()
        errors = Draft202012Validator(schema, registry=registry).iter_errors(answer)
        wrong += [f"{case.id}: {error.json_path} {error.message[:100]}" for error in errors]
        checked += 1
    assert checked > 300
    assert wrong == []


def _pointer(template: str) -> str:
    escaped = template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
    return f"/paths/{escaped}/get/responses/200/content/application~1vnd.api+json/schema"
