"""The schema of Laravel's 57 tables as code: what it should be, how to make it, what is there."""

from paymenter.db.schema.compare import Difference, differences, problems
from paymenter.db.schema.description import (
    TEXT,
    Check,
    Column,
    ForeignKey,
    Index,
    Table,
    expected,
    laravel_models,
)
from paymenter.db.schema.live import read, table_names
from paymenter.db.schema.statements import create_statements

__all__ = [
    "TEXT",
    "Check",
    "Column",
    "Difference",
    "ForeignKey",
    "Index",
    "Table",
    "create_statements",
    "differences",
    "expected",
    "laravel_models",
    "problems",
    "read",
    "table_names",
]
