"""Files to download: what their endpoints have in common."""

from collections.abc import Collection
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseNotModified
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from billing.documents.content import languages
from paymenter.jsonapi import etags
from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.schema import ResourceSchema

MEDIA_TYPE = "application/pdf"
LANGUAGE = {
    "name": "language",
    "in": "query",
    "description": "Of the labels; without it the setting `app_language`.",
    "schema": {"type": "string", "enum": sorted(languages())},
}

_TEXT = {"type": "string"}
_FILE = {"type": "string", "format": "binary"}


class PdfSchema(ResourceSchema):
    """`parameters` follow the record's key."""

    def __init__(self, operation: str, summary: str, *parameters: dict[str, Any]) -> None:
        super().__init__()
        self.operation, self.summary, self.parameters = operation, summary, parameters

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any] | None:
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        assert operation is not None
        key = operation["parameters"][0]
        answer = {"description": "The file.", "content": {MEDIA_TYPE: {"schema": _FILE}}}
        headers = {"Content-Disposition": {"description": "Its name.", "schema": _TEXT}}
        errors = {
            code: answers for code, answers in operation["responses"].items() if code != "200"
        }
        refused = {"$ref": "#/components/responses/422"}
        return operation | {
            "operationId": self.operation,
            "summary": self.summary,
            "parameters": [key, *self.parameters],
            "responses": {"200": answer | {"headers": headers}, **errors, "422": refused},
        }


def file_answer(request: Request, file: bytes, name: str) -> Any:
    """304 where the caller has the very same file."""
    tag = etags.tag_of(file)
    headers = {"ETag": tag, "Content-Disposition": content_disposition_header(True, name) or ""}
    if etags.names(request.META.get("HTTP_IF_NONE_MATCH", ""), tag):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(file, content_type=MEDIA_TYPE, headers=headers)


def one_of(name: str, asked: dict[str, Any], allowed: Collection[str]) -> str | None:
    """Raises BadQuery."""
    if name not in asked:
        return None
    if not isinstance(asked[name], str) or asked[name] not in allowed:
        raise BadQuery(f"The {name} may be one of: {', '.join(sorted(allowed))}.")
    chosen: str = asked[name]
    return chosen
