from accounts.models.api_keys import ApiKey
from accounts.models.audits import Audit, AuditLog
from accounts.models.mail import EmailLog
from accounts.models.notifications import (
    Notification,
    NotificationPreference,
    NotificationSubscription,
    NotificationTemplate,
)
from accounts.models.oauth import (
    OauthAccessToken,
    OauthAuthCode,
    OauthClient,
    OauthPersonalAccessClient,
    OauthRefreshToken,
)
from accounts.models.properties import CustomProperty, Property
from accounts.models.roles import Role
from accounts.models.sessions import (
    PasswordResetToken,
    Session,
    UserAuthenticationLog,
    UserSession,
)
from accounts.models.users import User, UserManager

__all__ = [
    "ApiKey",
    "Audit",
    "AuditLog",
    "CustomProperty",
    "EmailLog",
    "Notification",
    "NotificationPreference",
    "NotificationSubscription",
    "NotificationTemplate",
    "OauthAccessToken",
    "OauthAuthCode",
    "OauthClient",
    "OauthPersonalAccessClient",
    "OauthRefreshToken",
    "PasswordResetToken",
    "Property",
    "Role",
    "Session",
    "User",
    "UserAuthenticationLog",
    "UserManager",
    "UserSession",
]
