"""What an invoice says about the customer, frozen when it is paid (CreateInvoiceSnapshot)."""

from accounts.models import CustomProperty, Property, User
from billing.actions.issued_taxes import rate_of
from billing.models import Invoice, InvoiceSnapshot
from paymenter import options
from paymenter.db.morph import class_name
from paymenter.db.prepared import Prepared, Slot

_SHOWN = Prepared(
    lambda: Property.objects.filter(
        model_type=class_name(User),
        model_id=Slot("user"),
        key__in=CustomProperty.objects.filter(show_on_invoice=True).values("key"),
    ).order_by("pk")
)


def take_snapshot(invoice: Invoice) -> InvoiceSnapshot | None:
    """Once for each invoice; the tax rate is kept even while taxes are switched off."""
    if not options.flag("invoice_snapshot", True) or invoice.snapshot:
        return None
    user = invoice.user
    rate = rate_of(invoice)
    return InvoiceSnapshot.objects.create(
        invoice=invoice,
        name=f"{user.first_name or ''} {user.last_name or ''}",
        properties=shown_properties(invoice),
        tax_name=rate.name if rate else None,
        tax_rate=rate.rate if rate else None,
        tax_country=rate.country if rate else None,
        bill_to=options.read().get("bill_to_text", options.get("company_name")),
    )


def shown_properties(invoice: Invoice) -> dict[str, str]:
    """What the client told of himself and invoices show, by key."""
    return {row.key: row.value for row in _SHOWN.all(user=invoice.user_id)}
