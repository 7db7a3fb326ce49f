from django.contrib import admin

from accounts.api.notification_templates import NotificationTemplateViewSet
from accounts.models import NotificationTemplate
from paymenter.console.display import GREEN, GREY, badge
from paymenter.console.fields import label_of
from paymenter.console.records import RecordAdmin


@admin.register(NotificationTemplate)
class NotificationTemplateAdmin(RecordAdmin):
    viewset = NotificationTemplateViewSet
    list_display = ("about", "subject", "state", "mail_enabled", "in_app_enabled")
    list_filter = ("enabled",)
    search_fields = ("key", "subject")
    ordering = ("pk",)
    readonly_fields = ("about",)
    fieldsets = (
        (None, {"fields": ("about", "enabled", "edit_preference_message")}),
        ("Mail", {"fields": ("mail_enabled", "subject", "body", "cc", "bcc")}),
        (
            "In the client area and as push message",
            {"fields": ("in_app_enabled", "in_app_title", "in_app_body", "in_app_url")},
        ),
    )
    labels = {
        "mail_enabled": "Sent",
        "in_app_enabled": "Shown",
        "in_app_title": "Title",
        "in_app_body": "Text",
        "in_app_url": "Address that it opens",
        "edit_preference_message": "Name among the preferences",
        "cc": "Copies to",
        "bcc": "Blind copies to",
    }
    help_texts = {
        "body": "Markdown, with Paymenter's placeholders such as {{ $user->first_name }}.",
        "edit_preference_message": "What people read where they choose what they are told.",
        "in_app_enabled": "Unless never, title and text are needed.",
    }

    @admin.display(description="About", ordering="key")
    def about(self, template: NotificationTemplate) -> str:
        return label_of(template.key)

    @admin.display(description="State", ordering="enabled")
    def state(self, template: NotificationTemplate) -> str:
        state = "enabled" if template.enabled else "disabled"
        return badge(state, {"enabled": GREEN, "disabled": GREY})
