"""`ETag`: a strong mark of the bytes of an answer, and what clients do with it.

`If-None-Match` on a GET spares the body; `If-Match` on a change makes sure that nobody changed the
record since it was read. The mark is that of the same address with the same `include` and
`fields`: a change compares with what a GET of its own address would answer now.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model
from django.http import HttpResponseNotModified
from django.utils.http import parse_etags
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from paymenter.db.locks import locked
from paymenter.jsonapi.renderer import MEDIA_TYPE, JsonRenderer
from paymenter.jsonapi.resource import Object

if TYPE_CHECKING:
    from paymenter.jsonapi.viewset import ResourceViewSet

READS = frozenset({"GET", "HEAD"})


class Changed(APIException):
    status_code = 412
    default_detail = "The record is not what it was when you read it: read it again."


def tag_of(content: bytes) -> str:
    return f'"{blake2b(content, digest_size=16).hexdigest()}"'


def marked(request: Request, response: Any) -> Any:
    """The answer with its mark, or 304 where the client has it already."""
    if response.status_code not in (200, 201) or response.streaming:
        return response
    if hasattr(response, "render"):
        response.render()
    if response["Content-Type"] != MEDIA_TYPE:
        return response
    tag = tag_of(response.content)
    response["ETag"] = tag
    wanted = request.META.get("HTTP_IF_NONE_MATCH")
    if wanted is None or request.method not in READS or not names(wanted, tag):
        return response
    del response["Content-Type"]
    return HttpResponseNotModified(headers={**response.headers})


@contextmanager
def unchanged(view: "ResourceViewSet", request: Request, pk: str) -> Iterator[Model]:
    """The record to change. With `If-Match` it is held until the change is stored."""
    if "HTTP_IF_MATCH" not in request.META:
        yield view.record(pk)
        return
    documents = view.documents_of_write(request)
    with transaction.atomic():
        record = locked(view.record(pk))
        refuse_changed(request, view.shown(record, documents))
        yield record


def refuse_changed(request: Request, document: Object) -> None:
    """Raises Changed where the client names another state in `If-Match`."""
    wanted = request.META.get("HTTP_IF_MATCH")
    if wanted is not None and not names(wanted, tag_of(JsonRenderer().render(document))):
        raise Changed


def names(header: str, tag: str) -> bool:
    """A proxy that compresses calls a mark weak (`W/`); what it stands for is the same."""
    given = parse_etags(header)
    return "*" in given or tag in (each.removeprefix("W/") for each in given)
