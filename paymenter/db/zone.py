"""The installation's time zone: Laravel writes naive wall-clock times of it into the database."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

_UTC = ZoneInfo("UTC")


def _utc() -> ZoneInfo:
    return _UTC


_source: Callable[[], ZoneInfo] = _utc


def use(source: Callable[[], ZoneInfo] | None) -> None:
    """Take the zone from `source` from now on; it is asked once for each value. None means UTC."""
    global _source
    _source = source or _utc


def current() -> ZoneInfo:
    return _source()


def aware(naive: datetime) -> datetime:
    """The instant of a stored time, in UTC. As PHP reads it: a time skipped in spring is moved
    forward by the length of the gap, one that occurs twice in autumn is the first of the two."""
    zone: tzinfo = _source()
    if zone is _UTC:
        return naive.replace(tzinfo=UTC)
    return naive.replace(tzinfo=zone).astimezone(UTC)


def naive(instant: datetime) -> datetime:
    """What is stored for an instant: local wall-clock time, whole seconds, the rest cut off."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    return instant.astimezone(_source()).replace(microsecond=0, tzinfo=None, fold=0)
