"""What staff may do to each other; keys do as Paymenter's, which recordings show."""

import pytest

from accounts.actions.tokens import issue_pair
from accounts.models import Audit, User
from accounts.tests.factories import RoleFactory, UserFactory
from paymenter.tests.api import store_key
from paymenter.tests.calls import attributes, call, refused

pytestmark = pytest.mark.django_db

USERS = [f"admin.users.{verb}" for verb in ("viewAny", "create", "update", "delete")]
NEW = {"email": "new@example.com", "password": "correct horse 1"}
STRONGER = {"message": "You cannot do this to somebody who may do more than you."}


@pytest.fixture
def staff():
    return issue_pair(UserFactory(role=RoleFactory(permissions=USERS))).access


def test_role_that_may_more_is_not_given(client, staff):
    role, user = RoleFactory(permissions=["*"]), UserFactory()
    errors = {"role_id": ["You cannot grant what you do not hold: *."]}
    before = User.objects.count()
    answer = call(client, "POST", "users", {**NEW, "role_id": role.pk}, staff)
    assert refused(answer, errors)
    answer = call(client, "PUT", f"users/{user.pk}", {"role_id": role.pk}, staff)
    assert refused(answer, errors)
    user.refresh_from_db()
    assert user.role_id is None
    assert User.objects.count() == before
    assert not Audit.objects.exists()


def test_role_that_may_less_is(client, staff):
    role = RoleFactory(permissions=["admin.users.viewAny"])
    made = attributes(call(client, "POST", "users", {**NEW, "role_id": role.pk}, staff), 201)
    assert User.objects.get(pk=made["id"]).role == role


@pytest.mark.parametrize(
    "change", [{"password": "correct horse 2"}, {"email": "mine@example.com"}, {"role_id": None}]
)
def test_stronger_people_are_not_taken_over(client, staff, change):
    boss = UserFactory(admin=True)
    answer = call(client, "PUT", f"users/{boss.pk}", change, staff)
    assert (answer.status_code, answer.json()) == (403, STRONGER)
    before = (boss.password, boss.email, boss.role_id)
    boss.refresh_from_db()
    assert (boss.password, boss.email, boss.role_id) == before
    assert call(client, "DELETE", f"users/{boss.pk}", token=staff).status_code == 403
    assert User.objects.filter(pk=boss.pk).exists()
    assert not Audit.objects.exists()


def test_their_names_may_be_corrected(client, staff):
    boss = UserFactory(admin=True)
    found = attributes(call(client, "PUT", f"users/{boss.pk}", {"first_name": "Ada"}, staff))
    assert found["first_name"] == "Ada"


def test_key_gives_any_role_as_recorded(client):
    role = RoleFactory(permissions=["*"])
    store_key("admin.users.create")
    made = attributes(call(client, "POST", "users", {**NEW, "role_id": role.pk}), 201)
    assert User.objects.get(pk=made["id"]).role == role
