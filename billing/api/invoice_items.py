from billing.models import InvoiceItem
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import ResourceViewSet


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


class InvoiceItemViewSet(ResourceViewSet):
    resource = InvoiceItemResource
    filters = ("id", "quantity", "price", "reference_type", "reference_id")
    sorts = ("id", "created_at", "updated_at", "quantity", "price")
    includes = {
        "gateway": None,  # accepted and, as in Paymenter, not rendered
        "reference": None,  # each record needs the permission of its own kind
        "invoice": "invoices",
    }
