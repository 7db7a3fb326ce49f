"""Invoice PDFs in one process: time and memory.   .venv/bin/python bench/pdfs.py [HOW MANY]"""

import os
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("ENV_FILE", ".env.testing")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "paymenter.settings")

from billing.documents.content import content
from billing.documents.e_invoices import EInvoice, Party
from billing.documents.facts import CurrencyForm, InvoiceFacts, Line, Payment, Tax
from billing.documents.factur_x import factur_x
from billing.documents.pdf import Job, printed
from billing.documents.xmp import marked

MADE_AT = datetime(2026, 3, 5, tzinfo=UTC)
SELLER = Party("Example Hosting", country="DE", vat_id="DE123456789")
BUYER = Party("ACME BV", country="NL")
INVOICE = InvoiceFacts(
    id=1,
    number="INV-1",
    status="paid",
    issued_on=MADE_AT.date(),
    due_on=date(2026, 4, 15),
    currency=CurrencyForm("EUR", "€", "", "1.000,00"),
    client=("Ann Archer", "ACME BV", "Main St 1", "3511 AA", "Utrecht"),
    seller=("Example Hosting", "Ring 5", "10115 Berlin"),
    company="Example Hosting",
    lines=tuple(Line(f"Web hosting {n}", n, Decimal("12.34")) for n in range(1, 9)),
    tax=Tax("BTW", Decimal(21)),
    payments=(Payment("ch_1", MADE_AT.date(), Decimal("444.24"), "Stripe"),),
)


def plain(facts: InvoiceFacts) -> bytes:
    return printed(Job(content(facts, "en"), MADE_AT))


def hybrid(facts: InvoiceFacts) -> bytes:
    xml = factur_x(EInvoice(facts, SELLER, BUYER))
    return marked(printed(Job(content(facts, "en"), MADE_AT, xml=xml)))


def megabytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024**2


def main(count: int) -> None:
    for make in (plain, hybrid):
        spent = []
        for number in range(count):
            start = time.process_time()
            file = make(replace(INVOICE, number=f"INV-{number}"))
            spent.append((time.process_time() - start) * 1000)
            if number in (0, count // 10, count // 2, count - 1):
                print(f"{make.__name__:7} {number:6}  {megabytes():4} MB  {len(file):6} bytes")
        print(f"{make.__name__:7} median {median(spent):.1f} ms of processor time")
    for lines in (500, 5000):
        long = replace(INVOICE, lines=INVOICE.lines[:1] * lines)
        start = time.process_time()
        size = len(plain(long))
        print(f"{lines} lines: {time.process_time() - start:.1f} s, {megabytes()} MB, {size} bytes")


main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
