from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from billing.rules.balances import MOST, Balance, is_amount

CENTS = some.decimals(Decimal(0), Decimal(10_000), places=2)


@pytest.mark.parametrize(
    ("lines", "notes", "paid", "still_open", "surplus"),
    [
        ("10.00", "0", "4.00", "6.00", "0"),
        ("10.00", "0", "12.00", "-2.00", "2.00"),
        ("10.00", "3.00", "10.00", "-3.00", "3.00"),
        ("10.00", "10.00", "0", "0", "0"),
        ("0", "0", "0.01", "-0.01", "0.01"),
    ],
)
def test_balance(lines, notes, paid, still_open, surplus):
    balance = Balance(Decimal(lines), Decimal(notes), Decimal(paid))
    assert balance.open == Decimal(still_open)
    assert balance.surplus == Decimal(surplus)


@pytest.mark.parametrize(
    ("lines", "notes", "paid", "refund", "note"),
    [
        ("10.00", "0", "10.00", "4.00", "4.00"),
        ("10.00", "0", "12.00", "2.00", "0"),  # only what was too much
        ("10.00", "0", "12.00", "5.00", "3.00"),
        ("10.00", "10.00", "10.00", "10.00", "0"),  # corrected before
    ],
)
def test_note_that_a_refund_needs(lines, notes, paid, refund, note):
    balance = Balance(Decimal(lines), Decimal(notes), Decimal(paid))
    assert balance.note_for_refund(Decimal(refund)) == Decimal(note)


@given(CENTS, CENTS, CENTS, some.data())
def test_refund_of_a_paid_invoice_leaves_no_debt_and_no_negative_invoice(lines, notes, more, data):
    notes = min(notes, lines)
    paid = lines - notes + more
    refund = data.draw(some.decimals(Decimal(0), paid, places=2))
    note = Balance(lines, notes, paid).note_for_refund(refund)
    after = Balance(lines, notes + note, paid - refund)
    assert note >= 0
    assert after.owed >= 0
    assert after.open <= 0


@pytest.mark.parametrize(
    ("value", "fine"),
    [
        ("0.01", True),
        (str(MOST), True),
        ("0", False),
        ("-1", False),
        ("1.005", False),
        ("NaN", False),
        ("sNaN", False),
        ("Infinity", False),
        (str(MOST + Decimal("0.01")), False),
        ("1E+30", False),
    ],
)
def test_amounts_that_can_be_given_back(value, fine):
    assert is_amount(Decimal(value)) is fine
