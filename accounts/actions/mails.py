"""Mails from the row in email_logs to the server's answer.

The row is written first, with all that is sent, and the job belongs to the same transaction. The
worker sends what the row holds: Paymenter renders again, so that its log may tell of another mail.
A mail whose row says `sent` is not sent again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef

from accounts.envelopes.models import Envelope
from accounts.models import EmailLog
from paymenter import options
from paymenter.db import fields
from paymenter.errors import Refused
from paymenter.jobs import GiveUp, job
from paymenter.logs import request_id
from paymenter.mail import attachments, sending
from paymenter.mail.failures import MailError, Permanent, explained
from paymenter.mail.messages import Letter
from paymenter.models import FailedJob

TRIED_FOR = timedelta(days=1)
DELAYS = (30, 60, 120, 300, 600, 1800, *[3600] * 24)
UNDER_WAY = "This mail is still waiting to be sent."
MAX_STRING = 255

_Status = EmailLog.Status
_READ = (
    "SELECT status, {to}, subject, body, cc, bcc, attachments, headers FROM email_logs"
    " LEFT JOIN mail_envelopes ON email_log_id = id WHERE id = %s"
)
_SENT = "UPDATE email_logs SET status = %s, error = %s, sent_at = %s, updated_at = %s WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Extras:
    """`attachments` are names of producers with what they make it of: ("invoice", 3)."""

    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    attachments: Sequence[Sequence[object]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


NOTHING_ELSE = Extras()


def are_on() -> bool:
    return not options.flag("mail_disable", True)


@transaction.atomic
def queue_mail(
    *, user_id: int | None, to: str, subject: str, html: str, extras: Extras = NOTHING_ELSE
) -> EmailLog:
    """`subject` and `html` are what is sent; a subject that is too long for its column is cut."""
    log = EmailLog.objects.create(user_id=user_id, to=to, subject=_cut(subject), body=html)
    if extras != NOTHING_ELSE:
        Envelope.objects.create(email_log_id=log.pk, **asdict(extras))
    _enqueue(log.pk)
    return log


def note_unwritten(*, user_id: int | None, to: str, subject: str, error: str) -> EmailLog:
    """A mail that could not be written, for staff to see."""
    return EmailLog.objects.create(
        user_id=user_id, to=to, subject=_cut(subject), body="", status=_Status.FAILED, error=error
    )


@transaction.atomic
def resend_mail(log: EmailLog) -> EmailLog:
    """Sends it again as it is in the log. Refused while it waits to be sent."""
    rows = EmailLog.objects.filter(pk=log.pk)
    waiting = rows.filter(status=_Status.PENDING, created_at__gt=fields.now() - 2 * TRIED_FOR)
    if waiting.exists():
        raise Refused(UNDER_WAY, status=409)
    if not log.body:
        raise Refused("This mail could not be written: there is nothing to send.")
    if not rows.filter(status=log.status).update(status=_Status.PENDING, error=None, sent_at=None):
        raise Refused(UNDER_WAY, status=409)
    if log.job_uuid:
        FailedJob.objects.filter(uuid=log.job_uuid).delete()
    _enqueue(log.pk)
    log.refresh_from_db()
    return log


@job(delays=DELAYS, deadline=180)
def send_mail(email_log_id: int, until: int) -> None:
    """`until`, in seconds since 1970, ends the attempts; it also tells sendings of one mail apart,
    so that all attempts of one sending carry the same Message-ID."""
    stored = _stored(email_log_id)
    if stored is None or stored.status == _Status.SENT:
        return
    try:
        letter, notes = _letter(email_log_id, stored, until)
        refused = sending.send(letter)
    except MailError as error:
        _note(email_log_id, error, last=isinstance(error, Permanent) or _is_over(until))
        raise
    _mark_sent(email_log_id, [*notes, *(f"{copy}: {why}" for copy, why in refused.items())])


class _Stored(NamedTuple):
    status: str
    to: str
    subject: str
    body: str
    extras: Extras


def _stored(key: int) -> _Stored | None:
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(to=connection.ops.quote_name("to")), [key])
        row = cursor.fetchone()
    if row is None:
        return None
    status, to, subject, body, *more = row
    extras = NOTHING_ELSE if more[0] is None else Extras(*map(json.loads, more))
    return _Stored(status, to, subject, body, extras)


def _letter(key: int, stored: _Stored, until: int) -> tuple[Letter, list[str]]:
    extras = stored.extras
    made, errors = attachments.make(extras.attachments)
    letter = Letter(
        to=stored.to,
        subject=stored.subject,
        html=stored.body,
        headers={"Message-ID": _message_id(key, until), **extras.headers},
        cc=extras.cc,
        bcc=extras.bcc,
        attachments=made,
    )
    return letter, errors


def _message_id(key: int, until: int) -> str:
    return f"<mail-{key}-{until}@{mail_host()}>"


def mail_host() -> str:
    """Stands behind the @ of Message-IDs (Paymenter: the host of the setting app_url)."""
    address = str(options.get("app_url", settings.APP_URL))
    return urlsplit(address).hostname or "localhost"


def _mark_sent(key: int, notes: Sequence[str]) -> None:
    """One statement, ready made: a worker killed between the server's answer and this one leaves a
    mail that is sent twice."""
    stamp = _stamp(fields.now())
    values = [_Status.SENT.value, "\n".join(notes) or None, stamp, stamp, key]
    try:
        _execute(values)
    except OperationalError:  # a connection that died while the server was busy
        if connection.in_atomic_block:
            raise
        connection.close()
        _execute(values)


def _execute(values: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SENT, values)


def _stamp(moment: datetime) -> Any:
    return EmailLog._meta.get_field("sent_at").get_db_prep_save(moment, connection)


def _note(key: int, error: MailError, *, last: bool) -> None:
    """Raises GiveUp when it was the last attempt."""
    changes: dict[str, Any] = {"error": explained(error), "updated_at": fields.now()}
    if last:
        changes |= {"status": _Status.FAILED, "job_uuid": request_id.get() or None}
    EmailLog.objects.filter(pk=key).exclude(status=_Status.SENT).update(**changes)
    if last:
        raise GiveUp(str(error)) from None


def _enqueue(key: int) -> None:
    until = int((fields.now() + TRIED_FOR).timestamp())
    send_mail.enqueue(email_log_id=key, until=until)


def forget_envelopes() -> int:
    """Of mails that the log no longer has; how many."""
    left = Exists(EmailLog.objects.filter(pk=OuterRef("email_log_id")))
    return Envelope.objects.filter(~left).delete()[0]


def _is_over(until: int) -> bool:
    return fields.now().timestamp() >= until


def _cut(text: str) -> str:
    return text if len(text) <= MAX_STRING else text[: MAX_STRING - 1] + "…"
