from accounts.models import User
from billing.models import TaxRate
from paymenter.seed.countries import COUNTRIES

EVERYWHERE = "all"

_CODES = {name: code for code, name in COUNTRIES.items()}


def tax_rate_of(user: User | None) -> TaxRate | None:
    """The rate of the user's country, else the one for all (Paymenter: Settings.tax)."""
    rows = TaxRate.objects.filter(country__in=[_country_code(user), EVERYWHERE])
    # as the database compares: whatever is not the rate for all is the country's
    return min(rows, key=lambda rate: rate.country == EVERYWHERE, default=None)


def _country_code(user: User | None) -> str:
    """Two letters where the user's country is one of the list's names, else what he typed."""
    rows = user.properties.all().filter(key="country").order_by("pk") if user else []
    typed = next((row.value for row in rows if row.key == "country"), "")
    return country_code(typed)


def country_code(typed: str) -> str:
    """Of a country's name as Paymenter lists it; any other text stays as it is."""
    return _CODES.get(typed, typed)
