import json
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from billing.actions import carts
from billing.actions.lines import Wanted
from billing.actions.order_forms import Given, OrderForm, order_form, refuse_unsold
from billing.actions.taxation import Taxation
from billing.models import CartItem, Product
from billing.tests.golden.registry import Failure, actor_of
from billing.tests.golden.storefront import operation
from billing.tests.golden.storefront.carts import cart_of, tried_before
from billing.tests.golden.storefront.notices import noticed
from billing.tests.golden.storefront.shown import currency_code, currency_of, shown, user_of
from paymenter import options
from paymenter.db.morph import class_name
from paymenter.errors import Refused

Args = dict[str, Any]


@dataclass(frozen=True)
class GoldField:
    """What the recorder's server module asks, from the product's setting."""

    name: str
    label: str = ""
    type: str = "text"
    required: bool = False
    default: Any = None
    options: dict[str, str] = field(default_factory=dict)
    rules: str = ""


def _fields(product: Product) -> list[GoldField]:
    stored = options.owned_by(class_name(Product), product.pk).get("gold_fields")
    given = json.loads(stored) if isinstance(stored, str) else stored or []
    known = GoldField.__dataclass_fields__
    return [GoldField(**{k: v for k, v in each.items() if k in known}) for each in given]


def _edited(args: Args, product: Product) -> CartItem | None:
    cart, key = cart_of(args), (args.get("query") or {}).get("edit")
    return CartItem.objects.filter(cart=cart, pk=key).first() if cart and key else None


def _given(args: Args, product: Product) -> Given:
    item, query = _edited(args, product), args.get("query") or {}
    if item and item.product_id == product.pk:
        chosen = {c["option_id"]: c["value"] for c in item.config_options or []}
        return Given(item.plan_id, chosen, item.checkout_config or {})
    plan = query.get("plan")
    chosen = {int(k): v for k, v in (query.get("options") or {}).items()}
    return Given(int(plan) if plan else None, chosen, query.get("config") or {})


def _form(args: Args) -> OrderForm:
    product = Product.objects.get(category_id=args["category_id"], slug=args["product"])
    refuse_unsold(product, currency_code(args))
    given = _given(args, product)
    form = order_form(product, currency_code(args), given, _fields(product))
    for name, value in (args.get("set") or {}).items():
        form = _changed(form, name, value, args)
    return form


def _changed(form: OrderForm, name: str, value: Any, args: Args) -> OrderForm:
    kind, _, key = name.partition(".")
    if kind == "plan_id":
        plan_id = int(value) if value != "" else 0
        given = Given(plan_id, form.options, form.fields)
        changed = order_form(form.product, currency_code(args), given, form.asked)
        changed.options.update(form.options)
        return changed
    if kind == "configOptions":
        form.options[int(key)] = value
    elif key in form.fields:
        form.fields[key] = value
    return form


def _page(args: Args, form: OrderForm) -> dict[str, Any]:
    user = user_of(args)
    price, taxation = form.preview(user), Taxation.of(user)
    exclusive = taxation.exclusive and taxation.rate is not None
    total = shown(price, currency_of(currency_code(args)), exclusive=exclusive)
    return {
        "plan_id": form.plan.pk,
        "options": {str(key): value for key, value in form.options.items()},
        "config": form.fields,
        "total": total,
    }


def _product_page(args: Args) -> dict[str, Any]:
    product = Product.objects.get(category_id=args["category_id"], slug=args["product"])
    return {"redirect": f"/products/{product.category.slug}/{product.slug}"}


@operation("product_checkout.open")
def open_form(args: Args) -> Any:
    try:
        return _page(args, _form(args))
    except Refused:
        return _product_page(args)


@operation("product_checkout.submit")
def submit(args: Args) -> Any:
    tried_before(args)
    try:
        form = _form(args)
    except Refused:
        return _product_page(args)
    try:
        form.check()
    except Refused as refused:
        raise _validation(refused) from refused
    notices = noticed(lambda: _put_into_cart(args, form))
    if notices:
        return {**_page(args, form), "notices": notices}
    return {"dispatched": ["cartUpdated"], "redirect": "/cart"}


@transaction.atomic
def _put_into_cart(args: Args, form: OrderForm) -> None:
    wanted = Wanted(form.product, form.plan, 1, form.choices(), form.fields)
    who: Args = {"actor": actor_of(args), "user": user_of(args)}
    if item := _edited(args, form.product):
        carts.change_item(item, wanted, **who)
        return
    cart = cart_of(args) or carts.open_cart(
        user=user_of(args), currency_code=currency_code(args), actor=actor_of(args)
    )
    carts.add_item(cart, wanted, **who)


def _validation(refused: Refused) -> Failure:
    names = {"options": "configOptions", "fields": "checkoutConfig"}
    errors = {}
    for name, texts in refused.errors.items():
        kind, dot, key = name.partition(".")
        errors[names.get(kind, kind) + dot + key] = texts
    first = next(iter(refused.errors.values()))[0]
    return Failure("validation", first, errors)
