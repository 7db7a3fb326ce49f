from datetime import date
from decimal import Decimal

import pytest

from billing.documents.content import content, languages
from billing.documents.facts import CurrencyForm, Tax
from billing.tests.invoice_facts import DOLLAR, facts, line, payment, vat
from paymenter.seed.settings import LANGUAGES


def totals(**changes):
    rows = content(facts(**changes), "en")["totals"]
    return [(row["label"], row["value"]) for row in rows]


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        pytest.param({}, [("Total", "€121,00")], id="no tax"),
        pytest.param({"lines": ()}, [("Total", "€0,00")], id="no lines"),
        pytest.param(
            {"tax": vat()},
            [("Subtotal", "€100,00"), ("BTW (21.00%)", "€21,00"), ("Total", "€121,00")],
            id="tax",
        ),
        pytest.param(
            {"tax": Tax("VAT", Decimal("8.1")), "lines": (line(price="21.57"),)},
            [("Subtotal", "€19,95"), ("VAT (8.10%)", "€1,62"), ("Total", "€21,57")],
            id="tax of billing.md 1.4",
        ),
        pytest.param({"tax": vat("0")}, [("Total", "€121,00")], id="a rate of nothing"),
        pytest.param(
            {"tax": vat("0.01"), "lines": (line(price="0.10"),)},
            [("Total", "€0,10")],
            id="less than a cent of tax",
        ),
        pytest.param(
            {"payments": (payment("21"), payment("50"))},
            [("Total", "€121,00"), ("Paid", "€71,00"), ("Amount due", "€50,00")],
            id="paid in part",
        ),
        pytest.param(
            {"payments": (payment("121"),), "status": "paid"},
            [("Total", "€121,00"), ("Paid", "€121,00")],
            id="paid",
        ),
        pytest.param({"status": "paid"}, [("Total", "€121,00")], id="marked as paid"),
        pytest.param(
            {"payments": (payment("1"),), "status": "paid"},
            [("Total", "€121,00"), ("Paid", "€1,00")],
            id="marked as paid after a part",
        ),
        pytest.param(
            {"payments": (payment("130.5"),), "status": "paid"},
            [("Total", "€121,00"), ("Paid", "€130,50"), ("Overpaid", "€9,50")],
            id="paid too much",
        ),
        pytest.param(
            {"payments": (payment("1"),), "status": "cancelled"},
            [("Total", "€121,00"), ("Paid", "€1,00")],
            id="cancelled after a part",
        ),
        pytest.param(
            {"lines": (line(price="100"), line(price="-121.00")), "tax": vat()},
            [("Total", "€-21,00")],
            id="a credit has no tax to show, as Paymenter",
        ),
        pytest.param(
            {"currency": DOLLAR, "lines": (line(quantity=3, price="1234567.89"),)},
            [("Total", "$3,703,703.67")],
            id="another currency",
        ),
        pytest.param(
            {"currency": CurrencyForm("XTS")},
            [("Total", "121.00 XTS")],
            id="a currency that is gone",
        ),
    ],
)
def test_totals(changes, rows) -> None:
    assert totals(**changes) == rows


def test_all_that_is_shown() -> None:
    rows = (payment("1", reference="", is_credit=True), payment("2", method="Bank"))
    made = content(facts(payments=rows, lines=(line("A", 2, "1.5"),), number="I-1"), "nl")
    del made["totals"]
    assert made == {
        "language": "nl",
        "direction": "ltr",
        "title": "Factuur",
        "name": "I-1",
        "company": "Example Hosting",
        "status": {"key": "pending", "text": "Openstaand"},
        "details": [
            ["Factuurnummer", "I-1"],
            ["Factuurdatum", "05/03/2026"],
            ["Vervaldatum", "15/04/2026"],
        ],
        "client": {"label": "Factuur aan", "lines": ["Ann Archer", "ACME BV"]},
        "seller": {"label": "Factuur van", "lines": ["Example Hosting", "Ring 5"]},
        "columns": ["Omschrijving", "Aantal", "Prijs per stuk", "Totaal"],
        "lines": [["A", "2", "€1,50", "€3,00"]],
        "payments": {
            "title": "Betalingen",
            "columns": ["Transactie", "Betaaldatum", "Bedrag", "Betaalmethode"],
            "rows": [
                ["", "06/03/2026", "€1,00", "Tegoed"],
                ["ch_1", "06/03/2026", "€2,00", "Bank"],
            ],
        },
        "notes": [],
        "page": "Pagina {page} van {pages}",
    }


def test_proforma_has_neither_number_nor_perhaps_a_due_date() -> None:
    made = content(facts(number=None, due_on=None, issued_on=date(2026, 12, 1)), "en")
    assert (made["title"], made["name"]) == ("Proforma invoice", "#7")
    assert made["details"] == [["Invoice date", "01/12/2026"]]


def test_every_language_of_paymenter_says_everything() -> None:
    assert languages() == set(LANGUAGES.split())
    english = content(facts(), "en")
    for language in languages():
        made = content(facts(), language)
        assert made["language"] == language
        assert "{page}" in made["page"]
        assert "{pages}" in made["page"]
        assert made["direction"] == ("rtl" if language in ("ar", "he") else "ltr")
        assert all(made["columns"])
        assert made["lines"] == english["lines"]


def test_an_unknown_language_is_english() -> None:
    assert content(facts(), "tlh") == content(facts(), "en")


def test_characters_that_nothing_can_show_become_blanks() -> None:
    made = content(facts(lines=(line("a\x00b\x1bc\r\nd\u2028e\ud800f"),)), "en")
    assert made["lines"][0][0] == "a b c\nd e f"
