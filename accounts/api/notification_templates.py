from accounts.actions.notification_templates import update_notification_template
from accounts.models import NotificationTemplate
from paymenter.jsonapi.input import Field, Input
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.viewset import Actions, ResourceViewSet
from paymenter.laravel.emails import is_address
from paymenter.laravel.templates import Blade
from paymenter.laravel.validation import Boolean, In, Max, String, Texts


class NotificationTemplateResource(Resource):
    model = NotificationTemplate
    permission = "notification_templates"
    attributes = (
        "id",
        "key",
        "enabled",
        "subject",
        "body",
        "mail_enabled",
        "cc",
        "bcc",
        "in_app_title",
        "in_app_body",
        "in_app_url",
        "in_app_enabled",
        "edit_preference_message",
        "updated_at",
        "created_at",
    )


def _no_address(text: str) -> str | None:
    return None if is_address(text) else f"{text} is no e-mail address."


class NotificationTemplateInput(Input):
    enabled = Field(Boolean())
    subject = Field(String(), Max(255), Blade(), required=True)
    body = Field(String(), Blade(), required=True)
    mail_enabled = Field(String(), In(NotificationTemplate.Channel.values))
    cc = Field(Texts(_no_address, most=50), nullable=True)
    bcc = Field(Texts(_no_address, most=50), nullable=True)
    in_app_title = Field(String(), Max(255), Blade(), nullable=True)
    in_app_body = Field(String(), Blade(), nullable=True)
    in_app_url = Field(String(), Max(255), Blade(), nullable=True)
    in_app_enabled = Field(String(), In(NotificationTemplate.Channel.values))
    edit_preference_message = Field(String(), Max(255), nullable=True)


class NotificationTemplateViewSet(ResourceViewSet):
    resource = NotificationTemplateResource
    input = NotificationTemplateInput
    actions = Actions(update=update_notification_template)
    filters = ("id", "key", "subject", "enabled", "mail_enabled", "in_app_enabled")
    sorts = ("id", "key", "subject", "updated_at")
