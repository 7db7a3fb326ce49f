"""JSON:API documents from rows: one query for each relation included, however many records.

The order of `included` is Paymenter's: for each primary record in turn its related records,
relation by relation as declared, then theirs; of records named twice the first stays.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.query import IncludeTree
from paymenter.jsonapi.resource import Link, MorphLink, Object, Resource, resource_of
from paymenter.jsonapi.statements import Row, key_statement, link_statement

Fields = dict[str, frozenset[str]]


@dataclass(slots=True)
class Node:
    """One record of the document with the records that its includes brought, by relation."""

    row: Row
    object: Object
    children: list[Sequence["Node"]] = field(default_factory=list)


class Documents:
    """Builds documents for one request.

    may_view: whether the caller may see the records of a permission group; asked for the targets
    of polymorphic relations, whose kind only the rows tell.
    """

    def __init__(self, tree: IncludeTree, fields: Fields, may_view: Callable[[str], bool]) -> None:
        self.tree = tree
        self.fields = fields
        self.may_view = may_view

    def many(self, resource: type[Resource], rows: Iterable[Row]) -> Object:
        nodes = self._nodes(resource, rows, self.tree)
        document: Object = {"data": [node.object for node in nodes]}
        return document | self._included(nodes)

    def one(self, resource: type[Resource], row: Row) -> Object:
        nodes = self._nodes(resource, [row], self.tree)
        return {"data": nodes[0].object} | self._included(nodes)

    def _nodes(
        self, resource: type[Resource], rows: Iterable[Row], tree: IncludeTree
    ) -> list[Node]:
        build = self._builder(resource)
        nodes = [Node(row, build(row)) for row in rows]
        if nodes and relations_in(resource, tree):
            self._attach(resource, nodes, tree)
        return nodes

    def _builder(self, resource: type[Resource]) -> Callable[[Row], Object]:
        """What makes an object of a row; looked up once for all rows."""
        names, converters, constants = (
            resource.names(),
            resource.converters(),
            resource.constants,
        )
        kind, wanted = resource.type, self.fields.get(resource.type)
        places = resource.places()

        def build(row: Row) -> Object:
            stored = [row[place] for place in places] if places else row
            attributes = dict(zip(names, stored, strict=False))
            for name, convert in converters:
                attributes[name] = convert(attributes[name])
            if constants:
                attributes = {n: attributes.get(n, constants.get(n)) for n in resource.attributes}
            if wanted is not None:
                attributes = {name: value for name, value in attributes.items() if name in wanted}
            if not attributes:
                return {"id": str(row[0]), "type": kind}
            return {"id": str(row[0]), "type": kind, "attributes": attributes}

        return build

    def _attach(self, resource: type[Resource], nodes: list[Node], tree: IncludeTree) -> None:
        related: dict[str, list[Sequence[Node]]] = {}
        columns = columns_of(resource, tree)
        for name in relations_in(resource, tree):
            link = resource.link(name)
            if isinstance(link, MorphLink):
                related[name] = self._referenced(link, name, nodes, columns)
            else:
                related[name] = self._linked(link, nodes, columns, tree[name])
        for place, node in enumerate(nodes):
            node.children = [found[place] for found in related.values()]
            node.object["relationships"] = {
                name: {"data": _identifiers(found[place], resource.link(name).many)}
                for name, found in related.items()
            }
            rows = {n: [child.row for child in found[place]] for n, found in related.items()}
            if meta := resource.meta(rows):
                node.object["meta"] = meta

    def _linked(
        self, link: Link, nodes: list[Node], columns: tuple[str, ...], tree: IncludeTree
    ) -> list[Sequence[Node]]:
        """The records of one relation for each node, by one query."""
        place = columns.index(link.parent)
        keys = [node.row[place] for node in nodes]
        wanted = list(dict.fromkeys(key for key in keys if key is not None))
        found = self._by_key(link, wanted, tree) if wanted else {}
        return [found.get(key, ()) for key in keys]

    def _by_key(self, link: Link, keys: list[Any], tree: IncludeTree) -> dict[Any, list[Node]]:
        columns = columns_of(link.target, tree)
        wanted = columns if link.child in columns else (*columns, link.child)
        rows = link_statement(link, wanted).at(keys)
        nodes = self._nodes(link.target, {row[0]: row for row in rows}.values(), tree)
        by_id = {node.row[0]: node for node in nodes}
        place = wanted.index(link.child)
        found: dict[Any, dict[Any, Node]] = {}
        for row in rows:
            found.setdefault(row[place], {})[row[0]] = by_id[row[0]]
        return {key: list(group.values()) for key, group in found.items()}

    def _referenced(
        self, link: MorphLink, name: str, nodes: list[Node], columns: tuple[str, ...]
    ) -> list[Sequence[Node]]:
        """The record that each node refers to, by one query for each kind."""
        kind_at, id_at = columns.index(link.type_column), columns.index(link.id_column)
        ids: dict[type[Resource], list[Any]] = {}
        for node in nodes:
            if (target := resource_of(node.row[kind_at])) and node.row[id_at] is not None:
                ids.setdefault(target, []).append(node.row[id_at])
        found = {target: self._by_id(target, name, wanted) for target, wanted in ids.items()}
        return [
            found.get(resource_of(node.row[kind_at]), {}).get(node.row[id_at], ())  # type: ignore[arg-type]
            for node in nodes
        ]

    def _by_id(self, target: type[Resource], name: str, ids: list[Any]) -> dict[Any, list[Node]]:
        if not self.may_view(target.permission):
            raise BadQuery(
                f"Requested include(s) `{name}` are not allowed. "
                f"It would show {target.permission}, which this key may not view."
            )
        rows = key_statement(target, target.columns()).at(list(dict.fromkeys(ids)))
        return {node.row[0]: [node] for node in self._nodes(target, rows, {})}

    def _included(self, nodes: list[Node]) -> Object:
        if not self.tree:
            return {}
        unique: dict[tuple[str, str], Object] = {}
        for node in nodes:
            for other in _descendants(node):
                unique.setdefault((other.object["type"], other.object["id"]), other.object)
        return {"included": list(unique.values())} if unique else {}


def columns_of(resource: type[Resource], tree: IncludeTree) -> tuple[str, ...]:
    """The columns to select: the attributes, then what the includes need to find their records."""
    needed: list[str] = []
    for name in relations_in(resource, tree):
        link = resource.link(name)
        morph = isinstance(link, MorphLink)
        needed += [link.type_column, link.id_column] if morph else [link.parent]  # type: ignore[union-attr]
    return tuple(dict.fromkeys([*resource.columns(), *needed]))


def relations_in(resource: type[Resource], tree: IncludeTree) -> list[str]:
    """The relations to render, in declared order; names that the resource lacks are passed over."""
    return [name for name in resource.relations if name in tree]


def _identifiers(nodes: Sequence[Node], many: bool) -> Any:
    found = [{"type": node.object["type"], "id": node.object["id"]} for node in nodes]
    return found if many else (found[0] if found else None)


def _descendants(node: Node) -> Iterator[Node]:
    first = [child for group in node.children for child in group]
    yield from first
    for child in first:
        if child.children:
            yield from _descendants(child)
