from billing.actions.payments import delete_payment, record_payment, update_payment
from billing.api.own_records import OfOthersInvoices
from billing.models import Gateway, Invoice, InvoiceTransaction
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions
from paymenter.laravel.validation import In, Max, Min, Numeric, String


class InvoiceTransactionResource(Resource):
    model = InvoiceTransaction
    permission = "invoice_transactions"
    attributes = (
        "id",
        "invoice_id",
        "gateway_id",
        "amount",
        "fee",
        "transaction_id",
        "status",
        "is_credit_transaction",
        "updated_at",
        "created_at",
    )
    relations = {"invoice": "invoices", "gateway": "gateways"}


class InvoiceTransactionInput(Input):
    invoice_id = Field(Exists(Invoice), required=True, create_only=True)
    gateway_id = Field(Exists(Gateway), nullable=True)
    amount = Field(Numeric(), Min(0), required=True)
    fee = Field(Numeric(), Min(0), nullable=True)
    transaction_id = Field(String(), Max(255), nullable=True)
    status = Field(
        String(), In(InvoiceTransaction.Status.values), required=True, default="succeeded"
    )


class InvoiceTransactionViewSet(OfOthersInvoices):
    resource = InvoiceTransactionResource
    input = InvoiceTransactionInput
    actions = Actions(record_payment, update_payment, delete_payment)
    bulk = True
    filters = ("id", "invoice_id", "gateway_id", "transaction_id", "status", "amount", "created_at")
    sorts = ("id", "created_at", "updated_at", "invoice_id", "amount")
    includes = {"invoice": "invoices", "gateway": "gateways"}
