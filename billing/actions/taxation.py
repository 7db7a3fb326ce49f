"""Which tax is charged, and how (settings tax_enabled, tax_type; Paymenter: class Price)."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from billing.actions.taxes import tax_rate_of
from billing.rules.explanations import ADDED, WITHIN, Tax
from billing.rules.prices import Charge, Price, price_of
from paymenter import options

INCLUSIVE = "inclusive"


@dataclass(frozen=True, slots=True)
class Taxation:
    """Of one user's purchases; `rate` is None while taxes are off or none is charged."""

    name: str = ""
    country: str = ""
    rate: Decimal | None = None
    exclusive: bool = False

    @classmethod
    def of(cls, user: User | None) -> "Taxation":
        rate = tax_rate_of(user) if options.flag("tax_enabled") else None
        if rate is None:
            return cls()
        exclusive = options.read().get("tax_type", INCLUSIVE) != INCLUSIVE
        return cls(rate.name, rate.country, rate.rate, exclusive)

    @property
    def fact(self) -> Tax | None:
        if self.rate is None:
            return None
        return Tax(self.name, self.rate, self.country, ADDED if self.exclusive else WITHIN)

    def price(self, *charges: Charge) -> Price:
        """To be paid: with the tax on top where taxes are exclusive."""
        return price_of(charges, self.rate, on_top=self.exclusive)

    def shown(self, *charges: Charge) -> Price:
        """As the shop and invoices show amounts: whatever tax there is lies within."""
        return price_of(charges, self.rate)
