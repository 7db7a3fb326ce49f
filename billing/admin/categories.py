from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from billing.admin.catalog_fields import DESCRIPTION, IMAGE, ORDER, SLUG
from billing.api.categories import CategoryViewSet
from billing.models import Category, Product
from paymenter.console.display import link, list_link
from paymenter.console.files import image_field
from paymenter.console.records import RecordAdmin


@admin.register(Category)
class CategoryAdmin(RecordAdmin):
    viewset = CategoryViewSet
    list_display = ("name", "slug", "below", "products", "sort")
    list_prefetch = ("parent",)
    list_editable = ("sort",)
    ordering_field = "sort"
    list_per_page = 200
    ordering = ("sort", "name")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "parent_id", "description", "image", "sort")
    form_fields: ClassVar = {"image": image_field("categories")}
    labels: ClassVar = {"parent_id": "Parent category", "sort": "Position"}
    help_texts: ClassVar = {
        "slug": SLUG,
        "parent_id": "Empty for one that stands at the top of the shop.",
        "description": DESCRIPTION,
        "image": IMAGE,
        "sort": ORDER,
    }
    audited = ("products",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        found: QuerySet[Category] = super().get_queryset(request)
        return found.annotate(count=Count("products"))

    @admin.display(description="Parent category", ordering="parent")
    def below(self, category: Category) -> str:
        return link(category.parent)

    @admin.display(description="Products", ordering="count")
    def products(self, category: Any) -> str:
        return list_link(Product, str(category.count), category=category.pk)
