from billing.models import BillingAgreement
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class BillingAgreementResource(Resource):
    model = BillingAgreement
    permission = "billing_agreements"
    attributes = (
        "id",
        "ulid",
        "user_id",
        "gateway_id",
        "name",
        "type",
        "expiry",
        "external_reference",
        "updated_at",
        "created_at",
    )
    relations = {"user": "users", "gateway": "gateways", "services": "services"}


class BillingAgreementViewSet(ResourceViewSet):
    resource = BillingAgreementResource
    filters = ("id", "user_id", "gateway_id", "name", "type", "expiry", "external_reference")
    sorts = ("id", "created_at", "updated_at", "user_id", "expiry")
    includes = {"user": "users", "gateway": "gateways", "services": "services"}
