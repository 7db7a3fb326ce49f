"""Invoices as files: what the records say, handed to the template (Paymenter: PDF.generateInvoice).

Nothing is stored: a PDF is made whenever it is asked for. What was frozen when the invoice was paid
(its snapshot) wins over what client and settings say today.
"""

import logging
import re
from decimal import Decimal
from typing import Any

from accounts.models import User
from billing.actions.balances import balance_of
from billing.actions.issued_taxes import tax_of
from billing.actions.letterheads import (
    client_name,
    company,
    currency_form,
    day_of,
    filled,
    logo,
    seller_lines,
    setting,
    shown_details,
)
from billing.actions.shown import currency_of
from billing.actions.taxes import country_code
from billing.documents.content import DEFAULT_LANGUAGE, content, labels_of
from billing.documents.e_invoices import EInvoice, Party
from billing.documents.facts import InvoiceFacts, Line, Payment, Tax
from billing.documents.factur_x import factur_x
from billing.documents.pdf import Job, Unprintable, printed
from billing.documents.xmp import marked
from billing.models import Invoice, InvoiceTransaction
from billing.rules.balances import Balance
from paymenter import options
from paymenter.errors import Refused
from paymenter.rounding import rounded
from paymenter.seed.countries import COUNTRIES

MOST_LINES = 5_000  # two seconds and 400 MB
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


def totals_of(invoice: Invoice, balance: Balance | None = None) -> dict[str, Any]:
    """The amounts as they are printed, and what credit notes took back, as text."""
    terms, balance = tax_of(invoice), balance or balance_of(invoice)
    taxed = Tax(terms.name, terms.rate).within(balance.lines) if terms else Decimal()
    tax = None
    if terms:
        told = {"name": terms.name, "rate": str(terms.rate), "country": terms.country}
        tax = {**told, "amount": str(rounded(taxed))}
    return {
        "currency_code": invoice.currency_code,
        "subtotal": str(rounded(balance.lines - taxed)),
        "tax": tax,
        "total": str(rounded(balance.lines)),
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
        issued_on=day_of(invoice.created_at),
        due_on=invoice.due_at,
        currency=currency_form(currency_of(invoice), invoice.currency_code),
        client=(client_name(invoice, snapshot), *filled(shown_details(invoice, snapshot).values())),
        seller=seller_lines(snapshot),
        company=company(),
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
    job = Job(content(facts, language), invoice.updated_at or invoice.created_at, logo(), xml)
    try:
        return printed(job)
    except Unprintable as error:
        log.error("Invoice %s cannot be printed: %s", invoice.pk, error)
        raise Refused(f"The invoice cannot be printed: {error}.") from None


# -- what and how much ----------------------------------------------------------------------------


def _tax(invoice: Invoice) -> Tax | None:
    terms = tax_of(invoice)
    return Tax(terms.name, terms.rate) if terms else None


def _payments(invoice: Invoice) -> tuple[Payment, ...]:
    rows = invoice.transactions.filter(status=InvoiceTransaction.Status.SUCCEEDED)
    return tuple(
        Payment(
            reference=row.transaction_id or "",
            on=day_of(row.created_at),
            amount=row.amount,
            method=row.gateway.name if row.gateway else "",
            is_credit=bool(row.is_credit_transaction),
        )
        for row in rows.order_by("pk").prefetch_related("gateway")
    )


# -- e-invoices -----------------------------------------------------------------------------------


def _e_invoice(invoice: Invoice, facts: InvoiceFacts, language: str) -> EInvoice:
    return EInvoice(
        facts,
        seller=_seller(),
        buyer=_buyer(invoice),
        exemption=setting("invoice_exemption"),
        reverse_charge=labels_of(language)["reverse_charge"],
    )


def _seller() -> Party:
    return Party(
        name=setting("seller_name") or company(),
        address=filled(setting("seller_address").splitlines()),
        zip=setting("seller_zip"),
        city=setting("seller_city"),
        country=setting("seller_country"),
        vat_id=setting("seller_vat_id"),
        tax_number=setting("seller_tax_number"),
        email=setting("seller_email"),
        iban=setting("seller_iban"),
    )


def _buyer(invoice: Invoice) -> Party:
    """What the snapshot holds, and the client's own properties where it holds nothing."""
    snapshot = invoice.snapshot
    told = {**_properties(invoice.user), **shown_details(invoice, snapshot)}
    country = country_code(told.get("country", ""))
    return Party(
        name=told.get("company_name") or client_name(invoice, snapshot),
        address=filled(told.get(key, "") for key in ("address", "address2")),
        zip=told.get("zip", ""),
        city=told.get("city", ""),
        country=country if country in COUNTRIES else "",
        vat_id=next((told[key] for key in VAT_ID_KEYS if told.get(key)), ""),
        email=invoice.user.email,
    )


def _properties(user: User) -> dict[str, str]:
    return dict(user.properties.all().order_by("pk").values_list("key", "value"))
