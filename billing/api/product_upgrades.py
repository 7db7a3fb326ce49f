from billing.actions.product_upgrades import create_product_upgrade, delete_product_upgrade
from billing.models import Product, ProductUpgrade
from paymenter.jsonapi.input import Exists, Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet


class ProductUpgradeResource(Resource):
    model = ProductUpgrade
    permission = "product_upgrades"
    attributes = ("id", "product_id", "upgrade_id", "updated_at", "created_at")
    relations = {"product": "products", "upgrade": "products"}


class ProductUpgradeInput(Input):
    product_id = Field(Exists(Product), required=True, create_only=True)
    upgrade_id = Field(Exists(Product), required=True, create_only=True)


class ProductUpgradeViewSet(ResourceViewSet):
    resource = ProductUpgradeResource
    input = ProductUpgradeInput
    actions = Actions(create_product_upgrade, delete=delete_product_upgrade)
    filters = ("id", "product_id", "upgrade_id")
    sorts = ("id", "created_at", "updated_at", "product_id", "upgrade_id")
    includes = {"product": None, "upgrade": None}
