from billing.wallets.models import CreditMovement
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class CreditMovementResource(Resource):
    model = CreditMovement
    permission = "credit_movements"
    attributes = (
        "id",
        "user_id",
        "currency_code",
        "kind",
        "amount",
        "balance",
        "invoice_id",
        "invoice_transaction_id",
        "reason",
        "staff_id",
        "created_at",
    )


class CreditMovementViewSet(ResourceViewSet):
    resource = CreditMovementResource
    filters = ("id", "user_id", "currency_code", "kind", "invoice_id", "created_at")
    sorts = ("id", "created_at", "amount")
