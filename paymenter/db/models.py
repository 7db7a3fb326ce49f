"""The base of every model that stands for one of Laravel's tables."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.db import models

from paymenter.db import writes
from paymenter.db.fields import Timestamp, UpdatedAt, now

MAX_NAME = 64  # of an index in MariaDB; Django stops at 30 for the sake of Oracle

_M = TypeVar("_M", bound=models.Model)


class Index(models.Index):
    """An index with Laravel's name: table, columns, `index`."""

    max_name_length = MAX_NAME

    def set_name_with_model(self, model: type[models.Model]) -> None:
        fields: list[Any] = [model._meta.get_field(name) for name, _ in self.fields_orders]
        self.name = "_".join([model._meta.db_table, *(field.column for field in fields), "index"])


def touched_on_update(model: type[models.Model]) -> bool:
    fields = model._meta.concrete_fields
    return any(isinstance(field, UpdatedAt) for field in fields)


class LaravelQuerySet(models.QuerySet[_M]):
    def update(self, **changes: Any) -> int:
        """Sets `updated_at` too, as Eloquent's builder does."""
        if touched_on_update(self.model):
            changes.setdefault("updated_at", now())
        return super().update(**changes)


class Spelled(models.Model):
    """Single rows are stored by statements spelled once (writes.py)."""

    class Meta:
        abstract = True

    def _do_insert(
        self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: bool
    ) -> Any:
        plain = not raw and writes.is_plain(fields, self.__dict__.values())
        if not (plain and writes.can_return(using)):
            return super()._do_insert(manager, using, fields, returning_fields, raw)  # type: ignore[misc]
        return [writes.insert(self, manager.model, using, tuple(fields))]

    def _do_update(  # type: ignore[override]
        self, base_qs: Any, using: str, pk_val: Any, values: Any, *how: Any
    ) -> Any:
        changes = [(field, value) for field, _, value in values]
        if not changes or not writes.is_plain(*zip(*changes, strict=True)):
            return super()._do_update(base_qs, using, pk_val, values, *how)
        return writes.update(base_qs.model, using, pk_val, changes)


class LaravelModel(Spelled):
    """Unmanaged: `manage.py install` makes the table, PHP's migrations may have made it before."""

    objects = LaravelQuerySet.as_manager()

    class Meta:
        abstract = True
        managed = False
        default_permissions = ()

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """`updated_at` moves with every change of a stored row."""
        if update_fields is not None and touched_on_update(type(self)):
            update_fields = {*update_fields, "updated_at"} if update_fields else update_fields
        super().save(update_fields=update_fields, **options)


class SoftDeleteQuerySet(LaravelQuerySet[_M]):
    def delete(self) -> tuple[int, dict[str, int]]:
        """Marks the rows; they stay in the table."""
        count = self.filter(deleted_at__isnull=True).update(deleted_at=now())
        return count, {self.model._meta.label: count}

    def force_delete(self) -> tuple[int, dict[str, int]]:
        return super().delete()

    def restore(self) -> int:
        return self.update(deleted_at=None)

    for _method in (delete, force_delete):  # as in Django: of a queryset, not of a manager
        _method.queryset_only = _method.alters_data = True  # type: ignore[attr-defined]
    del _method


class Kept(models.Manager[_M]):
    """Only rows that are not marked as deleted."""

    def get_queryset(self) -> SoftDeleteQuerySet[_M]:
        return SoftDeleteQuerySet(self.model, using=self._db).filter(deleted_at__isnull=True)


class SoftDeletes(LaravelModel):
    """`objects` hides deleted rows, `with_trashed` shows all.

    Foreign keys still find a deleted row; reverse relations do not.
    """

    deleted_at = Timestamp(null=True, editable=False)

    objects: ClassVar[Any] = Kept()
    with_trashed: ClassVar[Any] = SoftDeleteQuerySet.as_manager()

    class Meta(LaravelModel.Meta):
        abstract = True

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        self.deleted_at = now()
        self.save(update_fields=["deleted_at"])
        return 1, {self._meta.label: 1}

    def force_delete(self) -> tuple[int, dict[str, int]]:
        return super().delete()

    def restore(self) -> None:
        self.deleted_at = None
        self.save(update_fields=["deleted_at"])

    @property
    def is_trashed(self) -> bool:
        return self.deleted_at is not None
