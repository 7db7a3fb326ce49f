"""What is sold: prices where they are needed, stock and coupons within their limits."""

from django.db.models import Count, Exists, F, Min, OuterRef, Q

from billing.books.amounts import ABSURD
from billing.books.check import Group, Ids, Rows
from billing.models import Coupon, Plan, Price, Product, Service, TaxRate

group = Group("Catalogue")


@group.check(
    "A running service has no price in its currency",
    "Paymenter takes the price as 0 when it computes it anew, and renews free for ever. Add the "
    "price to the plan.",
    says="plan {plan_id} in {currency_code}: services {ids}",
    key="first",
)
def price_missing() -> Rows:
    prices = Price.objects.filter(
        plan=OuterRef("plan"), currency=OuterRef("currency_code"), price__isnull=False
    )
    running = Service.objects.filter(plan__isnull=False, price__gt=0)
    running = running.exclude(status=Service.Status.CANCELLED).exclude(plan__type=Plan.Type.FREE)
    grouped = running.filter(~Exists(prices)).values("plan_id", "currency_code")
    return grouped.annotate(first=Min("pk"), ids=Ids("pk"))


@group.check(
    "A plan has more than one price in a currency",
    "Which one counts depends on the order of the rows. Delete the wrong ones.",
    says="plan {plan_id} in {currency_code}: prices {ids}",
    key="first",
)
def price_twice() -> Rows:
    grouped = Price.objects.filter(plan__isnull=False).values("plan_id", "currency_code")
    counted = grouped.annotate(many=Count("pk"), first=Min("pk"), ids=Ids("pk"))
    return counted.filter(many__gt=1)


@group.check(
    "A price is empty, negative or higher than any real one",
    "Paymenter's shop fails on it, or sells at a loss. Correct or delete it.",
    says="plan {plan_id} in {currency_code}: {price}, setup {setup_fee}",
)
def absurd_price() -> Rows:
    price = Q(price=None) | Q(price__lt=0) | Q(price__gte=ABSURD)
    return Price.objects.filter(price | Q(setup_fee__lt=0) | Q(setup_fee__gte=ABSURD))


@group.check(
    "A recurring plan without a period",
    "The daily run cannot say when it ends. Enter period and unit.",
    says="{name}: {billing_period} {billing_unit}",
)
def plan_without_period() -> Rows:
    lacking = Q(billing_period=None) | Q(billing_period__lte=0) | Q(billing_unit=None)
    return Plan.objects.filter(lacking, type=Plan.Type.RECURRING)


@group.check(
    "More was sold than there is",
    "The stock is negative. Count it and correct it.",
    says="{name}: {stock}",
)
def stock_negative() -> Rows:
    return Product.objects.filter(stock__lt=0)


@group.check(
    "A coupon was used more often than it may be",
    "Paymenter checks the limit once for a whole order. Or the limit was lowered later.",
    says="{code}: {uses} of {max_uses}",
)
def coupon_overused() -> Rows:
    counted = Coupon.objects.filter(max_uses__gt=0).annotate(uses=Count("services"))
    return counted.filter(uses__gt=F("max_uses"))


@group.check(
    "A client used a coupon more often than he may",
    "Paymenter checks the limit once for a whole order. Or the limit was lowered later.",
    says="{coupon__code}: user {user_id}, {uses} of {coupon__max_uses_per_user}, services {ids}",
    key="first",
)
def coupon_overused_by_client() -> Rows:
    limited = Service.objects.filter(coupon__max_uses_per_user__gt=0)
    grouped = limited.values("coupon__code", "coupon__max_uses_per_user", "coupon_id", "user_id")
    counted = grouped.annotate(uses=Count("pk"), first=Min("pk"), ids=Ids("pk"))
    return counted.filter(uses__gt=F("coupon__max_uses_per_user"))


@group.check(
    "A coupon of an impossible value",
    "It is empty or negative, or more than a hundred per cent. Correct it.",
    says="{code}: {value}, {type}",
)
def absurd_coupon() -> Rows:
    too_much = Q(type=Coupon.Type.PERCENTAGE, value__gt=100)
    known = Coupon.objects.filter(type__in=Coupon.Type.values)
    return known.filter(Q(value=None) | Q(value__lt=0) | too_much)


@group.check(
    "A tax rate of an impossible height",
    "It is negative or more than a hundred per cent. Correct it.",
    says="{name} of {country}: {rate} %",
)
def absurd_tax_rate() -> Rows:
    return TaxRate.objects.filter(Q(rate__lt=0) | Q(rate__gt=100))
