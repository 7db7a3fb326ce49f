"""Verbs beside the four of a record, and questions about one, in the dialect of the resources.

class SuspendService(Command):
    resource = ServiceResource            # of the record in the path
    path = "services/{id}/suspend"        # without {id}: about no record yet
    summary = "Suspend a service"
    input = SuspendInput

    def carry_out(self, record, values, actor):
        return suspend_service(record, actor=actor, **values)

urlpatterns = router.urls + command_urls(SuspendService)
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model
from django.urls import URLPattern, re_path
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from paymenter.actor import Actor
from paymenter.jsonapi import etags
from paymenter.jsonapi.command_schema import CommandSchema
from paymenter.jsonapi.documents import Documents, columns_of
from paymenter.jsonapi.input import Input
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.statements import key_statement
from paymenter.jsonapi.viewset import Action, ResourceViewSet, body_of


class NoInput(Input):
    """Nothing is to be said."""


class Command(ResourceViewSet):
    """A POST that needs `admin.<resource's group>.<ability>`.

    group: of the permission, where it is not the resource's own: paying an invoice is a matter of
    transactions. carry_out gives back a record of `answers` (unless said, of the resource itself),
    or, where `answer` holds the schema of one, a plain JSON object. `creates`: the answer is 201.
    """

    path: ClassVar[str]
    summary: ClassVar[str]
    more: ClassVar[str] = ""  # a sentence for the API description
    group: ClassVar[str] = ""
    ability: ClassVar[str] = "update"
    input: ClassVar[type[Input]] = NoInput
    answers: ClassVar[type[Resource] | None] = None
    answer: ClassVar[Object | None] = None
    creates: ClassVar[bool] = False
    method: ClassVar[str] = "POST"

    schema = CommandSchema()

    @classmethod
    def permission_group(cls) -> str:
        return cls.group or cls.resource.permission

    def carry_out(self, record: Any, values: Mapping[str, Any], actor: Actor) -> Any:
        raise NotImplementedError

    def run(self, request: Request, pk: str | None = None) -> Response:
        values = self.input.create(self.given(request))
        code = status.HTTP_201_CREATED if self.creates else status.HTTP_200_OK
        return Response(self._answer(self._result(request, pk, values)), code)

    def given(self, request: Request) -> Object:
        return body_of(request)

    def action_of(self, name: str) -> Action | None:
        return self.carry_out

    @property
    def allowed_methods(self) -> list[str]:
        return ["GET", "HEAD"] if self.method == "GET" else [self.method]

    @property
    def abilities(self) -> Mapping[str, str]:  # type: ignore[override]
        return dict.fromkeys(self.allowed_methods, self.ability)

    def _result(self, request: Request, pk: str | None, values: Mapping[str, Any]) -> Any:
        actor = Actor.of(request)
        if pk is None:
            return self.carry_out(None, values, actor)
        if self.method == "GET":
            return self.carry_out(self.record(pk), values, actor)
        with etags.unchanged(self, request, pk) as record:
            return self.carry_out(record, values, actor)

    def _answer(self, result: Any) -> Object:
        if self.answer is not None:
            return dict(result)
        resource: type[Resource] = self.answers or self.resource
        return _document(resource, result, Documents({}, {}, self.may_view))


class Question(Command):
    """A GET: its input comes from the address."""

    ability = "view"
    method = "GET"

    def given(self, request: Request) -> Object:
        return dict(request.GET.items())


def command_urls(*commands: type[Command]) -> list[URLPattern]:
    """Laravel answers with and without a trailing slash."""
    return [_url(command) for command in commands]


def _url(command: type[Command]) -> URLPattern:
    route = command.path.replace("{id}", "(?P<pk>[^/]+)")
    verbs: dict[str, Any] = {command.method.lower(): "run"}
    view = command.as_view(verbs, basename=_name(command), detail="{id}" in command.path)
    return re_path(f"^{route}/?$", view, name=_name(command))


def _name(command: type[Command]) -> str:
    """SuspendService is suspend-service."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", command.__name__).lower()


def _document(resource: type[Resource], record: Model, documents: Documents) -> Object:
    columns = columns_of(resource, documents.tree)
    return documents.one(resource, key_statement(resource, columns).at([record.pk])[0])
