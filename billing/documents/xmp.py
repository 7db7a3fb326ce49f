"""The mark by which readers know a PDF as Factur-X: four properties in its XMP metadata.

Typst writes the rest of PDF/A-3 and cannot write these. They are appended as an incremental update
(ISO 32000-1, 7.5.6): the bytes that Typst wrote stay as they are.
"""

import re

NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
VALUES = {
    "DocumentType": ("INVOICE", "kind of document"),
    "DocumentFileName": ("factur-x.xml", "name of the embedded XML invoice"),
    "Version": ("1.0", "version of the Factur-X schema"),
    "ConformanceLevel": ("EN 16931", "profile of the embedded XML invoice"),
}

_METADATA = re.compile(rb"(\d+) 0 obj\s*<<[^<>]*/Type\s*/Metadata[^<>]*>>\s*stream\r?\n")
_TRAILER = re.compile(rb"trailer\s*<<(.*)>>\s*startxref\s+(\d+)\s+%%EOF\s*\Z", re.DOTALL)
_BAG = "<pdfaExtension:schemas><rdf:Bag>"


def marked(pdf: bytes) -> bytes:
    """The PDF/A-3 of Typst with the mark; ValueError for a PDF of another make."""
    head = _METADATA.search(pdf)
    end = pdf.find(b"endstream", head.end()) if head else -1
    trailer = _TRAILER.search(pdf, pdf.rfind(b"trailer"))
    if head is None or end < 0 or trailer is None:
        raise ValueError("the PDF's metadata or trailer is not where Typst puts it")
    stream = _extended(pdf[head.end() : end].decode().strip()).encode()
    number = int(head[1])
    start = len(pdf) + 1
    body = b"\n%d 0 obj\n<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%b\nendstream\nendobj\n"
    added = body % (number, len(stream), stream)
    entries = b"0 1\n0000000000 65535 f\r\n%d 1\n%010d 00000 n\r\n" % (number, start)
    table = b"xref\n%btrailer\n<<%b/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + added + table % (entries, trailer[1], int(trailer[2]), len(pdf + added))


def _extended(packet: str) -> str:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in VALUES.items())
    mark = f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{values}</rdf:Description>'
    if _BAG in packet:
        packet = packet.replace(_BAG, _BAG + _schema(), 1)
    else:
        mark += f"{_NAMED}{_BAG}{_schema()}</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    return packet.replace("</rdf:RDF>", f"{mark}</rdf:RDF>", 1)


_NAMED = (
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
)


def _schema() -> str:
    """PDF/A demands that properties of one's own are described."""
    described = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"
        for name, (_, text) in VALUES.items()
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
