"""The vector was computed from the description of the format by other code than ours."""

import pytest

from paymenter.laravel import defuse
from paymenter.laravel.crypt import DecryptError

KEY = bytes(range(32))
PLAIN = '{"refresh_token_id":"r1","scopes":["profile"]}'
SEALED = (
    "def50200404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
    "000102030405060708090a0b0c0d0e0f68b717ea1b5327a3edd541836e687021e9bde6e614b0a6ee"
    "656543fcd88e89bea95a3ac50c77b346b702f58f3972614569a9dfbdf4847a41c38ae5fbcf8506d9e"
    "19ec49eb67ac2248af23b4f4f9e"
)


def test_known_vector_is_read():
    assert defuse.decrypt(SEALED, KEY) == PLAIN


@pytest.mark.parametrize("text", ["", "a", "ü€𐍈" * 50])
def test_what_is_sealed_is_read_again(text):
    sealed = defuse.encrypt(text, KEY)
    assert sealed.startswith("def50200")
    assert len(sealed) == 2 * (4 + 32 + 16 + len(text.encode()) + 32)
    assert defuse.decrypt(sealed, KEY) == text


def test_no_two_are_alike():
    assert defuse.encrypt(PLAIN, KEY) != defuse.encrypt(PLAIN, KEY)


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "abc",
        "zz" * 100,
        "ü" * 200,
        SEALED[:-2] + "00",
        "def50201" + SEALED[8:],
        SEALED[:160],
        SEALED[:180] + ("0" if SEALED[180] != "0" else "1") + SEALED[181:],
        " ".join(SEALED),
        "def50200" * 10_000,
    ],
)
def test_anything_else_is_refused(sealed):
    with pytest.raises(DecryptError):
        defuse.decrypt(sealed, KEY)


def test_another_key_does_not_read_it():
    with pytest.raises(DecryptError):
        defuse.decrypt(SEALED, bytes(32))
