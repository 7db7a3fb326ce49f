"""The row that a foreign key points to, read with a query that is compiled once for each key."""

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
