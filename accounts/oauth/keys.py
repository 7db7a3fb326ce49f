"""Passport's RSA keys: from the environment, else the files that PHP keeps in its storage."""

import logging
import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

PRIVATE, PUBLIC = "oauth-private.key", "oauth-public.key"
BITS = 4096

log = logging.getLogger(__name__)


class NoKey(Exception):
    """There is no usable key; the text says where it was looked for."""


def private_key() -> RSAPrivateKey:
    key = _parsed(_pem(settings.PASSPORT_PRIVATE_KEY, PRIVATE))
    if not isinstance(key, RSAPrivateKey):
        raise NoKey(f"{PRIVATE} holds no private RSA key")
    return key


def public_key() -> RSAPublicKey:
    key = _parsed(_pem(settings.PASSPORT_PUBLIC_KEY, PUBLIC))
    if not isinstance(key, RSAPublicKey):
        raise NoKey(f"{PUBLIC} holds no public RSA key")
    return key


def make_keys(bits: int = BITS) -> bool:
    """Writes a pair where there is none, as Paymenter does for the first client."""
    directory = Path(settings.PASSPORT_KEYS_DIR)
    if settings.PASSPORT_PRIVATE_KEY or (directory / PRIVATE).exists():
        return False
    key = generate_private_key(public_exponent=65537, key_size=bits)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    directory.mkdir(parents=True, exist_ok=True)
    for name, pem, mode in ((PUBLIC, public, 0o660), (PRIVATE, private, 0o600)):
        with os.fdopen(os.open(directory / name, os.O_WRONLY | os.O_CREAT, mode), "wb") as file:
            file.write(pem)
    return True


def _pem(text: str | None, name: str) -> bytes:
    if text:
        return text.replace("\\n", "\n").encode()
    path = Path(settings.PASSPORT_KEYS_DIR) / name
    try:
        return path.read_bytes()
    except OSError as error:
        raise NoKey(f"{path}: {error.strerror}") from None


@lru_cache(maxsize=8)
def _parsed(pem: bytes) -> object:
    try:
        if b"PRIVATE" in pem:
            return load_pem_private_key(pem, password=None)
        return load_pem_public_key(pem)
    except (ValueError, TypeError) as error:
        raise NoKey(f"a key of Passport cannot be read: {error}") from None
