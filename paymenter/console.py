"""The staff console: one AdminSite and one base class, so that the theme is named in one place."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.admin import ModelAdmin as ThemedModelAdmin
from unfold.sites import UnfoldAdminSite

from paymenter import options

LOGIN_PAGE = "/login"


class Console(UnfoldAdminSite):  # type: ignore[misc]
    """Whoever has a role may enter; what he sees there is what the role's permissions name."""

    index_title = "Console"

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The sign-in page of the whole product: it has limits, captcha and the second factor."""
        return redirect_to_login(request.GET.get("next", reverse("admin:index")), LOGIN_PAGE)

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)


def company_name(request: HttpRequest) -> str:
    return str(options.get("company_name", "Paymenter"))


class ReadOnly:
    """Nothing is written here: that belongs to the actions, and to who may call them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ModelAdmin(ReadOnly, ThemedModelAdmin):  # type: ignore[misc]
    """Lists and records, page by page without counting all rows."""

    list_per_page = 50
    show_full_result_count = False
    ordering = ("-pk",)
