from billing.actions.categories import create_category, delete_category, update_category
from billing.api.rules import MOST_TEXT, Slug
from billing.models import Category
from paymenter.jsonapi.input import Exists, Field, Input, Unique
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Integer, Max, String


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


class CategoryInput(Input):
    name = Field(String(), Max(255), required=True)
    slug = Field(String(), Max(255), Slug(), Unique(Category, "slug"))
    description = Field(String(), Max(MOST_TEXT), nullable=True)
    image = Field(String(), Max(255), nullable=True)
    parent_id = Field(Exists(Category), nullable=True)
    sort = Field(Integer(0, 255), nullable=True)


class CategoryViewSet(ResourceViewSet):
    resource = CategoryResource
    input = CategoryInput
    actions = Actions(create_category, update_category, delete_category)
    bulk = True
    filters = ("name", "parent_id", "slug")
    sorts = ("id", "created_at", "updated_at", "name")
    includes = {
        "products": "products",
        "products.plans": None,
        "products.plans.prices": None,
        "parent": None,
        "children": None,
    }
