from billing.models import ServiceUpgrade
from paymenter.jsonapi.resource import Resource


class ServiceUpgradeResource(Resource):
    model = ServiceUpgrade
    permission = "services"
    attributes = (
        "id",
        "status",
        "service_id",
        "plan_id",
        "product_id",
        "updated_at",
        "created_at",
    )
