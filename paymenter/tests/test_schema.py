import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from paymenter.db import schema
from paymenter.db.schema import Column, Difference, Index, differences, expected
from paymenter.tests.scratch import scratch_database

COMPAT = Path(__file__).resolve().parents[2] / "compat" / "schema"

on_mariadb = pytest.mark.skipif("connection.vendor == 'sqlite'", reason="the schema of MariaDB")


@pytest.fixture
def scratch(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), scratch_database() as made:
        yield made


@pytest.fixture
def live():
    """The expected tables as if they had been read."""
    return {table.name: table for table in expected("mysql")}


def changed(live, name, **changes):
    return {**live, name: replace(live[name], **changes)}


def with_column(live, table, column, **changes):
    columns = [replace(c, **changes) if c.name == column else c for c in live[table].columns]
    return changed(live, table, columns=tuple(columns))


# the database that we make


@pytest.mark.mariadb("compares with a real MariaDB schema")
@on_mariadb
def test_created_schema_equals_paymenters_as_information_schema_shows_it(scratch):
    wanted = json.loads((COMPAT / "information_schema.json").read_text())
    execute(scratch, schema.create_statements("mysql"))
    made = schema.read(scratch)
    assert set(made) == set(wanted)
    assert {name: as_recorded(table) for name, table in made.items()} == {
        name: normalized(table) for name, table in wanted.items()
    }


@pytest.mark.mariadb("compares with a real MariaDB schema")
@on_mariadb
def test_created_schema_equals_paymenters_dump_line_by_line(scratch):
    texts = re.findall(
        r"CREATE TABLE `(\w+)` (.*?\) ENGINE[^;]*)", (COMPAT / "schema.sql").read_text(), re.DOTALL
    )
    execute(scratch, schema.create_statements("mysql"))
    with scratch.cursor() as cursor:
        for name, text in texts:
            cursor.execute(f"SHOW CREATE TABLE `{name}`")
            assert lines(cursor.fetchone()[1]) == lines(f"CREATE TABLE `{name}` {text}")
    assert len(texts) == 57


@pytest.mark.django_db
def test_test_database_is_as_the_models_need_it():
    assert schema.problems(connection) == []


@pytest.mark.django_db
def test_checkschema_is_content():
    out = StringIO()
    call_command("checkschema", stdout=out)
    assert out.getvalue() == "57 tables are as the code needs them.\n"
    out = StringIO()
    call_command("checkschema", "--json", stdout=out)
    assert json.loads(out.getvalue()) == []


def test_checkschema_names_each_difference(scratch):
    execute(scratch, schema.create_statements(scratch.vendor))
    execute(scratch, ["ALTER TABLE users ADD COLUMN nickname varchar(50) NULL"])
    execute(scratch, ["DROP TABLE audit_logs"])
    out = StringIO()
    with pytest.raises(CommandError, match="1 difference"):
        call_command("checkschema", "--database", scratch.alias, stdout=out)
    assert sorted(out.getvalue().splitlines()) == [
        "audit_logs: table should be there, is missing",
        "note: users: column nickname should be absent, is varchar(50)",
    ]


def test_sqlite_text_has_the_collation_and_ids_are_not_reused():
    users = next(text for text in schema.create_statements("sqlite") if '"users"' in text)
    assert '"id" integer NOT NULL PRIMARY KEY AUTOINCREMENT' in users
    assert '"email" varchar(255) NOT NULL COLLATE laravel_ci' in users


def test_old_mariadb_gets_text_for_uuid():
    text = "\n".join(schema.create_statements("mysql", collation="utf8mb4_unicode_ci", uuid=False))
    assert "`uuid` char(36) NOT NULL" in text
    assert " uuid " not in text.replace("`uuid`", "")
    assert "uca1400" not in text


# comparing


def test_equal_schemas_have_no_differences(live):
    assert differences(expected("mysql"), live) == []


@pytest.mark.parametrize(
    ("column", "changes", "text"),
    [
        ("price", {"type": "double"}, "type of column price should be decimal(17,2), is double"),
        ("price", {"nullable": True}, "nullable of column price should be no, is yes"),
        ("status", {"default": "'new'"}, "default of column status should be 'pending', is 'new'"),
        ("id", {"auto": False}, "numbered by the database of column id should be yes, is no"),
        (
            "label",
            {"collation": "utf8mb4_bin"},
            "collation of column label should be utf8mb4_uca1400_ai_ci, is utf8mb4_bin",
        ),
    ],
)
def test_difference_of_a_column_is_named(live, column, changes, text):
    found = differences(expected("mysql"), with_column(live, "services", column, **changes))
    assert [str(difference) for difference in found] == [f"services: {text}"]
    assert not found[0].harmless


@pytest.mark.parametrize(
    ("table", "column", "changes"),
    [
        ("services", "label", {"collation": "utf8mb4_unicode_ci"}),
        ("services", "quantity", {"type": "int"}),
        ("services", "id", {"type": "bigint unsigned"}),
        ("oauth_clients", "id", {"type": "char(36)", "collation": "utf8mb4_unicode_ci"}),
    ],
)
def test_what_other_servers_say_differently_is_no_difference(live, table, column, changes):
    assert differences(expected("mysql"), with_column(live, table, column, **changes)) == []


def test_a_json_column_must_compare_bytes(live):
    actual = with_column(live, "roles", "permissions", collation="utf8mb4_unicode_ci")
    [found] = differences(expected("mysql"), actual)
    assert found.thing == "collation of column permissions"


def test_missing_parts_are_named(live):
    users = live["users"]
    actual = changed(live, "users", columns=users.columns[:-1], indexes=users.indexes[1:])
    actual = changed(actual, "carts", foreign_keys=())
    actual = changed(actual, "roles", checks=(), primary_key=())
    del actual["credits"]
    found = {(d.table, d.thing) for d in differences(expected("mysql"), actual)}
    assert found == {
        ("users", "column updated_at"),
        ("users", "unique index on email"),
        ("carts", "foreign key of column user_id"),
        ("carts", "foreign key of column coupon_id"),
        ("roles", "primary key"),
        ("roles", "check of column permissions"),
        ("credits", "table"),
    }


def test_additions_that_disturb_nobody_are_harmless(live):
    users = live["users"]
    actual = changed(
        live,
        "users",
        columns=(*users.columns, Column("nickname", "varchar(50)", True, "NULL")),
        indexes=(*users.indexes, Index("mine", ("last_name",))),
    )
    actual = changed(
        actual, "carts", indexes=(Index("x", ("ulid",), True), *live["carts"].indexes[1:])
    )
    found = differences(expected("mysql"), actual)
    assert len(found) == 3
    assert all(difference.harmless for difference in found)


def test_additions_that_refuse_our_rows_are_not_harmless(live):
    users = live["users"]
    actual = changed(
        live,
        "users",
        columns=(*users.columns, Column("nickname", "varchar(50)", False, None)),
        indexes=(*users.indexes, Index("mine", ("last_name",), True)),
    )
    assert [d.harmless for d in differences(expected("mysql"), actual)] == [False, False]


def test_another_order_of_columns_is_only_noted(live):
    actual = changed(live, "users", columns=live["users"].columns[::-1])
    [found] = differences(expected("mysql"), actual)
    assert found.thing == "order of columns"
    assert found.harmless


def test_another_rule_of_a_foreign_key_is_not_harmless(live):
    key = live["credits"].foreign_keys[0]
    actual = changed(live, "credits", foreign_keys=(replace(key, on_delete="RESTRICT"),))
    assert differences(expected("mysql"), actual) == [
        Difference(
            "credits",
            "foreign key of column user_id",
            "credits_user_id_foreign to users.id on delete cascade, on update restrict",
            "credits_user_id_foreign to users.id on delete restrict, on update restrict",
        )
    ]


def execute(database, texts):
    with database.cursor() as cursor:
        for text in texts:
            cursor.execute(text)


def lines(text):
    """The order of keys in a CREATE TABLE is that of their making and means nothing."""
    text = re.sub(r" AUTO_INCREMENT=\d+", "", text)
    return sorted(line.rstrip(",") for line in text.splitlines())


def as_recorded(table):
    return {
        "columns": [
            (c.name, c.type, c.nullable, c.default, c.auto, c.collation) for c in table.columns
        ],
        "primary_key": table.primary_key,
        "indexes": {i.name: (i.columns, i.unique) for i in table.indexes},
        "foreign_keys": {
            (k.name, k.column, f"{k.table}.{k.target}", k.on_update, k.on_delete)
            for k in table.foreign_keys
        },
    }


def normalized(table):
    indexes = {name: (tuple(i["columns"]), i["unique"]) for name, i in table["indexes"].items()}
    return {
        "columns": [
            (
                c["name"],
                c["type"],
                c["nullable"],
                c["default"],
                c["extra"] == "auto_increment",
                c["collation"] or None,
            )
            for c in table["columns"]
        ],
        "primary_key": indexes.pop("PRIMARY")[0],
        "indexes": indexes,
        "foreign_keys": {
            (k["name"], k["column"], k["references"], k["on_update"], k["on_delete"])
            for k in table["foreign_keys"]
        },
    }
