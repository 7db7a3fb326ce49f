"""Mails to the operator of the installation (Paymenter: SystemMail)."""

from html import escape

from accounts.actions import mail_texts
from accounts.actions.mails import are_on, queue_mail
from accounts.models import EmailLog
from paymenter import options
from paymenter.errors import Refused
from paymenter.laravel import markdown
from paymenter.laravel.blade import render
from paymenter.laravel.emails import is_address
from paymenter.mail import sending, servers
from paymenter.mail.failures import MailError, explained
from paymenter.mail.messages import Letter

NO_ADDRESS = "There is nobody to send it to: give an address, or set system_email_address."
SUBJECT = "A test mail"
BODY = "Mail leaves this installation, and the settings are right."

_FRAME = "Hi,\n\n{}\n\n<small>This is an automated message sent from {}</small>"


def tell_operator(subject: str, body: str, *, to: str | None = None) -> EmailLog | None:
    """`body` is Markdown; foreign text in it goes through `quoted`. None where mail is off or
    nobody is to be told."""
    address = to or options.get("system_email_address")
    if not address or not are_on():
        return None
    return queue_mail(user_id=None, to=str(address), subject=subject, html=_html(body))


def quoted(text: str) -> str:
    """Any text, such as that of an error, for the body of a system mail."""
    return markdown.literal(escape(text))


def send_test_mail(to: str | None = None) -> str:
    """At once and without a trace in the log, also where `mail_disable` is on; to whom it went.

    Refused where it cannot be sent, with what to do about it.
    """
    address = str(to or options.get("system_email_address", ""))
    if not address:
        raise Refused.on("email", NO_ADDRESS)
    if not is_address(address):
        raise Refused.on("email", f"{address} is no e-mail address.")
    letter = Letter(to=address, subject=SUBJECT, html=_html(BODY), headers={})
    try:
        sending.send(letter)
    except MailError as error:
        raise Refused(explained(error)) from None
    finally:
        servers.close()
    return address


def _html(body: str) -> str:
    name = render("{{ config('app.name') }}", {}, escape=mail_texts.printed)
    return mail_texts.page(_FRAME.format(body, name))
