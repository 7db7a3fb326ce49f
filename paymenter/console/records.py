"""The pages of a resource: its list and its records, over the viewset that the API serves.

@admin.register(TaxRate)
class TaxRateAdmin(RecordAdmin):
    viewset = TaxRateViewSet
    list_display = ("name", "rate", "country")

The form is made of the viewset's Input, a save calls its actions, and who may do what is asked of
its permissions, so that the console can do nothing that the API could not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets, quote
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin as ThemedModelAdmin

from paymenter.actor import Actor
from paymenter.console import access, history, once, tabs, verbs
from paymenter.console.fields import is_shown, label_of
from paymenter.console.forms import RecordForm, fields_of, form_class, initial_of
from paymenter.console.inlines import RecordInline, has_changed
from paymenter.console.lists import RecordList
from paymenter.console.panels import Note, Panel, shown_panels
from paymenter.console.verbs import Verb
from paymenter.errors import Refused
from paymenter.jsonapi.input import Each, Input
from paymenter.jsonapi.viewset import ResourceViewSet


class RecordAdmin(RecordList, ThemedModelAdmin):  # type: ignore[misc]
    """A page of declarations.

    viewset: whose resource, rules and actions these are.
    fields or fieldsets: names of the Input's fields, and of columns or methods that are shown only
      (readonly_fields). By default all of the Input's.
    add_fields: those of a new record, where they differ.
    form_fields: form fields of their own for names of the Input (a class, function or field).
    labels, help_texts: by name.
    verbs: what else can be done with a record (paymenter.console.verbs).
    panels: tables of what belongs to a record, below its form (paymenter.console.panels).
    """

    viewset: ClassVar[type[ResourceViewSet]]
    form_fields: ClassVar[Mapping[str, Any]] = {}
    add_fields: ClassVar[Sequence[str] | None] = None
    labels: ClassVar[Mapping[str, str]] = {}
    help_texts: ClassVar[Mapping[str, str]] = {}
    verbs: ClassVar[Sequence[Verb]] = ()
    panels: ClassVar[Sequence[Panel]] = ()
    actions_detail: Sequence[Any] = ()
    audited: ClassVar[Sequence[str]] = ()  # relations whose audits the record's history shows too

    warn_unsaved_form = True
    compressed_fields = True
    ordering: Sequence[str] = ("-pk",)
    view_on_site = False
    change_form_outer_before_template = "console/notes.html"
    change_form_outer_after_template = "console/panels.html"
    change_form_template = "console/change_form.html"

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.actions_detail = verbs.bind(self)
        for each in [*self._get_base_actions_detail(), *self._get_base_actions_list()]:
            asks = getattr(each.method, "allowed_permissions", None)
            if not asks and not isinstance(each.method, verbs.Button):
                raise ImproperlyConfigured(f"{each.action_name} asks for no permission.")

    def address_of(self, record: Any) -> str:
        """Of the page that links to the record lead to."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[quote(record.pk)])

    # What the API says

    @property
    def group(self) -> str:
        return self.viewset.resource.permission

    @property
    def own_input(self) -> type[Input]:
        """Of records that nobody writes: none."""
        return getattr(self.viewset, "input", Input)

    def may(self, request: HttpRequest, ability: str) -> bool:
        return access.may(request, self.group, ability)

    def _writes(self, verb: str) -> bool:
        return getattr(self.viewset.actions, verb) is not None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Without a record: the list, for which Paymenter has a permission of its own."""
        return self.may(request, "view") or (obj is None and self.may(request, "viewAny"))

    def has_view_or_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._writes("create") and self.may(request, "create")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._writes("update") and self._may_both(request, "update")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._writes("delete") and self._may_both(request, "delete")

    def _may_both(self, request: HttpRequest, ability: str) -> bool:
        """A page shows the record that it changes; who may not see it may use the API."""
        return self.may(request, "view") and self.may(request, ability)

    def write_action(self, request: HttpRequest, name: str) -> Callable[..., Any]:
        """name: create, update or destroy."""
        action: Callable[..., Any] = access.viewset_for(self.viewset, request, name).written()
        return action

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Read once for a page that is looked at."""
        if request.method != "GET" or from_field is not None:
            return super().get_object(request, object_id, from_field)
        known: dict[str, Any] = request.__dict__.setdefault("_console_objects", {})
        key = f"{self.opts.label_lower}:{object_id}"
        if key not in known:
            known[key] = super().get_object(request, object_id)
        return known[key]

    # Forms

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None and self.add_fields is not None:
            return [*self.add_fields]
        if self.fields:
            return [*self.fields]
        input = self.own_input.fields
        own = [name for name, field in input.items() if is_shown(field)]
        return [*own, *(name for name in self.readonly_fields if name not in own)]

    def sets(self, request: HttpRequest, obj: Any) -> Any:
        """The fieldsets, where they depend on the record."""
        return self.fieldsets

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of somebody who may only look: what stands behind an id in place of the id."""
        fieldsets = self.sets(request, obj)
        if not fieldsets or (obj is None and self.add_fields is not None):
            fieldsets = ((None, {"fields": self.get_fields(request, obj)}),)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [(title, self._to_read(title, options)) for title, options in fieldsets]

    def _to_read(self, title: Any, options: dict[str, Any]) -> dict[str, Any]:
        names = flatten_fieldsets([(title, options)])  # type: ignore[list-item]
        return {**options, "fields": [self._shown(name) for name in names]}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """And what only a new record takes."""
        names = flatten_fieldsets(self.get_fieldsets(request, obj))
        input = self.own_input.fields
        fixed = [
            name for name in names if obj is not None and name in input and input[name].create_only
        ]
        known = {**input, **self.form_fields, **self.more_fields(request, obj)}
        foreign = [name for name in names if name not in known]
        return [*dict.fromkeys([*self.readonly_fields, *fixed, *foreign])]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        read = {*self.get_readonly_fields(request, obj)}
        names = flatten_fieldsets(self.get_fieldsets(request, obj))
        wanted = tuple(name for name in names if name not in read)
        given = {**self.form_fields, **self.more_fields(request, obj)}
        fields = fields_of(self.own_input, wanted, self.model, given)
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label or label_of(name))
            field.help_text = self.help_texts.get(name, field.help_text)
        form = form_class(RecordForm, self.own_input, fields, self.model)
        form._meta.labels = {**{name: self._label(name) for name in read}, **self.labels}
        form._meta.help_texts = dict(self.help_texts)
        form.refusal = getattr(request, "_refusal", None)
        form.input = self.input_for(request, obj)
        return form

    def _label(self, name: str) -> str:
        own = getattr(getattr(type(self), name, None), "short_description", None)
        return str(own or label_of(name))

    def more_fields(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """Form fields that depend on the record, as `form_fields`; one named `settings.host` is
        the key `host` of the Input's `settings`. Asked several times a request."""
        return {}

    def input_for(self, request: HttpRequest, obj: Any) -> Any:
        """The rules of the form; a page may know some values already."""
        return self.own_input

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?user_id=7` fills the box of a new record."""
        return dict(request.GET.items())

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What an action refuses takes all back, and is shown in the form."""
        try:
            with transaction.atomic():
                answer: HttpResponse = super().changeform_view(
                    request, object_id, form_url, extra_context
                )
                return answer
        except Refused as refused:
            request._refusal = refused  # type: ignore[attr-defined]
            again: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
            return again

    # Writes

    def save_form(self, request: HttpRequest, form: RecordForm, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: the rows of the inlines may belong to the same action."""

    def save_related(
        self, request: HttpRequest, form: RecordForm, formsets: list[Any], change: bool
    ) -> None:
        """Raises Refused."""
        values = dict(form.values)
        later = []
        for formset in formsets:
            inline: RecordInline = formset.inline
            if not inline.joins(form.instance):
                later.append(formset)
            elif has_changed(formset):
                values[str(inline.part)] = inline.parts(formset)
        record = self.write(request, form.instance, values, change)
        form.instance.__dict__.update(record.__dict__)
        for formset in later:
            if has_changed(formset):
                formset.inline.write(request, record, formset)
        form.save_m2m = lambda: None  # type: ignore[method-assign]

    def write(self, request: HttpRequest, record: Any, values: dict[str, Any], change: bool) -> Any:
        actor = Actor.of(request)
        if not change:
            made = self.write_action(request, "create")(actor=actor, **values)
            record, request._secret = self.made(made)  # type: ignore[attr-defined]
            return record
        if not values:
            return record
        return self.write_action(request, "update")(record, actor=actor, **values) or record

    def made(self, result: Any) -> tuple[Any, once.Secret | None]:
        """The new record of what `create` gave back, and what of it is shown once."""
        return result, None

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        secret: once.Secret | None = getattr(request, "_secret", None)
        if secret is None:
            answer: HttpResponse = super().response_add(request, obj, post_url_continue)
            return answer
        shown = replace(secret, back=secret.back or self.address_of(obj))
        return HttpResponseRedirect(once.keep(request, shown))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.write_action(request, "destroy")(obj, actor=Actor.of(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                answer: HttpResponse = super().delete_view(request, object_id, extra_context)
                return answer
        except Refused as refused:
            messages.error(request, str(refused))
            back: HttpResponse = self.response_post_save_change(
                request, self.get_object(request, object_id)
            )
            return back

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes along is the database's and the action's business: no walk over all tables."""
        shown = [f"{self.opts.verbose_name.capitalize()}: {each}" for each in objs]
        return shown, {}, set(), []

    def construct_change_message(self, *args: Any) -> str:
        return ""

    def log_addition(self, *args: Any) -> None:
        """The actions write Paymenter's audits; Django's own log stays empty."""

    log_change = log_addition
    log_deletions = log_addition

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return history.page(self, request, object_id)

    # Verbs

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        record = verbs.record_of(self, request, object_id)
        open = [
            each
            for each in self._get_base_actions_detail()
            if not isinstance(each.method, verbs.Button) or each.method.is_open(request, record)
        ]
        found: list[Any] = self._filter_unfold_actions_by_permissions(request, open, object_id)
        return found

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **opts: Any
    ) -> Any:
        context["show_save_and_add_another"] = False
        record = context.get("original")
        if record is not None:
            context["notes"] = list(self.notes(request, record))
            context["panels"] = shown_panels(self, request, record)
        context.update(tabs.context_of(self.opts, context))
        return super().render_change_form(request, context, *args, **opts)

    def notes(self, request: HttpRequest, record: Any) -> Iterable[Note]:
        """What one should know before one touches this record."""
        return ()

    def get_panels(self, request: HttpRequest, record: Any) -> Sequence[Panel]:
        return self.panels

    @staticmethod
    def parts_of(input: Any) -> list[str]:
        return [name for name, field in input.fields.items() if isinstance(field, Each)]

    def _shown(self, name: str) -> str:
        """`user_id` is shown as `user`, which is a name and a link; a page may have its own way to
        show what its form asks for."""
        if hasattr(self, f"{name}_shown"):
            return f"{name}_shown"
        found = next((f for f in self.model._meta.fields if f.attname == name), None)
        return found.name if found is not None else name


class ReadOnlyAdmin(RecordAdmin):
    """Records that nobody writes: logs and the like. Shows `fields`, columns or methods."""

    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


__all__ = ["ReadOnlyAdmin", "RecordAdmin", "initial_of"]
