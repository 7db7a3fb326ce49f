from collections.abc import Iterable
from typing import Any

from accounts.models import User
from billing.actions.invoices import create_invoice, delete_invoice, update_invoice
from billing.api.invoice_items import InvoiceLineInput
from billing.api.own_records import ForOthers
from billing.models import Currency, Invoice
from paymenter.db import fields
from paymenter.db.morph import class_name
from paymenter.jsonapi.errors import RecordNotFound
from paymenter.jsonapi.input import Date, Each, Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.statements import Row, Statement, key_statement
from paymenter.jsonapi.viewset import Actions, record_id
from paymenter.laravel.validation import Boolean, In, String


class InvoiceResource(Resource):
    model = Invoice
    permission = "invoices"
    attributes = ("id", "status", "currency_code", "due_at", "updated_at", "created_at")
    relations = {"user": "users", "items": "invoiceItems"}


class InvoiceInput(Input):
    user_id = Field(Exists(User), required=True)
    currency_code = Field(String(), Exists(Currency, "code"), required=True)
    due_at = Field(Date(fields.Date), nullable=True)
    status = Field(
        String(), In(Invoice.Status.values), required=True, default=Invoice.Status.PENDING.value
    )
    send_email = Field(Boolean(), default=True, create_only=True)  # of our own
    items = Each(InvoiceLineInput)  # of our own: all in one transaction


class InvoiceViewSet(ForOthers):
    resource = InvoiceResource
    input = InvoiceInput
    actions = Actions(create_invoice, update_invoice, delete_invoice)
    bulk = True
    filters = ("id", "currency_code", "user_id", "status")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"items": None, "user": "users"}
    key_description = "The invoice's id, or its number."

    def owners(self, record: Any, values: dict[str, Any]) -> Iterable[int | None]:
        """It matters who owns what becomes paid, or is paid already."""
        status = values.get("status") or getattr(record, "status", None)
        if status != Invoice.Status.PAID or self.action.startswith("destroy"):
            return ()
        return super().owners(record, values)

    def find(self, key: str, columns: tuple[str, ...]) -> Row:
        """By id where the path is digits, else by number."""
        if key.isascii() and key.isdigit():
            number = record_id(key, self.request)
            rows = key_statement(self.resource, columns).at([number]) if number is not None else []
        else:
            rows = Statement.of(Invoice.objects.filter(number=key).values_list(*columns)).page(1, 0)
        if not rows:
            raise RecordNotFound(class_name(Invoice))
        return rows[0]
