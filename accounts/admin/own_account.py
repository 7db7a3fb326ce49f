"""`My account`: what members of staff change about themselves."""

from collections.abc import Callable
from typing import Any, cast

import segno
from django.contrib import admin, messages
from django.contrib.auth import login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts.actions import two_factor, user_sessions
from accounts.actions.login import check_code, check_current_password
from accounts.actions.profile import change_profile
from accounts.api.oauth_pages import BACKEND
from accounts.models import User, UserAuthenticationLog, UserSession
from accounts.rules.devices import device_label
from accounts.rules.passwords import LEAST, Confirmed, Letters, Numbers
from accounts.signed_in import ULID
from paymenter.actor import Actor
from paymenter.console.fields import Line, Secret
from paymenter.console.forms import InputForm, fields_of, form_class, refuse
from paymenter.console.site import register_view
from paymenter.errors import Refused
from paymenter.jsonapi.input import Field, Input
from paymenter.laravel.crypt import DecryptError, encrypter
from paymenter.laravel.validation import Max, Min, String

PENDING = "two_factor_pending"
SHOWN = 20


class NameInput(Input):
    first_name = Field(String(), Max(255), required=True)
    last_name = Field(String(), Max(255), required=True)


class PasswordInput(Input):
    current_password = Field(String(), required=True)
    password = Field(String(), Min(LEAST), Letters(), Numbers(), Confirmed(), required=True)
    password_confirmation = Field(String(), required=True)


class ProofInput(Input):
    current_password = Field(String(), required=True)
    code = Field(String(), Max(20), required=True)


def _current() -> Secret:
    field = Secret(label="Current password")
    field.widget.attrs["autocomplete"] = "current-password"
    return field


def _code() -> Line:
    field = Line(label="Code from your app")
    field.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric"}
    return field


_GIVEN: dict[str, Any] = {
    "current_password": _current,
    "password": lambda: Secret(
        label="New password",
        help_text="8 characters or more, a letter"
        " and a number among them. You are signed out everywhere else.",
    ),
    "password_confirmation": lambda: Secret(label="New password again"),
    "code": _code,
}


def _form(input: type[Input], *args: Any, **options: Any) -> Any:
    form = form_class(InputForm, input, fields_of(input, None, User, _GIVEN))
    return form(*args, prefix=input.__name__.lower(), **options)


Deed = Callable[[HttpRequest, User, Any], str]


def _rename(request: HttpRequest, user: User, values: Any) -> str:
    change_profile(user, changes=values, properties={}, actor=Actor.of(request))
    return "Your name is changed."


def _change_password(request: HttpRequest, user: User, values: Any) -> str:
    check_current_password(user, values["current_password"])
    changes = {"password": values["password"]}
    user = change_profile(user, changes=changes, properties={}, actor=Actor.of(request))
    login(request, user, backend=BACKEND)
    return "Your password is changed, and you are signed out everywhere else."


def _start(request: HttpRequest, user: User, values: Any) -> str:
    request.session[PENDING] = encrypter().encrypt_string(two_factor.new_secret())
    return ""


def _enable(request: HttpRequest, user: User, values: Any) -> str:
    secret = _pending(request)
    if secret is None:
        raise Refused("Start again: the code to scan is not there any more.")
    check_current_password(user, values["current_password"])
    user = two_factor.enable_two_factor(user, secret, values["code"], actor=Actor.of(request))
    del request.session[PENDING]
    login(request, user, backend=BACKEND)
    return "Two-factor sign-in is on, and you are signed out everywhere else."


def _disable(request: HttpRequest, user: User, values: Any) -> str:
    check_current_password(user, values["current_password"])
    check_code(user, values["code"])
    user = two_factor.disable_two_factor(user, actor=Actor.of(request))
    login(request, user, backend=BACKEND)
    return "Two-factor sign-in is off."


def _end_session(request: HttpRequest, user: User, values: Any) -> str:
    user_sessions.end_own_session(user, request.POST.get("id", ""), actor=Actor.of(request))
    return "The device is signed out."


def _end_others(request: HttpRequest, user: User, values: Any) -> str:
    user_sessions.end_other_sessions(user, request.session[ULID], actor=Actor.of(request))
    return "All other devices are signed out."


def _forget(request: HttpRequest, user: User, values: Any) -> str:
    user_sessions.forget_address(user, request.POST.get("id", ""), actor=Actor.of(request))
    return "Forgotten. You are told of the next sign-in from there."


DEEDS: dict[str, tuple[Deed, type[Input] | None]] = {
    "rename": (_rename, NameInput),
    "password": (_change_password, PasswordInput),
    "two_factor_start": (_start, None),
    "two_factor_on": (_enable, ProofInput),
    "two_factor_off": (_disable, ProofInput),
    "end_session": (_end_session, None),
    "end_others": (_end_others, None),
    "forget": (_forget, None),
}


@register_view("account", "account/", "")
def account(request: HttpRequest) -> HttpResponse:
    user, bound = cast(User, request.user), None
    if request.method == "POST":
        if request.POST.get("do") not in DEEDS:
            raise Http404
        deed, input = DEEDS[request.POST["do"]]
        bound = _form(input, request.POST) if input else None
        if _done(request, deed, bound):
            return HttpResponseRedirect(reverse("admin:account"))
        user = User.objects.get(pk=user.pk)
    return _page(request, user, bound)


def _done(request: HttpRequest, deed: Deed, form: Any) -> bool:
    if form is not None and not form.is_valid():
        return False
    user = User.objects.select_related("role").get(pk=request.user.pk)
    try:
        with transaction.atomic():
            text = deed(request, user, form.values if form is not None else {})
    except Refused as refused:
        if form is None:
            messages.error(request, str(refused))
            return True
        refuse(form, refused)
        return False
    if text:
        messages.success(request, text)
    return True


def _page(request: HttpRequest, user: User, bound: Any) -> HttpResponse:
    names = {"first_name": user.first_name, "last_name": user.last_name}
    forms = {
        "name_form": _form(NameInput, initial=names),
        "password_form": _form(PasswordInput),
        "proof_form": _form(ProofInput),
    }
    if bound is not None:
        forms[
            {"nameinput": "name_form", "passwordinput": "password_form"}.get(
                bound.prefix, "proof_form"
            )
        ] = bound
    secret = None if user.has_two_factor else _pending(request)
    addresses = UserAuthenticationLog.objects.filter(user=user).order_by("-last_used_at")
    context = {
        **admin.site.each_context(request),
        "title": "My account",
        "person": user,
        **forms,
        "secret": secret,
        "qr": _qr(two_factor.address_of(user, secret)) if secret else "",
        "devices": [_device(each, request) for each in user_sessions.sessions_of(user)[:SHOWN]],
        "addresses": addresses[:SHOWN],
    }
    failed = bound is not None and bound.errors
    answer = TemplateResponse(
        request, "accounts/account.html", context, status=422 if failed else 200
    )
    answer["Cache-Control"] = "no-store, private"
    return answer


def _device(session: UserSession, request: HttpRequest) -> dict[str, Any]:
    return {
        "id": session.pk,
        "label": device_label(session.user_agent or ""),
        "ip_address": session.ip_address,
        "last_activity": session.last_activity,
        "is_current": session.ulid == request.session.get(ULID),
    }


def _pending(request: HttpRequest) -> str | None:
    try:
        kept = request.session.get(PENDING)
        return encrypter().decrypt_string(kept) if kept else None
    except DecryptError:
        return None


def _qr(address: str) -> SafeString:
    """Only squares: no text of the address is in it."""
    drawn = segno.make(address).svg_inline(scale=5, border=3, light="#fff", dark="#000")
    return mark_safe(drawn)  # noqa: S308
