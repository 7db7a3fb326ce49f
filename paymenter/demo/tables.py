"""Rows on their way into the database: plain tuples with ids of ours, inserted many at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection, models

from accounts.models import (
    ApiKey,
    EmailLog,
    Notification,
    Property,
    Role,
    User,
)
from billing.models import (
    Category,
    ConfigOption,
    ConfigOptionProduct,
    Coupon,
    Credit,
    Invoice,
    InvoiceItem,
    InvoiceSnapshot,
    InvoiceTransaction,
    Order,
    Plan,
    Price,
    Product,
    ProductUpgrade,
    Service,
    ServiceCancellation,
    ServiceConfig,
    ServiceUpgrade,
    TaxRate,
)
from paymenter.models import CronStat, Extension, Setting
from support.models import Ticket, TicketMessage

BATCH = 4_000
TIMES = ("created_at", "updated_at")

# All tables that get rows, each after those its foreign keys point to, with the columns we fill.
_TABLES: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Role, ("name", "permissions", *TIMES)),
    (
        User,
        ("first_name", "last_name", "email", "role_id", "email_verified_at", "password", *TIMES),
    ),
    (ApiKey, ("name", "permissions", "token", "type", "enabled", *TIMES)),
    (Property, ("custom_property_id", "name", "key", "value", "model_type", "model_id", *TIMES)),
    (Setting, ("key", "value", "type", "encrypted", "settingable_type", "settingable_id", *TIMES)),
    (Extension, ("name", "extension", "type", "enabled", *TIMES)),
    (TaxRate, ("name", "rate", "country", *TIMES)),
    (Category, ("slug", "name", "description", "parent_id", "full_slug", "sort", *TIMES)),
    (
        Product,
        (
            "category_id",
            "name",
            "slug",
            "description",
            "sort",
            "allow_quantity",
            "server_id",
            *TIMES,
        ),
    ),
    (ProductUpgrade, ("product_id", "upgrade_id", *TIMES)),
    (
        ConfigOption,
        ("name", "description", "env_variable", "type", "sort", "upgradable", "parent_id", *TIMES),
    ),
    (ConfigOptionProduct, ("config_option_id", "product_id")),
    (
        Plan,
        (
            *("name", "priceable_type", "priceable_id"),
            *("type", "billing_period", "billing_unit", "sort"),
        ),
    ),
    (Price, ("price", "setup_fee", "currency_code", "plan_id")),
    (Coupon, ("type", "applies_to", "recurring", "code", "value", "expires_at", *TIMES)),
    (Order, ("user_id", "currency_code", *TIMES)),
    (
        Service,
        (
            *("status", "order_id", "product_id", "user_id", "currency_code", "quantity"),
            *("price", "plan_id", "coupon_id", "expires_at", *TIMES),
        ),
    ),
    (
        ServiceConfig,
        ("configurable_type", "configurable_id", "config_option_id", "config_value_id", *TIMES),
    ),
    (ServiceCancellation, ("service_id", "reason", "type", *TIMES)),
    (Invoice, ("number", "status", "due_at", "currency_code", "user_id", *TIMES)),
    (
        InvoiceItem,
        (
            *("invoice_id", "price", "quantity", "description"),
            *("reference_type", "reference_id", *TIMES),
        ),
    ),
    (
        InvoiceTransaction,
        (
            *("invoice_id", "gateway_id", "amount", "fee", "transaction_id"),
            *("status", "is_credit_transaction", *TIMES),
        ),
    ),
    (
        InvoiceSnapshot,
        (
            *("name", "properties", "tax_name", "tax_rate", "tax_country"),
            *("bill_to", "invoice_id", *TIMES),
        ),
    ),
    (ServiceUpgrade, ("service_id", "plan_id", "product_id", "invoice_id", "status", *TIMES)),
    (Credit, ("user_id", "currency_code", "amount", *TIMES)),
    (
        Ticket,
        (
            *("subject", "status", "priority", "department"),
            *("user_id", "assigned_to", "service_id", *TIMES),
        ),
    ),
    (TicketMessage, ("ticket_id", "user_id", "message", *TIMES)),
    (EmailLog, ("user_id", "subject", "to", "body", "sent_at", "status", *TIMES)),
    (Notification, ("user_id", "title", "body", "url", "read_at", *TIMES)),
    (CronStat, ("key", "value", "date", *TIMES)),
)


class Table:
    """Rows for one table that are not yet inserted."""

    def __init__(self, model: type[models.Model], columns: Iterable[str]) -> None:
        self.model = model
        self.rows: list[tuple[Any, ...]] = []
        self.last_id: int = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
        self.count = 0
        self._sql = _insert(model, ("id", *columns))

    def add(self, *values: Any) -> int:
        """The id of the new row. Values come in the order of `_TABLES`, times naive and local."""
        self.last_id += 1
        self.rows.append((self.last_id, *values))
        return self.last_id

    def flush(self) -> None:
        if self.rows:
            with connection.cursor() as cursor:
                cursor.executemany(self._sql, self.rows)
            self.count += len(self.rows)
            self.rows.clear()


class Tables:
    """All of them; `written` is called with the number of rows whenever some were inserted."""

    def __init__(self, written: Callable[["Tables"], None] | None = None) -> None:
        self._tables = {model: Table(model, columns) for model, columns in _TABLES}
        self._written = written

    def __getitem__(self, model: type[models.Model]) -> Table:
        return self._tables[model]

    def __iter__(self) -> Iterator[Table]:
        return iter(self._tables.values())

    @property
    def count(self) -> int:
        return sum(table.count for table in self)

    def flush_if_full(self) -> None:
        if sum(len(table.rows) for table in self) >= BATCH:
            self.flush()

    def flush(self) -> None:
        for table in self:
            table.flush()
        if self._written:
            self._written(self)


def _insert(model: type[models.Model], columns: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"


def money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
