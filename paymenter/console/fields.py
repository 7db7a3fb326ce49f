"""What staff type, from what the API takes: a form field for each field of an Input.

A form field only carries the value; the Input's own rules refuse it, in the same words as the API.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cache
from time import monotonic
from typing import Any

from django import forms
from django.db import models
from django.urls import reverse
from unfold import widgets

from paymenter.db import fields as columns
from paymenter.db import zone
from paymenter.jsonapi.input import Date, Each, Exists
from paymenter.jsonapi.input import Field as InputField
from paymenter.jsonapi.nested import Ids
from paymenter.laravel.validation import (
    Boolean,
    Email,
    In,
    Integer,
    Max,
    Numeric,
    Rule,
    Texts,
    Url,
)

FRESH = 0.5  # seconds
LINE = 255  # what is longer gets an area

_SELECT = "Select value"
_WORDS = {
    "api": "API",
    "oauth": "OAuth",
    "id": "ID",
    "ip": "IP",
    "url": "URL",
    "css": "CSS",
    "tos": "Terms of service",
}


def label_of(name: str) -> str:
    """`currency_code` is Currency, `ip_addresses` IP addresses."""
    words = name.removesuffix("_id").removesuffix("_code").split("_")
    first, *rest = [_WORDS.get(word, word) for word in words]
    return " ".join([first if first in _WORDS.values() else first.capitalize(), *rest])


def value_label(value: str) -> str:
    """`end_of_period` is End of period."""
    return str(value).replace("_", " ").replace("-", " ").capitalize()


class Value(forms.Field):
    """`empty` is what an empty box means; the Input says whether that will do."""

    def __init__(self, *, empty: Any = "", **options: Any) -> None:
        self.empty = empty
        super().__init__(required=False, **options)

    def to_python(self, value: Any) -> Any:
        return self.empty if value in self.empty_values else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))

    def prepare_value(self, value: Any) -> Any:
        return value


class Line(Value):
    widget = widgets.UnfoldAdminTextInputWidget

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _text(self.prepare_value(initial)) != _text(data)


class Amount(Line):
    """A number as it was typed: 10.00 and 10 are the same."""

    widget = widgets.UnfoldAdminDecimalFieldWidget

    def __init__(self, *, whole: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs |= {"step": "1" if whole else "any", "inputmode": "decimal"}

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return float(_text(initial)) != float(_text(data))
        except ValueError:
            return super().has_changed(initial, data)


class Area(Line):
    widget = widgets.UnfoldAdminTextareaWidget

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _text(initial).replace("\r\n", "\n") != _text(data).replace("\r\n", "\n")


class Lines(Value):
    """A list of texts, one a line."""

    widget = widgets.UnfoldAdminTextareaWidget

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "One a line.")
        super().__init__(**options)
        self.widget.attrs |= {"rows": 4}

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]


class Secret(Line):
    """Never sent to the browser; left empty it stays."""

    widget = widgets.UnfoldAdminPasswordWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs |= {"autocomplete": "new-password"}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class _StoredSecret(widgets.UnfoldAdminPasswordWidget):  # type: ignore[misc]
    """Says whether there is one, and has a tick to forget it."""

    template_name = "console/secret.html"

    def __init__(self, *, is_set: bool, can_forget: bool) -> None:
        super().__init__(attrs={"autocomplete": "new-password"})
        self.is_set, self.can_forget = is_set, can_forget
        if is_set:
            self.attrs["placeholder"] = "•••••••• is set: leave empty to keep it"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        forget = f"{name}-forget" if self.is_set and self.can_forget else ""
        return {**context, "forget": forget}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(name) or ("" if data.get(f"{name}-forget") else None)


class StoredSecret(Secret):
    """One that may be there already; the page knows whether."""

    def __init__(self, *, is_set: bool, can_forget: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.empty = None
        attrs = self.widget.attrs
        self.widget = _StoredSecret(is_set=is_set, can_forget=can_forget)
        self.widget.attrs = {**attrs, **self.widget.attrs}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return data is not None


class Switch(Value):
    widget = widgets.UnfoldBooleanSwitchWidget

    def to_python(self, value: Any) -> bool:
        return value not in (None, "", False, "0", 0, "False", "false")


class Moment(Line):
    """Wall-clock time of the installation."""

    widget = forms.DateTimeInput

    def __init__(self, *, day: bool, **options: Any) -> None:
        super().__init__(**options)
        self.day = day
        kind = {"type": "date"} if day else {"type": "datetime-local", "step": "1"}
        self.widget = widgets.UnfoldAdminTextInputWidget(attrs=kind)
        self.widget.input_type = kind["type"]

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            local = zone.naive(value) if value.tzinfo else value
            return local.date().isoformat() if self.day else local.isoformat(timespec="seconds")
        return value.isoformat() if isinstance(value, date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        shown, typed = _text(self.prepare_value(initial)), _text(data)
        return shown != typed and shown.removesuffix(":00") != typed


class Choice(Value):
    widget = widgets.UnfoldAdminSelectWidget

    def __init__(
        self,
        choices: Callable[[], Iterable[tuple[Any, str]]],
        *,
        first: str = _SELECT,
        **options: Any,
    ) -> None:
        self.choices = choices
        super().__init__(**options)
        self.widget.choices = Listed(choices, first)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _text(initial) != _text(data)


class Choices(Value):
    """Some of a list."""

    widget = widgets.UnfoldAdminSelect2MultipleWidget

    def __init__(self, choices: Iterable[tuple[Any, str]], **options: Any) -> None:
        super().__init__(**options)
        self.widget.choices = list(choices)

    def to_python(self, value: Any) -> list[str]:
        return [str(each) for each in value] if isinstance(value, list | tuple) else []

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(self.to_python(initial)) != sorted(self.to_python(data))


class Listed:
    """Choices that are asked for anew for each page, not for each row on it."""

    def __init__(self, choices: Callable[[], Iterable[tuple[Any, str]]], first: str) -> None:
        self.choices, self.first = choices, first
        self._known: list[tuple[Any, str]] = []
        self._asked_at = -FRESH

    def __copy__(self) -> "Listed":
        return self

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if monotonic() - self._asked_at > FRESH:
            self._known, self._asked_at = list(self.choices()), monotonic()
        yield "", self.first
        yield from self._known


class RecordChoice(Value):
    """One record of another table, found while typing among those that the person may see."""

    def __init__(self, model: type[models.Model], **options: Any) -> None:
        self.model = model
        widget = Found(model, multiple=False)
        super().__init__(widget=widget, **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _text(initial) != _text(data)


class RecordChoices(Value):
    def __init__(self, model: type[models.Model], **options: Any) -> None:
        self.model = model
        super().__init__(widget=FoundMany(model, multiple=True), **options)

    def to_python(self, value: Any) -> list[int]:
        found = value if isinstance(value, list | tuple) else [value] if value else []
        return [int(each) for each in found if str(each).isdigit()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(self.to_python(initial)) != sorted(self.to_python(data))


class _Found(widgets.AutocompleteWidgetMixin):  # type: ignore[misc]
    """A box that asks `admin:choices` while one types; knows the label of what is chosen."""

    def __init__(self, model: type[models.Model], *, multiple: bool) -> None:
        super().__init__()
        self.model, self.allow_multiple_selected = model, multiple

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        label = self.model._meta.label_lower
        return {**attrs, "data-ajax--url": reverse("admin:choices", args=[label])}

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        chosen = [key for key in value if key not in (None, "")]
        found = self.model._default_manager.filter(pk__in=chosen) if chosen else ()
        keys = {str(record.pk): str(record) for record in found}
        first = [] if self.allow_multiple_selected else [("", "")]
        shown = first + [(key, keys.get(str(key), f"{key} (not found)")) for key in chosen]
        options = [
            self.create_option(name, key, label, key != "", index, attrs=attrs)
            for index, (key, label) in enumerate(shown)
        ]
        return [(None, options, 0)]


class Found(_Found, forms.Select):
    pass


class FoundMany(_Found, forms.SelectMultiple):
    pass


def form_field(name: str, field: InputField, model: type[models.Model] | None) -> forms.Field:
    """The field that fits the rules; `model` gives the labels of choices where it has some."""
    made = _made(name, field, model)
    made.label = label_of(name)
    settle_empty(made, field)
    made.widget.is_required = field.required and not isinstance(made, Switch)
    return made


def settle_empty(made: forms.Field, field: InputField | None) -> None:
    """An empty box is null where that may be."""
    if isinstance(made, Value) and made.empty == "" and field is not None and field.nullable:
        made.empty = None


def _made(name: str, field: InputField, model: type[models.Model] | None) -> forms.Field:
    if isinstance(field, Ids):
        return RecordChoices(field.model)
    for rule in field.rules:
        if (made := _of_rule(rule, name, model)) is not None:
            return made
    if name == "password":
        return Secret()
    longest = next((rule.most for rule in field.rules if isinstance(rule, Max)), None)
    return Line() if longest is not None and longest <= LINE else Area()


# The fields of a page are made for each request, so what they ask is remembered with them: a table
# of prices asks once for the currencies.


def _of_rule(rule: Rule, name: str, model: type[models.Model] | None) -> forms.Field | None:
    if isinstance(rule, Exists):
        return (
            RecordChoice(rule.model) if rule.column == "pk" else Choice(cache(lambda: _codes(rule)))
        )
    if isinstance(rule, In):
        return Choice(lambda: _labelled(rule, name, model))
    if isinstance(rule, Date):
        return Moment(day=rule.column is columns.Date)
    made = next((make for kind, make in _PLAIN if isinstance(rule, kind)), None)
    return made() if made else None


_PLAIN: tuple[tuple[type[Rule], Callable[[], forms.Field]], ...] = (
    (Boolean, Switch),
    (Texts, Lines),
    (Numeric, Amount),
    (Integer, lambda: Amount(whole=True)),
    (Email, lambda: Line(widget=widgets.UnfoldAdminEmailInputWidget())),
    (Url, Line),
)


def _codes(rule: Exists) -> list[tuple[str, str]]:
    rows = rule.model._default_manager.order_by(rule.column)
    return [(code, code) for code in rows.values_list(rule.column, flat=True)]


def _labelled(rule: In, name: str, model: type[models.Model] | None) -> list[tuple[str, str]]:
    column = next((f for f in model._meta.fields if f.name == name), None) if model else None
    known = dict(column.flatchoices) if column is not None else {}
    return [(value, _capital(known.get(value)) or value_label(value)) for value in rule.values()]


def _capital(text: Any) -> str:
    """Labels of models are words in a sentence; in a list they stand alone."""
    return str(text or "")[:1].upper() + str(text or "")[1:]


def is_shown(field: InputField) -> bool:
    """Parts of a record have a table of their own in the form."""
    return not isinstance(field, Each)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
