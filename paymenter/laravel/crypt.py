"""Laravel's Crypt: AES-256-CBC with HMAC-SHA256, in the envelope of Illuminate\\Encryption."""

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Hashable
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from django.conf import settings

from paymenter.laravel.php import PhpFormatError, PhpValue, serialize, unserialize

IV_BYTES = 16

INVALID_PAYLOAD = "The payload is invalid."
INVALID_MAC = "The MAC is invalid."
UNDECRYPTABLE = "Could not decrypt the data."
UNEXPECTED_TAG = "Unable to use tag because the cipher algorithm does not support AEAD."


class DecryptError(ValueError):
    """Its message is Laravel's own."""


class Keys(Hashable, Protocol):
    @property
    def current(self) -> bytes: ...
    @property
    def previous(self) -> tuple[bytes, ...]: ...


class Encrypter:
    def __init__(self, keys: Keys) -> None:
        self._keys = (keys.current, *keys.previous)

    def encrypt_string(self, text: str) -> str:
        return self._sealed(text.encode())

    def encrypt(self, value: PhpValue) -> str:
        return self._sealed(serialize(value))

    def decrypt_string(self, payload: str) -> str:
        """Columns and settings; raises DecryptError."""
        try:
            return self._opened(payload).decode()
        except UnicodeDecodeError:
            raise DecryptError(UNDECRYPTABLE) from None

    def decrypt(self, payload: str) -> PhpValue:
        """Sessions and cookies; raises DecryptError, also for PHP objects."""
        try:
            return unserialize(self._opened(payload))
        except PhpFormatError as error:
            raise DecryptError(f"{UNDECRYPTABLE} ({error})") from None

    def _sealed(self, plain: bytes) -> str:
        key, iv = self._keys[0], os.urandom(IV_BYTES)
        padder = PKCS7(AES.block_size).padder()
        encryptor = Cipher(AES(key), CBC(iv)).encryptor()
        cipher_text = encryptor.update(padder.update(plain) + padder.finalize())
        envelope = {"iv": _base64(iv), "value": _base64(cipher_text + encryptor.finalize())}
        envelope["mac"] = _mac(key, envelope)
        envelope["tag"] = ""
        return _base64(json.dumps(envelope, separators=(",", ":")).encode())

    def _opened(self, payload: str) -> bytes:
        envelope = _envelope(payload)
        given = envelope["mac"].encode("utf-8", "surrogatepass")
        for key in self._keys:
            if hmac.compare_digest(_mac(key, envelope).encode(), given):
                return _plain(key, envelope)
        raise DecryptError(INVALID_MAC)


def encrypter() -> Encrypter:
    return _encrypter(settings.APP_KEYS)


@lru_cache(maxsize=4)
def _encrypter(keys: Keys) -> Encrypter:
    return Encrypter(keys)


def _envelope(payload: str) -> dict[str, str]:
    try:
        envelope = json.loads(_bytes(payload))
    except (ValueError, RecursionError):
        raise DecryptError(INVALID_PAYLOAD) from None
    if not isinstance(envelope, dict) or not _is_complete(envelope):
        raise DecryptError(INVALID_PAYLOAD)
    if envelope.get("tag") not in (None, "", "0"):  # PHP's empty()
        raise DecryptError(UNEXPECTED_TAG)
    return envelope


def _is_complete(envelope: dict[str, object]) -> bool:
    if not all(isinstance(envelope.get(name), str) for name in ("iv", "value", "mac")):
        return False
    if not isinstance(envelope.get("tag", ""), str | None):
        return False
    try:
        return len(base64.b64decode(str(envelope["iv"]), validate=True)) == IV_BYTES
    except ValueError:
        return False


def _plain(key: bytes, envelope: dict[str, str]) -> bytes:
    try:
        decryptor = Cipher(AES(key), CBC(_bytes(envelope["iv"]))).decryptor()
        padded = decryptor.update(_bytes(envelope["value"])) + decryptor.finalize()
        unpadder = PKCS7(AES.block_size).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise DecryptError(UNDECRYPTABLE) from None


def _mac(key: bytes, envelope: dict[str, str]) -> str:
    message = (envelope["iv"] + envelope["value"]).encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    """As PHP's base64_decode: padding may be missing, foreign characters are skipped."""
    try:
        return base64.b64decode(text.encode("ascii", "ignore") + b"==")
    except binascii.Error:
        return b""
