"""`GET invoices/{id}/pdf`: the invoice as clients get it by mail."""

from typing import Any, cast

from rest_framework.request import Request

from billing.actions.documents import invoice_pdf, pdf_name
from billing.api.invoices import InvoiceResource, InvoiceViewSet
from billing.api.pdfs import LANGUAGE, PdfSchema, file_answer, one_of
from billing.documents.content import languages
from billing.models import Invoice
from paymenter.jsonapi import query
from paymenter.jsonapi.viewset import Actions

FORMATS = {"pdf": False, "factur-x": True}
FORMAT = {
    "name": "format",
    "in": "query",
    "description": "`factur-x` (also ZUGFeRD): a PDF/A-3 with the invoice as XML by EN 16931, "
    "or 422 with what is missing for it. Without it the setting `invoice_factur_x` decides.",
    "schema": {"type": "string", "enum": list(FORMATS)},
}


class InvoicePdfViewSet(InvoiceViewSet):
    resource = InvoiceResource
    actions = Actions()
    bulk = False
    schema = PdfSchema("retrieve_invoice_pdf", "Show one invoice as PDF", FORMAT, LANGUAGE)

    def retrieve(self, request: Request, pk: str) -> Any:
        asked = query.query_parameters(request)
        form, language = one_of("format", asked, FORMATS), one_of("language", asked, languages())
        invoice = cast(Invoice, self.record(pk))
        file = invoice_pdf(invoice, language=language, e_invoice=FORMATS[form] if form else None)
        return file_answer(request, file, pdf_name(invoice))
