"""What a unit of a service costs by the catalogue of today (Paymenter: Service.calculatePrice)."""

from decimal import Decimal

from billing.actions.explanations import periods_of
from billing.actions.taxes import tax_rate_of
from billing.models import ConfigOption, Coupon, CouponProduct, Plan, Price, Service
from billing.rules.coupons import Terms
from billing.rules.prices import Charge, price_of
from paymenter import options
from paymenter.db.morph import class_name
from paymenter.errors import Refused
from paymenter.rounding import rounded

NO_PRICE = "The plan of the service has no price in {}: add one, or correct the service."


def terms_of(coupon: Coupon) -> Terms:
    return Terms(coupon.type, coupon.value or Decimal(0), coupon.applies_to, coupon.recurring)


def price_today(service: Service) -> Decimal:
    """What its next period would cost, were it ordered today: with the coupon while that lasts."""
    coupon = service.coupon
    lasts = coupon is not None and terms_of(coupon).discounts(periods_of(service) + 1)
    return calculated_price(service, discounted=lasts)


def calculated_price(service: Service, *, discounted: bool) -> Decimal:
    """With tax on top where taxes are added, without setup fees. `discounted`: with the service's
    coupon, if it is for its product.

    Raises Refused where the plan has no price in the service's currency.
    """
    charges = [Charge(_plan_price(service)), *_options(service)]
    exclusive = options.flag("tax_enabled") and options.get("tax_type", "inclusive") != "inclusive"
    rate = tax_rate_of(service.user) if exclusive else None
    price = price_of(charges, rate.rate if rate else None, on_top=True)
    coupon = service.coupon
    if discounted and coupon is not None and _is_for(coupon, service):
        price = price.less(terms_of(coupon))
    return rounded(price.price)


def _plan_price(service: Service) -> Decimal:
    plan = service.plan
    if plan is not None and plan.type == Plan.Type.FREE:
        return Decimal(0)
    price = _price(plan, service.currency_code) if plan else None
    if price is None:
        raise Refused(NO_PRICE.format(service.currency_code))
    return price


def _options(service: Service) -> list[Charge]:
    """A value that is not sold for the period of the service counts nothing, as in Paymenter."""
    plan = service.plan
    found = []
    for config in service.configs.all().order_by("pk"):
        plans = Plan.objects.filter(
            priceable_type=class_name(ConfigOption), priceable_id=config.config_value_id
        )
        rows = list(plans.order_by("sort", "pk"))
        if any(row.type == Plan.Type.FREE for row in rows) or plan is None:
            continue
        if plan.billing_period and plan.billing_unit:
            rows = [
                row
                for row in rows
                if (row.billing_period, row.billing_unit)
                == (plan.billing_period, plan.billing_unit)
            ]
        prices = (_price(row, service.currency_code) for row in rows)
        found += [Charge(price) for price in prices if price is not None][:1]
    return found


def _price(plan: Plan, currency_code: str) -> Decimal | None:
    """Of several rows in one currency the first by id counts."""
    rows = Price.objects.filter(plan=plan, currency_code=currency_code).order_by("pk")
    row = rows.first()
    return row.price if row else None


def _is_for(coupon: Coupon, service: Service) -> bool:
    products = CouponProduct.objects.filter(coupon=coupon).values_list("product_id", flat=True)
    return not products or service.product_id in set(products)
