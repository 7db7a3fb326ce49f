import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paymenter.env import AppKeys
from paymenter.laravel.crypt import DecryptError, Encrypter, encrypter
from paymenter.tests.formats import APP_KEY, recorded

KEYS = AppKeys(bytes(range(32)), (), APP_KEY, ())
OLD = AppKeys(b"\x07" * 32, (), "old", ())
ROTATED = AppKeys(KEYS.current, (OLD.current,), APP_KEY, ("old",))
CRYPT = Encrypter(KEYS)
VECTOR = (
    "eyJpdiI6IkFBRUNBd1FGQmdjSUNRb0xEQTBPRHc9PSIsInZhbHVlIjoiS1U5eFAzMVNjZkpnc3ZnOThSN2tQSisv"
    "eWprbjR6a1hIdWpWNGNoUThQQT0iLCJtYWMiOiJkYzFmOWZlYzI0MmM3YWFjZWI2ZjE5ZTBjMDVhM2IwZTE3YmUz"
    "NjJjNGEzMzEzMWZjMDU5ZWFjODkxNWI4NmEyIiwidGFnIjoiIn0="
)


def envelope(payload: str) -> dict[str, Any]:
    parts: dict[str, Any] = json.loads(base64.b64decode(payload))
    return parts


def packed(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def outcome(method: Any, payload: str) -> tuple[object, str | None]:
    try:
        return method(payload), None
    except DecryptError as error:
        return None, str(error)


@pytest.mark.parametrize("case", recorded("crypto.decrypt_string", "crypto.decrypt"))
def test_decrypts_and_refuses_as_recorded(case: dict[str, Any]) -> None:
    name, payload = case["operation"]["name"], case["operation"]["args"]["payload"]
    error = case["outcome"]["exception"]
    method = CRYPT.decrypt_string if name == "crypto.decrypt_string" else CRYPT.decrypt
    expected = (case["outcome"].get("return"), error and error["message"])
    assert outcome(method, payload) == expected


@pytest.mark.parametrize("case", recorded("crypto.encrypt_string", "crypto.encrypt"))
def test_encrypts_as_recorded(case: dict[str, Any]) -> None:
    is_text = case["operation"]["name"] == "crypto.encrypt_string"
    expected, value = case["outcome"]["return"], case["operation"]["args"]["value"]
    payload = CRYPT.encrypt_string(value) if is_text else CRYPT.encrypt(value)
    assert CRYPT.decrypt_string(payload) == expected["raw_plaintext"]
    opened = CRYPT.decrypt_string(payload) if is_text else CRYPT.decrypt(payload)
    assert opened == expected["decrypts_to"]


def test_envelope_is_written_as_laravel_does() -> None:
    payload = CRYPT.encrypt_string("x" * 5000)
    text = base64.b64decode(payload).decode()
    assert list(envelope(payload)) == ["iv", "value", "mac", "tag"]
    assert "\\/" not in text
    assert " " not in text
    assert len(base64.b64decode(envelope(payload)["iv"])) == 16
    assert envelope(payload)["tag"] == ""


def test_opens_the_vector_of_the_specification() -> None:
    assert CRYPT.decrypt_string(VECTOR) == "JBSWY3DPEHPK3PXP"


def test_same_text_never_gives_the_same_payload() -> None:
    assert CRYPT.encrypt_string("x") != CRYPT.encrypt_string("x")


def test_previous_keys_only_decrypt() -> None:
    payload = Encrypter(OLD).encrypt_string("secret")
    assert Encrypter(ROTATED).decrypt_string(payload) == "secret"
    assert outcome(CRYPT.decrypt_string, payload) == (None, "The MAC is invalid.")
    fresh = Encrypter(ROTATED).encrypt_string("secret")
    assert CRYPT.decrypt_string(fresh) == "secret"


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "not encrypted",
        "é",
        packed(None),
        packed([]),
        packed("text"),
        packed({"iv": 1, "value": "", "mac": ""}),
        packed({"iv": "c2hvcnQ=", "value": "", "mac": ""}),
        packed({"iv": "?" * 24, "value": "", "mac": ""}),
        packed({"iv": "AAECAwQFBgcICQoLDA0ODw==", "value": "", "mac": "", "tag": 1}),
        base64.b64encode(b"[" * 100_000).decode(),
        base64.b64encode(b"\xff").decode(),
    ],
)
def test_refuses_what_is_no_payload(payload: str) -> None:
    assert outcome(CRYPT.decrypt_string, payload) == (None, "The payload is invalid.")


@pytest.mark.parametrize("mac", ["", "é", "\ud800"])
def test_refuses_a_strange_mac(mac: str) -> None:
    payload = packed({**envelope(VECTOR), "mac": mac})
    assert outcome(CRYPT.decrypt_string, payload) == (None, "The MAC is invalid.")


def test_a_missing_tag_and_missing_padding_are_accepted() -> None:
    parts = envelope(VECTOR)
    del parts["tag"]
    assert CRYPT.decrypt_string(packed(parts).rstrip("=")) == "JBSWY3DPEHPK3PXP"


def test_refuses_objects_and_text_that_is_not_utf8() -> None:
    payload = CRYPT.encrypt_string('O:8:"stdClass":0:{}')
    with pytest.raises(DecryptError, match=r"^Could not decrypt the data\. \(object refused"):
        CRYPT.decrypt(payload)
    with pytest.raises(DecryptError, match=r"^Could not decrypt the data\.$"):
        CRYPT.decrypt_string(CRYPT.encrypt("\udcff"))


def test_encrypter_follows_the_settings(settings: Any) -> None:
    settings.APP_KEYS = OLD
    assert encrypter() is encrypter()
    assert Encrypter(OLD).decrypt_string(encrypter().encrypt_string("x")) == "x"
    settings.APP_KEYS = KEYS
    assert encrypter().decrypt_string(VECTOR) == "JBSWY3DPEHPK3PXP"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_gives_back_any_text(text: str) -> None:
    assert CRYPT.decrypt_string(CRYPT.encrypt_string(text)) == text


@given(st.integers(0, 1000), st.integers(1, 255))
def test_never_opens_to_something_else(position: int, change: int) -> None:
    raw = bytearray(base64.b64decode(VECTOR))
    raw[position % len(raw)] ^= change
    text, error = outcome(CRYPT.decrypt_string, base64.b64encode(raw).decode())
    assert error or text == "JBSWY3DPEHPK3PXP"  # a change inside the name of the empty tag
