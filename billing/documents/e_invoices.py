"""What an e-invoice by EN 16931 needs beyond what people read, and whether it is all there."""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from billing.documents.facts import InvoiceFacts
from billing.documents.iso4217 import CURRENCIES
from paymenter.rounding import rounded
from paymenter.seed.countries import COUNTRIES

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EUROPEAN_UNION = frozenset(_MEMBERS.split())
CENT = Decimal("0.01")

_VAT_ID = re.compile(r"([A-Z]{2})(?=.*[0-9])[0-9A-Z+*]{2,13}")
_PREFIXES = frozenset({*COUNTRIES, "EL", "XI"})  # Greece and Northern Ireland have their own


@dataclass(frozen=True, slots=True)
class Party:
    """`country` is a code of two letters; what is not known is empty."""

    name: str
    address: tuple[str, ...] = ()
    zip: str = ""
    city: str = ""
    country: str = ""
    vat_id: str = ""
    tax_number: str = ""
    email: str = ""
    iban: str = ""

    @property
    def plain_vat_id(self) -> str:
        """Without the blanks, points and dashes that people write."""
        return re.sub(r"[\s.\-]", "", self.vat_id).upper()

    @property
    def has_sound_vat_id(self) -> bool:
        """Or none."""
        found = _VAT_ID.fullmatch(self.plain_vat_id)
        return not self.vat_id or (found is not None and found[1] in _PREFIXES)


@dataclass(frozen=True, slots=True)
class Category:
    """How the lines are taxed: UNTDID 5305's code, the rate, and why there is none."""

    code: str
    rate: Decimal
    reason: str = ""


STANDARD, REVERSE_CHARGE, EXEMPT = "S", "AE", "E"


@dataclass(frozen=True, slots=True)
class EInvoice:
    """`exemption` is the text that an untaxed invoice bears, e.g. the law for small businesses."""

    facts: InvoiceFacts
    seller: Party
    buyer: Party
    exemption: str = ""
    reverse_charge: str = "Reverse charge"

    @property
    def category(self) -> Category | None:
        """None where nothing says why there is no tax."""
        tax = self.facts.tax
        if tax and tax.rate > 0:
            return Category(STANDARD, tax.rate)
        if self._is_reverse_charge:
            return Category(REVERSE_CHARGE, Decimal(0), self.reverse_charge)
        return Category(EXEMPT, Decimal(0), self.exemption) if self.exemption else None

    @property
    def _is_reverse_charge(self) -> bool:
        both = {self.seller.country, self.buyer.country}
        is_abroad = len(both) == 2 and both <= EUROPEAN_UNION
        return is_abroad and bool(self.seller.plain_vat_id and self.buyer.plain_vat_id)

    def obstacles(self) -> list[str]:
        """Why it cannot be an e-invoice, each with what to do; none means that it can."""
        return [text for is_missing, text in self._conditions() if is_missing]

    def _conditions(self) -> list[tuple[bool, str]]:
        facts, seller, buyer = self.facts, self.seller, self.buyer
        return [
            (not facts.number, "A proforma invoice has no number: it gets one when it is paid."),
            (facts.status == "cancelled", "The invoice is cancelled."),
            (not facts.lines, "The invoice has no items."),
            (
                facts.currency.code not in CURRENCIES,
                f"{facts.currency.code} is no currency of ISO 4217.",
            ),
            (not seller.name, "The setting seller_name or company_name is empty."),
            (not seller.country, "The setting seller_country is empty."),
            (
                not (seller.vat_id or seller.tax_number),
                "The settings seller_vat_id and seller_tax_number are both empty.",
            ),
            (
                not seller.has_sound_vat_id,
                "The setting seller_vat_id does not begin with a country code, such as DE.",
            ),
            (not buyer.name, "The client has neither name nor company_name."),
            (not buyer.country, "The client's property country is empty or no country."),
            (
                not buyer.has_sound_vat_id,
                "The client's VAT id does not begin with a country code, such as DE.",
            ),
            (
                self.category is None,
                "The invoice has no tax and nothing says why: write it into invoice_exemption.",
            ),
        ]


def net_lines(facts: InvoiceFacts) -> list[Decimal]:
    """The lines without tax, in whole cents that add up to the total without tax.

    Each is cut to the cent; the cents that are left go to the lines that lost most by it, the
    first of them where several lost the same.
    """
    share = 1 + (facts.tax.rate if facts.tax else Decimal(0)) / 100
    exact = [line.total / share for line in facts.lines]
    cut = [amount.quantize(CENT, ROUND_DOWN) for amount in exact]
    left = rounded(facts.total - facts.tax_amount) - sum(cut, Decimal())
    step = CENT.copy_sign(left)
    lost = [
        (amount - down) * (1 if left >= 0 else -1) for amount, down in zip(exact, cut, strict=True)
    ]
    for index in sorted(range(len(cut)), key=lambda n: -lost[n])[: int(abs(left) / CENT)]:
        cut[index] += step
    return cut
