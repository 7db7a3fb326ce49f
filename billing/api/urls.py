from billing.api import (
    categories,
    coupons,  # noqa: F401 (its resource is registered)
    credits,
    invoice_items,
    invoices,
    orders,
    plans,  # noqa: F401
    products,
    service_upgrades,  # noqa: F401
    services,
)
from paymenter.jsonapi.router import ResourceRouter

router = ResourceRouter()
router.register("categories", categories.CategoryViewSet, basename="categories")
router.register("products", products.ProductViewSet, basename="products")
router.register("orders", orders.OrderViewSet, basename="orders")
router.register("services", services.ServiceViewSet, basename="services")
router.register("invoices", invoices.InvoiceViewSet, basename="invoices")
router.register("invoice-items", invoice_items.InvoiceItemViewSet, basename="invoice-items")
router.register("credits", credits.CreditViewSet, basename="credits")

urlpatterns = router.urls
