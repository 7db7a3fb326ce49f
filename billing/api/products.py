from billing.models import Product
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class ProductResource(Resource):
    model = Product
    permission = "products"
    attributes = (
        "id",
        "name",
        "description",
        "image",
        "slug",
        "stock",
        "per_user_limit",
        "sort",
        "allow_quantity",
        "email_template",
        "hidden",
        "updated_at",
        "created_at",
    )
    relations = {
        "category": "categories",
        "plans": Relation("plans", order=("sort", "pk")),
    }


class ProductViewSet(ResourceViewSet):
    resource = ProductResource
    filters = ("name", "slug", "category_id", "server_id", "hidden", "allow_quantity")
    sorts = ("id", "created_at", "updated_at", "name", "sort", "stock")
    includes = {
        "category": None,
        "plans": None,
        "plans.prices": None,
        "services": "services",  # accepted and, as in Paymenter, not rendered
    }
