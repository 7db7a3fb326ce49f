from billing.admin import catalog, coupons, credits, invoices, orders, services

__all__ = ["catalog", "coupons", "credits", "invoices", "orders", "services"]
