"""Laravel's ULIDs: 48 bits of milliseconds, 80 random ones, as 26 letters and digits."""

import secrets
import time

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's; Laravel writes them in lower case


def new_ulid() -> str:
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(_DIGITS[number >> shift & 31] for shift in range(125, -5, -5))
