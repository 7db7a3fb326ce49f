"""Forms made of the API's Inputs: the same fields, the same rules, the same words."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models

from paymenter.console.fields import form_field, is_shown, label_of, settle_empty
from paymenter.errors import Refused
from paymenter.jsonapi.input import Input


class InputForm(forms.Form):
    """What a verb asks for. After is_valid(), `values` is what the Input made of it."""

    input: ClassVar[type[Input]]
    values: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            self.values = self.input.create(sent(self, cleaned))
        except Refused as refused:
            refuse(self, refused)
        return cleaned


class RecordForm(forms.ModelForm[Any]):
    """A record's page. A change sends only what was changed, as a PATCH would: what somebody else
    changed meanwhile stays, and an old value that the rules would refuse today may remain."""

    input: ClassVar[type[Input]]
    refusal: Refused | None = None  # of the action, when the rules had let it pass
    values: dict[str, Any]

    class Meta:
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        instance = options.get("instance")
        stored = instance is not None and not instance._state.adding
        initial = initial_of(instance, self.base_fields) if stored else self._defaults()
        options["initial"] = {**initial, **(options.get("initial") or {})}
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            rule = self.input.fields.get(name)
            field.disabled = field.disabled or (stored and rule is not None and rule.create_only)

    def _defaults(self) -> dict[str, Any]:
        fields = self.input.fields
        return {
            name: fields[name].default
            for name in self.base_fields
            if name in fields and fields[name].has_default
        }

    @property
    def is_new(self) -> bool:
        return bool(self.instance._state.adding)  # keys may be there already, such as UUIDs

    def _post_clean(self) -> None:
        """The Input's rules in place of the model's."""
        self.values = {}
        if self.errors or self._is_deleted():
            return
        try:
            if self.is_new:
                self.values = self.input.create(sent(self, self.cleaned_data))
            else:
                changes = {name: self.cleaned_data[name] for name in self.changed_data}
                changes.pop("DELETE", None)
                self.values = self.input.update(nested(changes), self.instance)
        except Refused as refused:
            refuse(self, refused)
        if self.refusal is not None:
            refuse(self, self.refusal)

    def _is_deleted(self) -> bool:
        return bool(self.cleaned_data.get("DELETE"))


def sent(form: Any, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a create: boxes left empty are not sent unless empty means something."""
    rules = form.input.fields
    body = nested({name: value for name, value in cleaned.items() if "." in name})
    for name, value in cleaned.items():
        field = rules.get(name)
        if field is None:
            continue
        if value in ("", None, []) and not field.required and not field.nullable:
            continue
        if value in ("", None) and field.has_default and not field.nullable:
            continue
        body[name] = value
    return body


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """A box named `settings.host` is the key `host` of the object `settings`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        owner, _, key = name.partition(".")
        if key:
            found.setdefault(owner, {})[key] = value
        else:
            found[name] = value
    return found


def refuse(form: forms.BaseForm, refused: Refused) -> None:
    """Each text at its box; what belongs to none of them on top."""
    for name, texts in refused.errors.items():
        target = name if name in form.fields else name.partition(".")[0]
        for text in texts:
            form.add_error(target if target in form.fields else None, text)
    if not refused.errors:
        form.add_error(None, str(refused))


def initial_of(record: Any, names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _initial(record, name) for name in names if "." not in name}


def _initial(record: Any, name: str) -> Any:
    value: Any = getattr(record, name, None)
    if hasattr(value, "get_queryset"):
        return [each.pk for each in value.all()]
    return value


def fields_of(
    input: type[Input],
    names: tuple[str, ...] | None,
    model: type[models.Model] | None,
    given: Mapping[str, Any],
) -> dict[str, forms.Field]:
    """The form fields of an Input; `given` are those that a page declares itself (or makes)."""
    wanted = names if names is not None else tuple(input.fields)
    made = {}
    for name in wanted:
        if name in given:
            field = given[name]
            made[name] = field() if callable(field) else field
            made[name].label = made[name].label or label_of(name)
            settle_empty(made[name], input.fields.get(name))
        elif name in input.fields and is_shown(input.fields[name]):
            made[name] = form_field(name, input.fields[name], model)
    return made


def form_class(
    base: type[Any],
    input: type[Input],
    fields: Mapping[str, forms.Field],
    model: type[models.Model] | None = None,
) -> Any:
    body: dict[str, Any] = {"input": input, **fields}
    if model is not None:
        body["Meta"] = type("Meta", (), {"model": model, "fields": ()})
    return type(f"{input.__name__}Form", (base,), body)
