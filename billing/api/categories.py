from billing.models import Category
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import ResourceViewSet


class CategoryResource(Resource):
    model = Category
    permission = "categories"
    attributes = ("id", "name", "parent_id", "permissions", "updated_at", "created_at")
    constants = {"permissions": None}  # Paymenter prints a column that the table does not have
    relations = {
        "products": Relation("products", order=("sort", "pk")),
        "parent": "categories",
        "children": "categories",
    }


class CategoryViewSet(ResourceViewSet):
    resource = CategoryResource
    filters = ("name", "parent_id", "slug")
    sorts = ("id", "created_at", "updated_at", "name")
    includes = {
        "products": "products",
        "products.plans": None,
        "products.plans.prices": None,
        "parent": None,
        "children": None,
    }
