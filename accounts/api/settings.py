from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.settings import change_setting
from paymenter import catalogue, options
from paymenter.actor import Actor
from paymenter.catalogue import Option
from paymenter.db.morph import class_name
from paymenter.errors import Refused
from paymenter.jsonapi import etags
from paymenter.jsonapi.documents import Documents
from paymenter.jsonapi.errors import BadQuery, RecordNotFound
from paymenter.jsonapi.input import Field, Input
from paymenter.jsonapi.query import Filter
from paymenter.jsonapi.resource import Resource
from paymenter.jsonapi.statements import Row
from paymenter.jsonapi.viewset import Actions, ResourceViewSet, body_of
from paymenter.laravel.validation import Rule
from paymenter.models import Setting

KINDS = ("text", "secret", "flag", "list", "integer", "number", "choice", "file")
_VALUES = ["string", "boolean", "integer", "array", "null"]


def _stamp(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class SettingResource(Resource):
    """The installation's own settings by key, those never stored among them; secrets without
    their value."""

    model = Setting
    permission = "settings"
    attributes = ("key", "group", "kind", "value", "is_set", "updated_at")
    formats = {"updated_at": _stamp}
    schemas = {
        "group": {"type": "string", "examples": ["general"]},
        "kind": {"type": "string", "enum": list(KINDS)},
        "value": {"type": _VALUES, "examples": ["Example Hosting"]},
        "is_set": {"type": "boolean"},
    }


class AnyValue(Rule):
    """For the description only: each setting has rules of its own."""

    schema = {"type": _VALUES}


class SettingInput(Input):
    value = Field(AnyValue(), required=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows that are no table's, served as a statement serves them."""

    rows: Sequence[Row]

    def page(self, limit: int, offset: int) -> list[Row]:
        return list(self.rows[offset : offset + limit])


class SettingViewSet(ResourceViewSet):
    resource = SettingResource
    input = SettingInput
    actions = Actions(update=change_setting)
    filters = ("key", "group", "kind")
    sorts = ("key", "group")
    key_description = "The setting's key."
    seekable = False

    def update(self, request: Request, pk: str) -> Response:
        documents = self.documents_of_write(request)
        option = _option(pk)
        value = _value(option, body_of(request))
        check = partial(self._refuse_changed, request, documents, pk)
        change_setting(option, value, actor=Actor.of(request), check=check)
        return Response(documents.one(self.resource, self.find(pk, ())))

    def _refuse_changed(self, request: Request, documents: Documents, pk: str) -> None:
        """`If-Match`, asked once the setting is locked."""
        etags.refuse_changed(request, documents.one(self.resource, self.find(pk, ())))

    def usable(self, names: Iterable[str]) -> Sequence[str]:
        return [name for name in names if name in self.filters]

    def index(self, columns: Any, order: Sequence[str], chosen: Sequence[Filter]) -> Any:
        found = [o for o in catalogue.options().values() if all(_fits(o, f) for f in chosen)]
        for name in reversed([name for name in order if name != "pk"]):
            attribute = name.removeprefix("-")
            found.sort(key=lambda o: getattr(o, attribute), reverse=name.startswith("-"))
        return Listed(_rows(found))

    def find(self, key: str, columns: tuple[str, ...]) -> Row:
        return _rows([_option(key)])[0]


def _option(key: str) -> Option:
    option = catalogue.options().get(key)
    if option is None:
        raise RecordNotFound(class_name(Setting), key)
    return option


def _value(option: Option, body: Mapping[str, Any]) -> Any:
    """Raises Refused, also where nothing is said: a body that cannot be read would empty it."""
    if "value" not in body:
        raise Refused.on("value", "The value field must be present.")
    own: type[Input] = type("Value", (Input,), {"value": option.field})
    return own.create(body)["value"]


def _rows(found: Sequence[Option]) -> list[Row]:
    """One query. Of a key stored twice the last row counts."""
    wanted = Setting.objects.filter(settingable_type=None, key__in=[o.key for o in found])
    stored = {row.key: row for row in wanted.order_by("pk")}
    return [_row(option, stored.get(option.key)) for option in found]


def _row(option: Option, row: Setting | None) -> Row:
    raw = row.value if row else None
    value = None
    if row is not None and not option.is_secret:
        value = option.shown(options.typed(raw, row.type, row.encrypted))
    is_set = raw not in (None, "")
    return (option.key, option.group, option.kind, value, is_set, row.updated_at if row else None)


def _fits(option: Option, condition: Filter) -> bool:
    """Settings have few columns, all texts: contains, eq, ne and in are enough."""
    text = str(getattr(option, condition.name))
    match condition.operator:
        case "contains":
            return any(value.casefold() in text for value in condition.values)
        case "eq" | "in":
            return text in condition.values
        case "ne":
            return text not in condition.values
    raise BadQuery("Settings can be filtered with eq, ne and in only.")
