"""OpenAPI from the declarations that serve the requests, so that it cannot say anything else."""

import re
from typing import Any

from django.utils.text import capfirst
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from paymenter.jsonapi.careful_schema import ways_out
from paymenter.jsonapi.components import LINKS_SAMPLE, META_SAMPLE
from paymenter.jsonapi.limits import MOST_AT_ONCE, MOST_PER_PAGE, PER_PAGE
from paymenter.jsonapi.record_schemas import (
    Schema,
    example,
    included,
    list_document,
    name_of,
    page_document,
    reachable,
    record_document,
    record_schema,
)
from paymenter.jsonapi.renderer import MEDIA_TYPE
from paymenter.jsonapi.resource import Resource

_TEXT: Schema = {"type": "string"}
_FILTER = (
    "A filter finds the records whose column contains the text, whatever its case; a comma means "
    "or. "
    "Operators compare the value itself: `filter[id][eq]=1`, also "
    "`ne`, `gt`, `gte`, `lt`, `lte`, `in`, `null`."
)


class ResourceSchema(AutoSchema):
    """The operations of a ResourceViewSet; a verb without an action is none."""

    view: Any

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Schema | None:
        view, action = self.view, self.view.action
        if action not in ("list", "retrieve") and view.action_of(action) is None:
            return None
        register(registry, view.resource)
        ability = view.abilities[method]
        names = view.resource.model._meta
        operation: Schema = {
            "operationId": f"{action}_{view.basename.replace('-', '_')}",
            "summary": _SUMMARIES[action].format(
                one=names.verbose_name, many=names.verbose_name_plural
            ),
            "description": f"Needs the permission `admin.{view.resource.permission}.{ability}`."
            + (f" {_FILTER}" if action == "list" else ""),
            "tags": [capfirst(str(names.verbose_name_plural))],
            "parameters": _parameters(view, registry),
            "security": [{"apiKey": []}],
            "responses": _responses(view, registry),
        }
        return operation | _body(view, registry)


_SUMMARIES = {
    "list": "List {many}",
    "retrieve": "Show one {one}",
    "create": "Create one {one}",
    "update": "Change one {one}",
    "partial_update": "Change one {one}",
    "destroy": "Delete one {one}",
    "destroy_many": "Delete many {many}, all or none",
}


def without_trailing_slashes(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """The canonical paths are Paymenter's; the slash at the end is only tolerated."""
    paths = {path.rstrip("/"): operations for path, operations in result["paths"].items()}
    return result | {"paths": paths}


def _parameters(view: Any, registry: Any) -> list[Schema]:
    key = key_parameter(view)
    match view.action:
        case "list":
            return [*_selection(view), *_rendering(view, registry)]
        case "create":
            return _rendering(view, registry)
        case "destroy":
            return [key]
        case "destroy_many":
            return []
    return [key, *_rendering(view, registry)]


def key_parameter(view: Any) -> Schema:
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": view.key_description,
        "schema": _TEXT,
    }


def _selection(view: Any) -> list[Schema]:
    sorts = [f"{sign}{name}" for name in view.usable(view.sorts) for sign in ("", "-")]
    page = {"type": "integer", "minimum": 1, "default": 1}
    size = {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE}
    filters = {name: f"What `{name}` contains." for name in view.usable(view.filters)}
    return [
        *(parameter(f"filter[{name}]", _TEXT, text) for name, text in filters.items()),
        _listed("sort", sorts, "Columns to sort by; `-` for descending."),
        parameter("page", page, "The page, from 1."),
        parameter("per_page", size, "Records on a page."),
        *ways_out(view),
    ]


def _rendering(view: Any, registry: Any) -> list[Schema]:
    text = "Related records to include; each needs the permission to view them."
    includes = [_listed("include", list(view.includes), text)] if view.includes else []
    shown = included(view.resource, view.includes)
    return [*includes, *(_fields(registry, resource) for resource in shown)]


def _fields(registry: Any, resource: type[Resource]) -> Schema:
    kind = resource.type
    text = f"The attributes to show of `{kind}`, with commas between."
    sample = {"examples": [",".join(resource.attributes[:2])]}
    shown = parameter(f"fields[{kind}]", _TEXT | sample, text)
    return component(registry, f"FieldsOf{name_of(resource)}", shown, "parameters")


def parameter(name: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _listed(name: str, allowed: list[str], description: str) -> Schema:
    """One text with commas: generated clients send a list as the parameter many times over."""
    one = "|".join(re.escape(text).replace("\\-", "-") for text in allowed)
    schema = {"type": "string", "pattern": f"^(({one})(,({one}))*)?$", "examples": allowed[:1]}
    listed = ", ".join(f"`{text}`" for text in allowed)
    return parameter(name, schema, f"{description} With commas between: {listed}.")


def _body(view: Any, registry: Any) -> Schema:
    match view.action:
        case "create":
            schema = component(registry, view.input.__name__, view.input.schema())
            if view.bulk:
                many = {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_AT_ONCE}
                several = component(registry, f"{view.input.__name__}List", _only(data=many))
                schema = {"anyOf": [schema, several]}
        case "update" | "partial_update":
            name = view.input.__name__.removesuffix("Input") + "Changes"
            schema = component(registry, name, view.input.update_schema())
        case "destroy_many":
            key = {"type": "integer", "minimum": 1}
            ids = {"type": "array", "items": key, "minItems": 1, "maxItems": MOST_AT_ONCE}
            schema = _only(ids=ids | {"uniqueItems": True})
        case _:
            return {}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


def _responses(view: Any, registry: Any) -> Schema:
    sample, name = example(view.resource), name_of(view.resource)
    document = component(registry, f"{name}Document", record_document(view.resource))
    plain = component(registry, f"Plain{name}", {"value": {"data": sample}}, "examples")
    record = _answer("The record.", document, plain)
    match view.action:
        case "list":
            page = component(registry, f"{name}Page", page_document(view.resource))
            shown = {"data": [sample], "links": LINKS_SAMPLE, "meta": META_SAMPLE}
            plain = component(registry, f"Plain{name}Page", {"value": shown}, "examples")
            return {"200": _answer("One page.", page, plain), **errors(400)}
        case "retrieve":
            return {"200": record, **errors(400, 404)}
        case "create":
            if view.bulk:
                several = component(registry, f"{name}List", list_document(view.resource))
                either = {"anyOf": [document, several]}
                record = _answer("The record, or the records.", either, plain)
            return {"201": record, **errors(400, 409, 413, 422)}
        case "destroy_many":
            return {
                "204": {"description": "Deleted, all of them."},
                **errors(400, 404, 409, 413, 422),
            }
        case "destroy":
            return {"204": {"description": "Deleted."}, **errors(404, 409, 422)}
    return {"200": record, **errors(400, 404, 409, 413, 422)}


def _only(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _answer(description: str, schema: Schema, shown: Schema) -> Schema:
    content = {"schema": schema, "examples": {"plain": shown}}
    return {"description": description, "content": {MEDIA_TYPE: content}}


def errors(*codes: int) -> Schema:
    return {
        str(code): {"$ref": f"#/components/responses/{code}"} for code in sorted((*codes, 401, 403))
    }


def register(registry: Any, resource: type[Resource]) -> None:
    for each in [resource, *reachable(resource)]:
        component(registry, name_of(each), record_schema(each))


def component(registry: Any, name: str, schema: Schema, kind: str = "schemas") -> Schema:
    """Generated clients name their classes after components."""
    component = ResolvedComponent(  # type: ignore[no-untyped-call]
        name=name, type=kind, schema=schema, object=name
    )
    registry.register_on_missing(component)
    return {"$ref": f"#/components/{kind}/{name}"}
