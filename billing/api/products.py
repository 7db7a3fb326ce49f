from billing.actions.products import create_product, delete_product, update_product
from billing.api.plans import PlanLineInput
from billing.api.product_settings import ProductSettings
from billing.api.rules import MOST_TEXT, Slug
from billing.models import Category, ConfigOption, Product, Server
from paymenter.jsonapi.input import Exists, Field, Input, Unique
from paymenter.jsonapi.nested import Ids, Parts
from paymenter.jsonapi.resource import Relation, Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.validation import Boolean, In, Integer, Max, Min, String


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


class ProductInput(Input):
    name = Field(String(), Max(255), required=True)
    slug = Field(String(), Max(255), Slug(), Unique(Product, "slug"))
    category_id = Field(Exists(Category), required=True)
    description = Field(String(), Max(MOST_TEXT), nullable=True)
    image = Field(String(), Max(255), nullable=True)
    stock = Field(Integer(), Min(0), nullable=True)
    per_user_limit = Field(Integer(), Min(0), nullable=True)
    allow_quantity = Field(
        String(), In(Product.AllowQuantity.values), required=True, default="separated"
    )
    server_id = Field(Exists(Server), nullable=True)
    email_template = Field(String(), Max(MOST_TEXT), nullable=True)
    hidden = Field(Boolean(), required=True, default=False)
    sort = Field(Integer(0, 255), nullable=True)
    plans = Parts(PlanLineInput, lambda product: product.plans)
    config_options = Ids(ConfigOption)
    upgrades = Ids(Product)
    settings = ProductSettings()


class ProductViewSet(ResourceViewSet):
    resource = ProductResource
    input = ProductInput
    actions = Actions(create_product, update_product, delete_product)
    filters = ("name", "slug", "category_id", "server_id", "hidden", "allow_quantity")
    sorts = ("id", "created_at", "updated_at", "name", "sort", "stock")
    includes = {
        "category": None,
        "plans": None,
        "plans.prices": None,
        "services": "services",  # accepted and, as in Paymenter, not rendered
    }
