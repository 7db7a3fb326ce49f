"""JSON schemas of resource objects and documents, read off the Resource declarations."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from paymenter.db import fields
from paymenter.jsonapi import values
from paymenter.jsonapi.resource import Relation, Resource

Schema = dict[str, Any]

# the kinds that an invoice item is for, and whose properties there are
REFERENCED = ("services", "credits", "serviceUpgrades", "users")

_STAMP: Schema = {
    "type": "string",
    "format": "date-time",
    "examples": ["2026-11-23T08:46:56.000000Z"],
}
_MONEY: Schema = {"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["10.00"]}
_BY_FORMAT: dict[Any, Schema] = {
    values.midnight: _STAMP,
    values.number: {"type": "number", "examples": [12.5]},
}
_BY_FIELD: tuple[tuple[type, Schema], ...] = (
    (models.DateField, _STAMP),
    (models.DecimalField, _MONEY),
    (models.BooleanField, {"type": "integer", "enum": [0, 1]}),
    (fields.JsonText, {"type": "array", "items": {"type": "string"}}),
    (models.UUIDField, {"type": "string", "format": "uuid"}),
    (models.IntegerField, {"type": "integer"}),
    (models.Field, {"type": "string"}),
)
_IDENTIFIER: Schema = {
    "type": "object",
    "properties": {"type": {"type": "string"}, "id": {"type": "string"}},
    "required": ["type", "id"],
    "additionalProperties": False,
}


def name_of(resource: type[Resource]) -> str:
    return resource.__name__.removesuffix("Resource")


def reference_to(resource: type[Resource]) -> Schema:
    return {"$ref": f"#/components/schemas/{name_of(resource)}"}


def reachable(resource: type[Resource]) -> list[type[Resource]]:
    """All types that an include of this resource can bring, itself among them if it can."""
    found: dict[type[Resource], None] = {}
    waiting = [resource]
    while waiting:
        for target in _targets(waiting.pop()):
            if target not in found:
                found[target] = None
                waiting.append(target)
    return sorted(found, key=lambda each: each.type)


def included(resource: type[Resource], paths: Iterable[str]) -> list[type[Resource]]:
    """The types that these includes can bring, itself first."""
    found = {resource: None}
    for path in paths:
        here = [resource]
        for step in path.split("."):
            here = [t for r in here if step in r.relations for t in _targets_of(r, step)]
            found |= dict.fromkeys(here)
    return list(found)


def record_document(resource: type[Resource]) -> Schema:
    return _closed({"data": reference_to(resource)}, _included(resource))


def page_document(resource: type[Resource]) -> Schema:
    parts: Schema = {
        "data": {"type": "array", "items": reference_to(resource)},
        "links": _either("Links", "CursorLinks"),
        "meta": _either("PageMeta", "CursorMeta"),
    }
    return _closed(parts, _included(resource))


def list_document(resource: type[Resource]) -> Schema:
    parts: Schema = {"data": {"type": "array", "items": reference_to(resource)}}
    return _closed(parts, _included(resource))


def record_schema(resource: type[Resource]) -> Schema:
    """One resource object; sparse fields may leave any attribute out."""
    attributes = {name: _attribute(resource, name) for name in resource.attributes}
    identity: Schema = {"id": {"type": "string"}, "type": {"const": resource.type}}
    rest: Schema = {"attributes": _closed({}, attributes)}
    if resource.relations:
        links = {name: _relationship(resource, name) for name in resource.relations}
        rest["relationships"] = _closed({}, links)
    if "meta" in vars(resource):
        rest["meta"] = {"type": "object"}
    return _closed(identity, rest)


def example(resource: type[Resource]) -> Schema:
    """A record as it may look, without relations."""
    attributes = {name: _sample(name, _attribute(resource, name)) for name in resource.attributes}
    return {"id": "1", "type": resource.type, "attributes": attributes}


def _sample(name: str, schema: Schema) -> Any:
    kind = schema.get("type")
    for given in (schema.get("examples"), schema.get("enum"), [schema.get("const")]):
        if given and (given[0] is not None or "const" in schema):
            return given[0]
    if kind == "integer" or (isinstance(kind, list) and kind[0] == "integer"):
        return 1
    return [] if kind == "array" else name.replace("_", " ")


def _either(*names: str) -> Schema:
    return {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}


def _targets(resource: type[Resource]) -> list[type[Resource]]:
    return [target for name in resource.relations for target in _targets_of(resource, name)]


def _targets_of(resource: type[Resource], relation: str) -> list[type[Resource]]:
    declared = resource.relations[relation]
    name = declared.type if isinstance(declared, Relation) else declared
    return [Resource.by_type[kind] for kind in (REFERENCED if name == "*" else (name,))]


def _included(resource: type[Resource]) -> Schema:
    if not resource.relations:
        return {}
    kinds = [reference_to(each) for each in reachable(resource)]
    return {"included": {"type": "array", "items": {"anyOf": kinds}}}


def _attribute(resource: type[Resource], name: str) -> Schema:
    if name in resource.constants:
        return {"const": resource.constants[name]}
    if name in resource.schemas:
        return resource.schemas[name]
    column = resource.sources.get(name, name)
    columns = resource.model._meta.concrete_fields
    field: Any = next(f for f in columns if column in (f.attname, f.name))
    plain = field.target_field if field.is_relation else field
    schema = _BY_FORMAT.get(resource.formats.get(name))
    schema = schema or next(found for kind, found in _BY_FIELD if isinstance(plain, kind))
    if plain.choices:
        schema = schema | {"examples": [value for value, _ in plain.choices]}
    return schema | {"type": [schema["type"], "null"]} if field.null else schema


def _relationship(resource: type[Resource], name: str) -> Schema:
    one = {"anyOf": [_IDENTIFIER, {"type": "null"}]}
    many = {"type": "array", "items": _IDENTIFIER}
    return _closed({"data": many if resource.link(name).many else one})


def _closed(required: Schema, optional: Schema | None = None) -> Schema:
    """An object with these members and no others."""
    schema: Schema = {
        "type": "object",
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }
    return schema | {"required": list(required)} if required else schema
