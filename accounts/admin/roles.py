from django.contrib import admin

from accounts.api.roles import RoleViewSet
from accounts.models import Role
from paymenter.console.records import RecordAdmin


@admin.register(Role)
class RoleAdmin(RecordAdmin):
    viewset = RoleViewSet
    list_display = ("name", "created_at")
    search_fields = ("name",)
