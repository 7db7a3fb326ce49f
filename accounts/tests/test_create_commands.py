"""`create_admin` and `create_api_key`: what an operator needs before the console can be entered."""

import io
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command

from accounts.actions.api_keys import create_api_key
from accounts.models import ApiKey, Audit, User
from accounts.rules.permissions import API_KEY
from accounts.tests.factories import PASSWORD, RoleFactory, UserFactory
from paymenter.actor import SYSTEM
from paymenter.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def stdin(monkeypatch):
    def give(text):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    give("")
    return give


def called(*args, **options):
    out = io.StringIO()
    call_command(*args, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue().strip()


def test_key_is_shown_and_stored_as_its_hash():
    token = called("create_api_key", "Shop", "--permission=admin.users.view", "--ip=192.0.2.7")
    key = ApiKey.objects.get()
    assert token.startswith("PAYM")
    assert len(token) == 68
    assert key.token == sha256(token.encode()).hexdigest()
    assert (key.name, key.type, key.enabled) == ("Shop", "admin", True)
    assert (key.permissions, key.ip_addresses) == (["admin.users.view"], ["192.0.2.7"])


def test_key_with_all_permissions_opens_the_api(client):
    token = called("create_api_key", "Shop", "--all")
    assert ApiKey.objects.get().permissions == list(API_KEY)
    answer = client.get("/api/v1/admin/users", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("permissions", "addresses"), [(["*"], []), (["admin.users.fly"], []), ([], ["localhost"])]
)
def test_key_is_refused(permissions, addresses):
    with pytest.raises(Refused):
        create_api_key("Shop", permissions, addresses, actor=SYSTEM)
    assert not ApiKey.objects.exists()


def test_key_needs_permissions_or_all():
    with pytest.raises(CommandError):
        called("create_api_key", "Shop")


def test_admin_is_made(stdin):
    stdin("a long secret 1\n")
    called("create_admin", "boss@example.com", "--password-stdin")
    user = User.objects.get()
    assert user.is_superuser
    assert user.role.name == "admin"
    assert user.email_verified_at
    assert user.check_password("a long secret 1")
    assert Audit.objects.filter(event="created", auditable_id=user.pk).exists()


@pytest.mark.parametrize(
    ("email", "password"), [("boss@example.com", "short"), ("boss", "a long secret 1")]
)
def test_admin_is_refused(stdin, email, password):
    stdin(password)
    with pytest.raises(CommandError):
        called("create_admin", email, "--password-stdin")
    assert not User.objects.exists()


def test_password_is_not_asked_for_without_a_terminal(stdin):
    with pytest.raises(CommandError, match="--password-stdin"):
        called("create_admin", "boss@example.com")
    assert not User.objects.exists()


def test_existing_user_becomes_admin_and_keeps_the_password(stdin):
    user = UserFactory(staff=True)
    role = RoleFactory(name="admin", permissions=["*"])
    called("create_admin", user.email.upper(), "--yes")
    user.refresh_from_db()
    assert user.role == role
    assert user.check_password(PASSWORD)


def test_existing_user_needs_a_confirmation(stdin):
    user = UserFactory()
    with pytest.raises(CommandError, match="--yes"):
        called("create_admin", user.email)
    user.refresh_from_db()
    assert user.role_id is None
