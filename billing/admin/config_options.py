from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from billing.admin.catalog_fields import ORDER
from billing.admin.plans import PlanInline
from billing.api.config_options import ConfigOptionViewSet, ConfigValueInput
from billing.models import ConfigOption
from paymenter.console.display import badge, link
from paymenter.console.inlines import RecordInline
from paymenter.console.records import RecordAdmin


class ValueInline(RecordInline):
    """What can be chosen; the prices of one stand on its own page."""

    viewset = ConfigOptionViewSet
    part, part_input, whole = "children", ConfigValueInput, True
    verbose_name, verbose_name_plural = "value", "values"
    fields = ("name", "env_variable", "sort", "hidden")
    readonly_fields = ("prices",)
    labels: ClassVar = {"env_variable": "Value for the server", "sort": "Position"}

    def rows(self, record: Any) -> Any:
        return record.children.order_by("sort", "pk").prefetch_related("plans__prices")

    @admin.display(description="Prices")
    def prices(self, value: Any) -> str:
        if value.pk is None:
            return "after it is saved"
        found = [price for plan in value.plans.all() for price in plan.prices.all()]
        texts = [(f"{price.price} {price.currency_code}",) for price in found[:3]]
        shown = format_html_join(", ", "{}", texts) if texts else "none yet"
        return link(value, f"{shown} (edit)")


@admin.register(ConfigOption)
class ConfigOptionAdmin(RecordAdmin):
    """The list shows options; a value is reached from its option."""

    viewset = ConfigOptionViewSet
    list_display = ("name", "kind", "env_variable", "values", "hidden", "upgradable", "sort")
    list_editable = ("sort",)
    ordering_field = "sort"
    list_per_page = 200
    ordering = ("sort", "name")
    list_filter = ("type", "hidden", "upgradable")
    search_fields = ("name", "env_variable")
    audited = ("children", "plans")
    labels: ClassVar = {
        "env_variable": "Name for the server",
        "sort": "Position",
        "upgradable": "Can be changed later",
        "parent_id": "Value of",
    }
    help_texts: ClassVar = {
        "name": "What clients read.",
        "env_variable": "Under which name the server is told. A value's is what it is told.",
        "type": "Text and number are typed by the client; the others are chosen among values.",
        "upgradable": "Clients can choose another value for a running service.",
        "products": "With which products it is asked.",
        "sort": ORDER,
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConfigOption]:
        found: QuerySet[ConfigOption] = super().get_queryset(request)
        match = request.resolver_match
        if match is not None and str(match.url_name).endswith("_changelist"):
            found = found.filter(parent=None)
        return found.annotate(count=Count("children"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is not None and obj.parent_id is not None:
            return ["parent", "name", "env_variable", "description", "hidden", "sort"]
        return [
            *("name", "type", "env_variable", "description"),
            *("hidden", "upgradable", "products", "sort"),
        ]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """A value has prices, an option has values."""
        is_value = obj is not None and obj.parent_id is not None
        return [PlainPlanInline] if is_value else [ValueInline]

    @admin.display(description="Type", ordering="type")
    def kind(self, option: ConfigOption) -> str:
        return badge(option.type, {})

    @admin.display(description="Values", ordering="count")
    def values(self, option: Any) -> str:
        return str(option.count)


class PlainPlanInline(PlanInline):
    tab = False
