"""What invoices and credit notes have in common: who bills whom, in which currency, which logo.

What was frozen when an invoice was paid (its snapshot) wins over what client and settings say.
"""

import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from billing.actions.snapshots import shown_properties
from billing.documents.facts import CurrencyForm
from billing.models import Currency, Invoice, InvoiceSnapshot
from paymenter import options
from paymenter.db import zone

MOST_LOGO = 1024 * 1024  # bytes

log = logging.getLogger(__name__)


def client_name(invoice: Invoice, snapshot: InvoiceSnapshot | None) -> str:
    if snapshot and snapshot.name:
        return snapshot.name
    user = invoice.user
    return f"{user.first_name or ''} {user.last_name or ''}".strip()


def shown_details(invoice: Invoice, snapshot: InvoiceSnapshot | None) -> Mapping[str, str]:
    frozen = snapshot.properties if snapshot else None
    return frozen if isinstance(frozen, dict) and frozen else shown_properties(invoice)


def seller_lines(snapshot: InvoiceSnapshot | None) -> tuple[str, ...]:
    """`bill_to_text`; the company's name where the setting's row is missing, not where empty."""
    text = snapshot.bill_to if snapshot and snapshot.bill_to else None
    text = text or options.read().get("bill_to_text", options.get("company_name"))
    return filled(str(text or "").splitlines()) or (company(),)


def company() -> str:
    return str(options.get("company_name", settings.APP_NAME))


def filled(texts: Any) -> tuple[str, ...]:
    return tuple(str(text) for text in texts if str(text or "").strip())


def currency_form(currency: Currency | None, code: str) -> CurrencyForm:
    if currency is None:
        return CurrencyForm(code)
    return CurrencyForm(
        currency.code, currency.prefix or "", currency.suffix or "", currency.format
    )


def day_of(moment: Any) -> date:
    return zone.naive(moment).date()


def setting(key: str) -> str:
    return str(options.get(key, "")).strip()


def logo() -> bytes | None:
    """The file on Laravel's public disk; None where there is none that can be used."""
    name = setting("logo")
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
