"""Which addresses are accepted; the first of each list are answers of the real Paymenter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paymenter.laravel.emails import is_address


@pytest.mark.parametrize(
    "address",
    [
        "a@b",
        "josé@example.org",
        "a(c)@example.org",
        "a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".example.org",
        "(c)a@example.org",
        "o'neil+tag@example.org",
        "user%uucp!path@example.org",
        "{curly}@example.org",
        "x@münchen.de",
        '"a b"@example.org',
        '"a@\\"b"@example.org',
        'x."y"@example.org',
        "a@[127.0.0.1]",
        "a@[IPv6:::1]",
        "a@b(c).org",
        "a@" + "b" * 63,
    ],
)
def test_address_is_accepted(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "a@",
        "@example.org",
        "a..b@example.org",
        "a@example.org.",
        "a@example.org\nb",
        "a@ex_ample.org",
        "a@-example.org",
        "foo",
        "x",
        "a@" + ".".join(["b" * 50] * 6),
        "",
        ".a@b",
        "a.@b",
        "a@b@c",
        "a b@c",
        "a@b c",
        "a@b..c",
        "a@b-",
        "a@b-.c",
        "a@" + "b" * 64,
        "a@bücher" + "x" * 60,
        "a,b@c",
        "<a@b>",
        'a"b"@c',
        '"a@b',
        "a@[127.0.0.1",
        "a@b.org(c)",
        "(@b",
        "a\x7f@b",
        "a@b/c",
    ],
)
def test_address_is_refused(address: str) -> None:
    assert not is_address(address)


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    is_address(text)
    is_address(f"{text}@{text}")
