"""From what happened to the mail: templates, copies, verification, and what goes wrong."""

from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from accounts.actions.notices import reset_password
from accounts.actions.notifications import notify
from accounts.actions.system_mails import quoted, tell_operator
from accounts.actions.users import create_user, update_user
from accounts.envelopes.models import Envelope
from accounts.models import EmailLog, Notification, NotificationTemplate
from accounts.tests.factories import UserFactory
from paymenter import options
from paymenter.actor import SYSTEM
from paymenter.db.fields import now
from paymenter.models import Setting
from paymenter.seed.templates import TEMPLATES

pytestmark = pytest.mark.django_db


def setting(key: str, value: str) -> None:
    Setting.objects.update_or_create(key=key, settingable_type=None, defaults={"value": value})
    options.forget()


@pytest.fixture(autouse=True)
def mail_is_on():
    setting("mail_disable", "0")
    setting("app_url", "https://shop.example")
    yield
    options.forget()


def template(**given):
    values = {"key": "news", "subject": "News", "body": "Hi", "in_app_title": "T"}
    return NotificationTemplate.objects.create(**(values | given))


@pytest.mark.parametrize("broken", [{"body": "{{ $missing }}"}, {"subject": "@php x @endphp"}])
def test_template_that_goes_wrong_is_in_the_log(broken):
    template(**broken)
    assert isinstance(notify(UserFactory(), "news", data={}), Notification)
    log = EmailLog.objects.get()
    assert (log.status, log.body) == ("failed", "")
    assert "ine 1" in (log.error or "") or "is not available" in (log.error or "")
    assert not DBTaskResult.objects.exists()


def test_body_of_ten_megabytes_is_refused():
    template(body="{{ $big }}")
    notify(UserFactory(), "news", data={"big": "x" * 10_000_000})
    assert EmailLog.objects.get().status == "failed"


def test_header_beyond_the_subset_is_replaced_by_ours():
    setting("mail_header", "@php evil() @endphp")
    setting("mail_footer", "THE FOOT")
    template()
    notify(UserFactory(), "news", data={})
    body = EmailLog.objects.get().body
    assert body.startswith("<!DOCTYPE html>")
    assert body.endswith("<p>Hi</p>\n\nTHE FOOT\n")


def test_copies_as_the_template_has_them():
    template(cc=["cc@example.com"], bcc=["bcc@example.com"])
    notify(UserFactory(), "news", data={})
    envelope = Envelope.objects.get()
    assert envelope.email_log_id == EmailLog.objects.get().pk
    assert (envelope.cc, envelope.bcc) == (["cc@example.com"], ["bcc@example.com"])


def test_links_that_open_accounts_go_to_nobody_else():
    template(key="password_reset", body="{{ $url }}", cc=["cc@example.com"], bcc=["b@example.com"])
    reset_password(UserFactory(), url="https://shop.example/password/reset/T?email=a%40b.c")
    assert "https://shop.example/password/reset/T?email=a%40b.c" in EmailLog.objects.get().body
    assert not Envelope.objects.exists()


def test_new_user_is_asked_to_verify_the_address():
    template(key="email_verification", body="{{ $url }}", in_app_enabled="never")
    user = create_user(actor=SYSTEM, email="eva@example.com", password="secret-1")
    assert EmailLog.objects.get().user_id == user.pk
    update_user(user, actor=SYSTEM, first_name="Eva")
    assert EmailLog.objects.count() == 1
    update_user(user, actor=SYSTEM, email="eve@example.com")
    assert [log.to for log in EmailLog.objects.order_by("pk")] == [
        "eva@example.com",
        "eve@example.com",
    ]


def test_verified_user_is_not_asked():
    template(key="email_verification", body="{{ $url }}")
    person: dict[str, Any] = {"email": "eva@example.com", "password": "secret-1"}
    create_user(actor=SYSTEM, email_verified_at=now(), **person)
    assert not EmailLog.objects.exists()


def test_operator_is_told_with_foreign_text_as_it_is():
    setting("system_email_address", "ops@example.com")
    tell_operator("It failed", "Error:\n\n" + quoted("<b>{{ 1+1 }}</b> **x** [y](z)"))
    log = EmailLog.objects.get()
    assert (log.to, log.user_id, log.status) == ("ops@example.com", None, "pending")
    assert "<p>&lt;b&gt;{{ 1+1 }}&lt;/b&gt; **x** [y](z)</p>" in log.body


@pytest.mark.parametrize(("key", "value"), [("mail_disable", "1"), ("system_email_address", "")])
def test_operator_who_cannot_be_told(key, value):
    setting("system_email_address", "ops@example.com")
    setting(key, value)
    assert tell_operator("S", "B") is None
    assert not EmailLog.objects.exists()


@pytest.mark.parametrize("seeded", TEMPLATES, ids=lambda seeded: seeded["key"])
def test_every_seeded_template_is_within_the_subset(seeded):
    from paymenter.laravel.blade import check

    for name in ("subject", "body", "in_app_title", "in_app_body", "in_app_url"):
        check(str(seeded[name] or ""))
