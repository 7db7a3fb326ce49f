"""ULIDs as Laravel stores them: 26 lower-case characters that sort by the moment they were made."""

import secrets
import time

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32


def new() -> str:
    """48 bits of milliseconds, 80 random bits."""
    number = int(time.time() * 1000) << 80 | secrets.randbits(80)
    return "".join(_DIGITS[number >> shift & 31] for shift in range(125, -1, -5))
