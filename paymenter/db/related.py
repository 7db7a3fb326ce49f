"""Rows that belong to a row: the one that a foreign key points to, read with a query that is
compiled once for each key, and those that point to it, where the caller has them already."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.utils.functional import cached_property

from paymenter.db.prepared import Prepared, Slot


class Related(ForwardManyToOneDescriptor):  # type: ignore[type-arg]
    def get_object(self, instance: models.Model) -> models.Model:
        found: models.Model = self._by_key.get(key=getattr(instance, self.field.attname))
        return found

    @cached_property
    def _by_key(self) -> Prepared[Any]:
        target = self.field.target_field
        rows = self.field.remote_field.model._base_manager
        return Prepared(lambda: rows.filter(**{target.attname: Slot("key", target)}))


_KNOWN = "_prefetched_objects_cache"  # where Django keeps what was prefetched


def is_known(instance: models.Model, name: str) -> bool:
    """Whether `instance.<name>.all()` asks nobody."""
    return name in getattr(instance, _KNOWN, ())


@contextmanager
def known(instance: models.Model, name: str, rows: Iterable[models.Model]) -> Iterator[None]:
    """`instance.<name>.all()` are these rows until the block ends. The caller has made or locked
    the instance, so that nobody adds one."""
    manager: Any = getattr(instance, name)
    found = manager.get_queryset()
    found._result_cache, found._prefetch_done = list(rows), True
    for row in found._result_cache:
        setattr(row, manager.field.name, instance)
    instance.__dict__.setdefault(_KNOWN, {})[name] = found
    try:
        yield
    finally:
        instance.__dict__[_KNOWN].pop(name, None)
