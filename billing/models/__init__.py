from billing.models.cancellations import ServiceCancellation
from billing.models.carts import Cart, CartItem
from billing.models.catalog import (
    Category,
    Currency,
    Plan,
    Price,
    Product,
    ProductUpgrade,
)
from billing.models.config_options import ConfigOption, ConfigOptionProduct, ServiceConfig
from billing.models.coupons import Coupon, CouponProduct
from billing.models.credits import Credit
from billing.models.gateways import Gateway
from billing.models.invoices import Invoice, InvoiceItem, InvoiceSnapshot
from billing.models.orders import Order
from billing.models.payments import BillingAgreement, InvoiceTransaction
from billing.models.servers import Server
from billing.models.services import Service
from billing.models.tax import TaxRate
from billing.models.upgrades import ServiceUpgrade

__all__ = [
    "BillingAgreement",
    "Cart",
    "CartItem",
    "Category",
    "ConfigOption",
    "ConfigOptionProduct",
    "Coupon",
    "CouponProduct",
    "Credit",
    "Currency",
    "Gateway",
    "Invoice",
    "InvoiceItem",
    "InvoiceSnapshot",
    "InvoiceTransaction",
    "Order",
    "Plan",
    "Price",
    "Product",
    "ProductUpgrade",
    "Server",
    "Service",
    "ServiceCancellation",
    "ServiceConfig",
    "ServiceUpgrade",
    "TaxRate",
]
