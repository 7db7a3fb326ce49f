"""functools.lru_cache that keeps the function's signature for the type checker."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar, cast

_F = TypeVar("_F", bound=Callable[..., object])

SHAPES = 1024


def memoized(function: _F) -> _F:
    """Remembers the answers for the latest SHAPES arguments, which must be hashable."""
    return cast(_F, lru_cache(maxsize=SHAPES)(function))
