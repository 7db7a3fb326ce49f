from django.contrib import admin

from accounts.api.users import UserViewSet
from accounts.models import User
from paymenter.console.records import RecordAdmin


@admin.register(User)
class UserAdmin(RecordAdmin):
    viewset = UserViewSet
    list_display = ("email", "first_name", "last_name", "role", "email_verified_at", "created_at")
    list_prefetch = ("role",)
    search_fields = ("email", "first_name", "last_name")
    bulk_delete = False
