from typing import Any

from billing.models import InvoiceSnapshot
from paymenter.jsonapi import values
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.viewset import ResourceViewSet


def properties(stored: Any) -> Object:
    """PHP stores a map without entries as a list."""
    found = values.document(stored)
    return found if isinstance(found, dict) else {}


class InvoiceSnapshotResource(Resource):
    model = InvoiceSnapshot
    permission = "invoice_snapshots"
    attributes = (
        "id",
        "invoice_id",
        "name",
        "properties",
        "tax_name",
        "tax_rate",
        "tax_country",
        "bill_to",
        "updated_at",
        "created_at",
    )
    formats = {"properties": properties}
    schemas = {"properties": {"type": "object"}}
    relations = {"invoice": "invoices"}


class InvoiceSnapshotViewSet(ResourceViewSet):
    resource = InvoiceSnapshotResource
    filters = ("id", "invoice_id", "name", "tax_name", "tax_rate", "tax_country")
    sorts = ("id", "created_at", "updated_at", "invoice_id")
    includes = {"invoice": "invoices"}
