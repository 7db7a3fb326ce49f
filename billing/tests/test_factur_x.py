"""E-invoices by EN 16931, held against the schema and the schematron that their makers publish."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.documents.content import content
from billing.documents.e_invoices import EInvoice, Party, net_lines
from billing.documents.facts import Line
from billing.documents.factur_x import factur_x
from billing.documents.pdf import Job, printed
from billing.documents.xmp import marked
from billing.tests.invoice_facts import DOLLAR, facts, line, payment, vat
from billing.tests.pdfs import attachments_of, broken_rules, metadata_of
from paymenter.rounding import rounded

SELLER = Party(
    "Example Hosting",
    ("Ring 5",),
    "10115",
    "Berlin",
    "DE",
    vat_id="DE 123.456.789",
    tax_number="30/123/45678",
    email="billing@example.com",
    iban="DE02 1203 0000 0000 2020 51",
)
BUYER = Party("ACME BV", ("Main St 1", "Floor 2"), "3511 AA", "Utrecht", "NL")
COMPANY = replace(BUYER, vat_id="NL123456789B01", email="ann@example.com")


def e_invoice(seller=SELLER, buyer=BUYER, exemption="", **changes) -> EInvoice:
    return EInvoice(facts(**{"tax": vat(), **changes}), seller, buyer, exemption)


CASES = {
    "tax": e_invoice(),
    "company": e_invoice(buyer=COMPANY),
    "discount and quantities": e_invoice(
        lines=(line(quantity=12), line(price="-9.99"), line(price="0"))
    ),
    "a negative quantity": e_invoice(lines=(line(), line(quantity=-2, price="1.50"))),
    "no quantity": e_invoice(lines=(line(), line(quantity=0))),
    "a credit": e_invoice(lines=(line(price="-121.00"),)),
    "paid": e_invoice(status="paid", payments=(payment("121"),)),
    "marked as paid": e_invoice(status="paid"),
    "paid in part": e_invoice(payments=(payment("50"),)),
    "paid too much": e_invoice(status="paid", payments=(payment("200"),)),
    "no due date": e_invoice(due_on=None),
    "reverse charge": e_invoice(buyer=COMPANY, tax=None),
    "a rate of nothing": e_invoice(buyer=COMPANY, tax=vat("0")),
    "exempt": e_invoice(tax=None, exemption="Small business, § 19 UStG"),
    "exempt, no VAT id": e_invoice(
        seller=replace(SELLER, vat_id="", iban=""), tax=None, exemption="Small business"
    ),
    "outside Europe": e_invoice(
        buyer=Party("B", country="US"), currency=DOLLAR, tax=None, exemption="Not taxable"
    ),
    "hostile texts": e_invoice(
        lines=(line("<b>&amp;\x00\x0b]]>"), line(""), line("\ud800 x")),
        buyer=replace(BUYER, name="</ram:Name><x/>&"),
        number="A/1 <&>",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_valid(case) -> None:
    assert CASES[case].obstacles() == []
    assert broken_rules(factur_x(CASES[case])) == []


def test_the_schematron_finds_faults() -> None:
    """Else the tests around here would prove nothing."""
    wrong = factur_x(e_invoice()).replace(b">121.00</ram:GrandTotal", b">121.01</ram:GrandTotal")
    assert [rule.partition("]")[0] for rule in broken_rules(wrong)] == ["[BR-CO-15", "[BR-CO-16"]


def values_of(xml: bytes, *names: str) -> dict[str, list[str]]:
    elements = fromstring(xml).iter()
    found: dict[str, list[str]] = {name: [] for name in names}
    for element in elements:
        name = element.tag.rpartition("}")[2]
        if name in found:
            found[name].append(element.text or "")
    return found


def test_its_amounts_are_those_of_the_pdf() -> None:
    lines = (line(quantity=3, price="19.99"), line(price="0.05"), line(price="-5"))
    made = e_invoice(lines=lines, payments=(payment("10"),))
    names = ("LineTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "TotalPrepaidAmount")
    assert values_of(factur_x(made), *names, "DuePayableAmount", "BilledQuantity") == {
        "LineTotalAmount": ["49.56", "0.04", "-4.13", "45.47"],
        "TaxTotalAmount": ["9.55"],
        "GrandTotalAmount": ["55.02"],
        "TotalPrepaidAmount": ["10.00"],
        "DuePayableAmount": ["45.02"],
        "BilledQuantity": ["3", "1", "-1"],
    }
    shown = {row["label"]: row["value"] for row in content(made.facts, "en")["totals"]}
    assert (shown["Subtotal"], shown["BTW (21.00%)"]) == ("€45,47", "€9,55")
    assert (shown["Total"], shown["Amount due"]) == ("€55,02", "€45,02")


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"number": None}, "A proforma invoice has no number: it gets one when it is paid."),
        ({"status": "cancelled"}, "The invoice is cancelled."),
        ({"lines": ()}, "The invoice has no items."),
        ({"currency": replace(DOLLAR, code="PTS")}, "PTS is no currency of ISO 4217."),
        ({"seller": replace(SELLER, name="")}, "The setting seller_name or company_name is empty."),
        ({"seller": replace(SELLER, country="")}, "The setting seller_country is empty."),
        (
            {"seller": replace(SELLER, vat_id="", tax_number="")},
            "The settings seller_vat_id and seller_tax_number are both empty.",
        ),
        (
            {"seller": replace(SELLER, vat_id="123456789")},
            "The setting seller_vat_id does not begin with a country code, such as DE.",
        ),
        ({"buyer": replace(BUYER, name="")}, "The client has neither name nor company_name."),
        (
            {"buyer": replace(BUYER, country="")},
            "The client's property country is empty or no country.",
        ),
        (
            {"buyer": replace(BUYER, vat_id="XX123")},
            "The client's VAT id does not begin with a country code, such as DE.",
        ),
        (
            {"buyer": replace(BUYER, vat_id="none")},
            "The client's VAT id does not begin with a country code, such as DE.",
        ),
        (
            {"tax": None},
            "The invoice has no tax and nothing says why: write it into invoice_exemption.",
        ),
    ],
)
def test_what_is_missing_is_said(changes, obstacle) -> None:
    assert e_invoice(**changes).obstacles() == [obstacle]


def test_reverse_charge_is_between_two_countries_of_the_union() -> None:
    codes = [
        made.category.code if made.category else None
        for made in (
            e_invoice(buyer=COMPANY, tax=None),
            e_invoice(buyer=replace(COMPANY, country="DE"), tax=None),
            e_invoice(buyer=replace(COMPANY, country="CH"), tax=None),
            e_invoice(tax=None, exemption="x"),
            e_invoice(buyer=COMPANY),
        )
    ]
    assert codes == ["AE", None, None, "E", "S"]


prices = st.decimals(Decimal("-500"), Decimal("99999.99"), places=2)
rows = st.lists(st.builds(Line, st.just("x"), st.integers(1, 40), prices), min_size=1, max_size=12)
rates = st.decimals(Decimal("0.5"), Decimal("30"), places=2)


@given(rows, rates)
@settings(max_examples=200, deadline=None)
def test_nets_add_up_and_each_is_within_a_cent(lines, rate) -> None:
    given_facts = facts(lines=tuple(lines), tax=vat(str(rate)))
    nets = net_lines(given_facts)
    assert sum(nets) + given_facts.tax_amount == rounded(given_facts.total)
    for row, net in zip(lines, nets, strict=True):
        assert abs(net - row.total / (1 + rate / 100)) <= Decimal("0.01")
        assert net == rounded(net)


@given(rows, rates, st.decimals(0, 100000, places=2), st.sampled_from(["paid", "pending"]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_was_billed_is_valid(lines, rate, paid, status) -> None:
    made = e_invoice(
        lines=tuple(lines), tax=vat(str(rate)), payments=(payment(str(paid)),), status=status
    )
    assert broken_rules(factur_x(made)) == []


def test_the_pdf_holds_the_xml_and_says_so() -> None:
    made = e_invoice()
    xml = factur_x(made)
    plain = printed(Job(content(made.facts, "en"), datetime(2026, 3, 5, tzinfo=UTC), None, xml))
    pdf = marked(plain)
    assert pdf.startswith(plain)
    assert attachments_of(pdf) == {"factur-x.xml": xml}
    found = metadata_of(pdf)
    assert {name: found[name] for name in found if name.startswith(("fx:", "pdfaid:"))} == {
        "fx:DocumentType": "INVOICE",
        "fx:DocumentFileName": "factur-x.xml",
        "fx:Version": "1.0",
        "fx:ConformanceLevel": "EN 16931",
        "pdfaid:part": "3",
        "pdfaid:conformance": "B",
    }


def test_the_mark_is_for_pdfs_of_typst_alone() -> None:
    with pytest.raises(ValueError, match="not where Typst puts it"):
        marked(b"%PDF-1.7\n%%EOF")
