from accounts.models import Property, User
from billing.models import TaxRate
from paymenter.db.morph import class_name
from paymenter.db.prepared import Prepared, Slot
from paymenter.seed.countries import COUNTRIES

EVERYWHERE = "all"

_RATES = Prepared(lambda: TaxRate.objects.filter(country__in=[Slot("country"), EVERYWHERE]))
_COUNTRIES = Prepared(
    lambda: Property.objects.filter(
        model_type=class_name(User), model_id=Slot("user"), key="country"
    ).order_by("pk")
)
_CODES = {name: code for code, name in COUNTRIES.items()}


def tax_rate_of(user: User | None) -> TaxRate | None:
    """The rate of the user's country, else the one for all (Paymenter: Settings.tax)."""
    rows = _RATES.all(country=_country_code(user))
    # as the database compares: whatever is not the rate for all is the country's
    return min(rows, key=lambda rate: rate.country == EVERYWHERE, default=None)


def _country_code(user: User | None) -> str:
    """Two letters where the user's country is one of the list's names, else what he typed."""
    rows = _COUNTRIES.all(user=user.pk) if user else []
    typed = next((row.value for row in rows if row.key == "country"), "")
    return country_code(typed)


def country_code(typed: str) -> str:
    """Of a country's name as Paymenter lists it; any other text stays as it is."""
    return _CODES.get(typed, typed)
