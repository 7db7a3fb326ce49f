"""The base of every resource's viewset; a subclass is a declaration.

class InvoiceViewSet(ResourceViewSet):
    resource = InvoiceResource
    input = InvoiceInput
    actions = Actions(create_invoice, update_invoice, delete_invoice)
    filters = ("id", "currency_code", "user_id", "status")
    sorts = ("id", "created_at", "updated_at", "currency_code")
    includes = {"items": None, "user": "users"}
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from paymenter.actor import Actor
from paymenter.db.morph import shown_name
from paymenter.jsonapi import bulk, csv_export, cursor, etags, query
from paymenter.jsonapi import filters as conditions
from paymenter.jsonapi.careful import CarefulView
from paymenter.jsonapi.documents import Documents, columns_of
from paymenter.jsonapi.errors import BadQuery, RecordNotFound
from paymenter.jsonapi.permissions import ABILITIES, HasPermission, may
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.schema import ResourceSchema
from paymenter.jsonapi.statements import (
    Row,
    Statement,
    index_statement,
    key_statement,
    rows_of,
)

if TYPE_CHECKING:
    from paymenter.jsonapi.input import Input

Action = Callable[..., Any]
Names = list[str]  # `list` is a method's name below


@dataclass(frozen=True, slots=True)
class Actions:
    """The functions that write a resource; a verb without one is refused with 405.

    create(*, actor, **values), update(record, *, actor, **changes), delete(record, *, actor)
    """

    create: Action | None = None
    update: Action | None = None
    delete: Action | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records a list is asked for, in what order and form."""

    asked: Object
    given: Object
    chosen: Sequence[query.Filter]
    order: Sequence[str]
    documents: Documents


# Paymenter asks no permission for these; they are spoken of only when nothing else is refused.
STRICTER = frozenset({"order", "coupon", "invoice", "assigned_to"})


class ResourceViewSet(CarefulView, GenericViewSet):  # type: ignore[type-arg]
    """One resource in Paymenter's dialect.

    input: what a client may write, and the rules for it; actions: the functions that write it.
    filters, sorts: the column names a client may use, in the order that error texts list them.
    includes: the relation paths a client may include, each with the permission group that its
    records need (`admin.<group>.view`) or None where they are part of the whole or public.
    """

    resource: ClassVar[type[Resource]]
    input: ClassVar["type[Input]"]
    actions: ClassVar[Actions] = Actions()
    filters: ClassVar[tuple[str, ...]] = ()
    sorts: ClassVar[tuple[str, ...]] = ()
    includes: ClassVar[Mapping[str, str | None]] = {}

    bulk: ClassVar[bool] = False  # whether one request may create or delete many
    seekable: ClassVar[bool] = True  # whether the rows are a table's, which a cursor can walk

    abilities: ClassVar[Mapping[str, str]] = ABILITIES  # what each verb needs
    permission_classes = (HasPermission,)
    schema = ResourceSchema()
    lookup_value_regex = "[^/]+"
    key_description: ClassVar[str] = "The record's id."

    @classmethod
    def permission_group(cls) -> str:
        return cls.resource.permission

    def list(self, request: Request) -> HttpResponseBase:
        selection = self.selection(request)
        if csv_export.wanted(request, selection.asked):
            return csv_export.answer(self, request, selection)
        if "cursor" in selection.asked:
            return cursor.answer(self, request, selection)
        given, documents = selection.given, selection.documents
        columns = columns_of(self.resource, documents.tree)
        statement = self.index(columns, tuple(selection.order) or ("pk",), selection.chosen)
        page, per_page = query.page_of(given), query.per_page_of(given)
        rows = statement.page(per_page + 1, min((page - 1) * per_page, query.LARGEST))
        links = _links(request, page, per_page, len(rows))
        body = documents.many(self.resource, rows[:per_page])
        return Response({"data": body.pop("data"), **links, **body})

    def retrieve(self, request: Request, pk: str) -> Response:
        asked = query.query_parameters(request)
        documents = self.documents(asked, query.input_parameters(request, asked))
        row = self.find(pk, columns_of(self.resource, documents.tree))
        return Response(documents.one(self.resource, row))

    def create(self, request: Request) -> Response:
        action = self.written()
        documents = self.documents_of_write(request)
        if self.bulk and bulk.is_many(request.data):
            made = bulk.create(self, request, action, documents)
            return Response(made, status.HTTP_201_CREATED)
        values = self.input.create(body_of(request))
        record = action(actor=Actor.of(request), **values)
        return Response(self.shown(record, documents), status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        action = self.written()
        documents = self.documents_of_write(request)
        with etags.unchanged(self, request, pk) as record:
            changes = self.input.update(body_of(request), record)
            record = action(record, actor=Actor.of(request), **changes)
        return Response(self.shown(record, documents))

    def partial_update(self, request: Request, pk: str) -> Response:
        """PUT and PATCH are one: what is not sent stays."""
        return self.update(request, pk)

    def destroy(self, request: Request, pk: str) -> Response:
        action = self.written()
        with etags.unchanged(self, request, pk) as record:
            action(record, actor=Actor.of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def destroy_many(self, request: Request) -> Response:
        bulk.delete(self, request, self.written())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """As Paymenter: no key needed, an empty body, the verbs without blanks."""
        allow = {"Allow": ",".join(self.allowed_methods), "Vary": "Access-Control-Request-Method"}
        return HttpResponse(headers=allow)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method == "OPTIONS":
            return
        if request.method not in self.allowed_methods and not self._is_bulk_delete(request):
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **kwargs)

    @property
    def allowed_methods(self) -> Names:
        """What the route of this address answers, without OPTIONS, as Paymenter lists it."""
        verbs = {"PUT": "update", "PATCH": "update", "DELETE": "delete"}
        verbs = verbs if self.detail else {"POST": "create"}
        written = [verb for verb, name in verbs.items() if getattr(self.actions, name)]
        return ["GET", "HEAD", *written]

    def _is_bulk_delete(self, request: Request) -> bool:
        """A DELETE of the collection that says what to delete; without, it is no route."""
        told = request.META.get("CONTENT_LENGTH") not in (None, "", "0")
        return self.action == "destroy_many" and told

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        marked: Response = etags.marked(request, response)
        return marked

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}

    def selection(self, request: Request) -> Selection:
        asked = query.query_parameters(request)
        given = query.input_parameters(request, asked)
        chosen = query.filters_of(given, self.filters)
        self.refuse_missing("filter", [condition.name for condition in chosen])
        documents = self.documents(asked, given)
        order = query.sorts_of(given, self.sorts)
        self.refuse_missing("sort", [name.removeprefix("-") for name in order])
        return Selection(asked, given, chosen, order, documents)

    def documents(self, asked: Object, given: Object) -> Documents:
        """What to render, after the includes and fields are checked against what is allowed."""
        if "include" not in given and "fields" not in given:
            return Documents({}, {}, self.may_view)
        paths = query.includes_of(given, self.viewable(STRICTER), self.viewable())
        query.check_fields(given, paths)
        tree = query.include_tree(asked)
        return Documents(tree, query.fields_of(asked), self.may_view)

    def documents_of_write(self, request: Request) -> Documents:
        """Refuses what could not be shown before anything is stored."""
        asked = query.query_parameters(request)
        return self.documents(asked, asked)

    def action_of(self, name: str) -> Action | None:
        """The function behind create, update, partial_update or destroy."""
        names = {"partial_update": "update", "destroy": "delete", "destroy_many": "delete"}
        found: Action | None = getattr(self.actions, names.get(name, name))
        return found

    def written(self) -> Action:
        """What this request is to call; raises MethodNotAllowed where nothing can be written."""
        action = self.action_of(self.action)
        if action is None:
            raise MethodNotAllowed(self.request.method or "")
        return action

    def record(self, key: str) -> Model:
        """The record of a path, as the actions take it; raises RecordNotFound."""
        row = self.find(key, self.resource.columns())
        found: Model = rows_of(self.resource.model).get(pk=row[0])
        return found

    def shown(self, record: Model, documents: Documents) -> Object:
        """The stored, canonical form."""
        columns = columns_of(self.resource, documents.tree)
        return documents.one(
            self.resource, key_statement(self.resource, columns).at([record.pk])[0]
        )

    def viewable(self, regardless: Set[str] = frozenset()) -> Sequence[str]:
        """The includes whose every step the caller may view, or that `regardless` names."""
        return [path for path in self.includes if self._may_include(path, regardless)]

    def may_view(self, group: str) -> bool:
        return may(self.request, group, "view")

    def index(
        self, columns: tuple[str, ...], order: tuple[str, ...], chosen: Sequence[query.Filter]
    ) -> Statement:
        if not chosen:
            return index_statement(self.resource, columns, order)
        found = conditions.apply(rows_of(self.resource.model), chosen)
        return Statement.of(found.order_by(*order).values_list(*columns))

    def usable(self, names: Iterable[str]) -> Sequence[str]:
        """The declared names that are columns: Paymenter also lists some that do not exist."""
        fields = self.resource.model._meta.concrete_fields
        return [name for name in names if any(name in (f.attname, f.name) for f in fields)]

    def refuse_missing(self, use: str, names: Iterable[str]) -> None:
        if missing := [name for name in names if not self.usable([name])]:
            raise BadQuery(f"There is no column `{missing[0]}` to {use} by.")

    def find(self, key: str, columns: tuple[str, ...]) -> Row:
        """The record of a path; raises RecordNotFound."""
        wanted = self.key_of(key)
        rows = key_statement(self.resource, columns).at([wanted]) if wanted is not None else []
        if not rows:
            raise RecordNotFound(shown_name(self.resource.model), key)
        return rows[0]

    def key_of(self, key: str) -> Any:
        """What the primary key of a record with this path would be; None where it cannot be one."""
        return record_id(key, self.request)

    def _may_include(self, path: str, regardless: Set[str]) -> bool:
        steps = path.split(".")
        groups = [self.includes.get(".".join(steps[: n + 1])) for n in range(len(steps))]
        return path in regardless or all(group is None or self.may_view(group) for group in groups)


def body_of(request: Request) -> Object:
    """The fields sent; LaravelParser makes a map of any body."""
    return dict(request.data)


def record_id(key: str, request: Request) -> int | None:
    """The id in a path: digits, blanks and an encoded plus around them allowed as recorded."""
    digits = key.strip()
    if digits.startswith("+") and "%2B" in request.META.get("RAW_URI", "").upper():
        digits = digits[1:]
    plain = digits.isascii() and digits.isdigit() and len(digits) < 20
    return int(digits) if plain and int(digits) <= query.LARGEST else None


def _links(request: Request, page: int, per_page: int, found: int) -> Object:
    """Laravel's simple pagination: no total, and addresses that carry the page alone."""
    path = request.build_absolute_uri(request.path.rstrip("/"))
    shown = min(found, per_page)
    start = (page - 1) * per_page + 1
    links = {"first": f"{path}?page=1"}
    if page > 1:
        links["prev"] = f"{path}?page={page - 1}"
    if found > per_page:
        links["next"] = f"{path}?page={page + 1}"
    meta = {
        "current_page": page,
        "current_page_url": f"{path}?page={page}",
        "from": start if shown else None,
        "path": path,
        "per_page": per_page,
        "to": start + shown - 1 if shown else None,
    }
    return {"links": links, "meta": meta}
