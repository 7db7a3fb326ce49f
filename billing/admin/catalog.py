from django.contrib import admin

from billing.admin.plans import PlanInline
from billing.api.categories import CategoryViewSet
from billing.api.products import ProductViewSet
from billing.models import Category, Product
from paymenter.console.records import RecordAdmin


@admin.register(Category)
class CategoryAdmin(RecordAdmin):
    viewset = CategoryViewSet
    list_display = ("name", "slug", "parent", "sort")
    list_prefetch = ("parent",)
    search_fields = ("name", "slug")


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    viewset = ProductViewSet
    list_display = ("name", "category", "stock", "per_user_limit", "hidden")
    list_prefetch = ("category",)
    list_filter = ("hidden",)
    search_fields = ("name", "slug")
    inlines = (PlanInline,)
