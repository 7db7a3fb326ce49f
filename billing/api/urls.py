from django.urls import re_path

from billing.api import (
    billing_agreements,
    carts,
    categories,
    checkouts,
    config_options,
    coupons,
    credit_movements,
    credit_note_pdfs,
    credit_notes,
    credits,
    currencies,
    daily_runs,
    explanations,
    fulfilments,
    gateways,
    invoice_commands,
    invoice_items,
    invoice_pdfs,
    invoice_snapshots,
    invoice_totals,
    invoice_transactions,
    invoices,
    orders,
    parked_rows,
    plans,
    prices,
    product_upgrades,
    products,
    provisionings,
    refunds,
    servers,
    service_cancellations,
    service_commands,
    service_configs,
    service_upgrades,
    services,
    tax_rates,
)
from paymenter.jsonapi.commands import command_urls
from paymenter.jsonapi.router import ResourceRouter

router = ResourceRouter()
for path, viewset in {
    "categories": categories.CategoryViewSet,
    "products": products.ProductViewSet,
    "plans": plans.PlanViewSet,
    "prices": prices.PriceViewSet,
    "config-options": config_options.ConfigOptionViewSet,
    "product-upgrades": product_upgrades.ProductUpgradeViewSet,
    "currencies": currencies.CurrencyViewSet,
    "tax-rates": tax_rates.TaxRateViewSet,
    "coupons": coupons.CouponViewSet,
    "carts": carts.CartViewSet,
    "orders": orders.OrderViewSet,
    "services": services.ServiceViewSet,
    "service-configs": service_configs.ServiceConfigViewSet,
    "service-upgrades": service_upgrades.ServiceUpgradeViewSet,
    "service-cancellations": service_cancellations.ServiceCancellationViewSet,
    "invoices": invoices.InvoiceViewSet,
    "invoice-items": invoice_items.InvoiceItemViewSet,
    "invoice-transactions": invoice_transactions.InvoiceTransactionViewSet,
    "invoice-snapshots": invoice_snapshots.InvoiceSnapshotViewSet,
    "credits": credits.CreditViewSet,
    "credit-movements": credit_movements.CreditMovementViewSet,
    "credit-notes": credit_notes.CreditNoteViewSet,
    "refunds": refunds.RefundViewSet,
    "fulfilments": fulfilments.FulfilmentViewSet,
    "billing-agreements": billing_agreements.BillingAgreementViewSet,
    "gateways": gateways.GatewayViewSet,
    "servers": servers.ServerViewSet,
    "provisionings": provisionings.ProvisioningViewSet,
    "parked-rows": parked_rows.ParkedRowViewSet,
    "daily-runs": daily_runs.DailyRunViewSet,
}.items():
    router.register(path, viewset, basename=path)

invoice_pdf = invoice_pdfs.InvoicePdfViewSet.as_view(
    {"get": "retrieve"}, basename="invoice-pdf", detail=True
)
credit_note_pdf = credit_note_pdfs.CreditNotePdfViewSet.as_view(
    {"get": "retrieve"}, basename="credit-note-pdf", detail=True
)

urlpatterns = [
    *router.urls,
    re_path(r"^credit-notes/(?P<pk>[^/]+)/pdf/?$", credit_note_pdf, name="credit-note-pdf"),
    re_path(r"^invoices/(?P<pk>[^/]+)/pdf/?$", invoice_pdf, name="invoice-pdf"),
    *command_urls(
        service_commands.SuspendService,
        service_commands.UnsuspendService,
        service_commands.TerminateService,
        service_commands.CancelService,
        service_commands.ProvisionService,
        service_commands.RecalculateServicePrice,
        provisionings.RetryProvisioning,
        provisionings.DismissProvisioning,
        parked_rows.RetryParkedRow,
        daily_runs.RehearseDailyRun,
        checkouts.CheckoutForClient,
        checkouts.QuoteUpgrade,
        checkouts.UpgradeService,
        explanations.ExplainInvoiceItem,
        explanations.ExplainServiceUpgrade,
        fulfilments.RetryFulfilment,
        invoice_commands.CancelInvoice,
        invoice_commands.MarkInvoicePaid,
        invoice_commands.ResendInvoice,
        invoice_totals.ShowInvoiceTotals,
    ),
]
