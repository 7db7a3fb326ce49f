"""Which permission each include of our own resources needs; the routes' are in test_access."""

from typing import Any

import pytest
from django.test import Client

from billing.api.urls import router
from paymenter.tests.api import OPENERS, RESOURCES, VIEW_ALL, get, store_key
from paymenter.tests.permission_matrix import OUR_INCLUDES, OUR_RECORDS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("collection", "include", "permission"), OUR_INCLUDES)
def test_include_needs_its_permission_alone(
    client: Client, collection: str, include: str, permission: Any
) -> None:
    own = f"admin.{collection.replace('-', '_')}.view"
    store_key(own, *OPENERS, *filter(None, [permission]))
    target = f"{collection}?include={include}"
    assert get(client, target).status_code == 200
    store_key(*(name for name in VIEW_ALL if name != permission), token="other")
    if permission in (None, own):
        assert get(client, target, "other").status_code == 200
        return
    answer = get(client, target, "other")
    assert answer.status_code == 400
    refused = f"Requested include(s) `{include}` are not allowed."
    assert answer.json()["message"].startswith(refused)


def test_matrix_is_complete() -> None:
    ours: dict[str, Any] = {p: view for p, view, _ in router.registry if p not in RESOURCES}
    declared = {(path, include) for path, viewset in ours.items() for include in viewset.includes}
    assert {(collection, include) for collection, include, _ in OUR_INCLUDES} == declared
    assert {collection for collection, _ in OUR_RECORDS} == set(ours)
