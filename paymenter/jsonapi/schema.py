"""OpenAPI from the declarations that serve the requests, so that it cannot say anything else."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from paymenter.jsonapi.careful_schema import ways_out
from paymenter.jsonapi.components import LINKS_SAMPLE, META_SAMPLE
from paymenter.jsonapi.limits import MOST_AT_ONCE, MOST_PER_PAGE, PER_PAGE
from paymenter.jsonapi.permissions import ABILITIES
from paymenter.jsonapi.record_schemas import (
    Schema,
    example,
    list_document,
    name_of,
    page_document,
    reachable,
    record_document,
    record_schema,
)
from paymenter.jsonapi.renderer import MEDIA_TYPE
from paymenter.jsonapi.resource import Resource

_FILTER = (
    "Records whose column contains the text, whatever its case; a comma means or. "
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
        _register(registry, view.resource)
        ability = ABILITIES[method]
        names = view.resource.model._meta
        operation: Schema = {
            "operationId": f"{action}_{view.basename.replace('-', '_')}",
            "summary": _SUMMARIES[action].format(
                one=names.verbose_name, many=names.verbose_name_plural
            ),
            "description": f"Needs the permission `admin.{view.resource.permission}.{ability}`.",
            "tags": [str(names.verbose_name_plural).capitalize()],
            "parameters": _parameters(view),
            "security": [{"apiKey": []}],
            "responses": _responses(view),
        }
        return operation | _body(view)


_SUMMARIES = {
    "list": "List {many}",
    "retrieve": "Show one {one}",
    "create": "Create a {one}",
    "update": "Change a {one}",
    "partial_update": "Change a {one}",
    "destroy": "Delete a {one}",
    "destroy_many": "Delete many {many}, all or none",
}


def without_trailing_slashes(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """The canonical paths are Paymenter's; the slash at the end is only tolerated."""
    paths = {path.rstrip("/"): operations for path, operations in result["paths"].items()}
    return result | {"paths": paths}


def _parameters(view: Any) -> list[Schema]:
    key = {
        "name": "id",
        "in": "path",
        "required": True,
        "description": view.key_description,
        "schema": {"type": "string"},
    }
    match view.action:
        case "list":
            return [*_selection(view), *_rendering(view)]
        case "create":
            return _rendering(view)
        case "destroy":
            return [key]
        case "destroy_many":
            return []
    return [key, *_rendering(view)]


def _selection(view: Any) -> list[Schema]:
    columns = {name: {"type": "string"} for name in view.usable(view.filters)}
    filters = {"type": "object", "properties": columns, "additionalProperties": False}
    sorts = [f"{sign}{name}" for name in view.usable(view.sorts) for sign in ("", "-")]
    page = {"type": "integer", "minimum": 1, "default": 1}
    size = {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE}
    return [
        _parameter("filter", filters, _FILTER, "deepObject"),
        _listed("sort", sorts, "Columns to sort by; `-` for descending."),
        _parameter("page", page, "The page, from 1."),
        _parameter("per_page", size, "Records on a page."),
        *ways_out(view),
    ]


def _rendering(view: Any) -> list[Schema]:
    example = {view.resource.type: view.resource.attributes[-1]}
    fields = {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "examples": [example],
    }
    parameters = [_parameter("fields", fields, "The attributes to show, by type.", "deepObject")]
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


def _body(view: Any) -> Schema:
    match view.action:
        case "create":
            schema = view.input.schema()
            if view.bulk:
                many = {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_AT_ONCE}
                schema = {"anyOf": [schema, _only(data=many)]}
        case "update" | "partial_update":
            schema = view.input.update_schema()
        case "destroy_many":
            key = {"type": "integer", "minimum": 1}
            ids = {"type": "array", "items": key, "minItems": 1, "maxItems": MOST_AT_ONCE}
            schema = _only(ids=ids | {"uniqueItems": True})
        case _:
            return {}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


def _responses(view: Any) -> Schema:
    sample = example(view.resource)
    record = _answer("The record.", record_document(view.resource), {"data": sample})
    match view.action:
        case "list":
            page = {"data": [sample], "links": LINKS_SAMPLE, "meta": META_SAMPLE}
            answer = _answer("One page.", page_document(view.resource), page)
            return {"200": answer, **_errors(400)}
        case "retrieve":
            return {"200": record, **_errors(400, 404)}
        case "create":
            if view.bulk:
                either = {"anyOf": [record_document(view.resource), list_document(view.resource)]}
                record = _answer("The record, or the records.", either, {"data": sample})
            return {"201": record, **_errors(400, 409, 413, 422)}
        case "destroy_many":
            return {"204": {"description": "Deleted, all of them."}, **_errors(404, 409, 413, 422)}
        case "destroy":
            return {"204": {"description": "Deleted."}, **_errors(404, 409)}
    return {"200": record, **_errors(400, 404, 409, 413, 422)}


def _only(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _answer(description: str, schema: Schema, shown: Schema) -> Schema:
    content = {"schema": schema, "examples": {"plain": {"value": shown}}}
    return {"description": description, "content": {MEDIA_TYPE: content}}


def _errors(*codes: int) -> Schema:
    return {
        str(code): {"$ref": f"#/components/responses/{code}"} for code in sorted((*codes, 401, 403))
    }


def _register(registry: Any, resource: type[Resource]) -> None:
    for each in [resource, *reachable(resource)]:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name_of(each),
            type=ResolvedComponent.SCHEMA,
            schema=record_schema(each),
            object=each,
        )
        registry.register_on_missing(component)
