"""The OpenAPI description of a Command."""

from typing import Any

from django.utils.text import capfirst
from drf_spectacular.openapi import AutoSchema

from paymenter.jsonapi.record_schemas import Schema, example, name_of, record_document
from paymenter.jsonapi.renderer import MEDIA_TYPE
from paymenter.jsonapi.schema import component, errors, key_parameter, parameter, register


class CommandSchema(AutoSchema):
    view: Any

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> Schema | None:
        view = self.view
        group, ability = view.permission_group(), view.abilities[method]
        needs = f"Needs the permission `admin.{group}.{ability}`."
        operation: Schema = {
            "operationId": view.basename.replace("-", "_"),
            "summary": view.summary,
            "description": f"{view.more} {needs}".strip(),
            "tags": [capfirst(str(view.resource.model._meta.verbose_name_plural))],
            "parameters": _parameters(view),
            "security": [{"apiKey": []}],
            "responses": _responses(view, registry),
        }
        return operation | _body(view, registry)


def _parameters(view: Any) -> list[Schema]:
    found = [key_parameter(view)] if "{id}" in view.path else []
    if view.method == "GET":
        needed = view.input.schema().get("required", [])
        for name, schema in view.input.schema()["properties"].items():
            found.append(parameter(name, schema, "") | {"required": name in needed})
    return found


def _body(view: Any, registry: Any) -> Schema:
    if view.method == "GET" or not view.input.fields:
        return {}
    schema = component(registry, view.input.__name__, view.input.schema())
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _responses(view: Any, registry: Any) -> Schema:
    code = "201" if view.creates else "200"
    if view.answer is not None:
        schema = component(registry, f"{type(view).__name__}Answer", view.answer)
        content: Schema = {"schema": schema}
    else:
        resource = view.answers or view.resource
        register(registry, resource)
        name = name_of(resource)
        schema = component(registry, f"{name}Document", record_document(resource))
        plain = {"value": {"data": example(resource)}}
        shown = component(registry, f"Plain{name}", plain, "examples")
        content = {"schema": schema, "examples": {"plain": shown}}
    answer = {"description": "Done." if view.method == "POST" else "The answer."}
    return {code: answer | {"content": {MEDIA_TYPE: content}}, **_refusals(view)}


def _refusals(view: Any) -> Schema:
    found = [404] if "{id}" in view.path else []
    return errors(*found, *((422,) if view.method == "GET" else (409, 413, 422)))
