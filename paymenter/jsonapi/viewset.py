"""The base of every resource's viewset; a subclass is a declaration.

    class InvoiceViewSet(ResourceViewSet):
        resource = InvoiceResource
        filters = ("id", "currency_code", "user_id", "status")
        sorts = ("id", "created_at", "updated_at", "currency_code")
        includes = {"items": None, "user": "users"}
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from paymenter.db.morph import class_name
from paymenter.jsonapi import filters as conditions
from paymenter.jsonapi import query
from paymenter.jsonapi.documents import Documents, columns_of
from paymenter.jsonapi.errors import BadQuery, RecordNotFound
from paymenter.jsonapi.permissions import HasPermission, may
from paymenter.jsonapi.resource import Object, Resource
from paymenter.jsonapi.schema import ResourceSchema
from paymenter.jsonapi.statements import (
    Row,
    Statement,
    index_statement,
    key_statement,
    rows_of,
)


# Paymenter asks no permission for these; they are spoken of only when nothing else is refused.
STRICTER = frozenset({"order", "coupon", "invoice", "assigned_to"})


class ResourceViewSet(GenericViewSet):  # type: ignore[type-arg]
    """Index and show of one resource in Paymenter's dialect.

    filters, sorts: the column names a client may use, in the order that error texts list them.
    includes: the relation paths a client may include, each with the permission group that its
    records need (`admin.<group>.view`) or None where they are part of the whole or public.
    """

    resource: ClassVar[type[Resource]]
    filters: ClassVar[tuple[str, ...]] = ()
    sorts: ClassVar[tuple[str, ...]] = ()
    includes: ClassVar[Mapping[str, str | None]] = {}

    permission_classes = (HasPermission,)
    schema = ResourceSchema()
    lookup_value_regex = "[^/]+"
    key_description: ClassVar[str] = "The record's id."

    def list(self, request: Request) -> Response:
        asked = query.query_parameters(request)
        given = query.input_parameters(request, asked)
        chosen = query.filters_of(given, self.filters)
        self.refuse_missing("filter", [condition.name for condition in chosen])
        documents = self.documents(asked, given)
        order = query.sorts_of(given, self.sorts)
        self.refuse_missing("sort", [name.removeprefix("-") for name in order])
        columns = columns_of(self.resource, documents.tree)
        statement = self.index(columns, tuple(order) or ("pk",), chosen)
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

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """As Paymenter: no key needed, an empty body, the verbs without blanks."""
        allow = {"Allow": ",".join(self.allowed_methods), "Vary": "Access-Control-Request-Method"}
        return HttpResponse(headers=allow)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    @property
    def allowed_methods(self) -> Sequence[str]:
        """What the route of this address answers, without OPTIONS, as Paymenter lists it."""
        return ["GET", "HEAD", "PUT", "PATCH", "DELETE"] if self.detail else ["GET", "HEAD", "POST"]

    @property
    def default_response_headers(self) -> Mapping[str, str]:
        return {}

    def documents(self, asked: Object, given: Object) -> Documents:
        """What to render, after the includes and fields are checked against what is allowed."""
        paths = query.includes_of(given, self.viewable(STRICTER), self.viewable())
        query.check_fields(given, paths)
        tree = query.include_tree(asked)
        return Documents(tree, query.fields_of(asked), lambda group: self.may_view(group))

    def viewable(self, regardless: Set[str] = frozenset()) -> Sequence[str]:
        """The includes whose every step the caller may view, or that `regardless` names."""
        return [path for path in self.includes if self._may_include(path, regardless)]

    def may_view(self, group: str) -> bool:
        return may(self.request, group, "view")

    def index(self, columns: tuple[str, ...], order: tuple[str, ...], chosen: Sequence[query.Filter]) -> Statement:
        if not chosen:
            return index_statement(self.resource, columns, order)
        found = conditions.apply(rows_of(self.resource.model), chosen)
        return Statement.of(found.order_by(*order).values_list(*columns))

    def usable(self, names: Iterable[str]) -> Sequence[str]:
        """The declared names that are columns: Paymenter lists some that its table does not have."""
        fields = self.resource.model._meta.concrete_fields
        return [name for name in names if any(name in (f.attname, f.name) for f in fields)]

    def refuse_missing(self, use: str, names: Iterable[str]) -> None:
        if missing := [name for name in names if not self.usable([name])]:
            raise BadQuery(f"There is no column `{missing[0]}` to {use} by.")

    def find(self, key: str, columns: tuple[str, ...]) -> Row:
        """The record of a path; raises RecordNotFound."""
        number = record_id(key, self.request)
        rows = key_statement(self.resource, columns).at([number]) if number is not None else []
        if not rows:
            raise RecordNotFound(class_name(self.resource.model), key)
        return rows[0]

    def _may_include(self, path: str, regardless: Set[str]) -> bool:
        steps = path.split(".")
        groups = [self.includes.get(".".join(steps[: n + 1])) for n in range(len(steps))]
        return path in regardless or all(group is None or self.may_view(group) for group in groups)


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
