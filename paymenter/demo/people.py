"""Invented clients. Client n is always the same person, so nobody has to be kept in memory."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from random import Random
from typing import Any, NamedTuple

import factory.random

_factory: Any = factory  # has no types
_POOL = 150
_GROWTH = 0.7  # below 1: more and more people sign up


class Country(NamedTuple):
    name: str
    code: str
    locale: str
    currency: str
    weight: int
    regions: tuple[str, ...]
    company: str


COUNTRIES = (
    Country("United States", "US", "en_US", "USD", 30, ("California", "Ohio", "Texas"), "Inc."),
    Country("Germany", "DE", "de_DE", "EUR", 20, ("Bayern", "Berlin", "Hessen"), "GmbH"),
    Country("United Kingdom", "GB", "en_GB", "GBP", 15, ("England", "Scotland", "Wales"), "Ltd"),
    Country("Netherlands", "NL", "nl_NL", "EUR", 15, ("Utrecht", "Drenthe", "Zeeland"), "B.V."),
    Country("France", "FR", "fr_FR", "EUR", 10, ("Bretagne", "Normandie", "Occitanie"), "SARL"),
    Country("Spain", "ES", "es_ES", "EUR", 5, ("Andalucía", "Aragón", "Galicia"), "S.L."),
    Country("Sweden", "SE", "sv_SE", "EUR", 5, ("Skåne", "Uppsala", "Dalarna"), "AB"),
)
_TRADES = ("Bakery", "Books", "Design", "Garden", "Media", "Music", "Software", "Travel")


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    index: int
    id: int
    first_name: str
    last_name: str
    email: str
    country: Country
    properties: Mapping[str, str]  # by the key of the custom property
    created_at: datetime
    is_verified: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def currency(self) -> str:
        return self.country.currency


def wallets(users: int) -> range:
    """The indexes of those who paid credit in, none of them new."""
    return range(7, users * 9 // 10, 10)


class People:
    """`count` clients who signed up between two days; `last_id` is the id before the first."""

    def __init__(self, count: int, seed: int, first: date, today: date, last_id: int) -> None:
        self.count, self._seed, self._last_id = count, seed, last_id
        self._first = datetime.combine(first, time())
        self._days = (today - first).days
        self._pools = _pools(seed)
        self._wallets = wallets(count)
        self.person = lru_cache(maxsize=4096)(self._person)

    def has_wallet(self, index: int) -> bool:
        return index in self._wallets

    def before(self, day: date, rng: Random) -> int:
        """The index of somebody who had signed up by the evening before."""
        part = max(0, (day - self._first.date()).days - 1) / self._days
        return int(int(part ** (1 / _GROWTH) * self.count) * rng.random())

    def _person(self, index: int) -> Person:
        rng = Random(self._seed * 7_919 + 104_729 + index)
        country = rng.choices(COUNTRIES, [country.weight for country in COUNTRIES])[0]
        pool = self._pools[country.code]
        first, last = rng.choice(pool)["first_name"], rng.choice(pool)["last_name"]
        local = f"{_ascii(first)}.{_ascii(last)}{index + 1}"
        return Person(
            index=index,
            id=self._last_id + 1 + index,
            first_name=first,
            last_name=last,
            email=f"{local}@example.{rng.choice(('com', 'net', 'org'))}",
            country=country,
            properties=_properties(country, last, rng.choice(pool), rng),
            created_at=self._signed_up(index),
            is_verified=rng.random() < 0.9,
        )

    def _signed_up(self, index: int) -> datetime:
        """Later for each, and by day only: at night clocks change."""
        days, part = divmod((index / self.count) ** _GROWTH * self._days, 1)
        return self._first + timedelta(days=days, hours=6, seconds=int(part * 16 * 3600))


def _pools(seed: int) -> dict[str, list[dict[str, Any]]]:
    _factory.random.reseed_random(seed)
    return {
        country.code: _factory.build_batch(
            dict,
            _POOL,
            first_name=_factory.Faker("first_name", locale=country.locale),
            last_name=_factory.Faker("last_name", locale=country.locale),
            address=_factory.Faker("street_address", locale=country.locale),
            city=_factory.Faker("city", locale=country.locale),
            zip=_factory.Faker("postcode", locale=country.locale),
        )
        for country in COUNTRIES
    }


def _properties(
    country: Country, last_name: str, place: dict[str, Any], rng: Random
) -> dict[str, str]:
    """The telephone numbers are of a range that is kept free for inventions."""
    company = f"{last_name} {rng.choice(_TRADES)} {country.company}"
    optional = {"company_name": company} if rng.random() < 0.25 else {}
    return optional | {
        "phone": f"+1 202 555 01{rng.randrange(100):02d}",
        "address": place["address"].replace("\n", ", "),
        "city": place["city"],
        "state": rng.choice(country.regions),
        "zip": place["zip"],
        "country": country.name,
    }


@cache
def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return "".join(character for character in plain if character.isalnum()) or "client"
