"""Invoice numbers (Paymenter: InvoiceNumberListener)."""

from datetime import date


def invoice_number(count: int, *, template: str, padding: int, on: date) -> str:
    """The number of the `count`-th invoice.

    {number} is padded with zeros to `padding` digits and never cut; {year}, {month} and {day} are
    those of `on`. All occurrences are replaced.

    >>> invoice_number(7, template="INV-{year}-{number}", padding=4, on=date(2026, 3, 1))
    'INV-2026-0007'
    """
    text = template.replace("{number}", str(count).zfill(padding))
    text = text.replace("{year}", f"{on:%Y}")
    return text.replace("{month}", f"{on:%m}").replace("{day}", f"{on:%d}")
