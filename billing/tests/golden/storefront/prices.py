from decimal import Decimal
from typing import Any

from billing.actions.price_lists import Offer, PriceList
from billing.actions.shown import invoice_total, order_total
from billing.actions.taxation import Taxation
from billing.models import Category, ConfigOption, Coupon, Currency, Invoice, Order, Plan, Product
from billing.rules.coupons import Terms
from billing.rules.periods import days_of
from billing.rules.prices import Charge, Price
from billing.tests.golden.storefront import operation
from billing.tests.golden.storefront.shown import (
    currency_code,
    currency_of,
    free,
    shown,
    taxation_of,
)
from paymenter import options


def _amount(value: Any) -> Decimal:
    return Decimal(str(value if value is not None else 0))


def _taxation(args: dict[str, Any]) -> Taxation:
    given = args.get("tax_rate")
    if given is None:
        return taxation_of(args)
    if not given or not options.flag("tax_enabled"):
        return Taxation()
    exclusive = options.read().get("tax_type") != "inclusive"
    return Taxation(given["name"], given["country"], Decimal(given["rate"]), exclusive)


def _price(args: dict[str, Any]) -> tuple[Price, Taxation, bool]:
    taxation = _taxation(args)
    charge = Charge(_amount(args.get("price")), _amount(args.get("setup_fee")))
    on_top = bool(args.get("apply_exclusive_tax")) and taxation.exclusive
    price = taxation.price(charge) if on_top else taxation.shown(charge)
    return price, taxation, on_top and taxation.rate is not None


def _made(args: dict[str, Any]) -> dict[str, Any]:
    currency = currency_of(args.get("currency"))
    if args.get("free"):
        return free(currency)
    price, taxation, on_top = _price(args)
    unshown = bool(args.get("dont_show_unavailable"))
    found = shown(price, currency, exclusive=on_top, unshown=unshown)
    return found | _tax_kinds(price, taxation.rate is not None)


def _tax_kinds(price: Price, taxed: bool) -> dict[str, Any]:
    """PHP's tax is a text as soon as there is a rate, though it be 0 %."""
    return {"tax": str(price.tax)} if taxed and not price.tax else {}


@operation("price.make")
def make(args: dict[str, Any]) -> Any:
    return _made(args)


@operation("price.make_many")
def make_many(args: dict[str, Any]) -> Any:
    given = [each if isinstance(each, dict) else {"price": each} for each in args["prices"]]
    return [_made({**args, **each}) for each in given]


@operation("price.format")
def formatted(args: dict[str, Any]) -> Any:
    made = [_made({**args, "price": amount, "setup_fee": None}) for amount in args["amounts"]]
    return [each["formatted"]["price"] for each in made]


def _discounted(price: Price, *, by: Any, off_price: Any, off_setup_fee: Any = None) -> Price:
    return Price(
        price=price.price - _amount(off_price),
        setup_fee=price.setup_fee - _amount(off_setup_fee),
        tax=price.tax,
        setup_fee_tax=price.setup_fee_tax,
        discount=_amount(by),
        original_price=price.original_price,
        original_setup_fee=price.original_setup_fee,
    )


@operation("price.discount")
def discount(args: dict[str, Any]) -> Any:
    price, taxation, on_top = _price(args)
    off = {"off_price": args.get("minus_price"), "off_setup_fee": args.get("minus_setup_fee")}
    less = _discounted(price, by=args.get("discount"), **off)
    found = shown(less, currency_of(args.get("currency")), top=price)
    return found | _tax_kinds(price, taxation.rate is not None)


_PAGE_STATE = (
    *("price", "currency", "setup_fee", "has_setup_fee", "is_free", "tax", "setup_fee_tax"),
    *("discount", "original_price", "original_setup_fee", "formatted"),
)


@operation("price.roundtrip")
def roundtrip(args: dict[str, Any]) -> Any:
    """What PHP's page keeps of a price, and the price that it makes of that: the amounts stay, the
    texts are made anew, of what is then to be paid and without the tax that lies within."""
    before, after = _kept_and_rebuilt(args)
    unshown = None if args.get("free") else bool(args.get("dont_show_unavailable"))
    state = {name: before[name] for name in _PAGE_STATE}
    return {
        "before": before,
        "serialised": state | {"dontShowUnavailablePrice": unshown},
        "after": after,
    }


def _kept_and_rebuilt(args: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    currency = currency_of(args.get("currency"))
    if args.get("free"):
        whole = Currency.objects.filter(pk=args["currency"]).values().get()
        return free(currency), free(currency) | {"currency": whole}
    price, _, _ = _price(args)
    less = _discounted(price, by=args.get("discount"), off_price=args.get("discount"))
    plain = Price(less.price, less.setup_fee)
    return shown(less, currency, top=price), shown(less, currency, top=plain)


@operation("invoice.totals")
def invoice_totals(args: dict[str, Any]) -> Any:
    invoice = Invoice.objects.get(pk=args["invoice_id"])
    currency = currency_of(invoice.currency_code)
    tax = _invoice_tax(invoice)
    paid = sum((t.amount for t in invoice.transactions.filter(status="succeeded")), Decimal())
    total = invoice_total(invoice)
    lines = taxation_of({"login": args.get("login")})
    return {
        "total": total,
        "remaining": total - paid,
        "tax": _rate(tax),
        "formatted_total": shown(tax.shown(Charge(total)), currency),
        "formatted_remaining": shown(tax.shown(Charge(total - paid)), currency),
        "items": [
            {
                "id": item.pk,
                "total": item.price * item.quantity,
                "formatted_price": shown(lines.shown(Charge(item.price)), currency),
                "formatted_total": shown(lines.shown(Charge(item.price * item.quantity)), currency),
            }
            for item in invoice.items.order_by("pk")
        ],
    }


def _invoice_tax(invoice: Invoice) -> Taxation:
    snapshot = invoice.snapshot
    if snapshot is not None and snapshot.tax_name and options.flag("tax_enabled"):
        return Taxation(snapshot.tax_name, snapshot.tax_country or "", snapshot.tax_rate)
    return Taxation.of(invoice.user)


def _rate(tax: Taxation) -> Any:
    if tax.rate is None:
        return 0
    return {"name": tax.name, "rate": str(tax.rate), "country": tax.country}


@operation("order.total")
def total_of_order(args: dict[str, Any]) -> Any:
    order = Order.objects.get(pk=args["order_id"])
    total = order_total(order)
    currency = currency_of(order.currency_code)
    price = Taxation.of(order.user).shown(Charge(total))
    return {"total": total, "formatted_total": shown(price, currency)}


# Plans


def _offered(offer: Offer, args: dict[str, Any], *, unshown: bool = False) -> dict[str, Any]:
    currency = currency_of(currency_code(args))
    if offer.free:
        return free(currency)
    if not offer.available:
        return shown(None, None, unshown=unshown)
    return shown(taxation_of(args).shown(offer.charge), currency, unshown=unshown)


@operation("plan.price")
def plan_price(args: dict[str, Any]) -> Any:
    plan = Plan.objects.get(pk=args["plan_id"])
    prices = PriceList(currency_code(args), [plan.priceable])
    return _offered(prices.offer(plan), args)


@operation("plan.duration")
def plan_duration(args: dict[str, Any]) -> int:
    plan = Plan.objects.get(pk=args["plan_id"])
    return days_of(plan.billing_period, plan.billing_unit)


def _found(owner: Any, args: dict[str, Any]) -> Offer:
    prices = PriceList(currency_code(args), [owner])
    if args.get("plan_id"):
        first = prices.first_offer(owner)
        plans = prices.plans_of(owner)
        named = next((plan for plan in plans if plan.pk == args["plan_id"]), None)
        return first if first.free or named is None else prices.offer(named)
    return prices.offer_for(owner, args.get("billing_period"), args.get("billing_unit"))


@operation("product.price")
def product_price(args: dict[str, Any]) -> Any:
    return _offered(_found(Product.objects.get(pk=args["product_id"]), args), args)


@operation("option.price")
def option_price(args: dict[str, Any]) -> Any:
    value = ConfigOption.objects.get(pk=args["option_id"])
    offer = _found(value, args)
    found = _offered(offer, args, unshown=True)
    return found | ({"currency": None} if offer.free else {})


@operation("product.available_plans")
def available_plans(args: dict[str, Any]) -> Any:
    product = Product.objects.get(pk=args["product_id"])
    return [p.pk for p in PriceList(currency_code(args), [product]).available_plans(product)]


@operation("category.products")
def category_products(args: dict[str, Any]) -> Any:
    category = Category.objects.get(pk=args["category_id"])
    products = list(category.products.filter(hidden=False).order_by("sort", "pk"))
    prices = PriceList(currency_code(args), products)
    texts = [(p.pk, _offered(prices.first_offer(p), args)) for p in products]
    return [{"id": pk, "price": t["text"], "available": t["available"]} for pk, t in texts]


@operation("product.open")
def open_product(args: dict[str, Any]) -> Any:
    rows = Product.objects.filter(category_id=args["category_id"], hidden=False)
    return {"product_id": rows.get(slug=args["slug"]).pk}


@operation("coupon.discount")
def coupon_discount(args: dict[str, Any]) -> Any:
    coupon = Coupon.objects.get(pk=args["coupon_id"])
    terms = Terms(coupon.type, coupon.value or Decimal(), coupon.applies_to)
    return [terms.off(Decimal(str(amount)), args["kind"]) for amount in args["amounts"]]
