"""Laravel's rules on values that recordings do not have."""

from decimal import Decimal
from typing import Any

import pytest

from paymenter.laravel.validation import (
    Given,
    In,
    Integer,
    Max,
    Min,
    Numeric,
    Rule,
    Unfit,
    integer,
    is_missing,
    number,
    record_id,
)


def given_value(value: Any, *, numeric: bool = False) -> Given:
    return Given("unit_price", value, {}, numeric=numeric)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (10, "10"),
        (2.675, "2.675"),
        ("10", "10"),
        (" 1", "1"),
        ("1 ", "1"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+1", "1"),
        ("-1.50", "-1.50"),
        ("1e2", "1E+2"),
    ],
)
def test_number_is_read_with_its_spelling(value: Any, amount: str) -> None:
    assert str(number(value)) == amount


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        None,
        [],
        [1],
        {},
        "",
        " ",
        "x",
        "1,5",
        "0x1A",
        "1_0",
        "1 0",
        "--1",
        "e1",
        "٣",
        "NaN",
    ],
)
def test_number_is_nothing_else(value: Any) -> None:
    assert number(value) is None


@pytest.mark.parametrize(
    ("value", "whole"), [(3, 3), (1.0, 1), ("3", 3), (" 4 ", 4), ("-0", 0), ("+5", 5), (True, 1)]
)
def test_integer_is_read_as_php_filters_it(value: Any, whole: int) -> None:
    assert integer(value) == whole


@pytest.mark.parametrize(
    "value", [1.5, "1.0", "007", "1e2", "", None, False, [], [1], {}, 2**63, "9" * 19, 1e20, "٣"]
)
def test_integer_is_nothing_else(value: Any) -> None:
    assert integer(value) is None


@pytest.mark.parametrize(("value", "key"), [(1, 1), ("7", 7), ("007", 7), ("2.0", 2), (True, 1)])
def test_record_id_is_read(value: Any, key: int) -> None:
    assert record_id(value) == key


@pytest.mark.parametrize("value", [0, -1, "0", "-1", "", "1abc", "1.5", 1.5, False, None, [1]])
def test_record_id_is_nothing_else(value: Any) -> None:
    assert record_id(value) is None


@pytest.mark.parametrize("value", [None, "", " \t\n", "\0", [], {}])
def test_missing_values(value: Any) -> None:
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, False, "0", 0.0, [0], "x"])
def test_values_that_are_there(value: Any) -> None:
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("rule", "value", "numeric", "text"),
    [
        (Min(8), "short", False, "The unit price field must be at least 8 characters."),
        (Min(8), "éééééééé", False, None),
        (Min(8), None, False, "The unit price field must be at least 8 characters."),
        (Min(8), 12345678, False, None),
        (
            Min(8),
            ["a long enough text"],
            False,
            "The unit price field must be at least 8 characters.",
        ),
        (Min(1), 0, True, "The unit price field must be at least 1."),
        (Min(1), "0.5", True, "The unit price field must be at least 1."),
        (Min(1), "x", True, None),
        (Min(1), None, True, "The unit price field must be at least 1."),
        (Max(3), "abcd", False, "The unit price field must not be greater than 3 characters."),
        (Max(3), "abc", False, None),
        (Max(3), 4, True, "The unit price field must not be greater than 3."),
        (In(("a", "1")), "A", False, "The selected unit price is invalid."),
        (In(("a", "1")), 1, False, None),
        (In(("a", "1")), ["a"], False, "The selected unit price is invalid."),
        (In(list), "a", False, "The selected unit price is invalid."),
    ],
)
def test_rule_says(rule: Rule, value: Any, numeric: bool, text: str | None) -> None:
    assert rule.text(given_value(value, numeric=numeric)) == text


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (Numeric(), "1e15"),
        (Numeric(), "-1e15"),
        (Numeric(), "999999999999999.995"),
        (Integer(), 2**31),
        (Integer(), -(2**31) - 1),
        (Integer(0, 5), 6),
    ],
)
def test_value_beyond_the_column_is_unfit(rule: Rule, value: Any) -> None:
    with pytest.raises(Unfit):
        rule.stored(value, given_value(value, numeric=True))


def test_nothing_is_not_negative() -> None:
    assert str(Numeric().stored("-0.0", given_value("-0.0"))) == "0.0"
    assert Numeric().stored("-0.0", given_value("-0.0")) == Decimal(0)
