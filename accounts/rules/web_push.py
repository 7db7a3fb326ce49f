"""Web push: who may be sent to, and what is sent (RFC 8291 aes128gcm, RFC 8292 VAPID).

Paymenter: the allow-list of push services, and keys in base64url without padding: an uncompressed
P-256 point (87 characters) and its scalar (43).
"""

import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HOSTS = frozenset(
    {
        "android.googleapis.com",
        "fcm.googleapis.com",
        "jmt17.google.com",
        "updates.push.services.mozilla.com",
        "updates-autopush.stage.mozaws.net",
        "updates-autopush.dev.mozaws.net",
    }
)
PARENTS = (".notify.windows.com", ".push.apple.com")
MOST = 3993  # bytes of a message, so that the record has no more than 4096
LIVES = 12 * 3600  # seconds that a VAPID token is good for

POINT, SECRET = 65, 16  # bytes of a subscription's p256dh and auth

_CURVE = ec.SECP256R1()


@dataclass(frozen=True, slots=True)
class Keys:
    """As the settings table holds them."""

    public: str
    private: str


def is_allowed(endpoint: str) -> bool:
    """https to a known push service, without user, password and port."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    plain = parts.scheme == "https" and parts.netloc.lower() == host and port is None
    return plain and (host in HOSTS or host.endswith(PARENTS))


def new_keys() -> Keys:
    private = ec.generate_private_key(_CURVE)
    scalar = private.private_numbers().private_value.to_bytes(32, "big")
    return Keys(encoded(_point(private.public_key())), encoded(scalar))


def are_complete(keys: Keys) -> bool:
    """As Paymenter tells keys from none."""
    return len(keys.public) > 80 and len(keys.private) > 40


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether a message can be encrypted for this subscription."""
    try:
        point, secret = decoded(p256dh), decoded(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    except ValueError:
        return False
    return len(point) == POINT and len(secret) == SECRET


def encrypted(message: bytes, *, p256dh: str, auth: str) -> bytes:
    """The body for the push service. ValueError: the subscription's keys are none, or too much."""
    if len(message) > MOST:
        raise ValueError(f"A push message has at most {MOST} bytes.")
    theirs, secret = decoded(p256dh), decoded(auth)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs)
    own = ec.generate_private_key(_CURVE)
    ours, salt = _point(own.public_key()), os.urandom(16)
    shared = own.exchange(ec.ECDH(), receiver)
    key = _derived(shared, secret, b"WebPush: info\0" + theirs + ours, 32)
    content_key = _derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(key, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, message + b"\x02", None)
    return salt + (4096).to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def headers(endpoint: str, keys: Keys, *, subject: str, ttl: int) -> Mapping[str, str]:
    """`subject`: an address at which the push service reaches the operator; `ttl`: seconds."""
    parts = urlsplit(endpoint)
    number = int.from_bytes(decoded(keys.private), "big")
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + LIVES,
        "sub": subject,
    }
    token = jwt.encode(claims, ec.derive_private_key(number, _CURVE), algorithm="ES256")
    return {
        "Authorization": f"vapid t={token}, k={keys.public}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(ttl),
    }


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Browsers send base64url, some libraries plain base64. ValueError for what is neither."""
    plain = text.rstrip("=").replace("+", "-").replace("/", "_")
    return urlsafe_b64decode(plain + "=" * (-len(plain) % 4))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
