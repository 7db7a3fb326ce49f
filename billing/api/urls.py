from billing.api import (
    categories,
    config_options,
    coupons,
    credits,
    currencies,
    invoice_items,
    invoices,
    orders,
    plans,
    prices,
    product_upgrades,
    products,
    service_upgrades,  # noqa: F401 (its resource is registered)
    services,
    tax_rates,
)
from paymenter.jsonapi.router import ResourceRouter

router = ResourceRouter()
router.register("categories", categories.CategoryViewSet, basename="categories")
router.register("products", products.ProductViewSet, basename="products")
router.register("plans", plans.PlanViewSet, basename="plans")
router.register("prices", prices.PriceViewSet, basename="prices")
router.register("config-options", config_options.ConfigOptionViewSet, basename="config-options")
router.register(
    "product-upgrades", product_upgrades.ProductUpgradeViewSet, basename="product-upgrades"
)
router.register("currencies", currencies.CurrencyViewSet, basename="currencies")
router.register("tax-rates", tax_rates.TaxRateViewSet, basename="tax-rates")
router.register("coupons", coupons.CouponViewSet, basename="coupons")
router.register("orders", orders.OrderViewSet, basename="orders")
router.register("services", services.ServiceViewSet, basename="services")
router.register("invoices", invoices.InvoiceViewSet, basename="invoices")
router.register("invoice-items", invoice_items.InvoiceItemViewSet, basename="invoice-items")
router.register("credits", credits.CreditViewSet, basename="credits")

urlpatterns = router.urls
