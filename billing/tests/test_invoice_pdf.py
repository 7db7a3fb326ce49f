"""The template and its compiler; the texts come from content.py."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO

import pytest
import typst
from pypdf import PdfReader

from billing.documents.content import content, languages
from billing.documents.pdf import TEMPLATES, Job, Unprintable, compiler, pictured, printed
from billing.tests.invoice_facts import facts, line, payment, vat
from billing.tests.pdfs import catalog_of, text_of

MADE_AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'


def job(language="en", logo=None, xml=None, **changes) -> Job:
    return Job(content(facts(**changes), language), MADE_AT, logo, xml)


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def test_same_invoice_is_the_same_file() -> None:
    assert printed(job()) == printed(job())
    assert printed(job()) != printed(job(status="paid"))


def test_it_is_a_tagged_a4_page_with_title_and_language() -> None:
    made = printed(job("de"))
    pdf, catalog = PdfReader(BytesIO(made)), catalog_of(made)
    assert [round(side) for side in pdf.pages[0].mediabox] == [0, 0, 595, 842]
    assert (catalog["/Lang"], catalog["/MarkInfo"]["/Marked"]) == ("de", True)
    assert pdf.metadata is not None
    assert (pdf.metadata.title, pdf.metadata.author) == ("Rechnung INV-42", "Example Hosting")


@pytest.mark.parametrize("language", sorted(languages()))
def test_fonts_have_all_letters_of_each_language(language) -> None:
    """PDF/A refuses what would show as an empty box."""
    rows = (payment("1", is_credit=True),)
    for status in ("pending", "paid", "cancelled"):
        for number in ("INV-1", None):
            changes = {"status": status, "number": number, "payments": rows, "tax": vat()}
            assert printed(job(language, xml=b"<x/>", **changes)).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    "name",
    [
        "Žofie Łukasiewicz Ğ Ő ß Ñ",
        "Ελένη Παπαδοπούλου",
        "Наталія Їжакевич",
        "ليلى حداد",
        "שרה כהן",
        "अनिता शर्मा",
        "অনিতা রায়",
        "김민지",
        "王小明 佐藤さくら",
        "Nguyễn Thị Ánh",
        "€ £ ¥ ₹ ₩ ₴ ₺ ₽ ₫ ₿ kr zł Kč",
    ],
)
def test_fonts_have_the_letters_of_clients(name) -> None:
    assert printed(job(xml=b"<x/>", client=(name,))).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    "text",
    [
        '#import "/etc/passwd"',
        '#read("/etc/passwd")',
        "*bold* _it_ $x^2$ `raw` = Heading",
        '#{panic()} #eval("1") @ref <label> // no comment /* nor this */',
        "\\u{1f600} \\# ~ -- --- ... \"quoted\" 'so'",
        '"}], "lines": [["x',
        "<script>alert(1)</script>",
    ],
)
def test_texts_of_clients_are_no_markup(text) -> None:
    shown = " ".join(text_of(printed(job(lines=(line(text),), client=(text,)))).split())
    assert shown.count(" ".join(text.split())) == 2


def test_a_long_word_stays_in_its_column() -> None:
    words = {"client": ("y" * 255,), "number": "9" * 255, "payments": (payment("1", "z" * 255),)}
    [page] = pages_of(printed(job(lines=(line("x" * 255),), **words)))
    for letter in "xyz9":
        assert letter * 255 in page.replace("\n", "")
        assert letter * 100 not in page  # in one line


def test_long_invoice_repeats_its_head_and_counts_its_pages() -> None:
    lines = tuple(line(f"Line number {n}") for n in range(1, 101))
    pages = pages_of(printed(job(lines=lines, tax=vat())))
    assert len(pages) == 4
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of 4" in page
        assert ("Invoice INV-42" in page) == (number > 1)
    assert all("Unit price" in page for page in pages[:3])
    assert [f"Line number {n}" in text for n in (1, 100) for text in ("".join(pages),)] == [
        True
    ] * 2
    assert "€12.100,00" in pages[3]


def test_five_thousand_lines() -> None:
    lines = tuple(line(f"Line number {n}", n % 7 + 1) for n in range(5000))
    pdf = printed(job(lines=lines))
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) == 140
    assert "Line number 4999 2" in pages[-1].extract_text()
    assert len(pdf) < 1024 * 1024


def test_logo_takes_the_place_of_the_name() -> None:
    [named], [drawn] = pages_of(printed(job())), pages_of(printed(job(logo=SVG)))
    assert named.split()[:3] == ["Example", "Hosting", "Invoice"]
    assert drawn.startswith("Invoice")
    [picture] = pictured(job())
    assert b"%PDF" in printed(job(logo=picture))[:8]


def test_a_logo_that_is_no_picture_is_left_out_and_told(caplog) -> None:
    with caplog.at_level(logging.ERROR):
        assert printed(job(logo=b"not a picture")) == printed(job())
    assert "The logo is left out of invoices, it cannot be printed" in caplog.text


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (b'#read("/etc/passwd")', "file not found"),
        (b'#read("../../../manage.py")', "escape the project root"),
        (b'#image("../fonts/OFL.txt")', "escape the project root"),
    ],
)
def test_the_compiler_reads_nothing_outside_the_templates(code, refusal) -> None:
    with pytest.raises(typst.TypstError, match=refusal):
        compiler().compile(code)
    assert [file.name for file in TEMPLATES.iterdir()] == ["invoice.typ"]


def test_a_letter_without_a_font_is_a_box_and_no_archive() -> None:
    assert printed(job(client=("\U00013000",))).startswith(b"%PDF")
    with pytest.raises(Unprintable, match="could not be displayed with font"):
        printed(job(client=("\U00013000",), xml=b"<x/>"))


def test_threads_wait_for_each_other() -> None:
    wanted = [f"Client {n}" for n in range(12)]
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda name: printed(job(client=(name,))), wanted))
    assert [name in text_of(pdf) for name, pdf in zip(wanted, made, strict=True)] == [True] * 12
