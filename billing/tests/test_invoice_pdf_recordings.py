"""Every fact that Paymenter's PDFs state is in ours; how they look is our own."""

import re
from typing import Any

import pytest

from billing.actions.documents import invoice_pdf
from billing.models import Invoice
from billing.tests.pdfs import text_of, words_of
from paymenter.tests.formats import recorded
from paymenter.tests.rows import load_case

# How Paymenter names things; only what is named is a fact
LABELS = {
    *("Status:", "Issued", "To", "BILL", "TO", "Proforma", "Invoice", "Date:", "No:"),
    *("ITEM", "QUANTITY", "UNIT", "PRICE", "TOTAL", "SUBTOTAL"),
    *("TRANSACTION", "ID", "PAYMENT", "DATE", "AMOUNT", "METHOD"),
    *("Ausgestellt", "auf", "RECHNUNG", "ZU", "BEZAHLEN", "AN", "Rechnungsdatum:"),
    *("Rechnungsnummer:", "ARTIKEL", "MENGE", "EINZELPREIS", "GESAMT"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", recorded("pdf.invoice", file="pdf.json"))
def test_it_states_what_the_recorded_one_states(case: dict[str, Any]) -> None:
    load_case(case)
    text = text_of(invoice_pdf(Invoice.objects.get(pk=case["operation"]["args"]["id"])))
    facts = words_of(case["outcome"]["return"]["text"]) - LABELS
    if case["settings"].get("app_language") == "de":
        assert {"Rechnungsnummer", "Offen"} <= words_of(text)
        facts -= {"Pending"}  # Paymenter has no German word for it
    assert facts - words_of(text) == set()
    assert len(facts) > 5


@pytest.mark.django_db
def test_it_states_no_amount_or_date_that_the_recorded_one_lacks() -> None:
    [case] = [c.values[0] for c in recorded("pdf.invoice", file="pdf.json") if c.id == "pdf-03"]
    load_case(case)
    ours = text_of(invoice_pdf(Invoice.objects.get(pk=1)))
    amounts = re.compile(r"\$[\d.,]+")
    theirs = case["outcome"]["return"]["text"]
    assert set(amounts.findall(ours)) == set(amounts.findall(theirs))
    dates = re.compile(r"\d{2}/\d{2}/\d{4}")
    assert set(dates.findall(ours)) - set(dates.findall(theirs)) == {"15/04/2026"}  # when it is due
