"""The data of the template invoice.typ: texts only, in one language, ready to be set."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from billing.documents.facts import CreditNoteFacts, InvoiceFacts, Payment

DEFAULT_LANGUAGE = "en"
RIGHT_TO_LEFT = frozenset({"ar", "he"})

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")


@cache
def _labels() -> Mapping[str, Mapping[str, str]]:
    text = (files("billing.documents") / "labels.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = json.loads(text)
    return found


def languages() -> frozenset[str]:
    return frozenset(_labels())


def labels_of(language: str) -> Mapping[str, str]:
    return _labels().get(language) or _labels()[DEFAULT_LANGUAGE]


def content(facts: InvoiceFacts, language: str) -> dict[str, Any]:
    """Dates are written d/m/Y and rates with two decimals, as Paymenter prints them."""
    language = language if language in languages() else DEFAULT_LANGUAGE
    labels = labels_of(language)
    made = {
        **_page(language, labels, facts),
        "title": labels["invoice" if facts.number else "proforma"],
        "name": facts.name,
        "status": {"key": facts.status, "text": _status(facts.status, labels)},
        "details": list(_details(facts, labels)),
        "columns": [labels[name] for name in ("item", "quantity", "unit_price", "total")],
        "lines": list(_lines(facts)),
        "totals": list(_totals(facts, labels)),
        "payments": _payments(facts, labels),
        "notes": list(facts.notes),
    }
    clean: dict[str, Any] = _clean(made)
    return clean


def credit_note_content(facts: CreditNoteFacts, language: str) -> dict[str, Any]:
    """The same page with two columns and without payments."""
    language = language if language in languages() else DEFAULT_LANGUAGE
    labels = labels_of(language)
    corrects = f"{labels['corrects']} {facts.invoice}"
    made = {
        **_page(language, labels, facts),
        "title": labels["credit_note"],
        "name": facts.number,
        "status": None,
        "details": [
            [labels["credit_note_number"], facts.number],
            [labels["credit_note_date"], f"{facts.issued_on:%d/%m/%Y}"],
            [labels["corrects"], facts.invoice],
        ],
        "columns": [labels["item"], labels["amount"]],
        "lines": [[what or corrects, facts.currency.written(part)] for what, part in facts.lines],
        "totals": list(_credited(facts, labels)),
        "payments": {"title": "", "columns": [], "rows": []},
        "notes": [f"{labels['reason']}: {facts.reason}"] if facts.reason else [],
    }
    clean: dict[str, Any] = _clean(made)
    return clean


def _page(
    language: str, labels: Mapping[str, str], facts: InvoiceFacts | CreditNoteFacts
) -> dict[str, Any]:
    return {
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "company": facts.company,
        "client": {"label": labels["issued_to"], "lines": list(facts.client)},
        "seller": {"label": labels["issued_by"], "lines": list(facts.seller)},
        "page": labels["page"],
    }


def _credited(facts: CreditNoteFacts, labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    written = facts.currency.written
    if facts.tax and facts.tax_amount > 0:
        yield _row(labels["subtotal"], written(facts.total - facts.tax_amount))
        yield _row(f"{facts.tax.name} ({facts.tax.rate:.2f}%)", written(facts.tax_amount))
    yield _row(labels["total"], written(facts.total), strong=True)


def _status(status: str, labels: Mapping[str, str]) -> str:
    return labels.get("paid_status" if status == "paid" else status, status.capitalize())


def _details(facts: InvoiceFacts, labels: Mapping[str, str]) -> Iterator[list[str]]:
    if facts.number:
        yield [labels["number"], facts.number]
    yield [labels["date"], f"{facts.issued_on:%d/%m/%Y}"]
    if facts.due_on:
        yield [labels["due"], f"{facts.due_on:%d/%m/%Y}"]


def _lines(facts: InvoiceFacts) -> Iterator[list[str]]:
    written = facts.currency.written
    for line in facts.lines:
        yield [line.description, str(line.quantity), written(line.price), written(line.total)]


def _totals(facts: InvoiceFacts, labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    written = facts.currency.written
    total, tax = facts.total, facts.tax
    if tax and facts.tax_amount > 0:
        yield _row(labels["subtotal"], written(total - facts.tax_amount))
        yield _row(f"{tax.name} ({tax.rate:.2f}%)", written(facts.tax_amount))
    yield _row(labels["total"], written(total), strong=True)
    if not facts.payments:
        return
    yield _row(labels["paid"], written(facts.paid))
    remaining = total - facts.paid
    if remaining < 0:
        yield _row(labels["overpaid"], written(-remaining), strong=True)
    elif remaining > 0 and facts.status == "pending":
        yield _row(labels["remaining"], written(remaining), strong=True)


def _row(label: str, value: str, *, strong: bool = False) -> dict[str, Any]:
    return {"label": label, "value": value, "strong": strong}


def _payments(facts: InvoiceFacts, labels: Mapping[str, str]) -> dict[str, Any]:
    names = ("transaction", "payment_date", "amount", "method")
    rows = [_payment(payment, facts, labels) for payment in facts.payments]
    return {"title": labels["payments"], "columns": [labels[n] for n in names], "rows": rows}


def _payment(payment: Payment, facts: InvoiceFacts, labels: Mapping[str, str]) -> list[str]:
    method = labels["credit"] if payment.is_credit else payment.method
    amount = facts.currency.written(payment.amount)
    return [payment.reference, f"{payment.on:%d/%m/%Y}", amount, method]


def _clean(value: Any) -> Any:
    """Without characters that no font shows and XML forbids."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value


def printable(text: str) -> str:
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n"))
