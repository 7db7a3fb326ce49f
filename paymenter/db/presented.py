"""Rows as staff's templates see them: columns and the relations that are declared, read on demand.

What a model shows is listed in a `Shown`; models without one cannot be reached at all. Methods,
passwords and encrypted columns never show.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from paymenter.db import zone
from paymenter.db.fields import Encrypted
from paymenter.laravel.blade import Collection, Problem, Record

HIDDEN = frozenset({"password", "tfa_secret", "remember_token"})
MAX_ROWS = 1000  # of one relation

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Shown:
    """`computed` are attributes by Laravel's name, `key` is what stands in an address."""

    relations: frozenset[str] = frozenset()
    computed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    key: Callable[[Any], object] = attrgetter("pk")


Catalogue = Mapping[str, Shown]  # by the model's label


class Row(Record):
    """One row, read through the catalogue."""

    def __init__(self, instance: models.Model, catalogue: Catalogue) -> None:
        self._instance = instance
        self._catalogue = catalogue
        self._shown = catalogue[instance._meta.label]

    def read(self, name: str) -> Any:
        if name in self._shown.computed:
            return present(self._shown.computed[name](self._instance), self._catalogue)
        snake = _CAPITAL.sub("_", name).lower()
        if snake in self._shown.relations:
            return present(_related(self._instance, snake), self._catalogue)
        columns = {field.column: field for field in self._instance._meta.concrete_fields}
        column = columns.get(name)
        if column is None or name in HIDDEN or isinstance(column, Encrypted):
            return None
        return present(getattr(self._instance, column.attname), self._catalogue)

    def key(self) -> object:
        return self._shown.key(self._instance)


def present(value: Any, catalogue: Catalogue) -> Any:
    """Plain data for a template. Instants in the installation's time zone, dates at midnight."""
    match value:
        case models.Model():
            if value._meta.label not in catalogue:
                raise Problem(f"a {value._meta.verbose_name} is not shown in templates")
            return Row(value, catalogue)
        case datetime():
            return value.astimezone(zone.current())
        case date():
            return datetime.combine(value, time.min, zone.current())
        case Decimal():
            return str(value)
        case Collection():
            return Collection(present(item, catalogue) for item in value)
    return value


def _related(instance: models.Model, name: str) -> Any:
    try:
        related = getattr(instance, name)
    except ObjectDoesNotExist:
        return None
    if related is None or isinstance(related, models.Model):
        return related
    rows = Collection(related.all()[: MAX_ROWS + 1])
    if len(rows) > MAX_ROWS:
        raise Problem(f"more than {MAX_ROWS} {name}")
    return Collection(sorted(rows, key=attrgetter("pk")))
