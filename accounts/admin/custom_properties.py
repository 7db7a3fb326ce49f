from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.api.custom_properties import CustomPropertyViewSet
from accounts.models import CustomProperty
from paymenter.console.records import RecordAdmin


@admin.register(CustomProperty)
class CustomPropertyAdmin(RecordAdmin):
    viewset = CustomPropertyViewSet
    list_display = ("name", "key", "type", "required", "non_editable", "show_on_invoice")
    list_editable = ("required", "non_editable", "show_on_invoice")
    list_filter = (("type", ChoicesDropdownFilter), "required", "show_on_invoice")
    search_fields = ("name", "key")
    ordering = ("pk",)
    fields = (
        *("name", "key", "type", "description", "allowed_values", "validation"),
        *("required", "non_editable", "show_on_invoice"),
    )
    labels = {"non_editable": "Fixed once given", "validation": "Rules"}
    help_texts = {
        "key": "Its name in the API and in templates; it cannot be changed later.",
        "allowed_values": "One a line; for select and radio.",
        "validation": "Laravel's rules with | between them, such as string|max:255.",
        "required": "Nobody registers without it.",
        "non_editable": "Clients give it once; only staff change it.",
        "show_on_invoice": "Printed on invoices below the client's name.",
        "description": "Shown to clients at the field.",
    }
