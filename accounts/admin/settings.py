"""The settings page: one group at a time, whose name stands in the address."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.actions.settings import change_settings
from accounts.actions.system_mails import send_test_mail
from accounts.admin.setting_texts import GROUPS, LANGUAGES, help_of, name_of
from paymenter import catalogue, options, public_files
from paymenter.actor import Actor
from paymenter.catalogue import FILE, FLAG, Option
from paymenter.console import access
from paymenter.console.fields import Choice, StoredSecret, form_field, settle_empty
from paymenter.console.files import Image
from paymenter.console.forms import refuse
from paymenter.console.site import register_view
from paymenter.errors import Refused
from paymenter.jsonapi.input import Input
from paymenter.seed.countries import COUNTRIES
from paymenter.seed.settings import defaults

# Paymenter stores a logo under one name whatever it is; ours have the ending of what they are.
FILES = {"logo": "logo-light", "logo_dark": "logo-dark", "favicon": "favicon"}


class SettingsForm(forms.Form):
    """After is_valid(), `changes` holds what was changed, by key, as the settings take it."""

    changes: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.changes = {}
        for key in self.changed_data:
            if key not in cleaned:
                continue
            try:
                self.changes[key] = _value(catalogue.options()[key], cleaned[key])
            except Refused as refused:
                for texts in refused.errors.values():
                    self.add_error(key, texts)
        return cleaned


@register_view("settings", "settings/", "settings.view")
def page(request: HttpRequest) -> HttpResponse:
    group = request.GET.get("group", "general")
    if group not in GROUPS:
        raise Http404
    may_change = access.may(request, "settings", "update")
    form = _form(group, may_change, request)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid() and _saved(request, form):
            messages.success(request, _said(len(form.changes)))
            return HttpResponseRedirect(_address(group))
    return _page(request, group, form, may_change)


@register_view("test_mail", "settings/test-mail/", "settings.update")
def test_mail(request: HttpRequest) -> HttpResponse:
    """At once, by what is stored; what goes wrong is said with a hint."""
    if request.method != "POST":
        raise Http404
    try:
        address = send_test_mail(request.POST.get("email", "").strip() or None)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"A test mail was sent to {address}.")
    return HttpResponseRedirect(_address("mail"))


def _saved(request: HttpRequest, form: SettingsForm) -> bool:
    try:
        change_settings(form.changes, actor=Actor.of(request))
    except Refused as refused:
        refuse(form, refused)
    return not form.errors


def _said(count: int) -> str:
    if not count:
        return "Nothing was changed."
    return f"The settings are saved ({count} changed)."


def _page(
    request: HttpRequest, group: str, form: SettingsForm, may_change: bool
) -> TemplateResponse:
    from django.contrib import admin  # noqa: PLC0415 (its pages import this module)

    context = {
        **admin.site.each_context(request),
        "title": "Settings",
        "subtitle": GROUPS[group],
        "groups": [(key, title, key == group) for key, title in GROUPS.items()],
        "group": group,
        "form": form,
        "media": form.media,
        "may_change": may_change,
        "notices_to": options.get("system_email_address") or "",
    }
    status = 422 if form.is_bound and form.errors else 200
    return TemplateResponse(request, "console/settings.html", context, status=status)


def _form(group: str, may_change: bool, request: HttpRequest) -> SettingsForm:
    options.forget()
    stored = {**defaults("", ""), **options.read()}  # as Paymenter takes what was never stored
    found = [option for option in catalogue.options().values() if option.group == group]
    fields = {option.key: _field(option, stored, may_change) for option in found}
    initial = {option.key: _initial(option, stored.get(option.key)) for option in found}
    kind = type("GroupForm", (SettingsForm,), fields)
    bound = (request.POST, request.FILES) if request.method == "POST" else ()
    form: SettingsForm = kind(*bound, initial=initial)
    return form


def _initial(option: Option, value: Any) -> Any:
    if option.kind == FILE:
        return value
    return option.shown(value)


def _field(option: Option, stored: Mapping[str, Any], may_change: bool) -> forms.Field:
    made = _made(option, stored.get(option.key))
    made.label, made.help_text = name_of(option.key), help_of(option.key)
    made.disabled = not may_change
    needed = option.needed({**stored, option.key: None}) and option.kind != FLAG
    made.widget.is_required = needed
    return made


def _made(option: Option, value: Any) -> forms.Field:
    if option.kind == FILE:
        return _file(option.key)
    if option.is_secret:
        return StoredSecret(is_set=value not in (None, ""))
    made = form_field(option.key, option.field, None)
    settle_empty(made, option.field)
    if isinstance(made, Choice) and option.key in _NAMED:
        offered, named = made.choices, _NAMED[option.key]
        return Choice(lambda: [(value, named(value)) for value, _ in offered()])
    return made


_NAMED: Mapping[str, Callable[[str], str]] = {
    "timezone": lambda name: name.replace("_", " "),
    "app_language": lambda code: f"{LANGUAGES.get(code, code)} ({code})",
    "seller_country": lambda code: COUNTRIES.get(code, code),
    "default_currency": str,
    "mail_encryption": str.upper,
}


def _file(key: str) -> Image:
    kinds = public_files.ICONS if key == "favicon" else public_files.LOGOS

    def store(content: bytes) -> str:
        return public_files.store(content, FILES[key], kinds)

    return Image(store, kinds)


def _value(option: Option, value: Any) -> Any:
    """Raises Refused on the key. A file's path comes from us and not from a box."""
    if option.kind == FILE:
        return value
    own: type[Input] = type("Value", (Input,), {option.key: option.field})
    return own.create({option.key: value})[option.key]


def _address(group: str) -> str:
    return f"{reverse('admin:settings')}?group={group}"
