"""Mails reach a real server on loopback, and the log says what became of each."""

import time
from collections import Counter
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from accounts.actions import mails
from accounts.actions.mails import Extras, queue_mail, resend_mail, send_mail
from accounts.envelopes.models import Envelope
from accounts.models import EmailLog
from accounts.tests.factories import EmailLogFactory
from paymenter import options
from paymenter.errors import Refused
from paymenter.jobs.execution import Outcome
from paymenter.laravel.crypt import encrypter
from paymenter.mail import attachments, servers
from paymenter.mail.messages import Attachment
from paymenter.models import FailedJob, Setting
from paymenter.tests.api import store_key
from paymenter.tests.calls import attributes, call
from paymenter.tests.jobs import work_off
from paymenter.tests.smtp_servers import only, raw_server, script, smtp_server

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

HTML = (
    "<html><head><style>p { color: red }</style></head><body><h1>Grüße</h1>"
    '<p>Pay <a href="https://shop.example/invoices/1">here</a> &amp; now</p></body></html>'
)
OK = ("220 hi", "250 hi", "250 ok", "250 ok", "354 go", "250 taken")


def settings_of_mail(port: int, **changes: Any) -> None:
    given = {
        "mail_host": "127.0.0.1",
        "mail_port": str(port),
        "mail_encryption": "none",
        "mail_from_address": "shop@example.com",
        "mail_from_name": "Shöp",
        "mail_disable": "0",
        "app_url": "https://shop.example",
    } | changes
    for key, value in given.items():
        Setting.objects.update_or_create(
            key=key, settingable_type=None, defaults={"value": value, "type": "string"}
        )
    options.forget()


@pytest.fixture(autouse=True)
def no_kept_connection():
    yield
    servers.close()
    options.forget()


@pytest.fixture
def server():
    with smtp_server() as (handler, port):
        settings_of_mail(port)
        yield handler


def queued(**given: Any) -> EmailLog:
    values = {"user_id": None, "to": "ann@example.com", "subject": "Hi &amp; bye", "html": HTML}
    return queue_mail(**(values | given))


def state(log: EmailLog) -> tuple[str, str | None]:
    log.refresh_from_db()
    return log.status, log.error


def due_again() -> None:
    """As if the delay before the next attempt were over."""
    DBTaskResult.objects.update(run_after="2026-01-01T00:00:00Z")


def test_mail_arrives_as_a_client_wants_it(server):
    log = queued()
    assert work_off() == Counter({Outcome.DONE: 1})
    [mail] = server.mails
    assert str(mail["Subject"]) == "Hi & bye"
    assert (str(mail["To"]), str(mail["From"])) == ("ann@example.com", "Shöp <shop@example.com>")
    assert str(mail["Auto-Submitted"]) == "auto-generated"
    assert str(mail["Content-Language"]) == "en"
    assert mail["Date"] is not None
    html = mail.get_body(("html",)).get_content()
    assert '<p style="color: red;">' in html
    text = mail.get_body(("plain",)).get_content()
    assert (
        "\n".join(text.splitlines()) + "\n"
        == "Grüße\n\nPay here (https://shop.example/invoices/1) & now\n"
    )
    assert server.envelopes[0].rcpt_tos == ["ann@example.com"]
    assert state(log) == ("sent", None)
    assert log.sent_at is not None
    assert log.body == HTML
    assert server.greetings == [servers.own_host()]


def test_copies_and_attachments(server, monkeypatch):
    monkeypatch.setitem(
        attachments._producers, "note", lambda key: Attachment(f"{key}.txt", b"hi", "text/plain")
    )
    extras = Extras(["boss@example.com"], ["audit@example.com"], [["note", 7]], {"Bcc": "x@y.z"})
    queued(extras=extras)
    work_off()
    [mail] = server.mails
    assert str(mail["Cc"]) == "boss@example.com"
    assert mail["Bcc"] is None
    assert [part.get_filename() for part in mail.iter_attachments()] == ["7.txt"]
    assert server.envelopes[0].rcpt_tos == [
        *("ann@example.com", "boss@example.com", "audit@example.com")
    ]


def test_attachment_that_fails_does_not_hold_the_mail_back(server):
    log = queued(extras=Extras(attachments=[["nothing", 7]]))
    work_off()
    assert len(server.mails) == 1
    assert state(log) == ("sent", "sent without nothing 7: KeyError: 'nothing'")


def test_copy_that_is_refused_is_noted(server):
    server.answers["boss@example.com"] = ["550 who?"]
    log = queued(extras=Extras(cc=["boss@example.com"]))
    work_off()
    assert server.envelopes[0].rcpt_tos == ["ann@example.com"]
    assert state(log) == ("sent", "boss@example.com: refused: 550 who?")


def test_sent_mail_is_not_sent_again(server):
    log = queued()
    work_off()
    send_mail.call(email_log_id=log.pk, until=0)
    assert len(server.mails) == 1


def test_one_connection_carries_many_mails(server):
    for _ in range(5):
        queued()
    work_off()
    assert len(server.mails) == 5
    assert len(server.greetings) == 1
    assert len({str(mail["Message-ID"]) for mail in server.mails}) == 5


def test_server_that_wants_a_password():
    with smtp_server(**only("ann", "s3cret")) as (handler, port):
        settings_of_mail(port, mail_username="ann")
        Setting.objects.create(
            key="mail_password",
            value=encrypter().encrypt_string("s3cret"),
            type="string",
            encrypted=True,
        )
        options.forget()
        log = queued()
        work_off()
        assert state(log) == ("sent", None)
        assert len(handler.mails) == 1


# What goes wrong


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ({"ann@example.com": ["550 no such user"]}, "550 no such user"),
        ({"DATA": ["554 spam"]}, "554 spam"),
    ],
)
def test_refusal_for_good_fails_at_once(server, answers, text):
    server.answers = answers
    log = queued()
    assert work_off() == Counter({Outcome.PARKED: 1})
    status, error = state(log)
    assert status == "failed"
    assert text in (error or "")
    assert log.job_uuid == FailedJob.objects.get().uuid
    assert not server.mails


@pytest.mark.parametrize(
    "answers",
    [{"ann@example.com": ["451 greylisted"]}, {"DATA": ["452 full"]}, {"MAIL": ["550 not you"]}],
)
def test_refusal_for_now_is_tried_again(server, answers):
    server.answers = answers
    log = queued()
    assert work_off() == Counter({Outcome.POSTPONED: 1})
    status, error = state(log)
    assert status == "pending"
    assert error
    due_again()
    assert work_off() == Counter({Outcome.DONE: 1})
    assert state(log) == ("sent", None)
    assert len(server.mails) == 1


def test_main_recipient_refused_for_now_sends_no_copies(server):
    server.answers["ann@example.com"] = ["450 later"]
    queued(extras=Extras(cc=["boss@example.com"]))
    work_off()
    assert not server.mails


@pytest.mark.parametrize(
    ("conversation", "text"),
    [
        (script(None), "closed"),
        (script("554 go away"), "554"),
        (script("220 hi", "250 hi", "250 ok", "250 ok", "354 go", None), "closed"),
        (script("220 hi", "250 hi", None), "closed"),
        (script("220 hi", "250 hi", "250 ok", "..."), "in time"),
        (script("..."), "in time"),
        (script("nonsense"), ""),
    ],
    ids=["closes", "refuses", "dies in the mail", "dies", "hangs", "says nothing", "nonsense"],
)
def test_server_that_goes_wrong_is_tried_again(conversation, text, monkeypatch):
    monkeypatch.setattr(servers, "ANSWER", 0.3)
    monkeypatch.setattr(servers, "CONNECT", 0.3)
    with raw_server(conversation) as port:
        settings_of_mail(port)
        log = queued()
        began = time.monotonic()
        assert work_off() == Counter({Outcome.POSTPONED: 1})
        assert time.monotonic() - began < 5
    status, error = state(log)
    assert status == "pending"
    assert text in (error or "")


def test_nobody_listens():
    settings_of_mail(1)
    log = queued()
    assert work_off() == Counter({Outcome.POSTPONED: 1})
    status, error = state(log)
    assert (status, (error or "").partition(":")[0]) == ("pending", "Nothing listens there")


def test_message_id_stays_from_attempt_to_attempt(server):
    server.answers["DATA"] = ["451 later"]
    log = queued()
    work_off()
    due_again()
    work_off()
    [mail] = server.mails
    until = int(str(mail["Message-ID"]).split("-")[2].split("@")[0])
    assert str(mail["Message-ID"]) == f"<mail-{log.pk}-{until}@shop.example>"
    assert abs(until - time.time() - mails.TRIED_FOR.total_seconds()) < 60


def test_connection_that_the_server_ended_is_opened_anew():
    first = script(*OK, None)
    with raw_server(first, script(*OK)) as port:
        settings_of_mail(port)
        logs = [queued(), queued()]
        assert work_off() == Counter({Outcome.DONE: 2})
    assert [state(log) for log in logs] == [("sent", None)] * 2


def test_after_a_day_it_has_failed():
    settings_of_mail(1)
    log = queued()
    DBTaskResult.objects.all().delete()
    send_mail.enqueue(email_log_id=log.pk, until=int(time.time()) - 1)
    assert work_off() == Counter({Outcome.PARKED: 1})
    assert state(log)[0] == "failed"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"to": "ann@example.com\nBcc: eve@example.com"}, "is no e-mail address"),
        ({"to": "nobody"}, "is no e-mail address"),
        ({"to": ""}, "is no e-mail address"),
        ({"subject": "Hi\nBcc: eve@example.com"}, "newlines"),
        ({"subject": "Hi\r\n\r\nbody"}, "newlines"),
        ({"extras": Extras(cc=["a@b.c\r\nX: y"])}, "is no e-mail address"),
        ({"extras": Extras(headers={"Reply-To": "a@b.c\nBcc: eve@b.c"})}, "newlines"),
    ],
)
def test_line_breaks_reach_no_header(server, given, text):
    log = queued(**given)
    assert work_off() == Counter({Outcome.PARKED: 1})
    status, error = state(log)
    assert status == "failed"
    assert text in (error or "")
    assert not server.mails


def test_sender_with_a_line_break_is_a_matter_of_settings(server):
    settings_of_mail(servers.current().port, mail_from_name="Shop\nBcc: eve@example.com")
    log = queued()
    assert work_off() == Counter({Outcome.POSTPONED: 1})
    assert "mail_from_name" in (state(log)[1] or "")
    assert not server.mails


def test_long_subject_is_cut(server):
    log = queued(subject="x" * 300)
    work_off()
    assert log.subject == "x" * 254 + "…"


def test_without_a_host_the_log_takes_it(caplog, settings):
    settings.MAIL = settings.MAIL | {"mailer": "log", "from_address": "shop@example.com"}
    html = '<a href="https://shop.example/password/reset/s3cret">Reset</a>'
    log = queued(html=html)
    with caplog.at_level("INFO"):
        work_off()
    assert state(log) == ("sent", None)
    assert "Mail to ann@example.com" in caplog.text
    assert "s3cret" not in caplog.text


def test_mailer_that_we_do_not_have(settings):
    settings.MAIL = settings.MAIL | {"mailer": "ses", "from_address": "shop@example.com"}
    log = queued()
    work_off()
    assert state(log) == (
        "pending",
        "MAIL_MAILER=ses is not available here: set it to smtp, or set mail_host.",
    )


# Sending again


def test_resend(server, client):
    store_key("admin.email_logs.resend", "admin.email_logs.view")
    log = queued(extras=Extras(cc=["boss@example.com"]))
    work_off()
    found = attributes(call(client, "POST", f"email-logs/{log.pk}/resend", {}))
    assert (found["status"], found["sent_at"], found["error"]) == ("pending", None, None)
    work_off()
    assert len(server.mails) == 2
    assert [mail["Cc"] for mail in server.mails] == ["boss@example.com"] * 2
    assert state(log)[0] == "sent"


def test_resend_of_a_failed_mail_takes_its_parked_job_away(server):
    server.answers["ann@example.com"] = ["550 no"]
    log = queued()
    work_off()
    log.refresh_from_db()
    resend_mail(log)
    assert not FailedJob.objects.exists()
    work_off()
    assert state(log) == ("sent", None)


def test_mail_under_way_is_not_sent_twice(server):
    log = queued()
    with pytest.raises(Refused) as refused:
        resend_mail(log)
    assert refused.value.status == 409
    assert DBTaskResult.objects.count() == 1


def test_mail_that_was_never_written_is_not_sent():
    log = mails.note_unwritten(user_id=None, to="a@b.c", subject="S", error="Line 3")
    with pytest.raises(Refused):
        resend_mail(log)
    assert not DBTaskResult.objects.exists()


def test_resend_needs_its_permission(client):
    store_key("admin.email_logs.view")
    log = EmailLogFactory(status="sent")
    assert call(client, "POST", f"email-logs/{log.pk}/resend", {}).status_code == 403
    assert state(log)[0] == "sent"


# Test mails


def test_test_mail_by_command_and_api(server, client, capsys):
    call_command("sendtestmail", "ops@example.com")
    assert capsys.readouterr().out == "Sent to ops@example.com.\n"
    store_key("admin.settings.update")
    answer = call(client, "POST", "settings/test-mail", {"email": "ann@example.com"})
    assert (answer.status_code, answer.json()) == (200, {"sent_to": "ann@example.com"})
    assert [str(mail["To"]) for mail in server.mails] == ["ops@example.com", "ann@example.com"]
    assert not EmailLog.objects.exists()


@pytest.mark.parametrize(
    ("address", "text"),
    [(None, "system_email_address"), ("nobody", "nobody is no e-mail address.")],
)
def test_test_mail_needs_an_address(server, address, text):
    with pytest.raises(CommandError, match=text):
        call_command("sendtestmail", *([address] if address else []))


def test_test_mail_says_what_to_do(client):
    settings_of_mail(1)
    with pytest.raises(CommandError, match="check mail_host and mail_port"):
        call_command("sendtestmail", "ops@example.com")


def test_test_mail_with_a_wrong_password():
    with smtp_server(**only("ann", "s3cret")) as (_, port):
        settings_of_mail(port, mail_username="ann", mail_password="wrong")
        with pytest.raises(CommandError, match="check mail_username and mail_password"):
            call_command("sendtestmail", "ops@example.com")


def test_envelopes_go_with_their_logs():
    gone, kept = (queued(extras=Extras(cc=["boss@example.com"])) for _ in range(2))
    key = gone.pk
    gone.delete()
    assert mails.forget_envelopes() == 1
    assert list(Envelope.objects.values_list("pk", flat=True)) == [kept.pk]
    assert key != kept.pk
