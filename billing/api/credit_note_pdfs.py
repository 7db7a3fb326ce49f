"""`GET credit-notes/{id}/pdf`."""

from typing import Any, cast

from rest_framework.request import Request

from billing.actions.credit_note_documents import credit_note_pdf, credit_note_pdf_name
from billing.api.credit_notes import CreditNoteResource, CreditNoteViewSet
from billing.api.pdfs import LANGUAGE, PdfSchema, file_answer, one_of
from billing.corrections.models import CreditNote
from billing.documents.content import languages
from paymenter.jsonapi import query
from paymenter.jsonapi.viewset import Actions


class CreditNotePdfViewSet(CreditNoteViewSet):
    resource = CreditNoteResource
    actions = Actions()
    schema = PdfSchema("retrieve_credit_note_pdf", "Show one credit note as PDF", LANGUAGE)

    def retrieve(self, request: Request, pk: str) -> Any:
        language = one_of("language", query.query_parameters(request), languages())
        note = cast(CreditNote, self.record(pk))
        file = credit_note_pdf(note, language=language)
        return file_answer(request, file, credit_note_pdf_name(note))
