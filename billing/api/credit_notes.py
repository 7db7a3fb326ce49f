from billing.actions.credit_notes import create_credit_note
from billing.api.own_records import OfOthersInvoices
from billing.corrections.models import CreditNote, CreditNoteItem
from billing.models import Invoice
from paymenter.jsonapi.input import Each, Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions
from paymenter.laravel.validation import Integer, Max, Min, Numeric, String


class CreditNoteItemResource(Resource):
    model = CreditNoteItem
    permission = "credit_notes"
    attributes = ("id", "invoice_item_id", "description", "amount")


class CreditNoteResource(Resource):
    model = CreditNote
    permission = "credit_notes"
    attributes = (
        "id",
        "number",
        "invoice_id",
        "invoice_number",
        "user_id",
        "currency_code",
        "amount",
        "tax",
        "tax_name",
        "tax_rate",
        "name",
        "reason",
        "staff_id",
        "created_at",
    )
    relations = {"items": "creditNoteItems"}


class CreditNoteLineInput(Input):
    """An item of the invoice; without an amount all that is left of it."""

    invoice_item_id = Field(Integer(1, 2**63 - 1), required=True)
    amount = Field(Numeric(), Min(0), nullable=True)


class CreditNoteInput(Input):
    invoice_id = Field(Exists(Invoice), required=True)
    amount = Field(Numeric(), Min(0), nullable=True)
    items = Each(CreditNoteLineInput)
    reason = Field(String(), Max(255), nullable=True)


class CreditNoteViewSet(OfOthersInvoices):
    resource = CreditNoteResource
    input = CreditNoteInput
    actions = Actions(create_credit_note)
    filters = ("id", "number", "invoice_id", "user_id", "currency_code", "created_at")
    sorts = ("id", "created_at", "amount")
    includes = {"items": None}
