from django.contrib import admin

from accounts.models import User
from paymenter.console import ModelAdmin


@admin.register(User)
class UserAdmin(ModelAdmin):
    list_display = ("email", "first_name", "last_name", "role", "email_verified_at", "created_at")
    list_select_related = ("role",)
    search_fields = ("email", "first_name", "last_name")
    exclude = ("password", "tfa_secret")
