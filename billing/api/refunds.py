from billing.actions.refunds import create_refund
from billing.api.own_records import OfOthersInvoices
from billing.corrections.models import Refund
from billing.models import Invoice, InvoiceTransaction
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions
from paymenter.laravel.validation import In, Max, Min, Numeric, String


class RefundResource(Resource):
    model = Refund
    permission = "refunds"
    attributes = (
        "id",
        "invoice_id",
        "payment_id",
        "method",
        "status",
        "amount",
        "reason",
        "provider_id",
        "error",
        "invoice_transaction_id",
        "credit_note_id",
        "staff_id",
        "updated_at",
        "created_at",
    )


class RefundInput(Input):
    invoice_id = Field(Exists(Invoice), required=True)
    amount = Field(Numeric(), Min(0), required=True)
    method = Field(String(), In(Refund.Method.values), required=True)
    payment_id = Field(Exists(InvoiceTransaction), nullable=True)
    reason = Field(String(), Max(255), nullable=True)


class RefundViewSet(OfOthersInvoices):
    resource = RefundResource
    input = RefundInput
    actions = Actions(create_refund)
    filters = ("id", "invoice_id", "payment_id", "method", "status", "created_at")
    sorts = ("id", "created_at", "updated_at", "amount")
