"""Laravel's polymorphic relations: two columns, a PHP class name and an id.

Class names are those of Paymenter; a model of ours without one cannot be referred to.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from operator import attrgetter
from typing import Any, Self, overload

from django.apps import apps
from django.db import models
from django.db.models.fields.mixins import FieldCacheMixin

_PREFIX = "App\\Models\\"
_LABELS = {
    _PREFIX + name: f"{app}.{name}"
    for app, names in {
        "accounts": "ApiKey CustomProperty EmailLog Notification NotificationPreference "
        "NotificationSubscription NotificationTemplate Property Role User UserSession",
        "billing": "BillingAgreement Cart CartItem Category ConfigOption ConfigOptionProduct "
        "Coupon CouponProduct Credit Currency Gateway Invoice InvoiceItem InvoiceSnapshot "
        "InvoiceTransaction Order Plan Price Product ProductUpgrade Server Service "
        "ServiceCancellation ServiceConfig ServiceUpgrade TaxRate",
        "paymenter": "CronStat DebugLog Extension FailedJob Setting",
        "support": "Ticket TicketMailLog TicketMessage TicketMessageAttachment",
    }.items()
    for name in names.split()
} | {
    "Laravel\\Passport\\Client": "accounts.OauthClient",
    "OwenIt\\Auditing\\Models\\Audit": "accounts.Audit",
}
_CLASS_NAMES = {label: name for name, label in _LABELS.items()}


def class_names() -> dict[str, str]:
    """Models by PHP's name."""
    return dict(_LABELS)


def class_name(model: type[models.Model] | models.Model) -> str:
    """The PHP class of a model. LookupError where Paymenter has none."""
    return _CLASS_NAMES[model._meta.label]


def shown_name(model: type[models.Model] | models.Model) -> str:
    """The same for people to read; of a table of ours its own name."""
    return _CLASS_NAMES.get(model._meta.label, model._meta.object_name or "")


def model_for(name: str | None) -> type[models.Model] | None:
    """The model of a PHP class name, None where we do not know it."""
    label = _LABELS.get(name or "")
    return apps.get_model(label) if label else None


class MorphTo(FieldCacheMixin, property):  # a property, so that Model(name=object) takes it
    """The other end of a polymorphic reference: an object, or None where it is unknown or gone.

    Assignment sets both columns. `prefetch_related` takes one query for each class.
    """

    def __init__(self, type_field: str, id_field: str) -> None:
        super().__init__()
        self.type_field, self.id_field = type_field, id_field

    def __set_name__(self, owner: type[models.Model], name: str) -> None:
        self.name = name

    @property
    def cache_name(self) -> str:
        return self.name

    @overload
    def __get__(self, instance: None, owner: Any = None) -> Self: ...
    @overload
    def __get__(self, instance: models.Model, owner: Any = None) -> Any: ...
    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        if instance is None:
            return self
        model, key = self._target(instance)
        cached = self.get_cached_value(instance, default=None)
        if cached is not None and type(cached) is model and cached.pk == key:
            return cached
        found = None if model is None else model._base_manager.filter(pk=key).first()
        self.set_cached_value(instance, found)
        return found

    def __set__(self, instance: models.Model, value: models.Model | None) -> None:
        setattr(instance, self.type_field, class_name(value) if value is not None else None)
        setattr(instance, self.id_field, value.pk if value is not None else None)
        self.set_cached_value(instance, value)

    def get_prefetch_querysets(
        self, instances: Sequence[models.Model], querysets: Iterable[Any] | None = None
    ) -> tuple[Any, ...]:
        keys: dict[type[models.Model], set[Any]] = defaultdict(set)
        for instance in instances:
            model, key = self._target(instance)
            if model is not None:
                keys[model].add(key)
        given = {queryset.model: queryset for queryset in querysets or ()}
        found = [
            row
            for model, ids in keys.items()
            for row in given.get(model, model._base_manager.all()).filter(pk__in=ids)
        ]
        return found, _identity, self._target, True, self.name, False

    def _target(self, instance: models.Model) -> tuple[type[models.Model] | None, Any]:
        key = getattr(instance, self.id_field)
        model = model_for(getattr(instance, self.type_field)) if key is not None else None
        return model, key


class MorphMany:
    """The rows of `to` whose type and id columns name this object; works with `prefetch_related`.

    `through` is the name of the foreign key on `to` that leads to the rows really meant: a
    service's invoices are those that its invoice items belong to. Rows come once each.
    """

    def __init__(
        self, to: str, type_field: str, id_field: str, *, through: str | None = None
    ) -> None:
        self.to, self.type_field, self.id_field, self.through = to, type_field, id_field, through

    def __set_name__(self, owner: type[models.Model], name: str) -> None:
        self.name = name

    @property
    def morph_model(self) -> type[models.Model]:
        """The model that has the type and id columns."""
        return apps.get_model(self.to)

    @property
    def related_model(self) -> type[models.Model]:
        if self.through is None:
            return self.morph_model
        field: Any = self.morph_model._meta.get_field(self.through)
        related: type[models.Model] = field.related_model
        return related

    @overload
    def __get__(self, instance: None, owner: Any = None) -> Self: ...
    @overload
    def __get__(self, instance: models.Model, owner: Any = None) -> "MorphManager": ...
    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        return self if instance is None else MorphManager(self, instance)

    def __set__(self, instance: models.Model, value: object) -> None:
        raise TypeError(f"{self.name} cannot be assigned; write the rows themselves")

    def columns(self, owner: type[models.Model] | models.Model) -> dict[str, Any]:
        """The values of a row that belongs to `owner`."""
        values = {self.type_field: class_name(owner)}
        return values | {self.id_field: owner.pk} if isinstance(owner, models.Model) else values

    def links(self, owners: Sequence[models.Model]) -> list[tuple[Any, Any]]:
        """Pairs of owner's id and related id, without repeats. One query, owners of one class."""
        rows = self.morph_model._default_manager.filter(**self.columns(type(owners[0])))
        rows = rows.filter(**{f"{self.id_field}__in": {owner.pk for owner in owners}})
        pairs = rows.order_by("pk").values_list(self.id_field, self.through or "pk")
        return list(dict.fromkeys(pairs))


class MorphManager:
    """The related rows of one object: a manager's usual methods, and `create()`."""

    def __init__(self, relation: MorphMany, owner: models.Model) -> None:
        self.relation, self.owner = relation, owner

    def get_queryset(self) -> models.QuerySet[Any]:
        try:
            cached: models.QuerySet[Any] = self.owner._prefetched_objects_cache[self.relation.name]  # type: ignore[attr-defined]
        except (AttributeError, KeyError):
            return self._rows()
        return cached

    def _rows(self) -> models.QuerySet[Any]:
        relation = self.relation
        related = relation.related_model._default_manager
        mine = relation.columns(self.owner)
        if relation.through is None:
            return related.filter(**mine)
        links = relation.morph_model._default_manager.filter(**mine).values(relation.through)
        return related.filter(pk__in=links)

    def all(self) -> models.QuerySet[Any]:
        return self.get_queryset()

    def create(self, **values: Any) -> Any:
        self._before_writing()
        return self.relation.morph_model._default_manager.create(
            **values, **self.relation.columns(self.owner)
        )

    def update_or_create(self, **values: Any) -> tuple[Any, bool]:
        self._before_writing()
        return self._rows().update_or_create(**values, **self.relation.columns(self.owner))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.get_queryset(), name)

    def get_prefetch_querysets(
        self, instances: Sequence[models.Model], querysets: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        relation = self.relation
        rows = querysets[0] if querysets else relation.related_model._default_manager.all()
        if relation.through is None:
            rows = rows.filter(**relation.columns(type(instances[0])))
            rows = rows.filter(**{f"{relation.id_field}__in": {i.pk for i in instances}})
            owner_of = attrgetter(relation.id_field)
            return rows, owner_of, attrgetter("pk"), False, relation.name, False
        links = relation.links(instances)
        by_key = {row.pk: row for row in rows.filter(pk__in={key for _, key in links})}
        found = [_owned(by_key[key], owner) for owner, key in links if key in by_key]
        return found, attrgetter("_morph_owner"), attrgetter("pk"), False, relation.name, False

    def _apply_rel_filters(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.all()

    def _before_writing(self) -> None:
        if self.relation.through is not None:
            raise TypeError(
                f"{self.relation.name} cannot be written; write {self.relation.to} rows"
            )
        getattr(self.owner, "_prefetched_objects_cache", {}).pop(self.relation.name, None)


def _owned(row: models.Model, owner: Any) -> models.Model:
    """A copy for each owner: one invoice may be that of several services."""
    twin = copy(row)
    twin.__dict__["_morph_owner"] = owner
    return twin


def _identity(row: models.Model) -> tuple[type[models.Model], Any]:
    return type(row), row.pk
