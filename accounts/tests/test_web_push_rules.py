"""What a push service and a browser make of what is sent; the receiver is http_ece's."""

import time

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from accounts.rules import web_push

AUTH = bytes(range(16))
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        (ENDPOINT, True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://db5.notify.windows.com/w/?token=x", True),
        ("https://web.push.apple.com/x", True),
        ("https://notify.windows.com/x", False),
        ("https://evilpush.apple.com/x", False),
        ("https://fcm.googleapis.com.evil.example/x", False),
        ("https://fcm.googleapis.com:443/x", False),
        ("https://user@fcm.googleapis.com/x", False),
        ("https://evil.example#@fcm.googleapis.com/x", False),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:x/x", False),
        ("https://127.0.0.1/x", False),
        ("", False),
    ],
)
def test_only_known_push_services_are_sent_to(endpoint: str, allowed: bool) -> None:
    assert web_push.is_allowed(endpoint) is allowed


def browser() -> tuple[ec.EllipticCurvePrivateKey, str]:
    private = ec.generate_private_key(ec.SECP256R1())
    return private, web_push.encoded(web_push._point(private.public_key()))


def test_browser_reads_what_was_encrypted() -> None:
    private, p256dh = browser()
    message = "Rechnung bezahlt: 12,00 €".encode()
    body = web_push.encrypted(message, p256dh=p256dh, auth=web_push.encoded(AUTH))
    assert http_ece.decrypt(body, private_key=private, auth_secret=AUTH) == message
    assert message not in body


def test_largest_message_fits_one_record_and_a_larger_one_is_refused() -> None:
    private, p256dh = browser()
    body = web_push.encrypted(b"x" * web_push.MOST, p256dh=p256dh, auth=web_push.encoded(AUTH))
    assert len(body) == 4096
    with pytest.raises(ValueError, match="at most 3993 bytes"):
        web_push.encrypted(b"x" * 3994, p256dh=p256dh, auth=web_push.encoded(AUTH))


def test_keys_have_the_formats_of_paymenter_and_sign() -> None:
    keys = web_push.new_keys()
    assert (len(keys.public), len(keys.private)) == (87, 43)
    sent = web_push.headers(ENDPOINT, keys, subject="https://shop.example", ttl=60)
    scheme, token, key = sent["Authorization"].replace(",", "").split(" ")
    assert (scheme, key) == ("vapid", f"k={keys.public}")
    public = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), web_push.decoded(keys.public)
    )
    claims = jwt.decode(
        token.removeprefix("t="),
        public,
        algorithms=["ES256"],
        audience="https://fcm.googleapis.com",
    )
    assert claims["sub"] == "https://shop.example"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    assert (sent["TTL"], sent["Content-Encoding"]) == ("60", "aes128gcm")
