from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.money import SEPARATORS, format_amount
from paymenter.rounding import rounded

# Paymenter: price.format of the recordings, by prefix, suffix and format
AMOUNTS = "0|5|9.99|999.5|1000|1234.5|12345.678|1234567.891|-1234.5|-0.001|0.005|1e12"
RECORDED = {
    ("$", "", "1,000.00"): "$0.00|$5.00|$9.99|$999.50|$1,000.00|$1,234.50|$12,345.68"
    "|$1,234,567.89|$-1,234.50|$0.00|$0.01|$1,000,000,000,000.00",
    ("<", ">", "1.000,00"): "<0,00>|<5,00>|<9,99>|<999,50>|<1.000,00>|<1.234,50>|<12.345,68>"
    "|<1.234.567,89>|<-1.234,50>|<0,00>|<0,01>|<1.000.000.000.000,00>",
    ("", " CHF", "1 000,00"): "0,00 CHF|5,00 CHF|9,99 CHF|999,50 CHF|1 000,00 CHF|1 234,50 CHF"
    "|12 345,68 CHF|1 234 567,89 CHF|-1 234,50 CHF|0,00 CHF|0,01 CHF|1 000 000 000 000,00 CHF",
    ("kr ", "", "1 000.00"): "kr 0.00|kr 5.00|kr 9.99|kr 999.50|kr 1 000.00|kr 1 234.50"
    "|kr 12 345.68|kr 1 234 567.89|kr -1 234.50|kr 0.00|kr 0.01|kr 1 000 000 000 000.00",
    (None, None, "1,000.00"): "0.00|5.00|9.99|999.50|1,000.00|1,234.50|12,345.68|1,234,567.89"
    "|-1,234.50|0.00|0.01|1,000,000,000,000.00",
}


@pytest.mark.parametrize(
    ("prefix", "suffix", "form", "amount", "text"),
    [
        (*key, amount, text)
        for key, texts in RECORDED.items()
        for amount, text in zip(AMOUNTS.split("|"), texts.split("|"), strict=True)
    ],
)
def test_amount_is_written_as_recorded(prefix, suffix, form, amount, text):
    assert format_amount(Decimal(amount), prefix=prefix, suffix=suffix, format=form) == text


def test_unknown_format_leaves_the_number():
    assert format_amount(Decimal("1234.5"), prefix="$", suffix="", format="?") == "$1234.5"


@pytest.mark.parametrize(
    ("amount", "places", "result"),
    [
        ("1.005", 2, "1.01"),
        ("-1.005", 2, "-1.01"),
        ("10.075", 2, "10.08"),
        ("2.5", 0, "3"),
        ("0.0049", 2, "0.00"),
        ("-0.0049", 2, "0.00"),
        ("1.23456", 4, "1.2346"),
    ],
)
def test_half_is_rounded_away_from_zero(amount, places, result):
    assert str(rounded(Decimal(amount), places)) == result


amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=4)


@given(amounts)
def test_rounding_moves_by_half_a_cent_at_most(amount):
    assert abs(rounded(amount) - amount) <= Decimal("0.005")


@given(amounts, st.sampled_from(sorted(SEPARATORS)))
def test_every_format_can_be_read_back(amount, form):
    text = format_amount(amount, prefix="", suffix="", format=form)
    thousands, point = SEPARATORS[form]
    assert Decimal(text.replace(thousands, "").replace(point, ".")) == rounded(amount)
