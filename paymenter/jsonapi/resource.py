"""What a table looks like on the wire: declarations only, no query and no request.

    class InvoiceResource(Resource):
        model = Invoice
        permission = "invoices"
        attributes = ("id", "status", "currency_code", "due_at", "updated_at", "created_at")
        relations = {"user": "users", "items": "invoiceItems"}

A relation names the JSON:API type of its target, so that apps need not import each other; how to
load it follows from the model's own relation of that name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.db import models

from paymenter.db.morph import MorphMany, MorphTo, class_name, model_for
from paymenter.jsonapi import values

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation that needs more than its target's type.

    source: the model's name for it where it differs; order: of a to-many, by default the primary
    key. The type `*` is a polymorphic reference: each row names the kind of its target.
    """

    type: str
    source: str | None = None
    order: tuple[str, ...] = ("pk",)


@dataclass(frozen=True, slots=True)
class Link:
    """How to load a relation: targets whose `child` column equals the owner's `parent` column."""

    target: type["Resource"]
    many: bool
    parent: str
    child: str
    where: tuple[tuple[str, Any], ...] = ()
    order: tuple[str, ...] = ("pk",)


@dataclass(frozen=True, slots=True)
class MorphLink:
    """A to-one relation whose target is named in each row (`reference_type`, `reference_id`)."""

    type_column: str
    id_column: str

    many: ClassVar[bool] = False


class Resource:
    """One resource type; subclasses declare, the class keeps the registry of all of them.

    sources: the columns of attributes with another name. formats: how an attribute is printed.
    schemas: the JSON schemas of attributes of which the column does not say enough.
    """

    model: ClassVar[type[models.Model]]
    type: ClassVar[str]
    permission: ClassVar[str]
    attributes: ClassVar[tuple[str, ...]]
    relations: ClassVar[Mapping[str, str | Relation]] = {}
    sources: ClassVar[Mapping[str, str]] = {}
    schemas: ClassVar[Mapping[str, Object]] = {}
    formats: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    constants: ClassVar[Mapping[str, Any]] = {}

    by_type: ClassVar["dict[str, ResourceClass]"] = {}
    by_model: ClassVar["dict[ModelClass, ResourceClass]"] = {}

    def __init_subclass__(cls) -> None:
        if "type" not in vars(cls):
            cls.type = values.camel_case(cls.model._meta.db_table)
        Resource.by_type[cls.type] = Resource.by_model[cls.model] = cls

    @classmethod
    def meta(cls, related: Mapping[str, Sequence[tuple[Any, ...]]]) -> Object:
        """The `meta` member of one record, from the rows that its includes brought."""
        return {}

    @classmethod
    @cache
    def names(cls) -> tuple[str, ...]:
        """The attributes that are read from columns."""
        return tuple(name for name in cls.attributes if name not in cls.constants)

    @classmethod
    @cache
    def columns(cls) -> tuple[str, ...]:
        """Each once: attributes may share one."""
        return tuple(dict.fromkeys(cls.sources.get(name, name) for name in cls.names()))

    @classmethod
    @cache
    def places(cls) -> tuple[int, ...]:
        """Of each attribute the place of its column; empty where every one has its own."""
        columns, names = cls.columns(), cls.names()
        if len(columns) == len(names):
            return ()
        return tuple(columns.index(cls.sources.get(name, name)) for name in names)

    @classmethod
    @cache
    def converters(cls) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
        """The attributes whose stored value is not yet what goes on the wire."""
        fields = {name: cls.model._meta.get_field(name) for name in cls._plain_columns()}
        found = {name: values.converter(field) for name, field in fields.items()} | dict(
            cls.formats
        )
        return tuple((name, convert) for name, convert in found.items() if convert)

    @classmethod
    def _plain_columns(cls) -> list[str]:
        attnames = {field.attname: field.name for field in cls.model._meta.concrete_fields}
        return [name for name in cls.names() if name in attnames and name not in cls.formats]

    @classmethod
    @cache
    def link(cls, name: str) -> Link | MorphLink:
        declared = cls.relations[name]
        relation = Relation(declared) if isinstance(declared, str) else declared
        if relation.type == "*":
            return _morph_to(cls.model, relation.source or name)
        target = Resource.by_type[relation.type]
        morph = getattr(cls.model, relation.source or name, None)
        if isinstance(morph, MorphMany):
            return _morph_many(cls.model, target, morph, relation.order)
        return _direct(cls.model, target, relation, relation.source or name)


ResourceClass = type[Resource]
ModelClass = type[models.Model]


def resource_of(php_class: str | None) -> type[Resource] | None:
    """The resource of the model that PHP calls so; None for what has none."""
    model = model_for(php_class) if php_class else None
    return Resource.by_model.get(model) if model else None


def _direct(
    model: type[models.Model], target: type[Resource], relation: Relation, name: str
) -> Link:
    field: Any = model._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        return Link(target, False, field.attname, field.target_field.attname)
    if isinstance(field, models.ManyToManyField):
        child = field.related_query_name()
        return Link(target, True, _key(model), child, order=relation.order)
    return Link(target, True, _key(model), field.field.attname, order=relation.order)


def _morph_many(
    model: type[models.Model], target: type[Resource], morph: MorphMany, order: tuple[str, ...]
) -> Link:
    prefix = ""
    if morph.through:
        through: Any = morph.morph_model._meta.get_field(morph.through)
        prefix = f"{through.related_query_name()}__"
    where = ((f"{prefix}{morph.type_field}", class_name(model)),)
    return Link(target, True, _key(model), f"{prefix}{morph.id_field}", where, order)


def _morph_to(model: type[models.Model], name: str) -> MorphLink:
    morph = getattr(model, name)
    assert isinstance(morph, MorphTo)
    return MorphLink(morph.type_field, morph.id_field)


def _key(model: type[models.Model]) -> str:
    key = model._meta.pk
    assert key is not None
    return key.attname
