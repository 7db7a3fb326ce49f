"""What a request body may hold: declarations in Laravel's words, one class for each resource.

    class OrderInput(Input):
        user_id = Field(Exists(User), required=True)
        currency_code = Field(String(), Exists(Currency, "code"), required=True)

    OrderInput.create(body)            # the values by column, typed; or Refused with all texts
    OrderInput.update(body, order)     # the same of those fields that the body has

Only declared fields come out, in the order of the rules.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from paymenter.db import fields as columns
from paymenter.db import zone
from paymenter.errors import Refused
from paymenter.jsonapi.statements import value_statement
from paymenter.laravel import dates
from paymenter.laravel.validation import (
    REQUIRED,
    SELECTED,
    UNREADABLE,
    Given,
    Rule,
    Schema,
    Unfit,
    is_missing,
    is_readable,
    number,
    php_text,
    record_id,
)

_NOTHING: Any = object()
_DIGITS = frozenset("123456789")


class Field:
    """default: fills a missing key, not a null. create_only: an update ignores the field.
    on_update: the rules of an update where they differ."""

    def __init__(
        self,
        *rules: Rule,
        required: bool = False,
        nullable: bool = False,
        default: Any = _NOTHING,
        create_only: bool = False,
        on_update: "Field | None" = None,
    ) -> None:
        self.rules, self.required, self.nullable = rules, required, nullable
        self.default, self.create_only, self.on_update = default, create_only, on_update
        self.numeric = any(rule.numeric for rule in rules)

    @property
    def has_default(self) -> bool:
        return self.default is not _NOTHING

    def texts(self, given: Given) -> list[str]:
        if self.nullable and given.value is None:
            return []
        if self.required and is_missing(given.value):
            return [given.say(REQUIRED)]
        if not is_readable(given.value):
            return [given.say(UNREADABLE)]
        found: list[str] = []
        for rule in self.rules:
            if not (rule.alone and found) and (text := rule.text(given)):
                found.append(text)
        return found

    def stored(self, given: Given) -> Any:
        value = given.value
        if value is None:
            return None
        for rule in self.rules:
            value = rule.stored(value, given)
        return value

    def refusals(self, given: Given) -> dict[str, list[str]]:
        """The texts by the name they belong to; empty when all rules pass."""
        texts = self.texts(given)
        return {given.name: texts} if texts else {}

    def schema(self) -> Schema:
        schema: Schema = {}
        for rule in self.rules:
            schema |= rule.schema_of(self.numeric)
        if self.has_default and (self.nullable or self.default is not None):
            schema["default"] = self.default
        return _or_null(schema) if self.nullable else schema


class Input:
    """Subclasses declare fields; `update_order` where the rules of an update stand otherwise,
    `without` for inherited fields that are not theirs."""

    fields: ClassVar[Mapping[str, Field]] = {}
    without: ClassVar[frozenset[str]] = frozenset()
    update_order: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        own = {name: item for name, item in vars(cls).items() if isinstance(item, Field)}
        inherited = {name: f for name, f in cls.fields.items() if name not in cls.without}
        cls.fields = {**inherited, **own}

    @classmethod
    def create(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        defaults = {name: field.default for name, field in cls.fields.items() if field.has_default}
        filled = {**defaults, **data}
        wanted = {n: field for n, field in cls.fields.items() if n in filled or field.required}
        return _validated(wanted, filled, None)

    @classmethod
    def update(cls, data: Mapping[str, Any], instance: models.Model) -> dict[str, Any]:
        sent = {name: field for name, field in cls._updatable() if name in data}
        return _validated(sent, data, instance)

    @classmethod
    def schema(cls) -> Schema:
        needed = (f for f in cls.fields.items() if f[1].required and not f[1].has_default)
        required = [name for name, _ in needed]
        return _object(cls.fields.items()) | ({"required": required} if required else {})

    @classmethod
    def update_schema(cls) -> Schema:
        return _object(cls._updatable())

    @classmethod
    def _updatable(cls) -> Iterator[tuple[str, Field]]:
        for name in cls.update_order or cls.fields:
            field = cls.fields[name]
            if not field.create_only:
                yield name, field.on_update or field


class Each(Field):
    """A list of objects, each with the rules of `input`; its errors are named `items.0.price`.

    Only a create takes it."""

    def __init__(self, input: type[Input], *, most: int = 100) -> None:
        super().__init__(create_only=True)
        self.input, self.most = input, most

    def refusals(self, given: Given) -> dict[str, list[str]]:
        if not isinstance(given.value, list) or not all(isinstance(v, dict) for v in given.value):
            return {given.name: [given.say("The {} field must be an array.")]}
        if len(given.value) > self.most:
            text = "The {} field must not have more than {} items."
            return {given.name: [given.say(text, self.most)]}
        return _nested_errors(self._values, given)

    def stored(self, given: Given) -> list[dict[str, Any]]:
        return list(self._values(given))

    def _values(self, given: Given) -> Iterator[dict[str, Any]]:
        """Raises Refused at the first object that is refused."""
        for place, item in enumerate(given.value):
            try:
                yield self.input.create(item)
            except Refused as refused:
                errors = {f"{given.name}.{place}.{n}": t for n, t in refused.errors.items()}
                raise Refused(errors=errors) from None

    def schema(self) -> Schema:
        return {"type": "array", "items": self.input.schema(), "maxItems": self.most}


def _nested_errors(values: Callable[[Given], Iterator[Any]], given: Given) -> dict[str, list[str]]:
    try:
        for _ in values(given):
            pass
    except Refused as refused:
        return refused.errors
    return {}


def _validated(
    fields: Mapping[str, Field], data: Mapping[str, Any], instance: Any
) -> dict[str, Any]:
    """Laravel's rules first; only where all pass, what the columns can hold."""
    given = {
        name: Given(name, data.get(name), data, instance, field.numeric)
        for name, field in fields.items()
    }
    refusals = [field.refusals(given[name]) for name, field in fields.items()]
    if errors := {name: texts for found in refusals for name, texts in found.items()}:
        raise Refused(errors=errors)
    values, errors = {}, {}
    for name, field in fields.items():
        try:
            values[name] = field.stored(given[name])
        except Unfit as unfit:
            errors[name] = [str(unfit)]
        except Refused as nested:
            errors |= nested.errors
    if errors:
        raise Refused(errors=errors)
    return values


# -- rules that ask the database ---------------------------------------------------------------


class Exists(Rule):
    """One query. The value stored is the row's own: `usd` becomes USD."""

    alone = True

    def __init__(self, model: type[models.Model], column: str = "pk") -> None:
        self.model, self.column = model, column
        self.schema = {"type": "integer", "minimum": 1} if column == "pk" else {"type": "string"}

    def text(self, given: Given) -> str | None:
        value = record_id(given.value) if self.column == "pk" else _words(given.value)
        if value is None:
            return None if _is_coerced(given.value) else given.say(SELECTED)
        rows = value_statement(self.model, self.column).at([value])
        given.found = rows[0][0] if rows else None
        return given.say(SELECTED) if given.found is None else None

    def stored(self, value: Any, given: Given) -> Any:
        if given.found is None:
            raise Unfit(given.say(SELECTED))
        return given.found


def _words(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _is_coerced(value: Any) -> bool:
    """`1abc` and lists: Paymenter finds a row, and answers 500 unless another field is refused."""
    if isinstance(value, list | dict):
        return True
    return isinstance(value, str) and value[:1] in _DIGITS and number(value) is None


class Unique(Rule):
    """But for the record itself. `within`: among the rows with the same id in that column."""

    alone = True

    def __init__(self, model: type[models.Model], column: str, within: str | None = None) -> None:
        self.model, self.column, self.within = model, column, within

    def text(self, given: Given) -> str | None:
        rows = self.model._default_manager.filter(**{self.column: given.value})
        if given.instance is not None:
            rows = rows.exclude(pk=given.instance.pk)
        if self.within:
            rows = rows.filter(**{self.within: self._owner(given, self.within)})
        return given.say("The {} has already been taken.") if rows.exists() else None

    @staticmethod
    def _owner(given: Given, within: str) -> int:
        if given.instance is None:
            return record_id(given.data.get(within)) or 0
        owner: int = getattr(given.instance, within)
        return owner


# -- rules that need the installation's time zone ------------------------------------------------


class Date(Rule):
    """An explicit day; `column` is the type that must be able to hold it."""

    def __init__(self, column: type[models.Field[Any, Any]]) -> None:
        self.column = column
        self.first, self.last = _RANGES[column]
        self.schema = {"type": "string", "examples": ["2026-11-23T08:46:56Z", "2026-11-23"]}

    def text(self, given: Given) -> str | None:
        fine = _is_dated(given.value) and dates.is_date(php_text(given.value))
        return None if fine else self._refused(given)

    def stored(self, value: Any, given: Given) -> Any:
        instant = _instant(dates.stored(php_text(value), _now()))
        if instant is None or not self._holds(instant):
            raise Unfit(self._refused(given))
        return instant

    def _holds(self, instant: datetime) -> bool:
        try:
            return self.first <= zone.naive(instant) <= self.last
        except OverflowError:
            return False

    @staticmethod
    def _refused(given: Given) -> str:
        return given.say("The {} field must be a valid date.")


class FromToday(Rule):
    """Not before the last midnight."""

    def text(self, given: Given) -> str | None:
        midnight = _now().replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        instant = self._instant(given.value)
        if instant is not None and instant >= zone.aware(midnight):
            return None
        return given.say("The {} field must be a date after or equal to today.")

    @staticmethod
    def _instant(value: Any) -> datetime | None:
        if not _is_dated(value):
            return None
        if isinstance(value, str):
            return _instant(dates.resolve(value, _now()))
        return dates.from_timestamp(value)


# wall-clock times, as they stand in the columns
_ANY_DATE = datetime(1000, 1, 1), datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001
_STAMPS = datetime(1970, 1, 1, 0, 0, 1), datetime(2038, 1, 19, 3, 14, 7)  # noqa: DTZ001
_RANGES: Mapping[type[models.Field[Any, Any]], tuple[datetime, datetime]] = {
    columns.Timestamp: _STAMPS,
    columns.DateTime: _ANY_DATE,
    columns.Date: _ANY_DATE,
}


def _is_dated(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _now() -> datetime:
    """The local time of the installation."""
    return timezone.now().astimezone(zone.current())


def _instant(moment: datetime | None) -> datetime | None:
    """In UTC; without an offset it is wall-clock time of the installation."""
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else zone.aware(moment)
    except OverflowError:
        return None


# -- JSON Schema -------------------------------------------------------------------------------


def _object(fields: Any) -> Schema:
    return {"type": "object", "properties": {name: field.schema() for name, field in fields}}


def _or_null(schema: Schema) -> Schema:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    nullable = schema | ({"type": [*kinds, "null"]} if kinds else {})
    return nullable | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})
