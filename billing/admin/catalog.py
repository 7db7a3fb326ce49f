from django.contrib import admin

from billing.models import Category, Currency, Product, TaxRate
from paymenter.console import ModelAdmin


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ("name", "slug", "parent", "sort")
    search_fields = ("name", "slug")


@admin.register(Product)
class ProductAdmin(ModelAdmin):
    list_display = ("name", "category", "stock", "per_user_limit", "hidden")
    list_filter = ("hidden",)
    search_fields = ("name", "slug")


@admin.register(Currency)
class CurrencyAdmin(ModelAdmin):
    list_display = ("code", "name", "prefix", "suffix", "format")
    ordering = ("code",)


@admin.register(TaxRate)
class TaxRateAdmin(ModelAdmin):
    list_display = ("name", "rate", "country")
