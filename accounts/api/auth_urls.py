from django.urls import re_path

from accounts.api import auth, own_notifications, own_security, profile, push

urlpatterns = [
    re_path(r"^auth/login/?$", auth.LoginView.as_view()),
    re_path(r"^auth/register/?$", auth.RegisterView.as_view()),
    re_path(r"^auth/refresh/?$", auth.RefreshView.as_view()),
    re_path(r"^auth/logout/?$", auth.LogoutView.as_view()),
    re_path(r"^auth/verify/?$", auth.VerifyView.as_view()),
    re_path(r"^profile/me/?$", profile.ProfileView.as_view()),
    re_path(r"^profile/notification-preferences/?$", own_notifications.PreferencesView.as_view()),
    re_path(r"^profile/notifications/?$", own_notifications.NotificationsView.as_view()),
    re_path(r"^profile/notifications/read/?$", own_notifications.ReadNotificationsView.as_view()),
    re_path(
        r"^profile/notifications/(?P<id>[0-9]{1,18})/read/?$",
        own_notifications.ReadNotificationView.as_view(),
    ),
    re_path(r"^profile/two-factor/?$", own_security.TwoFactorView.as_view()),
    re_path(r"^profile/sessions/?$", own_security.SessionsView.as_view()),
    re_path(r"^profile/sessions/(?P<id>[0-9]{1,18})/?$", own_security.SessionView.as_view()),
    re_path(r"^profile/push-key/?$", push.PushKeyView.as_view()),
    re_path(r"^profile/push-subscriptions/?$", push.PushSubscriptionsView.as_view()),
    re_path(
        r"^profile/push-subscriptions/(?P<id>[0-9]{1,18})/?$", push.PushSubscriptionView.as_view()
    ),
]
