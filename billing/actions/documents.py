"""Invoices as files: what the records say, handed to the template (Paymenter: PDF.generateInvoice).

Nothing is stored: a PDF is made whenever it is asked for. What was frozen when the invoice was paid
(its snapshot) wins over what client and settings say today.
"""

import logging
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import User
from billing.actions.balances import balance_of
from billing.actions.issued_taxes import tax_of
from billing.actions.shown import currency_of
from billing.actions.snapshots import shown_properties
from billing.actions.taxes import country_code
from billing.documents.content import DEFAULT_LANGUAGE, content, labels_of
from billing.documents.e_invoices import EInvoice, Party
from billing.documents.facts import CurrencyForm, InvoiceFacts, Line, Payment, Tax
from billing.documents.factur_x import factur_x
from billing.documents.pdf import Job, Unprintable, printed
from billing.documents.xmp import marked
from billing.models import Invoice, InvoiceSnapshot, InvoiceTransaction
from paymenter import options
from paymenter.db import zone
from paymenter.errors import Refused
from paymenter.rounding import rounded
from paymenter.seed.countries import COUNTRIES

MOST_LINES = 5_000  # two seconds and 400 MB
MOST_LOGO = 1024 * 1024  # bytes
VAT_ID_KEYS = ("vat_id", "vat_number", "vat", "tax_id")  # of properties that operators define

log = logging.getLogger(__name__)


def invoice_pdf(
    invoice: Invoice, *, language: str | None = None, e_invoice: bool | None = None
) -> bytes:
    """The invoice as a PDF, in the installation's language unless told.

    `e_invoice=True` makes it a Factur-X file or is Refused with what is missing; None does as the
    setting `invoice_factur_x` says and falls back to a plain PDF.
    """
    if invoice.items.count() > MOST_LINES:
        raise Refused(f"An invoice of more than {MOST_LINES} items cannot be printed.")
    language = language or str(options.get("app_language", DEFAULT_LANGUAGE))
    facts = facts_of(invoice)
    if e_invoice is None:
        return _as_set(invoice, facts, language)
    if e_invoice:
        return _hybrid(invoice, facts, language)
    return _printed(invoice, facts, language)


def pdf_name(invoice: Invoice) -> str:
    """A file name that is safe everywhere, also for numbers with slashes."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", invoice.number or str(invoice.pk)).strip("-.")
    return f"invoice-{name or invoice.pk}.pdf"


def obstacles_of(invoice: Invoice) -> list[str]:
    """Why the invoice cannot be an e-invoice, each with what to do."""
    return _e_invoice(invoice, facts_of(invoice), DEFAULT_LANGUAGE).obstacles()


def totals_of(invoice: Invoice) -> dict[str, Any]:
    """The amounts as they are printed, and what credit notes took back, as text."""
    facts, terms, balance = facts_of(invoice), tax_of(invoice), balance_of(invoice)
    tax = None
    if terms:
        told = {"name": terms.name, "rate": str(terms.rate), "country": terms.country}
        tax = {**told, "amount": str(rounded(facts.tax_amount))}
    return {
        "currency_code": invoice.currency_code,
        "subtotal": str(rounded(facts.total - facts.tax_amount)),
        "tax": tax,
        "total": str(rounded(facts.total)),
        "credited": str(rounded(balance.credited)),
        "paid": str(rounded(balance.paid)),
        "remaining": str(rounded(balance.open)),
    }


def facts_of(invoice: Invoice) -> InvoiceFacts:
    snapshot = invoice.snapshot
    return InvoiceFacts(
        id=invoice.pk,
        number=invoice.number,
        status=invoice.status,
        issued_on=_day(invoice.created_at),
        due_on=invoice.due_at,
        currency=_currency(invoice),
        client=(_client_name(invoice, snapshot), *_filled(_shown(invoice, snapshot).values())),
        seller=_seller_lines(snapshot),
        company=_company(),
        lines=tuple(
            Line(item.description or "", item.quantity, item.price)
            for item in invoice.items.order_by("pk")
        ),
        tax=_tax(invoice),
        payments=_payments(invoice),
    )


def _as_set(invoice: Invoice, facts: InvoiceFacts, language: str) -> bytes:
    if not options.flag("invoice_factur_x"):
        return _printed(invoice, facts, language)
    try:
        return _hybrid(invoice, facts, language)
    except Refused as refused:
        log.warning("Invoice %s is a plain PDF and no e-invoice: %s", invoice.pk, refused)
        return _printed(invoice, facts, language)


def _hybrid(invoice: Invoice, facts: InvoiceFacts, language: str) -> bytes:
    made = _e_invoice(invoice, facts, language)
    if obstacles := made.obstacles():
        raise Refused.on("format", *obstacles)
    category = made.category
    notes = (category.reason,) if category and category.reason else ()
    return marked(_printed(invoice, facts.noted(*notes), language, xml=factur_x(made)))


def _printed(
    invoice: Invoice, facts: InvoiceFacts, language: str, xml: bytes | None = None
) -> bytes:
    job = Job(content(facts, language), invoice.updated_at or invoice.created_at, _logo(), xml)
    try:
        return printed(job)
    except Unprintable as error:
        log.error("Invoice %s cannot be printed: %s", invoice.pk, error)
        raise Refused(f"The invoice cannot be printed: {error}.") from None


# -- who ------------------------------------------------------------------------------------------


def _client_name(invoice: Invoice, snapshot: InvoiceSnapshot | None) -> str:
    if snapshot and snapshot.name:
        return snapshot.name
    user = invoice.user
    return f"{user.first_name or ''} {user.last_name or ''}".strip()


def _shown(invoice: Invoice, snapshot: InvoiceSnapshot | None) -> Mapping[str, str]:
    frozen = snapshot.properties if snapshot else None
    return frozen if isinstance(frozen, dict) and frozen else shown_properties(invoice)


def _seller_lines(snapshot: InvoiceSnapshot | None) -> tuple[str, ...]:
    """`bill_to_text`; the company's name where the setting's row is missing, not where empty."""
    text = snapshot.bill_to if snapshot and snapshot.bill_to else None
    text = text or options.read().get("bill_to_text", options.get("company_name"))
    return _filled(str(text or "").splitlines()) or (_company(),)


def _company() -> str:
    return str(options.get("company_name", settings.APP_NAME))


def _filled(texts: Any) -> tuple[str, ...]:
    return tuple(str(text) for text in texts if str(text or "").strip())


# -- what and how much ----------------------------------------------------------------------------


def _currency(invoice: Invoice) -> CurrencyForm:
    currency = currency_of(invoice)
    if currency is None:
        return CurrencyForm(invoice.currency_code)
    return CurrencyForm(
        currency.code, currency.prefix or "", currency.suffix or "", currency.format
    )


def _tax(invoice: Invoice) -> Tax | None:
    terms = tax_of(invoice)
    return Tax(terms.name, terms.rate) if terms else None


def _payments(invoice: Invoice) -> tuple[Payment, ...]:
    rows = invoice.transactions.filter(status=InvoiceTransaction.Status.SUCCEEDED)
    return tuple(
        Payment(
            reference=row.transaction_id or "",
            on=_day(row.created_at),
            amount=row.amount,
            method=row.gateway.name if row.gateway else "",
            is_credit=bool(row.is_credit_transaction),
        )
        for row in rows.order_by("pk").prefetch_related("gateway")
    )


def _day(moment: Any) -> date:
    return zone.naive(moment).date()


# -- e-invoices -----------------------------------------------------------------------------------


def _e_invoice(invoice: Invoice, facts: InvoiceFacts, language: str) -> EInvoice:
    return EInvoice(
        facts,
        seller=_seller(),
        buyer=_buyer(invoice),
        exemption=_setting("invoice_exemption"),
        reverse_charge=labels_of(language)["reverse_charge"],
    )


def _seller() -> Party:
    return Party(
        name=_setting("seller_name") or _company(),
        address=_filled(_setting("seller_address").splitlines()),
        zip=_setting("seller_zip"),
        city=_setting("seller_city"),
        country=_setting("seller_country"),
        vat_id=_setting("seller_vat_id"),
        tax_number=_setting("seller_tax_number"),
        email=_setting("seller_email"),
        iban=_setting("seller_iban"),
    )


def _buyer(invoice: Invoice) -> Party:
    """What the snapshot holds, and the client's own properties where it holds nothing."""
    snapshot = invoice.snapshot
    told = {**_properties(invoice.user), **_shown(invoice, snapshot)}
    country = country_code(told.get("country", ""))
    return Party(
        name=told.get("company_name") or _client_name(invoice, snapshot),
        address=_filled(told.get(key, "") for key in ("address", "address2")),
        zip=told.get("zip", ""),
        city=told.get("city", ""),
        country=country if country in COUNTRIES else "",
        vat_id=next((told[key] for key in VAT_ID_KEYS if told.get(key)), ""),
        email=invoice.user.email,
    )


def _properties(user: User) -> dict[str, str]:
    return dict(user.properties.all().order_by("pk").values_list("key", "value"))


def _setting(key: str) -> str:
    return str(options.get(key, "")).strip()


# -- the logo -------------------------------------------------------------------------------------


def _logo() -> bytes | None:
    """The file on Laravel's public disk; None where there is none that can be used."""
    name = _setting("logo")
    if not name:
        return None
    root = Path(settings.PUBLIC_FILES_DIR).resolve()
    path = (root / name.lstrip("/")).resolve()
    try:
        if path.is_relative_to(root) and path.stat().st_size <= MOST_LOGO:
            return path.read_bytes()
    except OSError as error:
        log.warning("The logo %s is left out of invoices: %s", path, error.strerror)
        return None
    log.warning("The logo %s is left out of invoices: too large, or no public file", path)
    return None
