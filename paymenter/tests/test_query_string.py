from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paymenter.laravel.query_string import parse, trimmed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a", {"a": ""}),
        ("a=&b", {"a": "", "b": ""}),
        ("&&a=1&", {"a": "1"}),
        ("=1&a=2", {"a": "2"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=1&a=2", {"a": "2"}),
        ("a=x+y%20z%2B", {"a": "x y z+"}),
        ("a+b.c=1", {"a_b_c": "1"}),
        ("%20+a=1", {"a": "1"}),
        ("a%00b=1", {"a": "1"}),
        ("a=%C3%A9&é=€", {"a": "é", "é": "€"}),
        ("a=%FF", {"a": "\ufffd"}),
        ("a=%zz%4", {"a": "%zz%4"}),
        ("filter[name]=x", {"filter": {"name": "x"}}),
        ("filter%5Bname%5D=x", {"filter": {"name": "x"}}),
        ("filter[a.b c]=x", {"filter": {"a.b c": "x"}}),
        ("a.b[c]=1", {"a_b": {"c": "1"}}),
        ("a[b][]=x&a[b][]=y&a[c]=z", {"a": {"b": {"0": "x", "1": "y"}, "c": "z"}}),
        ("a[]=x&a[5]=y&a[]=z", {"a": {"0": "x", "5": "y", "6": "z"}}),
        ("a[05]=x&a[-3]=y&a[]=z", {"a": {"05": "x", "-3": "y", "0": "z"}}),
        ("a[][b]=1&a[][b]=2", {"a": {"0": {"b": "1"}, "1": {"b": "2"}}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=1&a=2", {"a": "2"}),
        ("a[b]=1&a[b][c]=2", {"a": {"b": {"c": "2"}}}),
        ("a[ ]=1&a[+b]=2", {"a": {"0": "1", " b": "2"}}),
        ("filter[email=x", {"filter_email": "x"}),
        ("a[b.c[d=x", {"a_b_c_d": "x"}),
        ("a[b][c=x", {"a": {"b": "x"}}),
        ("a[b]c=x&d[e]f[g]=y", {"a": {"b": "x"}, "d": {"e": "y"}}),
        ("[a]=1&]=2", {"]": "2"}),
        ("a[[b]]=1", {"a": {"[b": "1"}}),
        ("a" + "[b]" * 64 + "=1&c=2", None),
        ("a=1&a" + "[b]" * 65 + "=1&c=2", {"c": "2"}),
        ("a" + "[b]" * 100_000 + "=1", {}),
    ],
)
def test_reads_as_parse_str(text: str, expected: dict[str, Any] | None) -> None:
    result = parse(text)
    if expected is None:
        depth, node = 0, result["a"]
        while isinstance(node, dict):
            depth, node = depth + 1, node["b"]
        assert (depth, node) == (64, "1")
    else:
        assert result == expected
    assert parse(text.encode()) == result


def test_order_of_first_appearance_is_kept() -> None:
    assert list(parse("b=1&a=2&b=3")) == ["b", "a"]


def test_ignores_variables_beyond_a_thousand() -> None:
    result = parse("&".join(f"v{number}=1" for number in range(1200)))
    assert len(result) == 1000
    assert "v999" in result


@given(st.text(alphabet="ab[]=&+.% 0%5B\x00é", max_size=40) | st.text())
def test_never_raises(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  a b \r\n", "a b"),
        ("\u00a0a\u00a0", "a"),
        ("\ufeff\u200ba\u2003\u3000\0", "a"),
        ("", None),
        (" \t", None),
        ("0", "0"),
        (None, None),
        (0, 0),
        (False, False),
        ({}, {}),
        ([" a ", "", [" "], {"b": " c"}], ["a", None, [None], {"b": "c"}]),
        ({"a": " b ", "c": ""}, {"a": "b", "c": None}),
        (
            {"password": " a ", "password_confirmation": "", "current_password": " "},
            {"password": " a ", "password_confirmation": None, "current_password": " "},
        ),
        ({"user": {"password": " a "}}, {"user": {"password": "a"}}),
        ({"password": [" a "]}, {"password": ["a"]}),
    ],
)
def test_trims_as_laravel(value: Any, expected: Any) -> None:
    assert trimmed(value) == expected


def test_trimming_changes_nothing_in_place() -> None:
    value = {"a": [" b "]}
    trimmed(value)
    assert value == {"a": [" b "]}


def test_trims_as_deep_as_json_may_nest() -> None:
    value: Any = " a "
    for _ in range(512):
        value = [value]
    assert str(trimmed(value)).strip("[]") == "'a'"
