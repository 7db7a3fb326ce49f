"""Password hashes as PHP writes and reads them; ADR 0002 says which are renewed."""

import re

import bcrypt
from django.conf import settings

# PHP ignores what follows; the bcrypt package raises.
BCRYPT_BYTES = 72
BCRYPT = re.compile(r"\$2([aby])\$([0-9]{2})\$[./A-Za-z0-9]{53}", re.ASCII)
ARGON2 = re.compile(r"\$argon2(?:i|id)\$")


def make(plain: str, rounds: int | None = None) -> str:
    """Slow by design: 0.3 s at cost 12. Refuses NUL as PHP does."""
    if "\0" in plain:
        raise ValueError("A password cannot contain a NUL character.")
    salt = bcrypt.gensalt(settings.BCRYPT_ROUNDS if rounds is None else rounds)
    # PHP knows no $2b$, the only modern prefix that gensalt writes; the hashes are the same.
    return "$2y" + bcrypt.hashpw(_secret(plain), salt).decode("ascii")[3:]


def check(plain: str, hashed: str | None) -> bool:
    """Never raises; what cannot be read matches nothing."""
    if not hashed or "\0" in plain:
        return False
    if ARGON2.match(hashed):
        return _check_argon2(plain, hashed)
    if not BCRYPT.fullmatch(hashed):
        return False
    try:
        return bcrypt.checkpw(_secret(plain), hashed.encode("ascii"))
    except ValueError:
        return False


def needs_rehash(hashed: str, rounds: int | None = None) -> bool:
    """Only towards a stronger bcrypt: higher costs and argon2 stay as they are."""
    if ARGON2.match(hashed):
        return False
    found = BCRYPT.fullmatch(hashed)
    wanted: int = settings.BCRYPT_ROUNDS if rounds is None else rounds
    return found is None or found[1] != "y" or int(found[2]) < wanted


def is_hashed(value: str) -> bool:
    """As PHP's password_get_info, which does not know $2a$ and $2b$."""
    found = BCRYPT.fullmatch(value)
    return (found is not None and found[1] == "y") or ARGON2.match(value) is not None


def _secret(plain: str) -> bytes:
    return plain.encode("utf-8", "surrogatepass")[:BCRYPT_BYTES]


def _check_argon2(plain: str, hashed: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(hashed, plain.encode("utf-8", "surrogatepass"))
    except (InvalidHashError, VerificationError):
        return False
