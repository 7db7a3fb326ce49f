from django.apps import AppConfig


class IssuedTaxesConfig(AppConfig):
    """The tax of invoices as of their issue: a table of ours beside Paymenter's snapshots."""

    name = "billing.issued_taxes"
    label = "issued_taxes"
    verbose_name = "Taxes of issued invoices"
