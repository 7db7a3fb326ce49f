from django.urls import re_path

from accounts.api.oauth import MeView, TokenView
from accounts.api.oauth_pages import AuthorizeView, LoginView, LogoutView

urlpatterns = [
    re_path(r"^api/oauth/token/?$", TokenView.as_view()),
    re_path(r"^api/me/?$", MeView.as_view()),
    re_path(r"^oauth/token/?$", TokenView.as_view(schema=None)),
    re_path(r"^(?:oauth/)?oauth/authorize/?$", AuthorizeView.as_view(), name="oauth-authorize"),
    re_path(r"^login/?$", LoginView.as_view(), name="login"),
    re_path(r"^logout/?$", LogoutView.as_view(), name="logout"),
]
