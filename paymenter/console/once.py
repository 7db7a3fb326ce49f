"""A secret that is shown once, on the page after the one that made it.

On its way there it lies in the session, encrypted, and is taken out when it is shown.
"""

from dataclasses import asdict, dataclass
from typing import Any

import orjson
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from paymenter.console.site import register_view
from paymenter.laravel.crypt import DecryptError, encrypter

KEPT = "console_once"


@dataclass(frozen=True, slots=True)
class Secret:
    """text explains what `value` is for; back is where one goes from there."""

    title: str
    text: str
    value: str
    back: str = ""


def keep(request: HttpRequest, secret: Secret) -> str:
    """The address of the page that shows it."""
    request.session[KEPT] = encrypter().encrypt_string(orjson.dumps(asdict(secret)).decode())
    return reverse("admin:once")


@register_view("once", "once/", "")
def page(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Shown once",
        "secret": _taken(request),
    }
    answer = TemplateResponse(request, "console/once.html", context)
    answer["Cache-Control"] = "no-store, private"
    return answer


def _taken(request: HttpRequest) -> Secret | None:
    kept = request.session.pop(KEPT, None)
    try:
        return Secret(**orjson.loads(encrypter().decrypt_string(kept))) if kept else None
    except DecryptError:
        return None
