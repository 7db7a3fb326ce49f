"""The same for many records of a list, each in its own transaction, with a bar that shows how far.

The page holds the ids that were chosen and sends them in slices: a request never runs long, and
what one record refuses stops none of the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from paymenter.actor import Actor
from paymenter.console import access
from paymenter.console.verbs import Verb
from paymenter.errors import Refused

if TYPE_CHECKING:
    from paymenter.console.records import RecordAdmin

MOST = 10_000  # records of one go
SLICE = 20
DELETE = "delete"


@dataclass(frozen=True)
class Deed:
    """One entry of a list's menu."""

    name: str
    title: str
    may: Callable[[HttpRequest], bool]
    verb: Verb | None = None

    def do(self, admin: "RecordAdmin", request: HttpRequest, record: Any, form: Any) -> None:
        """Raises Refused."""
        if self.verb is None:
            admin.write_action(request, "destroy")(record, actor=Actor.of(request))
        elif not self.verb.when(record):
            raise Refused(f"“{self.title}” is not possible for this one.")
        else:
            self.verb.carry_out(request, record, form.values)


def deeds(admin: "RecordAdmin") -> list[Deed]:
    found = [Deed(v.name, v.title, v.may, v) for v in admin.verbs if v.bulk]
    if admin.viewset.actions.delete is not None and getattr(admin, "bulk_delete", True):
        name = f"Delete the chosen {admin.opts.verbose_name_plural}"
        resource = admin.viewset.resource
        found.append(Deed(DELETE, name, lambda r: access.may_delete_many(r, resource)))
    return found


def actions(admin: "RecordAdmin", request: HttpRequest) -> dict[str, Any]:
    """As Django's lists want them: by name, function, name and text."""
    return {
        deed.name: (_asker(deed), deed.name, deed.title)
        for deed in deeds(admin)
        if deed.may(request)
    }


def run(admin: "RecordAdmin", request: HttpRequest, name: str) -> JsonResponse:
    """One slice: `{"ids": [...], "form": "type=immediate"}`; answers what was refused and why."""
    deed = next((each for each in deeds(admin) if each.name == name), None)
    if deed is None or request.method != "POST":
        raise Http404
    if not deed.may(request):
        raise PermissionDenied
    asked = orjson.loads(request.body)
    form = deed.verb.form(QueryDict(asked.get("form", ""))) if deed.verb else None
    if form is not None and not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    ids = [str(each) for each in asked["ids"]][:SLICE]
    return JsonResponse({"refused": list(_refused(admin, request, deed, ids, form))})


def _refused(
    admin: "RecordAdmin", request: HttpRequest, deed: Deed, ids: Sequence[str], form: Any
) -> Any:
    records = {str(each.pk): each for each in admin.get_queryset(request).filter(pk__in=ids)}
    for key in ids:
        if (record := records.get(key)) is None:
            yield {"label": key, "text": "It is not there any more."}
            continue
        try:
            with transaction.atomic():
                deed.do(admin, request, record, form)
        except Refused as refused:
            yield {"label": str(record), "text": str(refused)}


def _asker(deed: Deed) -> Callable[..., HttpResponse]:
    def ask(admin: "RecordAdmin", request: HttpRequest, chosen: Any) -> HttpResponse:
        ids = list(chosen.order_by("pk").values_list("pk", flat=True)[:MOST])
        opts = admin.opts
        form = deed.verb.form() if deed.verb else None
        context = {
            **admin.admin_site.each_context(request),
            "title": deed.title,
            "opts": opts,
            "deed": deed,
            "form": form,
            "media": admin.media + (form.media if form else admin.media),
            "ids": ids,
            "count": len(ids),
            "slice": SLICE,
            "address": reverse(f"admin:{opts.app_label}_{opts.model_name}_bulk", args=[deed.name]),
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "console/bulk.html", context)

    return ask
