"""Which tax an invoice bears. It is frozen when the invoice is issued: a rate that changes later,
or a client who moves, changes no invoice that was sent."""

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from accounts.models import User
from billing.actions.taxes import tax_rate_of
from billing.issued_taxes.models import IssuedTax
from billing.models import Invoice, TaxRate
from billing.rules.explanations import WITHIN, Explanation, Tax
from paymenter import options
from paymenter.db.prepared import Prepared, Slot
from paymenter.db.writes import Conflict, insert_all

_ISSUED = Prepared(lambda: IssuedTax.objects.filter(invoice_id=Slot("invoice")))


class TaxTerms(NamedTuple):
    """`country` is a code, or `all`."""

    name: str
    rate: Decimal
    country: str | None


_ANEW = Conflict(("invoice_id",), (*TaxTerms._fields, "is_charged"))


def terms_for(user_id: int) -> TaxTerms | None:
    """The client's rate as it is now."""
    return _terms(tax_rate_of(User(pk=user_id)))


def freeze_tax(invoice: Invoice, terms: TaxTerms | None) -> None:
    """At issue, once. What an invoice that is gone left under the same id is replaced."""
    told = {name: getattr(terms, name, None) for name in TaxTerms._fields}
    charged = options.flag("tax_enabled")
    insert_all([IssuedTax(invoice_id=invoice.pk, is_charged=charged, **told)], _ANEW)


def with_tax(explanation: Explanation, terms: TaxTerms | None) -> Explanation:
    """Of a line that does not say which tax was added: the invoice's lies within."""
    if explanation.tax or terms is None or not options.flag("tax_enabled"):
        return explanation
    return replace(explanation, tax=Tax(terms.name, terms.rate, terms.country or "", WITHIN))


def tax_of(invoice: Invoice) -> TaxTerms | None:
    """What the invoice shows: the snapshot's tax, else that of its issue.

    Of an invoice that PHP issued and that was not paid yet, the client's rate as it is now.
    """
    issued = _issued(invoice)
    if not (issued.is_charged if issued else options.flag("tax_enabled")):
        return None
    snapshot = invoice.snapshot if options.flag("invoice_snapshot", True) else None
    if snapshot and snapshot.tax_name:
        return TaxTerms(snapshot.tax_name, snapshot.tax_rate or Decimal(0), snapshot.tax_country)
    return _issued_terms(issued) if issued else _terms(tax_rate_of(invoice.user))


def rate_of(invoice: Invoice) -> TaxTerms | None:
    """The client's rate at issue, also where taxes were switched off: what a snapshot keeps."""
    issued = _issued(invoice)
    return _issued_terms(issued) if issued else _terms(tax_rate_of(invoice.user))


def _issued(invoice: Invoice) -> IssuedTax | None:
    return _ISSUED.first(invoice=invoice.pk)


def _issued_terms(issued: IssuedTax) -> TaxTerms | None:
    return TaxTerms(issued.name, issued.rate or Decimal(0), issued.country) if issued.name else None


def _terms(rate: TaxRate | None) -> TaxTerms | None:
    return TaxTerms(rate.name, rate.rate, rate.country) if rate else None
