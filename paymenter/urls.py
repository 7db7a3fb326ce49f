from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.defaults import page_not_found, server_error
from drf_spectacular.views import (
    SpectacularJSONAPIView,
    SpectacularRedocView,
    SpectacularSwaggerView,
)

from paymenter import health, public_files
from paymenter.jsonapi.errors import no_route, plain_json, wants_json


class OpenApi(SpectacularJSONAPIView):
    permission = None
    public = "describes the API, not the data in it"


class Swagger(SpectacularSwaggerView):
    permission = None
    public = "shows the description of the API"


class Redoc(SpectacularRedocView):
    permission = None
    public = "shows the description of the API"


urlpatterns = [
    path("api/v1/admin/", include("accounts.api.urls")),
    path("api/v1/admin/", include("billing.api.urls")),
    path("api/v1/admin/", include("support.api.urls")),
    path("api/v1/admin/", include("paymenter.api.urls")),
    path("api/v1/", include("accounts.api.auth_urls")),
    path("", include("accounts.api.oauth_urls")),
    path("api/v1/openapi.json", OpenApi.as_view(), name="openapi"),
    re_path(r"^docs/?$", Swagger.as_view(url_name="openapi")),
    re_path(r"^redoc/?$", Redoc.as_view(url_name="openapi")),
    path("admin/", admin.site.urls),
    path("storage/<path:path>", public_files.serve),
    path("health", health.alive),
    path("health/ready", health.ready),
    path("up", health.alive),
]


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return plain_json({"message": no_route(request)}, 404)
    return page_not_found(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return plain_json({"message": "Server Error"}, 500)
    return server_error(request)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_json({"message": "Bad request."}, 400)
