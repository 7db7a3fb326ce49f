from accounts.models import User
from billing.models import TaxRate
from paymenter.seed.countries import COUNTRIES

EVERYWHERE = "all"

_CODES = {name: code for code, name in COUNTRIES.items()}


def tax_rate_of(user: User | None) -> TaxRate | None:
    """The rate of the user's country, else the one for all (Paymenter: Settings.tax)."""
    country = _country_code(user)
    rows = {
        rate.country: rate for rate in TaxRate.objects.filter(country__in=[country, EVERYWHERE])
    }
    return rows.get(country) or rows.get(EVERYWHERE)


def _country_code(user: User | None) -> str:
    """Two letters where the user's country is one of the list's names, else what he typed."""
    row = user.properties.all().filter(key="country").order_by("pk").first() if user else None
    typed = row.value if row else ""
    return _CODES.get(typed, typed)
