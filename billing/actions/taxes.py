from collections.abc import Collection

from accounts.models import Property, User
from billing.models import TaxRate
from paymenter.db.morph import class_name
from paymenter.db.prepared import Lookup, Prepared
from paymenter.db.sqlite import alike
from paymenter.seed.countries import COUNTRIES

EVERYWHERE = "all"

_RATES = Prepared(lambda: TaxRate.objects.order_by("pk"))
_COUNTRIES = Lookup(
    lambda: Property.objects.filter(model_type=class_name(User), key="country").order_by("pk"),
    "model_id",
)
_CODES = {name: code for code, name in COUNTRIES.items()}


def tax_rate_of(user: User | None) -> TaxRate | None:
    """The rate of the user's country, else the one for all (Paymenter: Settings.tax)."""
    rates = _RATES.steady()
    for_all = next((rate for rate in rates if alike(rate.country, EVERYWHERE)), None)
    if all(rate is for_all for rate in rates):
        return for_all
    code = _country_code(user)
    return next((rate for rate in rates if alike(rate.country, code)), for_all)


def countries_ahead(users: Collection[int]) -> None:
    """Within `remembering()`: read for all of them at once."""
    _COUNTRIES.ahead(users)


def _country_code(user: User | None) -> str:
    """Two letters where the user's country is one of the list's names, else what he typed."""
    rows = _COUNTRIES.of(user.pk) if user else []
    typed = next((row.value for row in rows if row.key == "country"), None) or ""
    return country_code(typed)


def country_code(typed: str) -> str:
    """Of a country's name as Paymenter lists it; any other text stays as it is."""
    return _CODES.get(typed, typed)
