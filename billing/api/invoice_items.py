from typing import Any

from django.db import models

from billing.actions.invoice_items import (
    create_invoice_item,
    delete_invoice_item,
    update_invoice_item,
)
from billing.api.own_records import OfOthersInvoices
from billing.models import Credit, Invoice, InvoiceItem, Service, ServiceUpgrade
from paymenter.db.morph import class_name
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions
from paymenter.laravel.validation import (
    Given,
    Integer,
    Max,
    Min,
    Numeric,
    Rule,
    String,
    record_id,
)


class InvoiceItemResource(Resource):
    model = InvoiceItem
    permission = "invoice_items"
    attributes = (
        "id",
        "description",
        "quantity",
        "price",
        "reference_type",
        "reference_id",
        "updated_at",
        "created_at",
    )
    relations = {"reference": Relation("*"), "invoice": "invoices"}


REFERENCES: dict[Any, type[models.Model]] = {
    class_name(model): model for model in (Service, ServiceUpgrade, Credit)
}
NO_ID = "The reference_id field is required when reference_type is provided."
NO_CLASS = "The reference_type must be a valid class name."
NO_ROW = "The selected reference_id is invalid for the given reference_type."


class ReferenceType(Rule):
    """One of the three classes; with a reference_id in the request that field says so."""

    alone = True
    schema = {"enum": list(REFERENCES)}

    def text(self, given: Given) -> str | None:
        if given.value is None or given.data.get("reference_id") is not None:
            return None
        kept = getattr(given.instance, "reference_id", None)
        return _wrong_reference(given.value, kept) if kept else _wrong_class(given.value)


class ReferenceId(Rule):
    """Without a reference_type in the request nothing is checked, as recorded."""

    def text(self, given: Given) -> str | None:
        kind = given.data.get("reference_type")
        if kind is None or given.value is None:
            return None
        return _wrong_reference(kind, given.value) if given.value not in (0, "0") else NO_ID


def _wrong_class(kind: Any) -> str | None:
    return None if isinstance(kind, str) and kind in REFERENCES else NO_CLASS


def _wrong_reference(kind: Any, key: Any) -> str | None:
    if text := _wrong_class(kind):
        return text
    rows = REFERENCES[kind]._default_manager.filter(pk=record_id(key) or 0)
    return None if rows.exists() else NO_ROW


class InvoiceItemInput(Input):
    invoice_id = Field(Exists(Invoice), required=True, create_only=True)
    description = Field(String(), Max(255), required=True, on_update=Field(String(), Max(255)))
    price = Field(Numeric(), Min(0), required=True, on_update=Field(Numeric(), Min(0)))
    quantity = Field(Integer(), Min(1), required=True, on_update=Field(Integer(), Min(1)))
    reference_type = Field(
        String(),
        Max(255),
        ReferenceType(),
        nullable=True,
        on_update=Field(String(), Max(100), ReferenceType()),
    )
    reference_id = Field(
        Integer(0, 2**63 - 1),
        ReferenceId(),
        nullable=True,
        on_update=Field(Integer(0, 2**63 - 1), ReferenceId()),
    )

    update_order = ("description", "quantity", "price", "reference_type", "reference_id")


class InvoiceLineInput(InvoiceItemInput):
    """An item that comes along with its invoice."""

    without = frozenset({"invoice_id"})


class InvoiceItemViewSet(OfOthersInvoices):
    resource = InvoiceItemResource
    input = InvoiceItemInput
    actions = Actions(create_invoice_item, update_invoice_item, delete_invoice_item)
    bulk = True
    filters = ("id", "quantity", "price", "reference_type", "reference_id")
    sorts = ("id", "created_at", "updated_at", "quantity", "price")
    includes = {
        "gateway": None,  # accepted and, as in Paymenter, not rendered
        "reference": None,  # each record needs the permission of its own kind
        "invoice": "invoices",
    }
