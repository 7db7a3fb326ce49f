import pytest

from accounts.actions.tokens import issue_pair
from accounts.models import Audit, Role, User
from accounts.tests.factories import RoleFactory, UserFactory
from paymenter.tests.api import get, store_key
from paymenter.tests.calls import attributes, audits, call, refused

pytestmark = pytest.mark.django_db

ROLES = [f"admin.roles.{verb}" for verb in ("view", "create", "update", "delete")]


@pytest.fixture(autouse=True)
def first():
    """Its id is 1 in every installation."""
    Role.objects.filter(pk=1).delete()
    return RoleFactory(id=1, name="admin", permissions=["*"])


def staff(*permissions):
    return issue_pair(UserFactory(role=RoleFactory(permissions=list(permissions)))).access


def test_role_is_created_changed_and_deleted(client):
    store_key(*ROLES, "admin.tickets.view", "admin.tickets.delete")
    body = {"name": "Support", "permissions": ["admin.tickets.viewAny", "admin.tickets.deleteAny"]}
    made = attributes(call(client, "POST", "roles", body), 201)
    assert (made["name"], made["permissions"]) == ("Support", body["permissions"])
    path = f"roles/{made['id']}"
    changed = attributes(call(client, "PUT", path, {"permissions": ["admin.tickets.viewAny"]}))
    assert changed["permissions"] == ["admin.tickets.viewAny"]
    assert call(client, "DELETE", path).status_code == 204
    assert audits("Role") == [
        (
            "created",
            [],
            {
                "name": "Support",
                "permissions": '["admin.tickets.viewAny","admin.tickets.deleteAny"]',
                "id": made["id"],
            },
        ),
        (
            "updated",
            {"permissions": '["admin.tickets.viewAny","admin.tickets.deleteAny"]'},
            {"permissions": '["admin.tickets.viewAny"]'},
        ),
        (
            "deleted",
            {
                "id": made["id"],
                "name": "Support",
                "permissions": '["admin.tickets.viewAny"]',
            },
            [],
        ),
    ]


@pytest.mark.parametrize(
    ("permissions", "text"),
    [
        (["admin.tickets.update"], "You cannot grant what you do not hold: admin.tickets.update."),
        (["*"], "You cannot grant what you do not hold: *."),
        (["admin.tickets.fly"], "These permissions are not known: admin.tickets.fly."),
        ("admin.tickets.view", "The permissions field must be an array."),
        ([["*"]], "The permissions field must be a list of texts."),
    ],
)
@pytest.mark.parametrize("kind", ["key", "person"])
def test_nobody_grants_what_he_does_not_hold(client, permissions, text, kind):
    held = [*ROLES, "admin.tickets.viewAny", "admin.tickets.delete"]
    token = store_key(*held, "*") if kind == "key" else staff(*held)
    role = RoleFactory(permissions=[])
    before = Role.objects.count()
    body = {"name": "Mine", "permissions": permissions}
    assert refused(call(client, "POST", "roles", body, token), {"permissions": [text]})
    assert refused(call(client, "PUT", f"roles/{role.pk}", body, token), {"permissions": [text]})
    assert Role.objects.count() == before
    assert not Audit.objects.exists()


def test_staff_who_may_do_everything_grant_everything(client):
    body = {"name": "Second", "permissions": ["*"]}
    assert attributes(call(client, "POST", "roles", body, staff("*")), 201)["permissions"] == ["*"]


def test_what_a_role_has_already_stays(client):
    """Also names of PHP's extensions, and what the caller does not hold."""
    role = RoleFactory(permissions=["admin.affiliates.view", "admin.users.viewAny"])
    body = {"permissions": ["admin.affiliates.view"]}
    token = store_key("admin.roles.update")
    found = attributes(call(client, "PATCH", f"roles/{role.pk}", body, token))
    assert found["permissions"] == ["admin.affiliates.view"]


def test_role_with_people_stays(client):
    role = RoleFactory()
    user = UserFactory(role=role)
    store_key(*ROLES)
    answer = call(client, "DELETE", f"roles/{role.pk}")
    assert answer.status_code == 409
    assert answer.json() == {"message": "The role is that of 1 users: give them another first."}
    assert Role.objects.filter(pk=role.pk).exists()
    assert User.objects.get(pk=user.pk).role == role
    assert not Audit.objects.exists()


@pytest.mark.parametrize(("method", "body"), [("PUT", {"name": "x"}), ("DELETE", None)])
def test_first_role_is_not_touched(client, method, body, first):
    store_key(*ROLES)
    answer = call(client, method, "roles/1", body)
    assert (answer.status_code, answer.json()) == (
        403,
        {"message": "The role admin cannot be changed."},
    )
    first.refresh_from_db()
    assert first.name == "admin"


def test_name_is_unique(client):
    store_key(*ROLES)
    errors = {"name": ["The name has already been taken."]}
    assert refused(call(client, "POST", "roles", {"name": "admin"}), errors)


def test_people_are_included_with_their_permission(client):
    UserFactory(role_id=1)
    store_key("admin.roles.view", "admin.roles.viewAny", "admin.users.view")
    store_key("admin.roles.view", "admin.roles.viewAny", token="bare")
    assert get(client, "roles/1?include=users").json()["included"][0]["type"] == "users"
    assert get(client, "roles/1?include=users", "bare").status_code == 400
