"""Indexes of ours on Laravel's tables, for installations that have grown (ADR 22).

PHP never notices them: they change no row and no answer, only how long one takes. A fresh database
has them from the start; an existing one gets them by `manage.py addindexes`.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "paymenter_"


@dataclass(frozen=True, slots=True)
class OwnIndex:
    """`serves`: what is slow without it."""

    table: str
    columns: tuple[str, ...]
    serves: str

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.table}_{'_'.join(self.columns)}"[:64]


INDEXES = (
    OwnIndex("services", ("status", "expires_at"), "the daily run: what is due"),
    OwnIndex("services", ("status", "updated_at"), "the dashboard: who left"),
    OwnIndex(
        "services",
        ("status", "plan_id", "currency_code", "price", "quantity"),
        "the dashboard: recurring revenue",
    ),
    OwnIndex("services", ("created_at",), "the dashboard: new services"),
    OwnIndex("invoices", ("status", "due_at", "currency_code"), "overdue money, reminders"),
    OwnIndex(
        "invoice_transactions",
        ("status", "is_credit_transaction", "created_at", "amount", "fee", "invoice_id"),
        "the dashboard: revenue",
    ),
    OwnIndex("orders", ("created_at", "currency_code"), "the dashboard: new orders"),
    OwnIndex("tickets", ("status", "updated_at"), "open tickets"),
    OwnIndex("tickets", ("created_at",), "the dashboard: new tickets"),
    OwnIndex("user_sessions", ("last_activity",), "the dashboard: who is here"),
)


def missing(connection: BaseDatabaseWrapper) -> list[OwnIndex]:
    return [index for index in INDEXES if index.name not in _there(connection, index.table)]


def present(connection: BaseDatabaseWrapper) -> list[OwnIndex]:
    return [index for index in INDEXES if index.name in _there(connection, index.table)]


def create_statement(connection: BaseDatabaseWrapper, index: OwnIndex) -> str:
    name = connection.ops.quote_name
    columns = ", ".join(map(name, index.columns))
    return f"CREATE INDEX {name(index.name)} ON {name(index.table)} ({columns})"


def drop_statement(connection: BaseDatabaseWrapper, index: OwnIndex) -> str:
    name = connection.ops.quote_name
    where = "" if connection.vendor == "sqlite" else f" ON {name(index.table)}"
    return f"DROP INDEX {name(index.name)}{where}"


def create(connection: BaseDatabaseWrapper) -> list[OwnIndex]:
    """Those that are not there yet. InnoDB makes them while others read and write."""
    made = missing(connection)
    with connection.cursor() as cursor:
        for index in made:
            cursor.execute(create_statement(connection, index))
    return made


def _there(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {*connection.introspection.get_constraints(cursor, table)}
