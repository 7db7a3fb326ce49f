"""A ticket as it is read: its messages one after the other, and a box for the answer."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from paymenter.console import access
from paymenter.laravel.markdown import to_html
from support.models import Ticket, TicketMessage

LATEST = 200


def conversation(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """What the template shows; empty for who may not read messages."""
    if not access.may(request, "ticket_messages", "view"):
        return {"may_read": False}
    rows = ticket.messages.order_by("-pk").select_related("user__role", "ticket_mail_log")
    found = list(rows.prefetch_related("attachments")[: LATEST + 1])
    may_answer = access.may(request, "ticket_messages", "create")
    return {
        "may_read": True,
        "messages": [_shown(request, ticket, each) for each in reversed(found[:LATEST])],
        "is_cut": len(found) > LATEST,
        "latest": LATEST,
        "answer": _address("support_ticket_answer_ticket", ticket.pk) if may_answer else "",
        "is_closed": ticket.status == Ticket.Status.CLOSED,
    }


def _shown(request: HttpRequest, ticket: Ticket, message: TicketMessage) -> dict[str, Any]:
    may_edit = access.may(request, "ticket_messages", "update")
    may_delete = access.may(request, "ticket_messages", "delete")
    return {
        "author": str(message.user),
        "is_owner": message.user_id == ticket.user_id,
        "at": message.created_at,
        "html": safe_html(message.message),
        "files": list(_files(message.attachments.all())),
        "mail": message.ticket_mail_log,
        "edit": _address("support_ticketmessage_change", message.pk) if may_edit else "",
        "delete": _address("support_ticketmessage_delete", message.pk) if may_delete else "",
    }


def _files(attachments: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The bytes come from the support desk."""
    for each in attachments:
        yield each.filename, f"{each.mime_type}, {filesizeformat(each.filesize)}"


def safe_html(text: str) -> SafeString:
    """Markdown without HTML of its own, and without links that do something."""
    return mark_safe(to_html(text, raw_html=False))  # noqa: S308


def _address(name: str, key: Any) -> str:
    return reverse(f"admin:{name}", args=[key])
