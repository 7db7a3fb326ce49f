from billing.actions.upgrades import update_upgrade
from billing.models import ServiceUpgrade
from paymenter.jsonapi.input import Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import In, String


class ServiceUpgradeResource(Resource):
    model = ServiceUpgrade
    permission = "service_upgrades"
    attributes = (
        "id",
        "status",
        "service_id",
        "plan_id",
        "product_id",
        "updated_at",
        "created_at",
    )
    relations = {
        "service": "services",
        "plan": "plans",
        "product": "products",
        "invoice": "invoices",
    }


class ServiceUpgradeInput(Input):
    """Upgrades are ordered by clients; staff can cancel one."""

    status = Field(String(), In((ServiceUpgrade.Status.CANCELLED.value,)), required=True)


class ServiceUpgradeViewSet(ResourceViewSet):
    resource = ServiceUpgradeResource
    input = ServiceUpgradeInput
    actions = Actions(update=update_upgrade)
    filters = ("id", "status", "service_id", "plan_id", "product_id", "invoice_id")
    sorts = ("id", "created_at", "updated_at", "service_id", "status")
    includes = {"service": "services", "plan": None, "product": None, "invoice": "invoices"}
