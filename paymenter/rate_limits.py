"""Laravel's rate limiter: so many hits within a window that begins with the first one.

Counted in Django's cache: with CACHE_STORE=array every process counts for itself.
"""

import time
from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache


@dataclass(frozen=True, slots=True)
class Standing:
    allowed: bool
    remaining: int
    resets_at: int  # Unix seconds

    @property
    def retry_after(self) -> int:
        return max(1, self.resets_at - int(time.time()))


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    most: int
    seconds: int

    def hit(self, *key: object) -> Standing:
        """Counts, and says whether this hit is still within the limit."""
        count_key, reset_key = self._keys(key)
        now = int(time.time())
        cache.add(reset_key, now + self.seconds, self.seconds)
        cache.add(count_key, 0, self.seconds)
        try:
            count = cache.incr(count_key)
        except ValueError:  # ran out just now
            cache.set(count_key, 1, self.seconds)
            cache.set(reset_key, now + self.seconds, self.seconds)
            count = 1
        resets_at = cache.get(reset_key, now + self.seconds)
        return Standing(count <= self.most, max(0, self.most - count), resets_at)

    def clear(self, *key: object) -> None:
        cache.delete_many(self._keys(key))

    def _keys(self, key: tuple[object, ...]) -> tuple[str, str]:
        told = sha256("\0".join(map(str, key)).encode("utf-8", "surrogatepass")).hexdigest()
        return f"limit:{self.name}:{told}", f"limit:{self.name}:{told}:reset"
