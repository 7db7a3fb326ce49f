"""What an unexpected error looks like, with and without APP_DEBUG."""

from typing import Any

import pytest
from django.test import Client

from accounts.api.users import UserViewSet
from paymenter.tests.api import get, store_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Client:
    def list_(self: Any, request: Any) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(UserViewSet, "list", list_)
    store_key("admin.users.view")
    return Client(raise_request_exception=False)


def test_error_in_production_tells_nothing(broken: Client) -> None:
    response = get(broken, "users")
    assert (response.status_code, response.json()) == (500, {"message": "Server Error"})


def test_error_in_debug_mode_tells_where(broken: Client, settings: Any) -> None:
    settings.DEBUG = True
    response = get(broken, "users")
    body = response.json()
    assert response.status_code == 500
    assert (body["message"], body["exception"]) == ("the secret inside", "builtins.RuntimeError")
    assert body["file"] == __file__
    assert body["trace"][0]["function"] == "list_"
