"""The staff console: one AdminSite, so that the theme is named in one place."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.auth import logout as sign_out
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from paymenter import options
from paymenter.console import access, dashboard, navigation, search
from paymenter.db import zone

LOGIN_PAGE = "/login"
CHOICES = 20

Page = Callable[..., HttpResponse]
_VIEWS: list[tuple[str, str, str, Page]] = []


def register_view(name: str, address: str, permission: str) -> Callable[[Page], Page]:
    """A page of the console beside the lists: `@register_view("settings", "settings/",
    "settings.view")`. It is refused without the permission; an empty one opens it to all staff."""

    def register(page: Page) -> Page:
        _VIEWS.append((name, address, permission, page))
        navigation.VIEWS_BUILT.add(name)
        return page

    return register


class Console(UnfoldAdminSite):  # type: ignore[misc]
    """Whoever has a role may enter; what he sees there is what the role's permissions name."""

    index_title = "Dashboard"
    index_template = "console/dashboard.html"
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The sign-in page of the whole product: it has limits, captcha and the second factor."""
        if request.user.is_authenticated:
            raise PermissionDenied("Your account has no role, so the console is closed to it.")
        return redirect_to_login(request.GET.get("next", reverse("admin:index")), LOGIN_PAGE)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        sign_out(request)
        return HttpResponseRedirect(LOGIN_PAGE)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only pages of ours: a library's own would ask no permission of Paymenter's."""
        if admin_class is not None and getattr(admin_class, "viewset", None) is not None:
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Times are those of the installation."""
        inner = super().admin_view(view, cacheable)

        def local(request: HttpRequest, *args: Any, **options: Any) -> Any:
            with timezone.override(zone.current()):
                answer = inner(request, *args, **options)
                if hasattr(answer, "render") and not answer.is_rendered:
                    answer.render()  # while the zone is set
                return answer

        return local

    def extra_urls(self) -> list[URLPattern]:
        pages = [
            path(address, self.admin_view(_guarded(page, permission)), name=name)
            for name, address, permission, page in _VIEWS
        ]
        return [
            *pages,
            path("choices/<str:label>/", self.admin_view(self.choices), name="choices"),
        ]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = dashboard.context(request)
        answer: HttpResponse = super().index(request, {**shown, **(extra_context or {})})
        return answer

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Only an application's own page needs it; our menu is in `navigation`."""
        return super().get_app_list(request, app_label) if app_label else []

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return search.answer(self, request)

    def choices(self, request: HttpRequest, label: str) -> JsonResponse:
        """What a box that looks for a record offers: `?term=&page=`, among those one may see."""
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            raise Http404 from None
        page = self._registry.get(model)
        if page is None or not page.search_fields:
            raise Http404
        if not page.has_view_permission(request):
            raise PermissionDenied
        rows, _ = page.get_search_results(
            request, page.get_queryset(request), request.GET.get("term", "")
        )
        number = max(1, int(request.GET.get("page", "1") or 1))
        start = (number - 1) * CHOICES
        found = list(rows.order_by(*page.get_ordering(request))[start : start + CHOICES + 1])
        results = [{"id": str(each.pk), "text": choice_label(each)} for each in found[:CHOICES]]
        return JsonResponse({"results": results, "pagination": {"more": len(found) > CHOICES}})


def choice_label(record: Any) -> str:
    """A person with his address, anything else by its name."""
    email = getattr(record, "email", "")
    return f"{record} ({email})" if email and email != str(record) else str(record)


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    """Of the menu at the person's name."""
    return [{"title": "My account", "link": reverse("admin:account")}]


def company_name(request: HttpRequest) -> str:
    return str(options.get("company_name", "Paymenter"))


def script(request: HttpRequest) -> str:
    return static("console/console.js")


def style(request: HttpRequest) -> str:
    return static("console/console.css")


def _guarded(page: Page, permission: str) -> Page:
    group, _, ability = permission.partition(".")

    def guarded(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        if group and not access.may(request, group, ability):
            raise PermissionDenied
        return page(request, *args, **given)

    guarded.__name__ = getattr(page, "__name__", "page")
    return guarded
