from django.contrib import admin

from accounts.models import Role
from paymenter.console import ModelAdmin


@admin.register(Role)
class RoleAdmin(ModelAdmin):
    list_display = ("name", "created_at")
    search_fields = ("name",)
