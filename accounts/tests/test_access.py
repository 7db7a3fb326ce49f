"""Every route of the API, allowed with its permission alone and denied without it: for keys, for
staff with a token, and for clients."""

from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.urls import path
from rest_framework.views import APIView

from accounts import checks
from accounts.actions.tokens import issue_pair
from accounts.api.users import UserViewSet
from accounts.rules.permissions import (
    API_KEY,
    PAYMENTER_API_KEY,
    STAFF,
    key_knows,
    role_allows,
)
from accounts.tests.factories import RoleFactory, UserFactory
from paymenter.jsonapi import access
from paymenter.jsonapi.resource import Resource
from paymenter.tests.api import OPENERS, get, store_key

pytestmark = pytest.mark.django_db

UNAUTHORIZED = {"message": "This action is unauthorized."}
TABLE = access.table()
ADMIN = [route for route in TABLE if route.path.startswith("/api/v1/admin/")]
OTHERS = [route for route in TABLE if route not in ADMIN]


def name_of(route):
    return f"{route.method} {route.path}"


def send(client, route, token):
    target = route.path.replace("{id}", "999999999")
    return client.generic(
        route.method,
        target,
        "{}",
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def token_of(permissions):
    user = UserFactory(role=RoleFactory(permissions=permissions)) if permissions else UserFactory()
    return issue_pair(user).access


def no_route(route):
    path = route.path.replace("{id}", "999999999")
    return f"The route {path[1:]} could not be found."


def everything_but(permission, names):
    return [name for name in names if name != permission]


@pytest.mark.parametrize("route", ADMIN, ids=name_of)
def test_key_with_the_permission_alone_is_let_in(client, route):
    answer = send(client, route, store_key(route.permission, *OPENERS))
    assert answer.status_code not in (401, 403, 500), answer.content
    assert answer.json().get("message") != no_route(route) if answer.content else True


@pytest.mark.parametrize("route", ADMIN, ids=name_of)
def test_key_without_the_permission_is_not(client, route):
    held = (*everything_but(route.permission, API_KEY), "*", "admin.*")
    answer = send(client, route, store_key(*held))
    if key_knows(route.permission.split(".")[1], held):
        assert (answer.status_code, answer.json()) == (403, UNAUTHORIZED)
    else:
        assert (answer.status_code, answer.json()) == (404, {"message": no_route(route)})


@pytest.mark.parametrize("group", ["coupons", "roles", "properties", "plans", "audits"])
def test_key_made_for_paymenter_gets_its_404(client, group):
    answer = get(client, group, store_key(*PAYMENTER_API_KEY))
    assert (answer.status_code, answer.json()) == (
        404,
        {"message": f"The route api/v1/admin/{group} could not be found."},
    )


@pytest.mark.parametrize("route", ADMIN, ids=name_of)
def test_staff_with_the_permission_alone_is_let_in(client, route):
    answer = send(client, route, token_of([route.permission]))
    assert answer.status_code not in (401, 403, 500), answer.content


@pytest.mark.parametrize("route", ADMIN, ids=name_of)
def test_staff_without_the_permission_is_not(client, route):
    others = [n for n in {*STAFF, *API_KEY} - {"*"} if not role_allows([n], route.permission)]
    answer = send(client, route, token_of(others))
    assert (answer.status_code, answer.json()) == (403, UNAUTHORIZED)


@pytest.mark.parametrize("route", ADMIN, ids=name_of)
def test_clients_are_not(client, route):
    answer = send(client, route, token_of([]))
    assert (answer.status_code, answer.json()) == (403, UNAUTHORIZED)


@pytest.mark.parametrize("route", ADMIN, ids=name_of)
def test_nobody_is_without_a_token(client, route):
    target = route.path.replace("{id}", "1")
    answer = client.generic(route.method, target, "{}", "application/json")
    assert answer.status_code == 401


def test_admin_routes_all_have_a_permission():
    assert [route for route in ADMIN if route.permission not in API_KEY] == []


def test_open_routes_say_why():
    assert {route.path for route in OTHERS} == {
        "/api/v1/auth/login",
        "/api/v1/auth/register",
        "/api/v1/auth/refresh",
        "/api/v1/auth/logout",
        "/api/v1/auth/verify",
        "/api/v1/profile/me",
        "/api/v1/profile/notification-preferences",
        "/api/v1/profile/notifications",
        "/api/v1/profile/notifications/read",
        "/api/v1/profile/notifications/{id}/read",
        "/api/v1/profile/two-factor",
        "/api/v1/profile/sessions",
        "/api/v1/profile/sessions/{id}",
        "/api/v1/profile/push-key",
        "/api/v1/profile/push-subscriptions",
        "/api/v1/profile/push-subscriptions/{id}",
        "/api/oauth/token",
        "/oauth/token",
        "/api/me",
        "/api/v1/openapi.json",
        "/docs",
        "/redoc",
    }
    assert all(route.public and route.permission is None for route in OTHERS)


def test_every_permission_of_a_key_is_asked_for_somewhere():
    unused = {*OPENERS}
    asked = {route.permission for route in ADMIN}
    includes = {f"admin.{r.permission}.view" for r in Resource.by_type.values()}
    assert set(API_KEY) - asked - includes == unused


def test_the_server_starts():
    assert run_checks(tags=[checks.TAG]) == []


class Undeclared(APIView):
    def get(self, request):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("view", "texts"),
    [
        (Undeclared.as_view(), ["GET /api/x has no permission."]),
        (lambda request: None, ["ANY /api/x has no permission."]),
        (
            UserViewSet.as_view({"get": "list"}, resource=SimpleNamespace(permission="users_")),
            ["GET /api/x needs admin.users_.view, which no key can have."],
        ),
    ],
)
def test_route_without_a_known_permission_stops_the_start(view, texts):
    found = checks.problems(access.table([path("api/x", view)]))
    assert [problem.msg for problem in found] == texts
