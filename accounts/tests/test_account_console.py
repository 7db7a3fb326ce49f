"""My account, and the browser sessions behind the console."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, User, UserAuthenticationLog, UserSession
from accounts.tests.factories import PASSWORD, RoleFactory, UserFactory
from paymenter import options
from paymenter.models import Setting

pytestmark = pytest.mark.django_db

ACCOUNT = "/admin/account/"
NEW = "another horse 2"
LOGIN = "/admin/login/?next=/admin/account/"


def staff() -> User:
    user: User = UserFactory(role=RoleFactory(permissions=["admin.tickets.viewAny"]))
    return user


def browser(user: User, **options: str) -> Client:
    client = Client(**options)  # type: ignore[arg-type]
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


def do(client: Client, deed: str, prefix: str = "", **values: str) -> Any:
    boxes = {f"{prefix}-{name}": value for name, value in values.items()} if prefix else values
    return client.post(ACCOUNT, {"do": deed, **boxes})


def is_in(client: Client) -> bool:
    answer = client.get(ACCOUNT)
    assert answer.status_code == 200 or answer["Location"] == LOGIN
    return bool(answer.status_code == 200)


def setting(value: str) -> None:
    Setting.objects.update_or_create(key="session_validation", defaults={"value": value})
    options.forget()


# -- sessions --------------------------------------------------------------------------------------


def test_signing_in_makes_a_row() -> None:
    user = staff()
    client = browser(user, HTTP_USER_AGENT="Firefox on Linux")
    row = UserSession.objects.get()
    assert (row.user_id, row.ip_address, row.user_agent) == (
        user.pk,
        "127.0.0.1",
        "Firefox on Linux",
    )
    assert (len(row.ulid), row.expires_at) == (26, None)
    assert is_in(client)


def test_a_row_that_is_gone_signs_the_browser_out() -> None:
    client = browser(staff())
    UserSession.objects.all().delete()
    assert not is_in(client)


def test_signing_out_removes_the_row_and_takes_a_post() -> None:
    client = browser(staff())
    assert client.get("/admin/logout/").status_code == 405
    answer = client.post("/admin/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/login")
    assert not UserSession.objects.exists()
    assert not is_in(client)


def test_two_idle_hours_end_it_and_activity_prolongs_it() -> None:
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False) as clock:
        client = browser(staff())
        for _ in range(3):
            clock.shift(timedelta(minutes=100))
            assert is_in(client)
        clock.shift(timedelta(minutes=121))
        assert not is_in(client)


def test_activity_is_noted_once_a_minute() -> None:
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False) as clock:
        client = browser(staff())
        begun = UserSession.objects.get().last_activity
        clock.shift(30)
        is_in(client)
        assert UserSession.objects.get().last_activity == begun
        clock.shift(31)
        is_in(client)
        assert UserSession.objects.get().last_activity == begun + timedelta(seconds=61)


def test_those_that_ran_out_are_forgotten_at_the_next_sign_in() -> None:
    user = staff()
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False) as clock:
        browser(user)
        clock.shift(timedelta(hours=3))
        browser(user)
        assert UserSession.objects.count() == 1


@pytest.mark.parametrize(
    ("value", "stays"), [("none", True), ("ip_client", True), ("ip_admin", False)]
)
def test_another_address_ends_a_bound_session(value: str, stays: bool) -> None:
    client = browser(staff())
    setting(value)
    assert client.get(ACCOUNT, REMOTE_ADDR="10.0.0.9").status_code == (200 if stays else 302)
    assert UserSession.objects.exists() is stays


def test_another_browser_ends_a_bound_session() -> None:
    client = browser(staff(), HTTP_USER_AGENT="Firefox")
    setting("user_agent")
    assert is_in(client)
    assert client.get(ACCOUNT, HTTP_USER_AGENT="Chrome").status_code == 302


def test_a_new_password_ends_all_sessions() -> None:
    user = staff()
    client = browser(user)
    User.objects.filter(pk=user.pk).update(password="$2y$04$" + "a" * 53)  # as PHP would
    assert not is_in(client)


# -- the page --------------------------------------------------------------------------------------


def test_everyone_of_the_staff_has_it_and_nobody_else() -> None:
    client = browser(staff())
    client.get(ACCOUNT)
    with CaptureQueriesContext(connection) as queries:
        text = client.get(ACCOUNT).content.decode()
    assert len(queries) <= 20
    assert "(this one)" in text
    assert 'href="/admin/account/"' in text
    assert 'action="/admin/logout/"' in text
    assert browser(UserFactory()).get(ACCOUNT).status_code == 302


def test_name() -> None:
    user = staff()
    client = browser(user)
    assert do(client, "rename", "nameinput", first_name="Ada", last_name="Byron").status_code == 302
    assert User.objects.get(pk=user.pk).name == "Ada Byron"
    refused = do(client, "rename", "nameinput", first_name="", last_name="B")
    assert refused.status_code == 422


def change(client: Client, current: str, new: str, again: str) -> Any:
    return do(
        client,
        "password",
        "passwordinput",
        current_password=current,
        password=new,
        password_confirmation=again,
    )


def test_password_keeps_this_browser_and_ends_the_others() -> None:
    user = staff()
    here, there = browser(user), browser(user)
    assert change(here, PASSWORD, NEW, NEW).status_code == 302
    assert User.objects.get(pk=user.pk).check_password(NEW)
    assert (is_in(here), is_in(there)) == (True, False)


@pytest.mark.parametrize(
    ("current", "new", "again", "box"),
    [
        ("wrong", NEW, NEW, "current_password"),
        (PASSWORD, NEW, "other 2", "password"),
        (PASSWORD, "short", "short", "password"),
        (PASSWORD, "onlyletters", "onlyletters", "password"),
    ],
)
def test_password_refused(current: str, new: str, again: str, box: str) -> None:
    user = staff()
    answer = change(browser(user), current, new, again)
    assert answer.status_code == 422
    assert box in answer.context["password_form"].errors
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_second_factor_on_and_off() -> None:
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False) as clock:
        user = staff()
        here, there = browser(user), browser(user)
        do(here, "two_factor_start")
        page = here.get(ACCOUNT)
        secret = page.context["secret"]
        assert len(secret) == 32
        assert "<svg" in page.content.decode()
        wrong = proof(here, "two_factor_on", "000000")
        assert wrong.status_code == 422
        code = pyotp.TOTP(secret).now()
        assert proof(here, "two_factor_on", code, "wrong").status_code == 422
        assert not User.objects.get(pk=user.pk).has_two_factor
        assert proof(here, "two_factor_on", code).status_code == 302
        assert User.objects.get(pk=user.pk).tfa_secret == secret
        assert (is_in(here), is_in(there)) == (True, False)
        assert secret not in here.get(ACCOUNT).content.decode()
        assert proof(here, "two_factor_off", code).status_code == 422
        clock.shift(90)
        code = pyotp.TOTP(secret).now()
        assert proof(here, "two_factor_off", code).status_code == 302
        assert not User.objects.get(pk=user.pk).has_two_factor
        audits = Audit.objects.filter(auditable_id=user.pk, event="updated").order_by("pk")
        assert [each.new_values for each in audits] == [{"tfa_secret": "[hidden]"}] * 2


def proof(client: Client, deed: str, code: str, password: str = PASSWORD) -> Any:
    return do(client, deed, "proofinput", current_password=password, code=code)


def test_own_devices_are_signed_out_one_by_one_or_all() -> None:
    user, other = staff(), staff()
    here, there, third, theirs = browser(user), browser(user), browser(user), browser(other)
    rows = list(UserSession.objects.filter(user=user).order_by("pk"))
    do(here, "end_session", id=str(rows[1].pk))
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)
    do(here, "end_session", id=str(UserSession.objects.get(user=other).pk))
    assert is_in(theirs)
    do(here, "end_others")
    assert (is_in(here), is_in(third), is_in(theirs)) == (True, False, True)


def test_known_addresses_are_forgotten() -> None:
    user, other = staff(), staff()
    client = browser(user)
    browser(other)
    mine = UserAuthenticationLog.objects.get(user=user)
    theirs = UserAuthenticationLog.objects.get(user=other)
    for row in (mine, theirs):
        do(client, "forget", id=str(row.pk))
    assert list(UserAuthenticationLog.objects.all()) == [theirs]


def test_unknown_deed() -> None:
    assert do(browser(staff()), "become_admin").status_code == 404
