"""The staff console's pages of roles, API keys and OAuth clients: who may give what away."""

from hashlib import sha256

import pytest

from accounts.models import ApiKey, OauthClient, Role
from accounts.rules.permissions import STAFF
from accounts.tests.factories import ApiKeyFactory, RoleFactory, UserFactory
from paymenter.laravel import passwords
from paymenter.tests.console import errors_of, signed_in

pytestmark = pytest.mark.django_db

ROLES = "/admin/accounts/role/"
KEYS = "/admin/accounts/apikey/"
CLIENTS = "/admin/accounts/oauthclient/"
OVER_ROLES = [f"admin.roles.{name}" for name in ("viewAny", "create", "update", "delete")]
OVER_KEYS = [f"admin.api_keys.{name}" for name in ("viewAny", "create", "update", "delete")]
OVER_CLIENTS = [f"admin.oauth_clients.{name}" for name in ("viewAny", "create", "update")]


def first() -> Role:
    return Role.objects.get_or_create(pk=1, defaults={"name": "admin", "permissions": ["*"]})[0]


def test_list_tells_permissions_and_people() -> None:
    first()
    role = RoleFactory(name="clerks", permissions=["admin.invoices.viewAny"])
    UserFactory(role=role)
    page = signed_in("*").get(ROLES)
    rows = {each.name: each.holders for each in page.context["cl"].result_list}
    assert rows["clerks"] == 1
    assert "All" in page.content.decode()


def test_checklist_has_the_whole_catalogue_in_words() -> None:
    text = signed_in("*").get(f"{ROLES}add/").content.decode()
    assert text.count('name="permissions"') == len(STAFF)
    for word in ("Delete many at once", "Notification templates", "All, also what comes later"):
        assert word in text


def test_role_is_made_of_ticks() -> None:
    client = signed_in(*OVER_ROLES, "admin.invoices.viewAny", "admin.tickets.viewAny")
    ticked = ["admin.tickets.viewAny", "admin.invoices.viewAny"]
    answer = client.post(f"{ROLES}add/", {"name": "clerks", "permissions": ticked})
    assert answer.status_code == 302, errors_of(answer)
    assert Role.objects.get(name="clerks").permissions == ticked


def test_what_one_lacks_is_closed_and_refused() -> None:
    client = signed_in(*OVER_ROLES)
    text = client.get(f"{ROLES}add/").content.decode()
    assert 'value="admin.settings.update" disabled' in text
    answer = client.post(f"{ROLES}add/", {"name": "chiefs", "permissions": ["*"]})
    assert errors_of(answer) == {"permissions": ["You cannot grant what you do not hold: *."]}
    assert not Role.objects.filter(name="chiefs").exists()


def test_what_a_role_has_may_stay_or_go() -> None:
    client = signed_in(*OVER_ROLES)
    role = RoleFactory(name="old", permissions=["admin.settings.update", "admin.affiliates.view"])
    text = client.get(f"{ROLES}{role.pk}/change/").content.decode()
    assert 'value="admin.affiliates.view" checked' in text
    answer = client.post(
        f"{ROLES}{role.pk}/change/", {"name": "old", "permissions": ["admin.settings.update"]}
    )
    assert answer.status_code == 302, errors_of(answer)
    role.refresh_from_db()
    assert role.permissions == ["admin.settings.update"]


def test_the_first_role_is_only_looked_at() -> None:
    client, role = signed_in("*"), first()
    page = client.get(f"{ROLES}{role.pk}/change/")
    assert page.status_code == 200
    assert 'name="permissions"' not in page.content.decode()
    assert "it stays as it is" in page.content.decode()
    body = {"name": "root", "permissions": []}
    assert client.post(f"{ROLES}{role.pk}/change/", body).status_code == 403
    assert client.get(f"{ROLES}{role.pk}/delete/").status_code == 403


def test_role_in_use_is_kept() -> None:
    client, role = signed_in(*OVER_ROLES), RoleFactory(name="used")
    UserFactory(role=role)
    answer = client.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}, follow=True)
    assert "The role is that of 1 users" in answer.content.decode()
    assert Role.objects.filter(pk=role.pk).exists()


# -- API keys --------------------------------------------------------------------------------------


def test_token_of_a_new_key_is_shown_once() -> None:
    client = signed_in(*OVER_KEYS, "admin.invoices.viewAny")
    answer = client.post(
        f"{KEYS}add/",
        {"name": "Shop", "permissions": ["admin.invoices.view"], "ip_addresses": "10.0.0.1\n::1"},
    )
    assert answer["Location"] == "/admin/once/", errors_of(answer)
    token = client.get("/admin/once/").context["secret"].value
    key = ApiKey.objects.get(name="Shop")
    assert key.token == sha256(token.encode()).hexdigest()
    assert (key.permissions, key.ip_addresses, key.enabled) == (
        ["admin.invoices.view"],
        ["10.0.0.1", "::1"],
        True,
    )
    assert client.get("/admin/once/").context["secret"] is None
    page = client.get(f"{KEYS}{key.pk}/change/").content.decode()
    assert token not in page
    assert key.token not in page


def test_key_with_more_than_ones_own_is_refused() -> None:
    client = signed_in(*OVER_KEYS)
    answer = client.post(f"{KEYS}add/", {"name": "x", "permissions": ["admin.users.delete"]})
    assert errors_of(answer) == {
        "permissions": ["You cannot grant what you do not hold: admin.users.delete."]
    }
    assert not ApiKey.objects.exists()


def test_key_is_switched_off() -> None:
    client, key = signed_in(*OVER_KEYS), ApiKeyFactory(permissions=["admin.users.view"])
    body = {"name": key.name, "permissions": ["admin.users.view"], "ip_addresses": ""}
    assert client.post(f"{KEYS}{key.pk}/change/", body).status_code == 302
    key.refresh_from_db()
    assert (key.enabled, key.permissions) == (False, ["admin.users.view"])


def test_who_may_only_look_reads_words() -> None:
    key = ApiKeyFactory(permissions=["admin.invoices.view"])
    page = signed_in("admin.api_keys.viewAny").get(f"{KEYS}{key.pk}/change/").content.decode()
    assert "Invoices: see" in page
    assert "admin.invoices.view" not in page


# -- OAuth clients ---------------------------------------------------------------------------------


def test_secret_of_a_new_client_and_a_new_secret() -> None:
    client = signed_in(*OVER_CLIENTS)
    body = {"name": "Wiki", "redirect": "https://a.example/x\nhttps://b.example/y"}
    answer = client.post(f"{CLIENTS}add/", {**body, "confidential": "on"})
    assert answer["Location"] == "/admin/once/", errors_of(answer)
    made = OauthClient.objects.get()
    assert made.redirect == "https://a.example/x,https://b.example/y"
    old = client.get("/admin/once/").context["secret"].value
    assert passwords.check(old, str(made.secret))
    renewed = client.post(f"{CLIENTS}{made.pk}/regenerate-oauth-secret/")
    assert renewed["Location"] == "/admin/once/"
    new = client.get("/admin/once/").context["secret"].value
    made.refresh_from_db()
    assert passwords.check(new, str(made.secret))
    assert not passwords.check(old, str(made.secret))


def test_client_is_changed_without_touching_its_secret() -> None:
    client = signed_in(*OVER_CLIENTS)
    made = OauthClient.objects.create(
        name="Wiki",
        redirect="https://a.example/x,https://b.example/y",
        secret="hash",
        personal_access_client=False,
        password_client=False,
        revoked=False,
    )
    page = client.get(f"{CLIENTS}{made.pk}/change/").content.decode()
    assert "https://a.example/x\nhttps://b.example/y" in page
    body = {"name": "Docs", "redirect": "https://a.example/x\nhttps://b.example/y"}
    assert client.post(f"{CLIENTS}{made.pk}/change/", body).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.redirect, made.secret) == (
        "Docs",
        "https://a.example/x,https://b.example/y",
        "hash",
    )


def test_public_client_has_no_secret_to_renew() -> None:
    client = signed_in(*OVER_CLIENTS)
    body = {"name": "App", "redirect": "app://back"}
    assert client.post(f"{CLIENTS}add/", body).status_code == 302
    made = OauthClient.objects.get()
    assert made.secret is None
    assert client.post(f"{CLIENTS}{made.pk}/regenerate-oauth-secret/").status_code == 302
    made.refresh_from_db()
    assert made.secret is None
