"""The limit: what a bare WSGI function needs for the same bytes from the same rows.

It looks the key up, sends the SQL that the application sends, over one connection for each thread,
and builds the documents in plain Python. It checks nothing else and knows three addresses.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

import MySQLdb
import orjson

from bench.limit_create import create

Row = tuple[Any, ...]
Object = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

USER = ("id", "first_name", "last_name", "email", "email_verified_at", "updated_at", "created_at")
INVOICE = ("id", "status", "currency_code", "due_at", "updated_at", "created_at", "user_id")
ITEM = (
    *("id", "description", "quantity", "price", "reference_type", "reference_id"),
    *("updated_at", "created_at", "invoice_id"),
)
SERVICE = (
    *("id", "quantity", "price", "status", "currency_code", "expires_at"),
    *("updated_at", "created_at"),
)
KEY = ("id", "permissions", "type", "ip_addresses", "last_used_at")


def select(table: str, columns: Iterable[str]) -> str:
    """As Django's compiler spells it."""
    names = ", ".join(f"`{table}`.`{name}` AS `{name}`" for name in columns)
    return f"SELECT {names} FROM `{table}`"


KEY_SQL = select("api_keys", KEY) + (
    " WHERE (`api_keys`.`enabled` = %s AND `api_keys`.`token` IN (%s))"
)
USERS_SQL = select("users", USER) + " ORDER BY `users`.`id` ASC LIMIT 16 OFFSET 0"
INVOICES_SQL = select("invoices", INVOICE) + " ORDER BY `invoices`.`id` ASC LIMIT 16 OFFSET 0"
SERVICE_SQL = select("services", SERVICE) + " WHERE `services`.`id` IN (%s)"
USERS_BY_ID = select("users", USER) + " WHERE `users`.`id` IN ({})"
ITEMS_BY_INVOICE = select("invoice_items", ITEM) + (
    " WHERE `invoice_items`.`invoice_id` IN ({}) ORDER BY `invoice_items`.`id` ASC"
)

_threads = threading.local()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
    execute = cursor()
    path: str = environ["PATH_INFO"].removeprefix("/api/v1/admin/")
    group = path.split("/")[0]
    token = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    key = execute(KEY_SQL, (1, sha256(token.encode()).hexdigest()))[0]
    if key[2] != "admin" or f"admin.{group}.view" not in orjson.loads(key[1]):
        start_response("403 Forbidden", [("Content-Length", "0")])
        return iter(())
    status = "200 OK"
    if environ["REQUEST_METHOD"] == "POST":
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        url = f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}"
        document, status = create(_threads.connection, execute, sent, url), "201 Created"
    elif "/" in path:
        document = service(execute, int(path.split("/")[1]))
    else:
        url = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['PATH_INFO']}"
        include = parse_qs(environ["QUERY_STRING"]).get("include")
        document = (invoices if include else users)(execute, url)
    body = orjson.dumps(document)
    headers = [
        ("Content-Type", "application/vnd.api+json"),
        ("Content-Length", str(len(body))),
    ]
    start_response(status, headers)
    return iter((body,))


Execute = Callable[[str, tuple[Any, ...]], tuple[Row, ...]]


def cursor() -> Execute:
    """Runs SQL on this thread's connection."""
    if not hasattr(_threads, "connection"):
        _threads.connection = MySQLdb.connect(
            host=os.environ["DB_HOST"],
            port=int(os.environ["DB_PORT"]),
            user=os.environ["DB_USERNAME"],
            password=os.environ["DB_PASSWORD"],
            database=os.environ["DB_DATABASE"],
            charset="utf8mb4",
            autocommit=True,
        )
    opened = _threads.connection.cursor()

    def execute(sql: str, values: tuple[Any, ...]) -> tuple[Row, ...]:
        opened.execute(sql, values or None)
        rows: tuple[Row, ...] = opened.fetchall()
        return rows

    return execute


def users(execute: Execute, url: str) -> Object:
    rows = execute(USERS_SQL, ())
    return {"data": [user(row) for row in rows[:15]], **page(url, len(rows))}


def invoices(execute: Execute, url: str) -> Object:
    rows = execute(INVOICES_SQL, ())
    shown = rows[:15]
    owners = list(dict.fromkeys(row[6] for row in shown))
    found = execute(USERS_BY_ID.format(marks(owners)), tuple(owners))
    by_id = {row[0]: user(row) for row in found}
    lines: dict[int, list[Object]] = {row[0]: [] for row in shown}
    for row in execute(ITEMS_BY_INVOICE.format(marks(shown)), tuple(row[0] for row in shown)):
        lines[row[8]].append(item(row))
    data: list[Object] = []
    included: dict[tuple[str, str], Object] = {}
    for row in shown:
        owner, items = by_id[row[6]], lines[row[0]]
        data.append(invoice(row, owner, items))
        for record in (owner, *items):
            included.setdefault((record["type"], record["id"]), record)
    return {"data": data, **page(url, len(rows)), "included": list(included.values())}


def service(execute: Execute, number: int) -> Object:
    row = execute(SERVICE_SQL, (number,))[0]
    attributes = {
        "id": row[0],
        "quantity": row[1],
        "price": str(row[2]),
        "status": row[3],
        "currency_code": row[4],
        "expires_at": day(row[5]),
        "updated_at": instant(row[6]),
        "created_at": instant(row[7]),
    }
    return {"data": {"id": str(row[0]), "type": "services", "attributes": attributes}}


def user(row: Row) -> Object:
    attributes = {
        "id": row[0],
        "first_name": row[1],
        "last_name": row[2],
        "email": row[3],
        "email_verified_at": instant(row[4]),
        "updated_at": instant(row[5]),
        "created_at": instant(row[6]),
    }
    return {"id": str(row[0]), "type": "users", "attributes": attributes}


def invoice(row: Row, owner: Object, items: list[Object]) -> Object:
    attributes = {
        "id": row[0],
        "status": row[1],
        "currency_code": row[2],
        "due_at": day(row[3]),
        "updated_at": instant(row[4]),
        "created_at": instant(row[5]),
    }
    relationships = {
        "user": {"data": {"type": "users", "id": owner["id"]}},
        "items": {"data": [{"type": "invoiceItems", "id": line["id"]} for line in items]},
    }
    return {
        "id": str(row[0]),
        "type": "invoices",
        "attributes": attributes,
        "relationships": relationships,
    }


def item(row: Row) -> Object:
    attributes = {
        "id": row[0],
        "description": row[1],
        "quantity": row[2],
        "price": str(row[3]),
        "reference_type": row[4],
        "reference_id": row[5],
        "updated_at": instant(row[6]),
        "created_at": instant(row[7]),
    }
    return {"id": str(row[0]), "type": "invoiceItems", "attributes": attributes}


def page(url: str, found: int) -> Object:
    shown = min(found, 15)
    links = {"first": f"{url}?page=1"}
    if found > 15:
        links["next"] = f"{url}?page=2"
    meta = {
        "current_page": 1,
        "current_page_url": f"{url}?page=1",
        "from": 1,
        "path": url,
        "per_page": 15,
        "to": shown,
    }
    return {"links": links, "meta": meta}


def instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="microseconds") + "Z"


def day(value: datetime | None) -> str | None:
    return None if value is None else f"{value:%Y-%m-%d}T00:00:00.000000Z"


def marks(values: Iterable[Any]) -> str:
    return ", ".join("%s" for _ in values)
