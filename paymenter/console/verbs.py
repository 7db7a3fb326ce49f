"""What can be done with a record beside changing it: the API's commands as buttons.

verbs = (
    Verb(SuspendService, icon="pause", when=lambda service: service.status == "active"),
    Verb(CancelService, icon="event_busy"),
)

A button opens a page that says what will happen, asks for what the command's Input needs and
carries it out. Without its permission, or where `when` says no, there is no button and no page.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.enums import ActionVariant

from paymenter.actor import Actor
from paymenter.console import access, once
from paymenter.console.forms import InputForm, fields_of, form_class, refuse
from paymenter.errors import Refused
from paymenter.jsonapi.commands import Command
from paymenter.jsonapi.viewset import ResourceViewSet

if TYPE_CHECKING:
    from paymenter.console.records import RecordAdmin

TEMPLATE = "console/verb.html"


def _always(record: Any) -> bool:
    return True


@dataclass(frozen=True)
class Verb:
    """command: a Command of the API about one record.

    label: of the button, by default the command's summary; done: what is said afterwards.
    when: whether it makes sense for this record. dangerous: drawn in red.
    bulk: also for the chosen rows of a list. fields: which of the Input's, all by default.
    fields_of(record): form fields that depend on the record (the payments of an invoice).
    preview(request, record, values): sentences that are shown, and confirmed, before it is done.
    after(record, result): where to go then, the record's own page by default.
    reveals(record, result): what of it is shown once (paymenter.console.once).
    """

    command: type[Command]
    label: str = ""
    icon: str = "bolt"
    done: str = ""
    when: Callable[[Any], bool] = _always
    dangerous: bool = False
    bulk: bool = False
    form_fields: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] | None = None
    initial: Callable[[Any], Mapping[str, Any]] = lambda record: {}
    fields_of: Callable[[Any], Mapping[str, Any]] = lambda record: {}
    preview: Callable[[HttpRequest, Any, Mapping[str, Any]], Sequence[str]] | None = None
    after: Callable[[Any, Any], str | None] = lambda record, result: None
    reveals: Callable[[Any, Any], once.Secret] | None = None

    @property
    def name(self) -> str:
        """SuspendService is suspend_service."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.command.__name__).lower()

    @property
    def title(self) -> str:
        return self.label or self.command.summary

    @property
    def success(self) -> str:
        return self.done or f"Done: {self.title[0].lower()}{self.title[1:]}."

    def may(self, request: HttpRequest) -> bool:
        return access.may(request, self.command.permission_group(), self.command.ability)

    def form(self, *args: Any, record: Any = None, **options: Any) -> Any:
        input = self.command.input
        own = self.fields_of(record) if record is not None else {}
        given = {**self.form_fields, **own}
        fields = fields_of(input, self.fields, self.command.resource.model, given)
        return form_class(InputForm, input, fields)(*args, **options)

    def carry_out(self, request: HttpRequest, record: Any, values: Mapping[str, Any]) -> Any:
        """Raises Refused."""
        view = access.viewset_for(self.command, request, "run")
        return view.carry_out(record, values, Actor.of(request))


def creation(
    viewset: type[ResourceViewSet], name: str, *, owner: str, summary: str, more: str = ""
) -> type[Command]:
    """A new record of another resource about this one, as a command for a Verb: a refund of an
    invoice. owner: the field of its Input that names this record."""

    def carry_out(view: Command, record: Any, values: Mapping[str, Any], actor: Actor) -> Any:
        request = view.request._request
        action = access.viewset_for(viewset, request, "create").written()
        return action(actor=actor, **{**values, owner: record.pk})

    input = type(f"{name}Input", (viewset.input,), {"without": frozenset({owner})})
    body = {
        "resource": viewset.resource,
        "path": "",
        "ability": "create",
        "summary": summary,
        "more": more,
        "input": input,
        "carry_out": carry_out,
    }
    return type(name, (Command,), body)


class Button:
    """One verb of one page, as the theme wants its methods."""

    attrs: Mapping[str, Any] = {}
    dialog = None

    def __init__(self, admin: "RecordAdmin", verb: Verb) -> None:
        self.admin, self.verb = admin, verb
        self.__name__ = verb.name
        self.short_description = verb.title
        self.icon = verb.icon
        self.variant = ActionVariant.DANGER if verb.dangerous else ActionVariant.DEFAULT
        self.url_path = verb.name.replace("_", "-")

    def is_open(self, request: HttpRequest, record: Any) -> bool:
        return record is not None and self.verb.may(request) and self.verb.when(record)

    def __call__(self, request: HttpRequest, object_id: str) -> HttpResponse:
        record = record_of(self.admin, request, object_id)
        if record is None:
            raise Http404
        if not self.verb.may(request):
            raise PermissionDenied
        if not self.verb.when(record):
            messages.warning(request, f"“{self.verb.title}” is not possible any more.")
            return HttpResponseRedirect(_page_of(self.admin, record))
        return _answer(self.admin, self.verb, request, record)


def bind(admin: "RecordAdmin") -> list[Any]:
    """The names of the buttons of a page, each a method of it; more than four go into a menu."""
    own = list(admin.actions_detail)
    for verb in admin.verbs:
        setattr(admin, verb.name, Button(admin, verb))
    names = [verb.name for verb in admin.verbs]
    if len(names) + len(own) <= MOST_BUTTONS:
        return [*own, *names]
    first = MOST_BUTTONS - 1 - len(own)
    more = {"title": "More", "icon": "more_horiz", "items": names[first:]}
    return [*own, *names[:first], more]


MOST_BUTTONS = 4


def record_of(admin: "RecordAdmin", request: HttpRequest, object_id: str) -> Any:
    """Read once for each request."""
    known: dict[str, Any] = request.__dict__.setdefault("_console_records", {})
    key = f"{admin.opts.label_lower}:{object_id}"
    if key not in known:
        known[key] = admin.get_object(request, object_id)
    return known[key]


def _answer(admin: "RecordAdmin", verb: Verb, request: HttpRequest, record: Any) -> HttpResponse:
    if request.method != "POST":
        initial = {**verb.initial(record), **request.GET.dict()}
        return _ask(admin, verb, request, record, verb.form(initial=initial, record=record))
    form = verb.form(request.POST, record=record)
    preview: Sequence[str] = ()
    if form.is_valid():
        try:
            if verb.preview and request.POST.get("confirmed") != _digest(form.values):
                preview = verb.preview(request, record, form.values)
            else:
                result = verb.carry_out(request, record, form.values)
                return HttpResponseRedirect(_then(admin, verb, request, record, result))
        except Refused as refused:
            refuse(form, refused)
    return _ask(admin, verb, request, record, form, preview)


def _then(admin: "RecordAdmin", verb: Verb, request: HttpRequest, record: Any, result: Any) -> str:
    if verb.reveals is not None:
        secret = replace(verb.reveals(record, result), back=_page_of(admin, record))
        return once.keep(request, secret)
    messages.success(request, verb.success)
    return verb.after(record, result) or _page_of(admin, record)


def _digest(values: Mapping[str, Any]) -> str:
    """What was confirmed is what is done."""
    return sha256(repr(sorted(values.items())).encode()).hexdigest()


def _ask(
    admin: "RecordAdmin",
    verb: Verb,
    request: HttpRequest,
    record: Any,
    form: Any,
    preview: Sequence[str] = (),
) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": verb.title,
        "subtitle": str(record),
        "opts": admin.opts,
        "verb": verb,
        "form": form,
        "media": admin.media + form.media,
        "record": record,
        "back": _page_of(admin, record),
        "is_previewed": verb.preview is not None,
        "preview": preview,
        "confirmed": _digest(form.values) if preview else "",
    }
    return TemplateResponse(request, TEMPLATE, context, status=422 if form.errors else 200)


def _page_of(admin: "RecordAdmin", record: Any) -> str:
    return admin.address_of(record)
