from typing import Any

from django.core.cache import cache
from django.db import connection

from billing.actions import carts, checkout
from billing.models import Cart, CartItem
from billing.rules.prices import Charge
from billing.tests.golden.registry import Failure, actor_of
from billing.tests.golden.storefront import operation
from billing.tests.golden.storefront.notices import noticed, recorded_text, with_notices
from billing.tests.golden.storefront.shown import currency_code, currency_of, shown, user_of
from paymenter.errors import Refused

Args = dict[str, Any]


def cart_of(args: Args) -> Cart | None:
    return carts.find_cart(args.get("cart"), user_of(args))


def cart_or_new(args: Args) -> Cart:
    found = cart_of(args)
    return found or carts.open_cart(
        user=user_of(args), currency_code=currency_code(args), actor=actor_of(args)
    )


def between(args: Args) -> None:
    """What another request did after the page was opened."""
    with connection.cursor() as cursor:
        for statement in args.get("between", ()):
            cursor.execute(statement.replace("%", "%%"))


def tried_before(args: Args) -> None:
    cache.clear()
    caller = f"user:{args['login']}" if args.get("login") else actor_of(args).ip_address
    for _ in range(args.get("prior_adds", 0)):
        carts.ADDS.hit(caller)
    for _ in range(args.get("prior_attempts", 0)):
        carts.TRIES.hit(actor_of(args).ip_address)


def page(args: Args, cart: Cart | None) -> dict[str, Any]:
    """The cart page: its total and the coupon's code."""
    if cart is None:
        return {"total": None, "coupon": None}
    cart = Cart.objects.get(pk=cart.pk)
    total = carts.lines_of(cart, user_of(args)).shown_total
    currency = currency_of(cart.currency_code)
    return {
        "total": None if total is None else shown(total, currency),
        "coupon": cart.coupon.code if cart.coupon else None,
    }


@operation("cart_item.price")
def cart_item_price(args: Args) -> Any:
    cart = cart_of(args)
    assert cart is not None
    lines = carts.lines_of(cart, user_of(args))
    line = next(x for x in lines.lines if x.wanted.item_id == args["cart_item_id"])
    exclusive = lines.taxation.exclusive and lines.taxation.rate is not None
    top = None
    if line.price is not None:
        top = lines.taxation.price(*(Charge(p.price, p.setup_fee) for p in line.parts))
    currency = currency_of(cart.currency_code)
    return shown(line.price, currency, top=top, exclusive=exclusive)


@operation("cart.open")
def open_cart(args: Args) -> Any:
    return page(args, cart_of(args))


@operation("cart.apply_coupon")
def apply_coupon(args: Args) -> Any:
    tried_before(args)
    cart = cart_or_new(args)
    notices = noticed(
        lambda: carts.apply_coupon(cart, args["code"], actor=actor_of(args), user=user_of(args)),
        "Coupon code applied successfully",
    )
    return with_notices(page(args, cart), notices)


@operation("cart.remove_coupon")
def remove_coupon(args: Args) -> Any:
    cart = cart_or_new(args)
    notices = noticed(
        lambda: carts.remove_coupon(cart, actor=actor_of(args)),
        "Coupon code removed successfully",
    )
    return with_notices(page(args, cart), notices)


def _item(args: Args, cart: Cart | None) -> CartItem | None:
    return CartItem.objects.filter(cart=cart, pk=args["item_id"]).first() if cart else None


@operation("cart.remove_item")
def remove_item(args: Args) -> Any:
    cart = cart_of(args)
    if item := _item(args, cart):
        carts.remove_item(item, actor=actor_of(args))
    return page(args, cart)


@operation("cart.update_quantity")
def update_quantity(args: Args) -> Any:
    cart = cart_of(args)
    if item := _item(args, cart):
        carts.set_quantity(item, int(float(args["quantity"]) + 0.5), actor=actor_of(args))
    return page(args, cart)


@operation("currency.switch")
def switch_currency(args: Args) -> Any:
    cart, code = cart_of(args), args["currency"]
    before = (args.get("session") or {}).get("currency")
    try:
        carts.switch_currency(cart, code, actor=actor_of(args))
    except Refused as refused:
        if str(refused) == carts.NO_CURRENCY:
            text = "The selected current currency is invalid."
            raise Failure("validation", text, {"currentCurrency": [text]}) from refused
        current = cart.currency_code if cart else currency_code({})
        told = [{"message": recorded_text(refused), "type": "error"}]
        return {"session_currency": before, "current": before or current, "notices": told}
    return {"session_currency": code, "current": code, "redirect": "/"}


@operation("store.visit")
def visit(args: Args) -> Any:
    tried_before(args)
    cart, query = cart_of(args), args.get("query", {})
    chosen = (args.get("session") or {}).get("currency")
    if "currency" in query:
        notices = noticed(
            lambda: carts.switch_currency(cart, query["currency"], actor=actor_of(args))
        )
        chosen = chosen if notices else query["currency"]
    if "coupon" in query:
        _apply_silently(args, query["coupon"])
    return {"session_currency": chosen}


def _apply_silently(args: Args, code: str) -> None:
    existing = cart_of(args)
    try:
        carts.apply_coupon(
            existing or cart_or_new(args),
            code,
            actor=actor_of(args),
            user=user_of(args),
            replace=True,
        )
    except Refused:
        return


@operation("cart.checkout")
def order(args: Args) -> Any:
    user, cart = user_of(args), cart_of(args)
    between(args)
    if cart is not None:
        cart = Cart.objects.filter(pk=cart.pk).first()
    if cart is None:
        return {"notices": [{"message": recorded_text(Refused(checkout.EMPTY)), "type": "error"}]}
    if user is None:
        empty = not cart.items.exists()
        told = [{"message": recorded_text(Refused(checkout.EMPTY)), "type": "error"}]
        return {"notices": told} if empty else {"redirect": "/login"}
    try:
        placed = checkout.checkout(
            cart, user=user, accepts_terms=bool(args.get("tos")), actor=actor_of(args)
        )
    except Refused as refused:
        if str(refused) == checkout.UNVERIFIED:
            return {"redirect": "/email/verify"}
        return {"notices": [{"message": recorded_text(refused), "type": "error"}]}
    return {"redirect": _next_page(placed)}


def _next_page(placed: Any) -> str:
    if placed.invoice:
        return f"/invoices/{placed.invoice.number or placed.invoice.pk}?pay=1"
    services = placed.services
    return f"/services/{services[0].pk}" if len(services) == 1 else "/services"
