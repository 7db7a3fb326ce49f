"""`GET invoices/{id}/pdf`: the invoice as clients get it by mail."""

from collections.abc import Collection
from typing import Any, cast

from django.http import HttpResponse
from django.http.response import HttpResponseNotModified
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from billing.actions.documents import invoice_pdf, pdf_name
from billing.api.invoices import InvoiceResource, InvoiceViewSet
from billing.documents.content import languages
from billing.models import Invoice
from paymenter.jsonapi import etags, query
from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.schema import ResourceSchema
from paymenter.jsonapi.viewset import Actions

MEDIA_TYPE = "application/pdf"
FORMATS = {"pdf": False, "factur-x": True}


class PdfSchema(ResourceSchema):
    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        assert operation is not None
        key = operation["parameters"][0]
        answer = {"description": "The file.", "content": {MEDIA_TYPE: {"schema": _FILE}}}
        headers = {"Content-Disposition": {"description": "Its name.", "schema": _TEXT}}
        errors = {
            code: answers for code, answers in operation["responses"].items() if code != "200"
        }
        refused = {"$ref": "#/components/responses/422"}
        return operation | {
            "operationId": "retrieve_invoice_pdf",
            "summary": "Show one invoice as PDF",
            "parameters": [key, *_PARAMETERS],
            "responses": {"200": answer | {"headers": headers}, **errors, "422": refused},
        }


_TEXT = {"type": "string"}
_FILE = {"type": "string", "format": "binary"}
_PARAMETERS = [
    {
        "name": "format",
        "in": "query",
        "description": "`factur-x` (also ZUGFeRD): a PDF/A-3 with the invoice as XML by EN 16931, "
        "or 422 with what is missing for it. Without it the setting `invoice_factur_x` decides.",
        "schema": {"type": "string", "enum": list(FORMATS)},
    },
    {
        "name": "language",
        "in": "query",
        "description": "Of the labels; without it the setting `app_language`.",
        "schema": {"type": "string", "enum": sorted(languages())},
    },
]


class InvoicePdfViewSet(InvoiceViewSet):
    resource = InvoiceResource
    actions = Actions()
    bulk = False
    schema = PdfSchema()

    def retrieve(self, request: Request, pk: str) -> Any:
        asked = query.query_parameters(request)
        form, language = _one_of("format", asked, FORMATS), _one_of("language", asked, languages())
        invoice = cast(Invoice, self.record(pk))
        file = invoice_pdf(invoice, language=language, e_invoice=FORMATS[form] if form else None)
        tag = etags.tag_of(file)
        headers = {
            "ETag": tag,
            "Content-Disposition": content_disposition_header(True, pdf_name(invoice)) or "",
        }
        if etags.names(request.META.get("HTTP_IF_NONE_MATCH", ""), tag):
            return HttpResponseNotModified(headers=headers)
        return HttpResponse(file, content_type=MEDIA_TYPE, headers=headers)


def _one_of(name: str, asked: dict[str, Any], allowed: Collection[str]) -> str | None:
    if name not in asked:
        return None
    if not isinstance(asked[name], str) or asked[name] not in allowed:
        raise BadQuery(f"The {name} may be one of: {', '.join(sorted(allowed))}.")
    chosen: str = asked[name]
    return chosen
