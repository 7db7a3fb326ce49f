"""Acting as somebody: a short token that names who holds it."""

import pytest
import time_machine

from accounts.actions.tokens import issue_pair
from accounts.models import Audit, User
from accounts.tests.factories import RoleFactory, UserFactory
from paymenter.tests.api import store_key

pytestmark = pytest.mark.django_db

NOON = "2026-05-04T12:00:00Z"


def person(*permissions: str) -> User:
    user: User = UserFactory(role=RoleFactory(permissions=list(permissions)))
    return user


def call(client, token, path, method="POST", body="{}"):
    header = {"Authorization": f"Bearer {token}"}
    return client.generic(method, path, body, "application/json", headers=header)


def impersonate(client, staff, user):
    path = f"/api/v1/admin/users/{user.pk}/impersonate"
    return call(client, issue_pair(staff).access, path)


def me(client, token):
    return call(client, token, "/api/v1/profile/me", "GET")


def test_token_is_the_users_and_names_the_staff_member(client):
    staff, user = person("admin.users.impersonate"), UserFactory()
    answer = impersonate(client, staff, user)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    shown = me(client, body["access_token"]).json()
    assert (shown["id"], shown["impersonated_by"]) == (user.pk, staff.pk)
    audit = Audit.objects.get(event="impersonated")
    assert (audit.auditable_id, audit.user_id, (audit.new_values or {})["by"]) == (
        user.pk,
        staff.pk,
        staff.pk,
    )


def test_what_is_done_meanwhile_tells_both(client):
    staff = person("admin.users.impersonate", "admin.users.update", "admin.users.viewAny")
    user, third = person("admin.users.update", "admin.users.viewAny"), UserFactory()
    token = impersonate(client, staff, user).json()["access_token"]
    path, body = f"/api/v1/admin/users/{third.pk}", '{"first_name": "Grace"}'
    assert call(client, token, path, "PATCH", body).status_code == 200
    audit = Audit.objects.get(auditable_id=third.pk, event="updated")
    assert (audit.user_id, audit.tags) == (user.pk, f"impersonated by user {staff.pk}")


@pytest.mark.parametrize("minutes", [0, 14, 16])
def test_lasts_a_quarter_of_an_hour(client, minutes):
    with time_machine.travel(NOON, tick=False) as clock:
        staff, user = person("admin.users.impersonate"), UserFactory()
        token = impersonate(client, staff, user).json()["access_token"]
        clock.shift(minutes * 60)
        assert me(client, token).status_code == (200 if minutes < 15 else 401)


def test_refused_without_the_permission_for_oneself_and_for_stronger_people(client):
    staff = person("admin.users.impersonate", "admin.users.update")
    for target in (staff, UserFactory(admin=True), person("admin.invoices.viewAny")):
        assert impersonate(client, staff, target).status_code == 403
    assert impersonate(client, person("admin.users.update"), UserFactory()).status_code == 403
    assert not Audit.objects.filter(event="impersonated").exists()


def test_not_through_a_second_person(client):
    staff, second = person("admin.users.impersonate"), person("admin.users.impersonate")
    token = impersonate(client, staff, second).json()["access_token"]
    path = f"/api/v1/admin/users/{UserFactory().pk}/impersonate"
    assert call(client, token, path).status_code == 403


def test_key_is_nobody(client):
    user = UserFactory()
    token = store_key("admin.users.impersonate")
    answer = call(client, token, f"/api/v1/admin/users/{user.pk}/impersonate")
    assert answer.status_code == 403
    assert "Only a person" in answer.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda staff, user: User.objects.filter(pk=staff.pk).update(role=None),
        lambda staff, user: User.objects.filter(pk=staff.pk).update(password="new"),
        lambda staff, user: User.objects.filter(pk=user.pk).update(
            role=RoleFactory(permissions=["*"])
        ),
        lambda staff, user: staff.delete(),
    ],
)
def test_ends_when_the_right_to_it_does(client, change):
    staff, user = person("admin.users.impersonate"), UserFactory()
    token = impersonate(client, staff, user).json()["access_token"]
    assert me(client, token).status_code == 200
    change(staff, user)
    assert me(client, token).status_code == 401
    path = "/api/v1/auth/verify"
    answer = client.post(path, {"token": token}, content_type="application/json")
    assert answer.status_code == 401
