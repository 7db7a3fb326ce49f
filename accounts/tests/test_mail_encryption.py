"""What `mail_encryption` means, towards servers on loopback with certificates of their own."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import EmailLog
from accounts.tests.test_mails import queued, settings_of_mail, state
from paymenter import options
from paymenter.mail import servers
from paymenter.tests.jobs import work_off
from paymenter.tests.smtp_servers import only, smtp_server
from paymenter.tests.web_servers import Names, certificate

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

HOST = "mail.example"
GONE_BY = -timedelta(days=1)


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    Names(monkeypatch).known = {HOST: [["127.0.0.1"]]}
    yield
    servers.close()
    options.forget()


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """As an operator adds a certificate of his own to those of the system."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    return certificate(tmp_path, HOST)[0]


def offering(encryption: str, context: ssl.SSLContext) -> dict[str, Any]:
    return {"ssl_context": context} if encryption == "ssl" else {"tls_context": context}


def sent_to(port: int, encryption: str, **more: str) -> EmailLog:
    settings_of_mail(port, mail_encryption=encryption, **{"mail_host": HOST, **more})
    log = queued()
    work_off()
    servers.close()
    return log


@pytest.mark.parametrize("encryption", ["tls", "ssl"])
def test_mail_goes_encrypted(encryption: str, trusted: ssl.SSLContext) -> None:
    with smtp_server(**offering(encryption, trusted)) as (handler, port):
        log = sent_to(port, encryption)
    assert (state(log), handler.encrypted) == (("sent", None), [True])


@pytest.mark.parametrize("encryption", ["tls", "ssl"])
def test_password_is_told_to_the_encrypted_server(encryption: str, trusted: ssl.SSLContext) -> None:
    login = {**only("shop", "pass"), "auth_require_tls": encryption == "tls"}
    with smtp_server(**offering(encryption, trusted), **login) as (handler, port):
        log = sent_to(port, encryption, mail_username="shop", mail_password="pass")
    assert (state(log), handler.encrypted) == (("sent", None), [True])


def test_tls_that_the_server_does_not_offer_sends_nothing() -> None:
    with smtp_server() as (handler, port):
        status, error = state(sent_to(port, "tls"))
    assert (status, handler.mails) == ("pending", [])
    assert "The server offers no encryption on this port" in (error or "")


def test_none_is_none_whatever_the_server_offers(trusted: ssl.SSLContext) -> None:
    with smtp_server(tls_context=trusted) as (handler, port):
        log = sent_to(port, "none")
    assert (state(log), handler.encrypted) == (("sent", None), [False])


@pytest.fixture(
    params=[
        (HOST, -GONE_BY, False, "self-signed certificate"),
        ("other.example", -GONE_BY, True, "Hostname mismatch"),
        (HOST, GONE_BY, True, "certificate has expired"),
    ],
    ids=["unknown", "another's", "expired"],
)
def wrong(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[ssl.SSLContext, str]:
    """A server with such a certificate, and what is said of it."""
    name, until, is_trusted, text = request.param
    context, _ = certificate(tmp_path, name, until=until)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    return context, text


@pytest.mark.parametrize("encryption", ["tls", "ssl"])
def test_wrong_certificate_gets_nothing(encryption: str, wrong: tuple[ssl.SSLContext, str]) -> None:
    context, text = wrong
    with smtp_server(**offering(encryption, context)) as (handler, port):
        more = {"mail_username": "shop", "mail_password": "pass"}
        status, error = state(sent_to(port, encryption, **more))
    assert (status, handler.mails) == ("pending", [])
    assert "The encrypted connection failed" in (error or "")
    assert text in (error or "")


def test_ssl_towards_a_server_that_speaks_plainly_first() -> None:
    with smtp_server() as (handler, port):
        status, error = state(sent_to(port, "ssl"))
    assert (status, handler.mails) == ("pending", [])
    assert "The encrypted connection failed" in (error or "")


def test_this_very_machine_may_do_without(tmp_path: Path) -> None:
    """Where it offers encryption, its certificate counts all the same."""
    with smtp_server() as (handler, port):
        log = sent_to(port, "tls", mail_host="127.0.0.1")
    assert (state(log), handler.encrypted) == (("sent", None), [False])
    context, _ = certificate(tmp_path, HOST)
    with smtp_server(tls_context=context) as (handler, port):
        status, error = state(sent_to(port, "tls", mail_host="127.0.0.1"))
    assert (status, handler.mails) == ("pending", [])
    assert "certificate" in (error or "")


@pytest.mark.parametrize(
    ("stored", "port", "meant"),
    [
        *(("tls", port, "tls") for port in (25, 587)),
        ("tls", 465, "ssl"),
        ("ssl", 587, "ssl"),
        ("none", 465, ""),
        ("", 587, ""),
        ("STARTTLS", 587, "tls"),
    ],
)
def test_settings_mean(stored: str, port: int, meant: str) -> None:
    settings_of_mail(port, mail_encryption=stored)
    assert servers.current().encryption == meant
