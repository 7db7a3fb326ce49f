import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paymenter.laravel.php import (
    MAX_BYTES,
    PhpFormatError,
    json_decode,
    json_encode,
    serialize,
    unserialize,
)

PAIRS: list[tuple[Any, bytes]] = [
    (None, b"N;"),
    (True, b"b:1;"),
    (False, b"b:0;"),
    (0, b"i:0;"),
    (-5, b"i:-5;"),
    (2**63 - 1, b"i:9223372036854775807;"),
    ("", b's:0:"";'),
    ("é", 's:2:"é";'.encode()),
    ('a";b', b's:4:"a";b";'),
    ("\udcff", b's:1:"\xff";'),
    ([], b"a:0:{}"),
    ([1, "a"], b'a:2:{i:0;i:1;i:1;s:1:"a";}'),
    ({"a": 1}, b'a:1:{s:1:"a";i:1;}'),
    ({1: "a", 0: "b"}, b'a:2:{i:1;s:1:"a";i:0;s:1:"b";}'),
    ({"a": {"b": [None]}}, b'a:1:{s:1:"a";a:1:{s:1:"b";a:1:{i:0;N;}}}'),
    (0.5, b"d:0.5;"),
    (1.0, b"d:1;"),
    (-1.5, b"d:-1.5;"),
    (0.1 + 0.2, b"d:0.30000000000000004;"),
    (0.0001, b"d:0.0001;"),
    (0.00001, b"d:1.0E-5;"),
    (1.5e-7, b"d:1.5E-7;"),
    (1e16, b"d:10000000000000000;"),
    (1e25, b"d:1.0E+25;"),
    (1.25e300, b"d:1.25E+300;"),
    (123456.789, b"d:123456.789;"),
    (math.inf, b"d:INF;"),
    (-math.inf, b"d:-INF;"),
]


@pytest.mark.parametrize(("value", "data"), PAIRS)
def test_serializes_as_php(value: Any, data: bytes) -> None:
    assert serialize(value) == data
    assert unserialize(data) == value
    assert type(unserialize(data)) is type(value)


def test_reads_not_a_number() -> None:
    assert math.isnan(unserialize(b"d:NAN;"))  # type: ignore[arg-type]
    assert serialize(math.nan) == b"d:NAN;"


def test_keys_that_look_like_numbers_become_numbers() -> None:
    assert serialize({"0": "a", "01": "b"}) == b'a:2:{i:0;s:1:"a";s:2:"01";s:1:"b";}'
    assert serialize({"0": "a"}) == serialize(["a"])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "unknown value refused at byte 0"),
        (b"N;N;", "more text after the value at byte 2"),
        (b"b:2;", "unknown value"),
        (b"i:x;", "unknown value"),
        (b"d:1.2.3;", "unreadable number"),
        (b's:5:"abc";', "string of another length"),
        (b's:99999999999:"abc";', "length expected"),
        (b"s:3:abc;", "string of another length"),
        (b"a:1:{i:0;N;", "} expected"),
        (b"a:1:{d:1.5;N;}", "array key is neither"),
        (b"a:1:{b:1;N;}", "array key is neither"),
        (b"a:1:{a:0:{}N;}", "nested more than"),
        (b"a:9999999999:{}", "unknown value"),
        (b'O:8:"stdClass":0:{}', "object refused at byte 0"),
        (b'a:1:{i:0;O:1:"A":0:{}}', "object refused"),
        (b'C:1:"A":0:{}', "object refused"),
        (b'E:3:"A:B";', "enum refused"),
        (b"a:2:{i:0;N;i:1;R:2;}", "reference refused"),
        (b"a:1:{i:0;" * 200 + b"N;" + b"}" * 200, "nested more than 128"),
        (b"N;" * MAX_BYTES, "more than 4194304 bytes"),
    ],
)
def test_refuses_what_it_cannot_read(data: bytes, message: str) -> None:
    with pytest.raises(PhpFormatError, match=message):
        unserialize(data)


@pytest.mark.parametrize("value", [object(), 2**63, b"bytes", [{1, 2}]])
def test_refuses_to_write_what_php_has_not(value: Any) -> None:
    with pytest.raises(PhpFormatError, match="has no PHP form"):
        serialize(value)


def test_refuses_to_write_too_deep() -> None:
    value: Any = []
    for _ in range(200):
        value = [value]
    with pytest.raises(PhpFormatError, match="nested more than 128"):
        serialize(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (12, "12"),
        (10.0, "10"),
        (0.1, "0.1"),
        (1e25, "1.0e+25"),
        ("", '""'),
        ("App\\Models\\User", '"App\\\\Models\\\\User"'),
        ("https://x/y", '"https:\\/\\/x\\/y"'),
        ("é€😀", '"\\u00e9\\u20ac\\ud83d\\ude00"'),
        ('"\b\f\n\r\t\x00\x1f', '"\\"\\b\\f\\n\\r\\t\\u0000\\u001f"'),
        ("a/\x7f\\u007f", '"a\\/\x7f\\\\u007f"'),
        ("<&'>", '"<&\'>"'),
        ([], "[]"),
        ({}, "[]"),
        ([1, [2]], "[1,[2]]"),
        ({"a": 1, "b/": {}}, '{"a":1,"b\\/":[]}'),
        ({"0": "a", "1": "b"}, '["a","b"]'),
        ({1: "a"}, '{"1":"a"}'),
    ],
)
def test_encodes_json_as_php(value: Any, text: str) -> None:
    assert json_encode(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), "\udcff", ["\ud800"]])
def test_refuses_what_json_has_not(value: Any) -> None:
    with pytest.raises(PhpFormatError):
        json_encode(value)


def test_refuses_json_too_deep() -> None:
    value: Any = []
    for _ in range(600):
        value = [value]
    with pytest.raises(PhpFormatError, match="nested more than"):
        json_encode(value)


def test_decodes_json() -> None:
    assert json_decode('{"a":[1,1.5,"\\u00e9"],"b":{}}') == {"a": [1, 1.5, "é"], "b": {}}


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", b"\xff", "[" * 100_000])
def test_refuses_bad_json(text: str | bytes) -> None:
    with pytest.raises(PhpFormatError, match="^not JSON"):
        json_decode(text)


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXT.map(lambda key: f"k{key}"), inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_unserialize_gives_back_what_was_serialized(value: Any) -> None:
    assert unserialize(serialize(value)) == value


@given(st.binary(max_size=60))
def test_unserialize_raises_nothing_else(data: bytes) -> None:
    for text in (data, b"a:1:{" + data + b"}"):
        try:
            unserialize(text)
        except PhpFormatError:
            continue


@given(st.recursive(st.none() | st.booleans() | st.integers() | TEXT, st.lists, max_leaves=8))
def test_json_gives_back_what_was_encoded(value: Any) -> None:
    assert json_decode(json_encode(value)) == value
