"""What the shop sells: the same few products whatever its size."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product as product_of
from typing import NamedTuple

from billing.models import (
    Category,
    ConfigOption,
    ConfigOptionProduct,
    Coupon,
    Currency,
    Plan,
    Price,
    Product,
    ProductUpgrade,
    TaxRate,
)
from paymenter.db.morph import class_name
from paymenter.demo.plans import MONTHLY, PERIODS, Period
from paymenter.demo.tables import Tables, money
from paymenter.models import Extension

CURRENCIES = {  # code: name, prefix, format, how many cents a dollar's worth costs
    "USD": ("US Dollar", "$", Currency.Format.COMMA_POINT, 100),
    "EUR": ("Euro", "€", Currency.Format.POINT_COMMA, 95),
    "GBP": ("Pound Sterling", "£", Currency.Format.COMMA_POINT, 80),
}
TAXES = (  # name, rate, country
    ("VAT", "19.00", "DE"),
    ("VAT", "20.00", "GB"),
    ("VAT", "21.00", "NL"),
    ("VAT", "20.00", "FR"),
    ("VAT", "21.00", "ES"),
    ("VAT", "25.00", "SE"),
)
_MONTHS_PAID = {1: 100, 3: 285, 12: 1000}  # per cent of the monthly price for so many months

_CATEGORIES = (  # slug, name, parent's slug
    ("web", "Web hosting", None),
    ("servers", "Servers", None),
    ("vps", "Virtual servers", "servers"),
    ("games", "Game servers", "servers"),
    ("extras", "Extras", None),
)
_OPTIONS = (  # name, variable, type, values: name, variable, cents a month (None: free)
    ("Location", "LOCATION", "select", (("Frankfurt", "fra", None), ("New York", "nyc", None))),
    ("Backups", "BACKUPS", "radio", (("None", "0", 0), ("Daily", "1", 250), ("Hourly", "2", 600))),
    ("Hostname", "HOSTNAME", "text", ()),
)


class _Product(NamedTuple):
    category: str
    slug: str
    name: str
    cents: int
    setup: int = 0
    is_server: bool = False
    quantity: Product.AllowQuantity = Product.AllowQuantity.DISABLED
    type: Plan.Type = Plan.Type.RECURRING
    upgrade: str | None = None


_MANY = Product.AllowQuantity.COMBINED
_PRODUCTS = (
    _Product("web", "web-s", "Web S", 399, upgrade="web-m"),
    _Product("web", "web-m", "Web M", 799, upgrade="web-l"),
    _Product("web", "web-l", "Web L", 1499),
    _Product("vps", "vps-2", "VPS 2 GB", 599, 500, is_server=True),
    _Product("vps", "vps-4", "VPS 4 GB", 1099, 500, is_server=True),
    _Product("vps", "vps-8", "VPS 8 GB", 1999, 500, is_server=True),
    _Product("games", "blocks", "Blocks world", 899, is_server=True),
    _Product("games", "racing", "Racing server", 1299, 250, is_server=True),
    _Product("extras", "mailbox", "Mailbox", 199, quantity=_MANY),
    _Product("extras", "certificate", "Certificate", 299, quantity=_MANY),
    _Product("extras", "moving", "Moving your site", 4900, type=Plan.Type.ONE_TIME),
    _Product("extras", "status", "Status page", 0, type=Plan.Type.FREE),
)
_UPGRADES = {product.slug: product.upgrade for product in _PRODUCTS if product.upgrade}


@dataclass(frozen=True, slots=True)
class Value:
    """What can be chosen for an option; `cents` by period and currency."""

    id: int
    option_id: int
    cents: dict[tuple[Period, str], int]


@dataclass(slots=True)
class Offer:
    id: int
    name: str
    type: Plan.Type
    is_combined: bool
    plans: dict[Period, int] = field(default_factory=dict)
    prices: dict[tuple[Period, str], tuple[int, int]] = field(default_factory=dict)
    options: list[list[Value]] = field(default_factory=list)
    upgrade: "Offer | None" = None


@dataclass(frozen=True, slots=True)
class Discount:
    id: int
    type: Coupon.Type
    applies_to: Coupon.AppliesTo
    recurring: int | None
    value: int

    def of(self, cents: int, part: Coupon.AppliesTo) -> int:
        """Paymenter: Coupon.calculateDiscount, rounded half up to cents."""
        if self.applies_to not in (Coupon.AppliesTo.ALL, part):
            return 0
        if self.type == Coupon.Type.FIXED:
            return min(cents, self.value)
        return min(cents, (cents * self.value + 5_000) // 10_000)


class Catalog:
    def __init__(self, tables: Tables, made_at: datetime) -> None:
        self._tables, self._times = tables, (made_at, made_at)
        self._add_currencies()
        self._add_taxes()
        self.gateways = [self._add_extension(name, "gateway") for name in ("Stripe", "PayPal")]
        self._server = self._add_extension("Pterodactyl", "server")
        self._categories: dict[str, int] = {}
        for category in _CATEGORIES:
            self._add_category(*category)
        self._add_products()
        self._link_upgrades()
        self._add_options()
        self.coupons = list(self._add_coupons(made_at))

    def offers(self, type_: Plan.Type) -> list[Offer]:
        return [offer for offer in self._offers.values() if offer.type is type_]

    def upgradable(self) -> list[Offer]:
        return [offer for offer in self._offers.values() if offer.upgrade]

    def _add_currencies(self) -> None:
        known = set(Currency.objects.values_list("code", flat=True))
        Currency.objects.bulk_create(
            Currency(code=code, name=name, prefix=prefix, suffix="", format=form)
            for code, (name, prefix, form, _) in CURRENCIES.items()
            if code not in known
        )

    def _add_taxes(self) -> None:
        for tax in TAXES:
            self._tables[TaxRate].add(*tax, *self._times)

    def _add_extension(self, name: str, type_: str) -> int:
        return self._tables[Extension].add(name, name, type_, True, *self._times)

    def _add_category(self, slug: str, name: str, parent: str | None) -> None:
        self._categories[slug] = self._tables[Category].add(
            *(slug, name, f"<p>{name} for everybody.</p>"),
            *(self._categories[parent] if parent else None, f"{parent}/{slug}" if parent else slug),
            *(len(self._categories), *self._times),
        )

    def _add_products(self) -> None:
        self._offers: dict[str, Offer] = {}
        for sort, product in enumerate(_PRODUCTS):
            product_id = self._tables[Product].add(
                *(self._categories[product.category], product.name, product.slug),
                *(f"<p>{product.name}, ready in a minute.</p>", sort, product.quantity),
                *(self._server if product.is_server else None, *self._times),
            )
            is_combined = product.quantity is _MANY
            offer = Offer(product_id, product.name, product.type, is_combined)
            self._offers[product.slug] = offer
            self._add_plans(offer, product)

    def _add_plans(self, offer: Offer, product: _Product) -> None:
        if product.type is Plan.Type.RECURRING:
            for sort, period in enumerate(PERIODS):
                offer.plans[period] = self._add_plan(Product, offer.id, period, product.type, sort)
                self._add_prices(offer, product, period)
            return
        offer.plans = dict.fromkeys(PERIODS, self._add_plan(Product, offer.id, None, product.type))
        if product.type is Plan.Type.ONE_TIME:
            self._add_prices(offer, product, MONTHLY)
            for period, currency in product_of(PERIODS, CURRENCIES):
                offer.prices[period, currency] = offer.prices[MONTHLY, currency]

    def _add_prices(self, offer: Offer, product: _Product, period: Period) -> None:
        for currency in CURRENCIES:
            price = _cents(product.cents, period, currency)
            setup = _cents(product.setup, MONTHLY, currency)
            offer.prices[period, currency] = price, setup
            plan = offer.plans[period]
            self._tables[Price].add(money(price), money(setup), currency, plan)

    def _add_plan(
        self,
        owner: type[Product | ConfigOption],
        owner_id: int,
        period: Period | None,
        type_: Plan.Type,
        sort: int = 0,
    ) -> int:
        number, unit = (period.number, period.unit) if period else (None, None)
        name = f"{number} {unit}" if period else type_.label
        return self._tables[Plan].add(name, class_name(owner), owner_id, type_, number, unit, sort)

    def _link_upgrades(self) -> None:
        for slug, better in _UPGRADES.items():
            offer, offer.upgrade = self._offers[slug], self._offers[better]
            self._tables[ProductUpgrade].add(offer.id, self._offers[better].id, *self._times)

    def _add_options(self) -> None:
        servers = [self._offers[product.slug] for product in _PRODUCTS if product.is_server]
        for sort, (name, variable, type_, values) in enumerate(_OPTIONS):
            option = self._tables[ConfigOption].add(
                name, f"{name} of the server", variable, type_, sort, False, None, *self._times
            )
            choices = [self._add_value(option, place, *value) for place, value in enumerate(values)]
            for offer in servers:
                self._tables[ConfigOptionProduct].add(option, offer.id)
                offer.options += [choices] if choices else []

    def _add_value(
        self, option: int, sort: int, name: str, variable: str, cents: int | None
    ) -> Value:
        value = self._tables[ConfigOption].add(
            name, None, variable, None, sort, False, option, *self._times
        )
        if cents is None:
            self._add_plan(ConfigOption, value, None, Plan.Type.FREE)
            return Value(value, option, {(p, code): 0 for p in PERIODS for code in CURRENCIES})
        prices: dict[tuple[Period, str], int] = {}
        for period in PERIODS:
            plan = self._add_plan(ConfigOption, value, period, Plan.Type.RECURRING)
            for currency in CURRENCIES:
                prices[period, currency] = _cents(cents, period, currency)
                self._tables[Price].add(money(prices[period, currency]), "0.00", currency, plan)
        return Value(value, option, prices)

    def _add_coupons(self, made_at: datetime) -> Iterator[Discount]:
        percentage, fixed = Coupon.Type.PERCENTAGE, Coupon.Type.FIXED
        every, price, setup = (
            Coupon.AppliesTo.ALL,
            Coupon.AppliesTo.PRICE,
            Coupon.AppliesTo.SETUP_FEE,
        )
        rows = (
            (percentage, every, None, "WELCOME10", 1_000),
            (percentage, price, 0, "LOYAL20", 2_000),
            (percentage, setup, 1, "NOSETUP", 10_000),
            (fixed, price, None, "ONEOFF", 100),
        )
        for type_, applies_to, recurring, code, value in rows:
            row = self._tables[Coupon].add(
                type_, applies_to, recurring, code, money(value), None, *self._times
            )
            yield Discount(row, type_, applies_to, recurring, value)


def _cents(dollar_cents: int, period: Period, currency: str) -> int:
    """Ends in 9, as prices do."""
    cents = dollar_cents * _MONTHS_PAID[period.months] * CURRENCIES[currency][3] // 10_000
    return cents // 10 * 10 + 9 if cents else 0
