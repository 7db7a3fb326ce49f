from accounts.api import (
    api_keys,
    audits,
    client_notes,
    custom_properties,
    email_logs,
    mails,
    notification_templates,
    notifications,
    oauth_clients,
    properties,
    roles,
    settings,
    user_sessions,
    users,
    webhook_deliveries,
    webhook_endpoints,
)
from paymenter.jsonapi.commands import command_urls
from paymenter.jsonapi.router import ResourceRouter

router = ResourceRouter()
router.register("users", users.UserViewSet, basename="users")
router.register("properties", properties.PropertyViewSet, basename="properties")
router.register(
    "custom-properties", custom_properties.CustomPropertyViewSet, basename="custom-properties"
)
router.register("roles", roles.RoleViewSet, basename="roles")
router.register("client-notes", client_notes.ClientNoteViewSet, basename="client-notes")
router.register("api-keys", api_keys.ApiKeyViewSet, basename="api-keys")
router.register("oauth-clients", oauth_clients.OauthClientViewSet, basename="oauth-clients")
router.register("user-sessions", user_sessions.UserSessionViewSet, basename="user-sessions")
router.register("notifications", notifications.NotificationViewSet, basename="notifications")
router.register(
    "notification-templates",
    notification_templates.NotificationTemplateViewSet,
    basename="notification-templates",
)
router.register("email-logs", email_logs.EmailLogViewSet, basename="email-logs")
router.register(
    "webhook-endpoints", webhook_endpoints.WebhookEndpointViewSet, basename="webhook-endpoints"
)
router.register(
    "webhook-deliveries", webhook_deliveries.WebhookDeliveryViewSet, basename="webhook-deliveries"
)
router.register("audits", audits.AuditViewSet, basename="audits")
router.register("settings", settings.SettingViewSet, basename="settings")

urlpatterns = [
    *command_urls(
        users.ImpersonateUser,
        users.DisableTwoFactor,
        oauth_clients.RegenerateOauthSecret,
        mails.SendTestMail,
        mails.ResendMail,
        webhook_endpoints.RotateWebhookSecret,
        webhook_endpoints.TestWebhookEndpoint,
        webhook_endpoints.ListWebhookEvents,
        webhook_deliveries.ReplayWebhookDelivery,
    ),
    *router.urls,
]
