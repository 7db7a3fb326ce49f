"""The pages of the OAuth flow: sign in, agree, sign out. The client area will bring its own."""

import hmac
import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.actions.captcha import FIELDS, widget
from accounts.actions.login import log_in
from accounts.models import User
from accounts.oauth import consent, errors
from accounts.oauth.consent import AuthorizationRequest
from accounts.oauth.errors import OAuthError
from paymenter import options
from paymenter.actor import Actor
from paymenter.errors import Refused
from paymenter.jsonapi.errors import plain_json

REQUEST, TOKEN, PROMPTED = "authRequest", "authToken", "promptedForLogin"  # Passport's names
HOME = "/"
BACKEND = "accounts.backends.RoleBackend"


@method_decorator(never_cache, name="dispatch")
class AuthorizeView(View):
    """GET asks; POST agrees; DELETE (or POST with `_method`) declines."""

    http_method_names = ["get", "head", "post", "delete"]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except OAuthError as error:
            return _told(error)

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = consent.checked(request.GET.dict())
        prompt = request.GET.get("prompt")
        if not isinstance(request.user, User):
            if prompt == "none":
                raise errors.login_required(asked.back)
            return _sign_in(request)
        if prompt == "login" and not request.session.pop(PROMPTED, False):
            logout(request)
            return _sign_in(request)
        if prompt != "consent" and consent.is_settled(asked, request.user.pk):
            return _go(consent.approve(asked, request.user.pk))
        if prompt == "none":
            raise errors.consent_required(asked.back)
        return _page(request, asked)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("_method", "").upper() == "DELETE":
            return self._decline(request, request.POST)
        asked = _pending(request, request.POST)
        if asked is None or not isinstance(request.user, User):
            return _stale(request)
        return _go(consent.approve(asked, request.user.pk))

    def delete(self, request: HttpRequest) -> HttpResponse:
        return self._decline(request, QueryDict(request.body))

    def _decline(self, request: HttpRequest, form: QueryDict) -> HttpResponse:
        asked = _pending(request, form)
        if asked is None:
            return _stale(request)
        raise errors.access_denied(asked.back)


@method_decorator(never_cache, name="dispatch")
class LoginView(View):
    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            return HttpResponseRedirect(_next(request))
        return self._form(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = request.POST
        captcha = next((form[name] for name in FIELDS if form.get(name)), None)
        try:
            user = log_in(
                form.get("email", "").strip(),
                form.get("password", ""),
                code=form.get("code", "").strip() or None,
                captcha=captcha,
                actor=Actor.of(request),
            )
        except Refused as refused:
            return self._form(request, refused)
        login(request, user, backend=BACKEND)
        request.session[PROMPTED] = True
        return HttpResponseRedirect(_next(request))

    @staticmethod
    def _form(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
        texts = [text for field in refused.errors.values() for text in field] if refused else []
        context = {
            "title": "Sign in",
            "company": options.get("company_name", "Paymenter"),
            "email": request.POST.get("email", ""),
            "next": _next(request),
            "problem": str(refused or "") if not texts else texts[0],
            "captcha": widget(),
        }
        status = refused.status if refused else 200
        return render(request, "accounts/login.html", context, status=status)


@method_decorator(never_cache, name="dispatch")
class LogoutView(View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        return HttpResponseRedirect(HOME)


def _page(request: HttpRequest, asked: AuthorizationRequest) -> HttpResponse:
    request.session[REQUEST] = asked.packed()
    request.session[TOKEN] = token = secrets.token_hex(20)
    context = {
        "title": "Authorize",
        "company": options.get("company_name", "Paymenter"),
        "client": asked.client,
        "descriptions": asked.descriptions,
        "state": asked.state or "",
        "auth_token": token,
        "answers": (("Authorize", ""), ("Cancel", "DELETE")),
    }
    return render(request, "accounts/authorize.html", context)


def _pending(request: HttpRequest, form: QueryDict) -> AuthorizationRequest | None:
    """What this browser was asked last; it can be answered once."""
    values, token = request.session.pop(REQUEST, None), request.session.pop(TOKEN, "")
    given = form.get("auth_token", "")
    if values is None or not hmac.compare_digest(token.encode(), given.encode()):
        return None
    return AuthorizationRequest.unpacked(values)


def _sign_in(request: HttpRequest) -> HttpResponse:
    here = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('login')}?{here}")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or HOME
    fine = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if fine else HOME


def _go(address: str) -> HttpResponse:
    """Not HttpResponseRedirect: programs on phones register schemes of their own."""
    return HttpResponse(status=302, headers={"Location": address})


def _told(error: OAuthError) -> HttpResponse:
    if error.location is not None:
        return _go(error.location)
    return plain_json(error.body, error.status)


def _stale(request: HttpRequest) -> HttpResponse:
    context = {
        "title": "Authorize",
        "company": options.get("company_name", "Paymenter"),
        "problem": "This request was answered before or belongs to another page. "
        "Go back to the application and start again.",
    }
    return render(request, "accounts/authorize.html", context, status=403)
