"""The demo from outside: reproducible, careful, and it tells the way in."""

import json
import re
import stat
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.management import CommandError
from django.db import connection, transaction

from accounts.models import User
from accounts.tests.factories import ApiKeyFactory, UserFactory
from billing.models import Invoice, Service
from paymenter import options
from paymenter.db import schema
from paymenter.demo.access import FILE
from paymenter.demo.staff import ADMIN, SUPPORT
from paymenter.tests.database import seed
from paymenter.tests.demo import SECRETS, TODAY, demo, said

pytestmark = pytest.mark.django_db

SECRET_COLUMNS = {"users": {"password"}, "api_keys": {"token"}}


@pytest.fixture(autouse=True)
def base_dir(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    settings.APP_ENV = "testing"
    return tmp_path


@pytest.fixture
def installed(db):
    seed(connection)
    options.forget()


def checksum():
    """Of every row of Paymenter's tables, but for secrets."""
    found = sha256()
    for table in schema.expected(connection.vendor):
        hidden = SECRET_COLUMNS.get(table.name, ())
        names = [column.name for column in table.columns if column.name not in hidden]
        quoted = ", ".join(map(connection.ops.quote_name, names))
        order = ", ".join(map(connection.ops.quote_name, table.primary_key))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {quoted} FROM {table.name} ORDER BY {order}")
            found.update(repr((table.name, cursor.fetchall())).encode())
    return found.hexdigest()


def checksum_of(**given):
    """Of a demo that is undone again."""
    with transaction.atomic():
        demo(**given)
        found = checksum()
        transaction.set_rollback(True)
    options.forget()
    return found


# The same numbers make the same rows


def test_same_seed_makes_the_same_rows(installed):
    first = checksum_of()
    assert checksum_of(password="another 2", token="PAYM" + "1" * 64) == first


@pytest.mark.parametrize(
    "given", [{"seed": 2}, {"date": TODAY - timedelta(days=1)}, {"services": 499}]
)
def test_other_numbers_make_other_rows(installed, given):
    assert checksum_of(**given) != checksum_of()


@pytest.mark.parametrize(
    ("users", "services", "invoices"), [(1, 0, 0), (1, 1, 20), (30, 60, 400), (50, 200, 300)]
)
def test_counts_can_be_given(installed, users, services, invoices):
    demo(users=users, services=services, invoices=invoices)
    assert User.objects.filter(role=None).count() == users
    assert Service.objects.count() == services
    assert Invoice.objects.count() == invoices


# Where it refuses


def test_refuses_a_database_in_use(installed):
    UserFactory()
    before = checksum()
    with pytest.raises(CommandError, match="users, products or invoices"):
        demo()
    assert checksum() == before


def test_if_empty_does_nothing_in_a_database_in_use(installed, base_dir):
    UserFactory()
    before = checksum()
    assert demo(if_empty=True) == ""
    assert checksum() == before
    assert not (base_dir / FILE).exists()


def test_if_empty_fills_an_empty_one(installed):
    demo(if_empty=True, users=3, services=3, invoices=9)
    assert Service.objects.count() == 3


def test_refuses_production_unless_forced(installed, settings):
    settings.APP_ENV = "production"
    with pytest.raises(CommandError, match="production"):
        demo()
    assert not User.objects.exists()
    demo(force=True, users=3, services=3, invoices=9)
    assert Service.objects.count() == 3


def test_leaves_nothing_behind_when_it_fails(installed, monkeypatch):
    monkeypatch.setattr("paymenter.demo.figures.Figures.write", lambda *_: 1 / 0)
    before = checksum()
    with pytest.raises(ZeroDivisionError):
        demo(users=3, services=3, invoices=9)
    assert checksum() == before


# The way in


@pytest.fixture
def small(installed):
    return demo(users=3, services=3, invoices=9)


def test_staff_can_sign_in(small):
    admin, helper = User.objects.get(email=ADMIN), User.objects.get(email=SUPPORT)
    assert admin.check_password(SECRETS["password"])
    assert admin.is_superuser
    assert helper.is_staff
    assert not helper.is_superuser
    assert helper.has_permission("admin.tickets.update")


def test_key_opens_the_api(small, client):
    answer = client.get(
        "/api/v1/admin/invoices", headers={"authorization": f"Bearer {SECRETS['token']}"}
    )
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == min(15, Invoice.objects.count())


def test_secrets_are_shown_once(small):
    assert SECRETS["password"] in small
    assert (
        f"curl -gH 'Accept: application/json' -H 'Authorization: Bearer {SECRETS['token']}'"
        in small
    )


def test_secrets_are_random_unless_given(installed):
    shown = [demo_secrets(), demo_secrets()]
    assert shown[0] != shown[1]
    assert all(re.fullmatch(r"PAYM[0-9a-f]{64}", key) for _, key in shown)


def demo_secrets():
    with transaction.atomic():
        shown = demo(users=3, services=3, invoices=9, password=None, token=None)
        transaction.set_rollback(True)
    return re.findall(r"  (?:password|key) +(\S+)", shown)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="kept beside SQLite only")
def test_secrets_are_kept_for_their_owner_alone(small, base_dir):
    file = base_dir / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text()) == SECRETS


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="kept beside SQLite only")
def test_secrets_are_kept_nowhere(small, base_dir):
    assert not (base_dir / FILE).exists()
    assert "not shown again" in small


def test_welcome_repeats_the_way_in(small, monkeypatch, base_dir):
    monkeypatch.setenv("PORT", "8123")
    shown = said("welcome")
    assert "http://127.0.0.1:8123/admin/" in shown
    is_kept = (base_dir / FILE).exists()
    assert (SECRETS["token"] in shown) == is_kept
    assert (SECRETS["password"] in shown) == is_kept


def test_welcome_shows_no_password_that_was_changed_since(small):
    admin = User.objects.get(email=ADMIN)
    admin.set_password("changed since 3")
    admin.save()
    assert SECRETS["password"] not in said("welcome")


def test_welcome_says_how_to_get_in_where_nobody_can(installed):
    assert "create_admin" in said("welcome")
    assert "create_api_key" in said("welcome")


def test_welcome_gives_no_advice_to_those_who_have_both(installed):
    UserFactory(admin=True)
    ApiKeyFactory()
    assert said("welcome").splitlines() == [
        "Staff console  http://127.0.0.1:8000/admin/",
        "API            http://127.0.0.1:8000/docs",
    ]
