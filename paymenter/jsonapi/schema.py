"""OpenAPI from the same declarations that serve the requests, so that it cannot say anything else."""

from typing import Any

from django.db import models
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from paymenter.db import fields
from paymenter.jsonapi import values
from paymenter.jsonapi.limits import MOST_PER_PAGE, PER_PAGE
from paymenter.jsonapi.renderer import MEDIA_TYPE
from paymenter.jsonapi.resource import Relation, Resource

Schema = dict[str, Any]

SECURITY = [{"apiKey": []}]
ERROR = {"$ref": "#/components/schemas/Error"}
_STAMP: Schema = {"type": "string", "format": "date-time", "examples": ["2026-11-23T08:46:56.000000Z"]}
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


class ResourceSchema(AutoSchema):
    """One operation of a ResourceViewSet."""

    def get_operation(  # type: ignore[override]
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Schema | None:
        resource = self.view.resource
        _register(registry, resource)
        index = self.view.action == "list"
        return {
            "operationId": f"{self.view.action}_{resource.permission}",
            "summary": _summary(resource, index),
            "description": f"Needs the permission `admin.{resource.permission}.view`.",
            "tags": [str(resource.model._meta.verbose_name_plural).capitalize()],
            "parameters": index_parameters(self.view) if index else show_parameters(self.view),
            "security": SECURITY,
            "responses": {
                "200": _answer("The records of one page." if index else "The record.", _document(resource, index)),
                **_errors(index),
            },
        }


def index_parameters(view: Any) -> list[Schema]:
    properties = {name: {"type": "string"} for name in view.usable(view.filters)}
    return [
        _parameter("filter", {"type": "object", "properties": properties, "additionalProperties": False}, _FILTER, "deepObject"),
        _listed("sort", [f"{sign}{name}" for name in view.usable(view.sorts) for sign in ("", "-")], "Columns to sort by; `-` descending."),
        _parameter("page", {"type": "integer", "minimum": 1, "default": 1}, "The page, from 1."),
        _parameter(
            "per_page",
            {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
            "Records on a page.",
        ),
        *_rendering(view),
    ]


def show_parameters(view: Any) -> list[Schema]:
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return [key | {"description": view.key_description}, *_rendering(view)]


_FILTER = (
    "Records whose column contains the text, whatever its case; a comma means or. "
    "Operators compare the value itself: `filter[id][eq]=1`, also "
    "`ne`, `gt`, `gte`, `lt`, `lte`, `in`, `null`."
)


def _rendering(view: Any) -> list[Schema]:
    kind = view.resource.type
    fields_schema = {"type": "object", "additionalProperties": {"type": "string"}, "examples": [{kind: view.resource.attributes[-1]}]}
    parameters = [_parameter("fields", fields_schema, "The attributes to show, by type.", "deepObject")]
    if view.includes:
        text = "Related records to include; each needs the permission to view them."
        parameters.insert(0, _listed("include", list(view.includes), text))
    return parameters


def _parameter(name: str, schema: Schema, description: str, style: str = "form") -> Schema:
    parameter = {"name": name, "in": "query", "description": description, "schema": schema}
    return parameter | ({"style": style, "explode": True} if style == "deepObject" else {})


def _listed(name: str, allowed: list[str], description: str) -> Schema:
    schema = {"type": "array", "items": {"type": "string", "enum": allowed}}
    return _parameter(name, schema, description) | {"style": "form", "explode": False}


def _summary(resource: type[Resource], index: bool) -> str:
    names = resource.model._meta
    return f"List {names.verbose_name_plural}" if index else f"Show one {names.verbose_name}"


def _answer(description: str, schema: Schema, media_type: str = MEDIA_TYPE) -> Schema:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _errors(index: bool) -> Schema:
    either = {"anyOf": [ERROR, {"$ref": "#/components/schemas/MissingToken"}]}
    found = {
        "400": _answer("A parameter is not understood or not allowed; the text names what is.", ERROR, "application/json"),
        "401": _answer("No key, or one that is unknown or disabled.", either, "application/json"),
        "403": _answer("The key lacks the permission, or may not be used from this address.", ERROR, "application/json"),
    }
    missing = _answer("There is no such record.", ERROR, "application/json")
    return found if index else found | {"404": missing}


def _document(resource: type[Resource], index: bool) -> Schema:
    record = _reference(resource)
    included = {"type": "array", "items": {"anyOf": [_reference(r) for r in _reachable(resource)]}}
    properties: Schema = {"data": {"type": "array", "items": record} if index else record}
    if index:
        properties |= {"links": {"$ref": "#/components/schemas/Links"}, "meta": {"$ref": "#/components/schemas/PageMeta"}}
    required = list(properties)
    if resource.relations:
        properties["included"] = included
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _reachable(resource: type[Resource]) -> list[type[Resource]]:
    """All types that an include of this resource can bring, itself among them if it can."""
    found: dict[type[Resource], None] = {}
    waiting = [resource]
    while waiting:
        for target in _targets(waiting.pop()):
            if target not in found:
                found[target] = None
                waiting.append(target)
    return sorted(found, key=lambda r: r.type)


def _targets(resource: type[Resource]) -> list[type[Resource]]:
    names = [r.type if isinstance(r, Relation) else r for r in resource.relations.values()]
    morphs = ["services", "credits", "serviceUpgrades"]
    return [Resource.by_type[t] for name in names for t in (morphs if name == "*" else [name])]


def _reference(resource: type[Resource]) -> Schema:
    return {"$ref": f"#/components/schemas/{_name(resource)}"}


def _name(resource: type[Resource]) -> str:
    return resource.__name__.removesuffix("Resource")


def _register(registry: Any, resource: type[Resource]) -> None:
    for each in [resource, *_reachable(resource)]:
        component = ResolvedComponent(
            name=_name(each), type=ResolvedComponent.SCHEMA, schema=record_schema(each), object=each
        )
        registry.register_on_missing(component)


def record_schema(resource: type[Resource]) -> Schema:
    """One resource object; sparse fields may leave any attribute out."""
    properties: Schema = {
        "id": {"type": "string"},
        "type": {"const": resource.type},
        "attributes": {
            "type": "object",
            "properties": {name: _attribute(resource, name) for name in resource.attributes},
            "additionalProperties": False,
        },
    }
    if resource.relations:
        links = {name: _relationship(resource, name) for name in resource.relations}
        properties["relationships"] = {"type": "object", "properties": links, "additionalProperties": False}
    if resource.meta is not Resource.meta and resource.meta.__func__ is not Resource.meta.__func__:  # type: ignore[attr-defined]
        properties["meta"] = {"type": "object"}
    return {"type": "object", "properties": properties, "required": ["id", "type"], "additionalProperties": False}


def _attribute(resource: type[Resource], name: str) -> Schema:
    if name in resource.constants:
        return {"const": resource.constants[name]}
    field: Any = next(
        f for f in resource.model._meta.concrete_fields if name in (f.attname, f.name, f.column)
    )
    plain = field.target_field if field.is_relation else field
    schema = _BY_FORMAT.get(resource.formats.get(name)) or next(s for kind, s in _BY_FIELD if isinstance(plain, kind))
    if field.null:
        schema = schema | {"type": [schema["type"], "null"]}
    return schema


def _relationship(resource: type[Resource], name: str) -> Schema:
    identifier: Schema = {
        "type": "object",
        "properties": {"type": {"type": "string"}, "id": {"type": "string"}},
        "required": ["type", "id"],
        "additionalProperties": False,
    }
    many = resource.link(name).many
    data = {"type": "array", "items": identifier} if many else {"anyOf": [identifier, {"type": "null"}]}
    return {"type": "object", "properties": {"data": data}, "required": ["data"], "additionalProperties": False}
