from django.urls import re_path

from accounts.api.oauth import MeView, TokenView

urlpatterns = [
    re_path(r"^oauth/token/?$", TokenView.as_view()),
    re_path(r"^me/?$", MeView.as_view()),
]
