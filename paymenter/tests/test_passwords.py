from typing import Any

import bcrypt
import pytest

from paymenter.laravel import passwords
from paymenter.tests.formats import recorded

# argon2id of `correct horse` with the least parameters
ARGON2 = (
    "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$rAjuexKlLdAHLvqk7TeeiWZjW4OPoRGwldJXdHbTuKI"
)
COST_4 = "$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"


@pytest.mark.parametrize("case", recorded("password.check"))
def test_checks_as_recorded(case: dict[str, Any]) -> None:
    password, hashed = case["operation"]["args"]["password"], case["operation"]["args"]["hash"]
    expected = case["outcome"]["return"]
    if expected is None:  # PHP raises at another algorithm; ADR 0002
        assert passwords.check(password, hashed) is hashed.startswith("$2b$")
    else:
        assert passwords.check(password, hashed) is expected["valid"]
        assert passwords.needs_rehash(hashed, 12) is expected["needs_rehash"]


@pytest.mark.parametrize("case", recorded("password.login"))
def test_logs_in_as_recorded(case: dict[str, Any]) -> None:
    hashed = case["initial"]["users"][0]["password"]
    attempt = passwords.check(case["operation"]["args"]["password"], hashed)
    assert attempt is case["outcome"]["return"]["attempt"]
    is_renewed = "users" in case["outcome"]["db"]
    assert (attempt and passwords.needs_rehash(hashed, 12)) is is_renewed


def test_makes_what_php_reads() -> None:
    hashed = passwords.make("correct horse", rounds=4)
    assert hashed.startswith("$2y$04$")
    assert len(hashed) == 60
    assert passwords.is_hashed(hashed)
    assert passwords.check("correct horse", hashed)
    assert not passwords.check("Correct horse", hashed)
    assert not passwords.needs_rehash(hashed, 4)
    assert passwords.make("correct horse", rounds=4) != hashed


def test_ignores_what_follows_72_bytes() -> None:
    hashed = passwords.make("é" * 36 + "ignored", rounds=4)
    assert passwords.check("é" * 36 + "other", hashed)
    assert not passwords.check("é" * 35, hashed)


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_reads_every_bcrypt_prefix(prefix: str) -> None:
    hashed = prefix + bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode()[4:]
    assert passwords.check("x", hashed)


def test_reads_argon2_and_leaves_it() -> None:
    assert passwords.check("correct horse", ARGON2)
    assert not passwords.check("wrong", ARGON2)
    assert not passwords.needs_rehash(ARGON2, 12)
    assert passwords.is_hashed(ARGON2)


@pytest.mark.parametrize(
    "hashed",
    [
        None,
        "",
        "x",
        "$2y$",
        COST_4[:-1],
        COST_4 + "\n",
        COST_4.replace("$04$", "$03$"),
        COST_4.replace("$2y$", "$2x$"),
        "$argon2id$",
        "$argon2id$v=19$m=1,t=1,p=1$x$y",
        "$argon2d$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAA",
        "$5$salt$hash",
        "é" * 60,
    ],
)
def test_what_cannot_be_read_matches_nothing(hashed: str | None) -> None:
    assert passwords.check("correct horse", hashed) is False


@pytest.mark.parametrize("plain", ["", "\0", "correct horse\0", "\ud800", "x" * 10_000])
def test_strange_passwords_raise_nothing(plain: str) -> None:
    assert passwords.check(plain, COST_4) is False
    assert passwords.check(plain, ARGON2) is False


def test_refuses_to_hash_nul() -> None:
    with pytest.raises(ValueError, match="NUL"):
        passwords.make("a\0b", rounds=4)


@pytest.mark.parametrize(
    ("hashed", "expected"),
    [
        (COST_4, True),
        (COST_4.replace("$04$", "$12$"), False),
        (COST_4.replace("$04$", "$14$"), False),
        (COST_4.replace("$2y$04$", "$2b$12$"), True),
        (COST_4.replace("$2y$04$", "$2a$14$"), True),
        ("", True),
        ("nonsense", True),
    ],
)
def test_renews_only_upward(hashed: str, expected: bool) -> None:
    assert passwords.needs_rehash(hashed, 12) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(COST_4, True), (COST_4.replace("$2y$", "$2b$"), False), ("secret", False), ("", False)],
)
def test_is_hashed_agrees_with_php(value: str, expected: bool) -> None:
    assert passwords.is_hashed(value) is expected


def test_cost_comes_from_the_settings(settings: Any) -> None:
    settings.BCRYPT_ROUNDS = 5
    assert passwords.make("x").startswith("$2y$05$")
    assert passwords.needs_rehash(COST_4)
