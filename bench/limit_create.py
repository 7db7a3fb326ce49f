"""The limit of a write: the statements that the application sends to create an invoice."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

Row = tuple[Any, ...]
Execute = Callable[[str, tuple[Any, ...]], tuple[Row, ...]]

_SETTING = ("id", "key", "value", "type", "encrypted", "settingable_type", "settingable_id")
_AUDIT = (
    *("user_type", "user_id", "event", "auditable_type", "auditable_id", "old_values"),
    *("new_values", "url", "ip_address", "user_agent", "tags", "created_at", "updated_at"),
)
_INVOICE = ("number", "status", "due_at", "currency_code", "user_id", "created_at", "updated_at")
_ITEM = (
    *("id", "invoice_id", "price", "quantity", "description", "reference_type", "reference_id"),
    *("created_at", "updated_at"),
)
_TEMPLATE = ("id", "key", "subject", "in_app_title", "in_app_body", "in_app_url", "in_app_enabled")
_NOTIFICATION = (
    *("user_id", "title", "body", "url", "read_at", "show_in_app", "show_as_push"),
    *("created_at", "updated_at"),
)
_USER = ("id", "first_name", "last_name", "email", "role_id", "email_verified_at", "created_at")
_TAX = ("invoice_id", "name", "rate", "country", "is_charged", "created_at")
_MARKS = ", ".join(["%s"] * len(_TAX))
_SHOWN = ("id", "status", "currency_code", "due_at", "updated_at", "created_at")


def create(connection: Any, execute: Execute, body: bytes, url: str) -> dict[str, Any]:
    """One invoice in one transaction; the document of the answer."""
    asked = orjson.loads(body)
    user, currency, due = asked["user_id"], asked["currency_code"], asked["due_at"]
    execute("SELECT id FROM users WHERE id = %s ORDER BY 1 LIMIT 1", (user,))
    execute("SELECT code FROM currencies WHERE code = %s ORDER BY code LIMIT 1", (currency,))
    connection.begin()
    tax = _tax(execute, user)
    number = _count(execute, url)
    values = (number, "pending", due, currency, user, _now(), _now())
    invoice = _insert(execute, "invoices", _INVOICE, values)
    told = {"user_id": user, "currency_code": currency, "due_at": f"{due} 00:00:00"}
    told |= {"status": "pending", "number": number, "id": invoice}
    _audit(execute, url, ("created", "App\\Models\\Invoice", invoice), [], told)
    execute(
        f"INSERT INTO billing_issued_taxes ({', '.join(_TAX)}) VALUES ({_MARKS})", (invoice, *tax)
    )
    execute("SAVEPOINT told", ())
    _notify(execute, _template(execute, user), invoice, (user, currency, number))
    execute("RELEASE SAVEPOINT told", ())
    connection.commit()
    return _document(execute, invoice)


def _count(execute: Execute, url: str) -> str:
    columns = ", ".join(f"`{name}`" for name in _SETTING)
    found = execute(
        f"SELECT {columns} FROM settings WHERE `key` = %s AND settingable_type IS NULL "
        "ORDER BY id LIMIT 1 FOR UPDATE",
        ("invoice_number",),
    )[0]
    count = int(found[2]) + 1
    number = f"INV-{count}"
    execute("SELECT 1 FROM invoices WHERE number = %s LIMIT 1", (number,))
    sql = "UPDATE settings SET value = %s, updated_at = %s WHERE id = %s"
    execute(sql, (str(count), _now(), found[0]))
    old, new = {"value": found[2]}, {"value": count}
    _audit(execute, url, ("updated", "App\\Models\\Setting", found[0]), old, new)
    return number


def _tax(execute: Execute, user: int) -> Row:
    """The tax rate of the user's country, as `issued_taxes` keeps it."""
    country = execute(
        "SELECT id, `key`, value FROM properties "
        "WHERE model_id = %s AND model_type = %s AND `key` = %s ORDER BY id LIMIT 1",
        (user, "App\\Models\\User", "country"),
    )
    rate = execute(
        "SELECT id, name, rate, country FROM tax_rates WHERE country IN (%s, %s) "
        "ORDER BY country = %s LIMIT 1",
        (country[0][2] if country else "", "all", "all"),
    )
    name, percent, where = rate[0][1:] if rate else ("", 0, "")
    return name, percent, where, True, _now()


def _template(execute: Execute, user: int) -> Row:
    columns = ", ".join(f"`{name}`" for name in _TEMPLATE)
    sql = f"SELECT {columns} FROM notification_templates WHERE enabled = %s AND `key` = %s"
    template = execute(sql, (True, "new_invoice_created"))[0]
    execute(
        "SELECT id, mail_enabled, in_app_enabled FROM notification_preferences "
        "WHERE notification_template_id = %s AND user_id = %s ORDER BY id LIMIT 1",
        (template[0], user),
    )
    return template


def _notify(execute: Execute, template: Row, invoice: int, asked: Row) -> None:
    user, currency, number = asked
    execute(f"SELECT {', '.join(_USER)} FROM users WHERE id = %s", (user,))
    execute(f"SELECT {', '.join(_ITEM)} FROM invoice_items WHERE invoice_id = %s", (invoice,))
    execute("SELECT code, name, prefix, suffix FROM currencies WHERE code = %s", (currency,))
    told = (user, template[3], template[4], f"http://localhost/invoices/{number}", None, 1, 1)
    _insert(execute, "notifications", _NOTIFICATION, (*told, _now(), _now()))


def _document(execute: Execute, invoice: int) -> dict[str, Any]:
    sql = f"SELECT {', '.join(_SHOWN)} FROM invoices WHERE id IN (%s)"
    row = execute(sql, (invoice,))[0]
    attributes = dict(zip(_SHOWN, row, strict=True))
    attributes["due_at"] = f"{row[3]}T00:00:00.000000Z"
    for name in ("updated_at", "created_at"):
        attributes[name] = attributes[name].isoformat() + ".000000Z"
    return {"data": {"id": str(invoice), "type": "invoices", "attributes": attributes}}


def _audit(execute: Execute, url: str, what: Row, old: Any, new: Any) -> None:
    values = (None, None, *what, orjson.dumps(old), orjson.dumps(new), url)
    _insert(execute, "audits", _AUDIT, (*values, "127.0.0.1", "", "admin", _now(), _now()))


def _insert(execute: Execute, table: str, columns: tuple[str, ...], values: Row) -> int:
    marks = ", ".join(["%s"] * len(columns))
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) RETURNING id"
    key: int = execute(sql, values)[0][0]
    return key


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
