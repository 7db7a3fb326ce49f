"""Filters as conditions of a QuerySet.

A plain filter is Paymenter's: the text is part of the column's text, whatever its type, without
regard to case and accents. The operators compare the column's own type.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, DecimalField, F, Func, Model, Q, QuerySet

from paymenter.db import zone
from paymenter.jsonapi.errors import BadQuery
from paymenter.jsonapi.query import LARGEST, Filter

MOST_DIGITS = 30  # of an amount, before and after the point

_LOOKUPS = {"eq": "exact", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte"}


class Contains(Func):
    """`LOWER(column) LIKE '%text%'`, with what SQLite needs to answer as MariaDB does."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: Any, text: str) -> None:
        super().__init__(column)
        self.text = text

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        column, params = compiler.compile(self.source_expressions[0])
        pattern = f"%{connection.ops.prep_for_like_query(self.text)}%"
        return f"LOWER({column}) LIKE LOWER(%s)", [*params, pattern]

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        if isinstance(self.source_expressions[0].output_field, DecimalField):
            column = f"printf('%%.2f', {column})"
        pattern = f"%{connection.ops.prep_for_like_query(self.text)}%"
        sql = f"laravel_fold({column}) LIKE laravel_fold(%s) ESCAPE '\\'"
        return sql, [*params, pattern]


def apply(queryset: "QuerySet[Any]", filters: Iterable[Filter]) -> "QuerySet[Any]":
    for condition in filters:
        queryset = queryset.filter(_condition(queryset.model, condition))
    return queryset


def _condition(model: type[Model], condition: Filter) -> Any:
    name, operator, values = condition.name, condition.operator, condition.values
    if operator == "contains":
        return reduce(or_, (Q(Contains(F(name), value)) for value in values))
    if operator == "null":
        return Q(**{f"{name}__isnull": values != ("0",)})
    typed = [_typed(model, name, value) for value in values]
    if operator == "in":
        return Q(**{f"{name}__in": typed})
    if not typed:
        raise BadQuery(f"The filter[{name}][{operator}] needs a value.")
    if operator == "ne":
        return ~Q(**{name: typed[0]})
    return Q(**{f"{name}__{_LOOKUPS[operator]}": typed[0]})


def _typed(model: type[Model], name: str, text: str) -> Any:
    field: Any = model._meta.get_field(name)
    try:
        value = (field.target_field if field.is_relation else field).to_python(text)
        value = _comparable(value)
    except (ValidationError, ValueError, OverflowError):
        value = None
    if value is None:
        raise BadQuery(f"The filter[{name}] value `{text}` is not of the column's type.")
    return value


def _comparable(value: Any) -> Any:
    """The value for the query; OverflowError where no database could hold it."""
    if isinstance(value, datetime):
        instant = value if value.tzinfo else zone.aware(value)
        zone.naive(instant)  # what it will be compared as
        return instant
    too_big = isinstance(value, int) and abs(value) > LARGEST
    if too_big or (isinstance(value, Decimal) and abs(value.adjusted()) > MOST_DIGITS):
        raise OverflowError(value)
    return value
