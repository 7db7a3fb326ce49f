"""The authorization codes and refresh tokens of Passport: defuse/php-encryption 2, with a password.

    hex( version 4 | salt 32 | IV 16 | AES-256-CTR | HMAC-SHA256 over all before )

The password is the key of the application, as bytes. Each call costs 100 000 rounds of PBKDF2.
"""

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from paymenter.laravel.crypt import DecryptError

VERSION = bytes.fromhex("def50200")
SALT_BYTES, IV_BYTES, MAC_BYTES, KEY_BYTES = 32, 16, 32, 32
ROUNDS = 100_000
LONGEST = 20_000  # of what is read: ours are below 2 000

_HEAD = len(VERSION) + SALT_BYTES + IV_BYTES
_UNREADABLE = "Integrity check failed."


def encrypt(text: str, password: bytes) -> str:
    salt, iv = os.urandom(SALT_BYTES), os.urandom(IV_BYTES)
    mac_key, cipher_key = _keys(password, salt)
    body = VERSION + salt + iv + _ctr(cipher_key, iv, text.encode())
    return (body + _mac(mac_key, body)).hex()


def decrypt(sealed: str, password: bytes) -> str:
    """Raises DecryptError, whatever is wrong."""
    raw = _bytes(sealed)
    body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    salt, iv = body[len(VERSION) : _HEAD - IV_BYTES], body[_HEAD - IV_BYTES : _HEAD]
    mac_key, cipher_key = _keys(password, salt)
    if not hmac.compare_digest(_mac(mac_key, body), mac):
        raise DecryptError(_UNREADABLE)
    try:
        return _ctr(cipher_key, iv, body[_HEAD:]).decode()
    except UnicodeDecodeError:
        raise DecryptError(_UNREADABLE) from None


def _bytes(sealed: str) -> bytes:
    try:
        raw = bytes.fromhex(sealed) if sealed.isalnum() and len(sealed) <= LONGEST else b""
    except ValueError:
        raw = b""
    if len(raw) < _HEAD + MAC_BYTES or not raw.startswith(VERSION):
        raise DecryptError(_UNREADABLE)
    return raw


def _keys(password: bytes, salt: bytes) -> tuple[bytes, bytes]:
    secret = hashlib.sha256(password).digest()
    key = hashlib.pbkdf2_hmac("sha256", secret, salt, ROUNDS, KEY_BYTES)
    return _derived(key, salt, b"Authentication"), _derived(key, salt, b"Encryption")


def _derived(key: bytes, salt: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, b"DefusePHP|V2|KeyFor" + use).derive(key)


def _ctr(key: bytes, iv: bytes, data: bytes) -> bytes:
    cipher = Cipher(AES(key), CTR(iv)).encryptor()
    return cipher.update(data) + cipher.finalize()


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")
