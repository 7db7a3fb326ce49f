"""The tables inside a record's page: an invoice's items, a product's plans with their prices."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.forms.models import BaseModelFormSet, modelformset_factory
from django.http import HttpRequest
from unfold import admin as unfold
from unfold.contrib.inlines.checks import NonrelatedModelAdminChecks

from paymenter.actor import Actor
from paymenter.console import access
from paymenter.console.fields import label_of
from paymenter.console.forms import RecordForm, fields_of, form_class
from paymenter.jsonapi.input import Each, Input
from paymenter.jsonapi.viewset import ResourceViewSet


class RecordFormSet(BaseModelFormSet[Any, Any]):
    """Rows found by the inline, not by a foreign key: many of Laravel's references have none."""

    inline: ClassVar["RecordInline"]

    def __init__(self, *args: Any, instance: Any = None, **options: Any) -> None:
        self.instance = instance
        options.pop("save_as_new", None)
        super().__init__(*args, **options)
        stored = instance is not None and instance.pk is not None
        self._queryset = list(self.inline.rows(instance)) if stored else []

    @classmethod
    def get_default_prefix(cls) -> str:
        return str(cls.inline.prefix)

    def deleted(self, form: Any) -> bool:
        return bool(self.can_delete and self._should_delete_form(form))  # type: ignore[attr-defined]


class RecordInline(unfold.TabularInline):  # type: ignore[misc]
    """Rows of another resource on a record's page.

    viewset: whose resource, rules and actions they are. rows(record): the stored ones.
    owner: the field of a new row that names the record (`invoice_id`).
    part, part_input: the field of the record's own Input that takes the rows (`items`) with a new
      record, and the Input of such a row; whole: an update takes all rows too (Parts).
    fields: those of the Input to show, all by default; readonly_fields: columns or methods.
    """

    viewset: ClassVar[type[ResourceViewSet]]
    owner: ClassVar[str | None] = None
    part: ClassVar[str | None] = None
    part_input: ClassVar[type[Input] | None] = None
    whole: ClassVar[bool] = False
    form_fields: Mapping[str, Any] = {}
    labels: ClassVar[Mapping[str, str]] = {}
    help_texts: ClassVar[Mapping[str, str]] = {}

    checks_class = NonrelatedModelAdminChecks
    extra = 0
    show_change_link = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "viewset" in vars(cls):
            cls.model = cls.viewset.resource.model

    @property
    def prefix(self) -> str:
        return self.part or type(self).__name__.lower()

    def rows(self, record: Any) -> Iterable[Any]:
        """May read `record.<relation>.all()`; ordered."""
        raise NotImplementedError

    def known(self, record: Any) -> dict[str, Any]:
        """What a new row of a stored record is told beside what was typed."""
        return {self.owner: record.pk} if self.owner else {}

    def joins(self, obj: Any) -> bool:
        """Whether the rows are written by the record's own action."""
        return self.part is not None and (self.whole or obj is None or obj.pk is None)

    def input_for(self, obj: Any) -> type[Input]:
        own = self.part_input if self.joins(obj) else None
        return own or self.viewset.input

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        input = self.input_for(obj)
        read = {*self.get_readonly_fields(request, obj)}
        names = tuple(name for name in self.shown(request, obj, input) if name not in read)
        fields = fields_of(input, names, self.model, self.form_fields)
        for name, field in fields.items():
            field.label = self.labels.get(name, field.label or label_of(name))
            field.help_text = self.help_texts.get(name, field.help_text)
            field.widget.attrs.setdefault("aria-label", str(field.label))
        form = form_class(RecordForm, input, fields, self.model)
        formset: Any = modelformset_factory(
            self.model,
            form=_guarded(form, self, request, obj),
            formset=RecordFormSet,
            fields=(),
            extra=self.extra if self.has_add_permission(request, obj) else 0,
            max_num=None if self.has_add_permission(request, obj) else 0,
            can_delete=self.can_delete and self.has_delete_permission(request, obj),
        )
        formset.inline = self
        return formset

    def shown(self, request: HttpRequest, obj: Any, input: type[Input]) -> list[str]:
        if self.fields:
            return [*self.fields]
        nested = [name for name, field in input.fields.items() if isinstance(field, Each)]
        return [name for name in input.fields if name not in nested and name != self.owner]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        input = self.input_for(obj)
        names = self.shown(request, obj, input)
        return [*names, *(n for n in self.get_readonly_fields(request, obj) if n not in names)]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [(None, {"fields": self.get_fields(request, obj)})]

    # Rights: those of the rows' own group

    def may(self, request: HttpRequest, ability: str) -> bool:
        return access.may(request, self.viewset.resource.permission, ability)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if self.part is None and (obj is None or obj.pk is None):
            return False
        return self._writes("create") and self.may(request, "create")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._writes("update") and self.may(request, "update")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._writes("delete") and self.may(request, "delete")

    def _writes(self, verb: str) -> bool:
        return getattr(self.viewset.actions, verb) is not None or self.part is not None

    # Writes

    def parts(self, formset: Any) -> list[dict[str, Any]]:
        """All rows that stay, as the record's own field takes them."""
        found = []
        for form in formset.forms:
            if formset.deleted(form):
                continue
            nested = {
                each.formset.inline.part: each.formset.inline.parts(each.formset)
                for each in getattr(form, "nested_formsets", ())
            }
            if form.instance.pk is not None:
                found.append({"id": form.instance.pk, **form.values, **nested})
            elif form.has_changed() or any(nested.values()):
                found.append({**form.values, **nested})
        return found

    def write(self, request: HttpRequest, record: Any, formset: Any) -> None:
        """Row by row through the actions of the rows' own resource; raises Refused."""
        actor = Actor.of(request)
        for form in formset.forms:
            row = form.instance
            if formset.deleted(form):
                if row.pk is not None:
                    self.write_action(request, "destroy")(row, actor=actor)
            elif row.pk is not None:
                if form.values:
                    self.write_action(request, "update")(row, actor=actor, **form.values)
            elif form.has_changed():
                values = {**form.values, **self.known(record)}
                self.write_action(request, "create")(actor=actor, **values)

    def write_action(self, request: HttpRequest, name: str) -> Callable[..., Any]:
        action: Callable[..., Any] = access.viewset_for(self.viewset, request, name).written()
        return action


class StackedRecordInline(RecordInline):
    """The same with a box for each row."""

    template = unfold.StackedInline.template


def has_changed(formset: Any) -> bool:
    """Also where only a row of a row did."""
    nested = (n.formset for form in formset.forms for n in getattr(form, "nested_formsets", ()))
    return formset.has_changed() or any(map(has_changed, nested))


def _guarded(form: type[Any], inline: RecordInline, request: HttpRequest, obj: Any) -> type[Any]:
    """Rows that the person may not write count as unchanged, whatever the browser sends; a new
    row of a record that names its owner is told whose it is before the rules are asked."""
    may_add = inline.has_add_permission(request, obj)
    may_change = inline.has_change_permission(request, obj)
    known = inline.known(obj) if obj is not None and obj.pk else {}

    class Guarded(form):  # type: ignore[misc]
        def has_changed(self) -> bool:
            allowed = may_add if self.is_new else may_change
            return allowed and super().has_changed()

        def _post_clean(self) -> None:
            if self.is_new and known:
                self.input: Any = partial_input(form.input, known)
            super()._post_clean()

    return Guarded


def partial_input(input: type[Input], known: Mapping[str, Any]) -> Any:
    """The Input where some values are known already."""

    class Known:
        fields = input.fields
        update = input.update
        create = staticmethod(partial(_create, input, known))

    return Known


def _create(input: type[Input], known: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
    return input.create({**data, **known})
