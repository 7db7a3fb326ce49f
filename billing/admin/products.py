from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from billing.actions.product_settings import chosen_for, options_of
from billing.admin import provider_fields
from billing.admin.catalog_fields import DESCRIPTION, HIDDEN, IMAGE, ORDER, SLUG
from billing.admin.plans import PlanInline
from billing.api.product_commands import DuplicateProduct
from billing.api.products import ProductViewSet
from billing.models import Product
from billing.rules.product_settings import Option
from paymenter.console.display import GREEN, badge, link
from paymenter.console.files import image_field
from paymenter.console.records import RecordAdmin
from paymenter.console.verbs import Verb
from paymenter.errors import Refused

Asked = tuple[Sequence[Option], dict[str, Any], str]

CHOOSE_FIRST = "Choose a server and save: what it wants to know is asked here then."
NOTHING_ASKED = "This server asks nothing, or its module is not installed here."
STORED = "Stored for it are: {}."
GONE = "The server of this product was deleted: choose another one."

GENERAL = (
    *("name", "slug", "category_id", "description", "image", "hidden"),
    *("stock", "per_user_limit", "allow_quantity", "config_options", "email_template", "sort"),
)


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    viewset = ProductViewSet
    list_display = ("name", "of_category", "slug", "units", "provider", "shown", "sort")
    list_prefetch = ("category", "server")
    list_editable = ("sort",)
    ordering_field = "sort"
    list_per_page = 200
    ordering = ("category__sort", "category__name", "sort", "name")
    list_filter = (("category", AutocompleteSelectFilter), "hidden")
    search_fields = ("name", "slug")
    inlines = (PlanInline,)
    form_fields: ClassVar = {"image": image_field("products")}
    verbs = (
        Verb(
            DuplicateProduct,
            label="Duplicate",
            icon="content_copy",
            done="This is the copy: give it a name of its own.",
            initial=lambda product: {"name": f"Copy of {product.name}"},
            after=lambda product, copy: provider_fields.page_of(copy),
        ),
    )
    audited = ("plans", "settings")
    labels: ClassVar = {
        "category_id": "Category",
        "per_user_limit": "Most for each client",
        "allow_quantity": "Quantity",
        "config_options": "Config options",
        "email_template": "Text for the mail",
        "hidden": "Hidden",
        "sort": "Position",
        "server_id": "Server",
        "upgrades": "Possible upgrades",
    }
    help_texts: ClassVar = {
        "slug": SLUG,
        "description": DESCRIPTION,
        "image": IMAGE,
        "hidden": HIDDEN,
        "stock": "How many can still be ordered. Empty: as many as one likes.",
        "per_user_limit": "How many a client may have at once. Empty: as many as he likes.",
        "allow_quantity": "What a client who orders three gets: three services or one.",
        "config_options": "What clients can choose when they order.",
        "email_template": "Added to the mail about a new server; a template as in the"
        " notification templates.",
        "sort": ORDER,
        "upgrades": "Products that clients can change to by themselves.",
        "server_id": "Where services of this product are made. Empty: nowhere.",
    }

    def sets(self, request: HttpRequest, obj: Any) -> Any:
        more = [*self.more_fields(request, obj)]
        server: dict[str, Any] = {"classes": ["tab"], "fields": ["server_id", *more]}
        if note := self._note(request, obj, more):
            server["description"] = note
        return (
            ("General", {"classes": ["tab"], "fields": [*GENERAL]}),
            ("Upgrades", {"classes": ["tab"], "fields": ["upgrades"]}),
            ("Server", server),
        )

    def more_fields(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        if obj is None or obj.server_id is None or not self.has_change_permission(request, obj):
            return {}
        options, chosen, _ = self._asked(request, obj)
        return provider_fields.of_options(options, chosen)

    def _note(self, request: HttpRequest, obj: Any, more: Sequence[str]) -> str:
        if obj is None or obj.server_id is None:
            return CHOOSE_FIRST
        _, chosen, problem = self._asked(request, obj)
        if problem or more:
            return problem
        stored = ", ".join(sorted(chosen))
        return f"{NOTHING_ASKED} {STORED.format(stored)}" if stored else NOTHING_ASKED

    def _asked(self, request: HttpRequest, product: Product) -> Asked:
        """What the module asks, what is chosen, and what went wrong; once for each request."""
        known: dict[int, Asked] = request.__dict__.setdefault("_server_options", {})
        if product.pk not in known:
            known[product.pk] = _ask(product)
        return known[product.pk]

    @admin.display(description="Category", ordering="category__name")
    def of_category(self, product: Product) -> str:
        return link(product.category)

    @admin.display(description="Stock", ordering="stock")
    def units(self, product: Product) -> str:
        return "unlimited" if product.stock is None else str(product.stock)

    @admin.display(description="Shop", ordering="hidden")
    def shown(self, product: Product) -> str:
        return badge("hidden" if product.hidden else "listed", {"listed": GREEN})

    @admin.display(description="Server", ordering="server")
    def provider(self, product: Product) -> str:
        return link(product.server)


def _ask(product: Product) -> Asked:
    chosen = chosen_for(product)
    if product.server is None:
        return (), chosen, GONE
    try:
        return options_of(product.server, chosen), chosen, ""
    except Refused as refused:
        return (), chosen, str(refused)
