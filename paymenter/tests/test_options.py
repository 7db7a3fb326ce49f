from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from paymenter import options
from paymenter.db import zone
from paymenter.laravel.crypt import encrypter
from paymenter.models import Setting
from paymenter.tests.formats import recorded

pytestmark = pytest.mark.django_db


def store(key: str, value: str | None, kind: str = "string", **columns: Any) -> None:
    columns = {"encrypted": False, **columns}
    Setting.objects.create(key=key, value=value, type=kind, **columns)
    options.forget()


def stored_text(text: str | None) -> str | None:
    """What stands in the row: the recordings write `<encrypted:…>` for a fresh encryption."""
    if text is not None and text.startswith("<encrypted:"):
        return encrypter().encrypt_string(text.removeprefix("<encrypted:").removesuffix(">"))
    return text


@pytest.mark.parametrize("case", recorded("setting.read"))
def test_reads_as_paymenter(case: dict[str, Any]) -> None:
    for row in case["initial"].get("settings", []):
        columns = {name: row[name] for name in ("settingable_type", "settingable_id")}
        text = stored_text(row["value"])
        store(row["key"], text, row["type"], encrypted=row["encrypted"], **columns)
    wanted = case["outcome"]["return"]
    model_value, value = wanted["model_value"], options.read().get("x")
    if case["initial"].get("settings", [{}])[0].get("settingable_type"):
        assert value is None
        assert options.owned_by("App\\Models\\Gateway", 6) == {"x": model_value}
    else:
        assert value == model_value
        assert type(value) is type(model_value)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12", "integer", 12),
        ("-12", "integer", -12),
        ("+12", "integer", 12),
        (" 12", "integer", 12),
        ("12.9", "integer", 12),
        ("-12.9", "integer", -12),
        ("1e3", "integer", 1000),
        ("", "integer", 0),
        ("abc", "integer", 0),
        ("0x1A", "integer", 0),
        ("1.5", "float", 1.5),
        (".5x", "float", 0.5),
        ("5.", "float", 5.0),
        ("1e3x", "float", 1000.0),
        ("", "float", 0.0),
        (None, "integer", None),
        (None, "float", None),
        ("0.0", "boolean", True),
        ("false", "boolean", True),
        ("null", "array", None),
        ('"a"', "array", "a"),
        ("", "array", None),
        ("5", "unknown", "5"),
        pytest.param(
            "1e999",
            "integer",
            2**63 - 1,
        ),
        pytest.param(
            "9007199254740993",
            "integer",
            9007199254740993,
        ),
    ],
)
def test_typed(text: str | None, kind: str, value: Any) -> None:
    found = options.typed(text, kind, False)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", [None, ""])
def test_missing_null_and_empty_mean_the_default(text: str | None) -> None:
    store("known", text)
    assert (options.get("known", "d"), options.get("unknown", "d")) == ("d", "d")
    assert options.get("known") is None


@pytest.mark.parametrize(("text", "kind"), [("0", "string"), ("0", "boolean"), ("0", "integer")])
def test_nothing_and_zero_are_values(text: str, kind: str) -> None:
    store("known", text, kind)
    assert options.get("known", "d") == {"string": "0", "boolean": False, "integer": 0}[kind]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("-5", -5),
        ("0", 0),
        ("", 7),
        (None, 7),
        ("5 days", 7),
        ("5.5", 7),
        ("x", 7),
    ],
)
def test_integer_or_the_default(text: str | None, number: int) -> None:
    store("days", text)
    assert options.integer("days", 7) == number
    assert options.integer("unknown", 7) == 7


def test_of_two_rows_the_later_counts() -> None:
    store("known", "a")
    store("known", "b")
    assert options.get("known") == "b"


# The cache


def change(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE settings SET value = %s", [value])


def test_change_by_php_is_seen_after_the_lifetime(monkeypatch: pytest.MonkeyPatch) -> None:
    store("known", "a")
    clock = iter([100.0, 100.0, 100.0, 100.0 + options.LIFETIME, *[100.1 + options.LIFETIME] * 3])
    monkeypatch.setattr("paymenter.options.time.monotonic", lambda: next(clock))
    assert options.get("known") == "a"
    change("b")
    assert options.get("known") == "a"
    assert options.get("known") == "b"


def test_own_change_is_seen_once_forgotten() -> None:
    store("known", "a")
    assert options.get("known") == "a"
    change("b")
    assert options.get("known") == "a"
    options.forget()
    assert options.get("known") == "b"


def test_reading_again_asks_the_database_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        for _ in range(3):
            options.read()


# The time zone


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("UTC", "UTC"),
        ("", "UTC"),
        (None, "UTC"),
        ("Mars/Olympus", "UTC"),
        ("Europe", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("/etc/passwd", "UTC"),
        ("a\0b", "UTC"),
        ("+02:00", "UTC"),
    ],
)
def test_zone_falls_back_to_utc(text: str | None, name: str) -> None:
    store("timezone", text)
    assert options.zone() == ZoneInfo(name)
    assert zone.current() == ZoneInfo(name)


def test_zone_of_an_empty_installation() -> None:
    assert options.zone() == ZoneInfo("UTC")
