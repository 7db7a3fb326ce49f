"""Credit notes as files, on the page of invoices. Nothing is stored."""

import logging
import re

from billing.actions.letterheads import (
    client_name,
    company,
    currency_form,
    day_of,
    filled,
    logo,
    seller_lines,
    shown_details,
)
from billing.corrections.models import CreditNote
from billing.documents.content import DEFAULT_LANGUAGE, credit_note_content
from billing.documents.facts import CreditNoteFacts, Tax
from billing.documents.pdf import Job, Unprintable, printed
from billing.models import Currency, Invoice
from paymenter import options
from paymenter.errors import Refused

log = logging.getLogger(__name__)


def credit_note_pdf(note: CreditNote, *, language: str | None = None) -> bytes:
    """In the installation's language unless told. Who was billed and the tax are those that the
    note froze; the rest of the address is the invoice's, as long as there is one."""
    language = language or str(options.get("app_language", DEFAULT_LANGUAGE))
    content = credit_note_content(facts_of(note), language)
    try:
        return printed(Job(content, note.created_at, logo()))
    except Unprintable as error:
        log.error("Credit note %s cannot be printed: %s", note.pk, error)
        raise Refused(f"The credit note cannot be printed: {error}.") from None


def credit_note_pdf_name(note: CreditNote) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", note.number).strip("-.")
    return f"credit-note-{name or note.pk}.pdf"


def facts_of(note: CreditNote) -> CreditNoteFacts:
    invoice = Invoice.objects.filter(pk=note.invoice_id).first()
    snapshot = invoice.snapshot if invoice else None
    currency = Currency.objects.filter(pk=note.currency_code).first()
    return CreditNoteFacts(
        number=note.number,
        issued_on=day_of(note.created_at),
        invoice=note.invoice_number or f"#{note.invoice_id}",
        currency=currency_form(currency, note.currency_code),
        client=_client(note, invoice),
        seller=seller_lines(snapshot),
        company=company(),
        lines=tuple((item.description or "", item.amount) for item in note.items.order_by("pk")),
        total=note.amount,
        tax=Tax(note.tax_name, note.tax_rate) if note.tax_name and note.tax_rate else None,
        tax_amount=note.tax,
        reason=note.reason or "",
    )


def _client(note: CreditNote, invoice: Invoice | None) -> tuple[str, ...]:
    if invoice is None:
        return filled([note.name])
    snapshot = invoice.snapshot
    name = (note.name or "").strip() or client_name(invoice, snapshot)
    return (name, *filled(shown_details(invoice, snapshot).values()))
