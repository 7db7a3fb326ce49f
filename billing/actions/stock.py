"""Stock: taken and given back in one statement, so that nothing is sold twice."""

from django.db.models import F

from billing.models import Product


def take_stock(product_id: int, units: int) -> bool:
    """False, and nothing taken, where fewer are left. Unlimited stock stays so."""
    rows = Product.objects.filter(pk=product_id, stock__isnull=False)
    if rows.filter(stock__gte=units).update(stock=F("stock") - units):
        return True
    return not rows.exists()


def return_stock(product_id: int | None, units: int) -> None:
    rows = Product.objects.filter(pk=product_id or 0, stock__isnull=False)
    rows.update(stock=F("stock") + units)
