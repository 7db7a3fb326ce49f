from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.actions.price_lists import PriceList
from billing.actions.taxation import Taxation
from billing.actions.unit_prices import recalculated_price, values_of
from billing.actions.upgrade_completion import complete_upgrade
from billing.actions.upgrade_quotes import (
    NO_TARGET,
    NOT_UPGRADABLE,
    UNCHANGED,
    is_upgradable,
    quote,
    quote_of_upgrade,
    targets_of,
    upgradable_options,
)
from billing.actions.upgrades import OrderedUpgrade, order_upgrade
from billing.models import Plan, Product, Service, ServiceUpgrade
from billing.rules.explanations import exchange_share
from billing.rules.prices import Charge
from billing.tests.golden.registry import Failure, actor_of
from billing.tests.golden.storefront import operation
from billing.tests.golden.storefront.carts import between
from billing.tests.golden.storefront.shown import currency_of, shown
from paymenter.errors import Refused

Args = dict[str, Any]

BLOCKED = {"message": "This service is not upgradable.", "type": "error"}
SAME = (
    "You have not changed anything. Please select a different product or change the configuration "
    "options."
)
PAY = "The upgrade has been added to your cart. Please complete the payment to proceed."
DONE = "The upgrade has been completed."
CREDITED = f"{DONE} We've added the remaining amount to your account balance."


def _service(args: Args) -> Service:
    service = Service.objects.get(pk=args["service_id"])
    if args.get("login") not in (None, service.user_id):
        raise Service.DoesNotExist
    return service


def _price(service: Service, amount: Decimal) -> Any:
    taxed = Taxation.of(service.user).shown(Charge(amount))
    return shown(taxed, currency_of(service.currency_code))


@operation("service.calculate_price")
def calculate_price(args: Args) -> Any:
    return str(recalculated_price(_service(args)))


@operation("service.state")
def state(args: Args) -> Any:
    service = _service(args)
    product = service.product
    plan = service.plan
    open_ = service.status != "cancelled" and not service.cancellations.exists()
    return {
        "label": service.label or f"{product.name if product else ''} #{service.pk}",
        "cancellable": open_ and plan is not None and plan.type == Plan.Type.RECURRING,
        "upgradable": is_upgradable(service),
        "upgrade_product_ids": [target.pk for target in targets_of(service)],
        "upgradable_option_ids": [option.row.pk for option in upgradable_options(product)],
        "formatted_price": _price(service, service.price * service.quantity),
    }


def _asked(args: Args) -> tuple[Product | None, Mapping[int, Any]]:
    product = Product.objects.get(pk=args["product_id"]) if args.get("product_id") else None
    return product, {int(key): value for key, value in (args.get("options") or {}).items()}


def _blocked(service: Service) -> dict[str, Any]:
    return {"redirect": f"/services/{service.pk}", "flash": BLOCKED}


@operation("upgrade.quote")
def show_quote(args: Args) -> Any:
    service = _service(args)
    if not is_upgradable(service):
        return _blocked(service)
    product, choices = _asked(args)
    first = bool(targets_of(service)) and args.get("next") is False
    target = product or service.product
    amount = Decimal(0)
    try:
        asked = quote(service, product, choices)
        amount = exchange_share(asked.exchange, service.quantity)
    except Refused as refused:
        if str(refused) not in (UNCHANGED,) and "options" not in str(refused.errors):
            raise
    return {
        "step": 1 if first else 2,
        "options": {} if first else _options(service, target, choices),
        "total_today": _price(service, amount),
    }


def _options(service: Service, target: Product | None, choices: Mapping[int, Any]) -> Any:
    now = values_of(service)
    return {
        str(option.row.pk): choices.get(
            option.row.pk, now.get(option.row.pk, option.values[0].pk if option.values else None)
        )
        for option in upgradable_options(target)
    }


@operation("upgrade.submit")
def submit(args: Args) -> Any:
    service = _service(args)
    if not is_upgradable(service):
        return _blocked(service)
    between(args)
    product, choices = _asked(args)
    _check_session(args, product)
    try:
        done = order_upgrade(service, product, choices, actor=actor_of(args))
    except Refused as refused:
        return _refused(refused, service)
    return _told(done)


def _check_session(args: Args, product: Product | None) -> None:
    """PHP's page asks for a price in the session's currency too."""
    code = (args.get("session") or {}).get("currency")
    if code and product and not PriceList(code, [product]).available_plans(product):
        raise _invalid()


def _invalid() -> Failure:
    text = "Invalid upgrade."
    return Failure("validation", text, {"upgradeProduct.id": [text]})


def _refused(refused: Refused, service: Service) -> Any:
    text = str(refused)
    if text == NOT_UPGRADABLE:
        return _blocked(service)
    if text == UNCHANGED:
        return {"notices": [{"message": SAME, "type": "error"}]}
    if text == NO_TARGET:
        raise _invalid() from refused
    name = next(iter(refused.errors)).removeprefix("options.")
    recorded = f"The config options.{name} field is required."
    raise Failure("validation", recorded, {f"configOptions.{name}": [recorded]}) from refused


def _told(done: OrderedUpgrade) -> Any:
    if done.invoice:
        number = done.invoice.number or done.invoice.pk
        return _flash(f"/invoices/{number}", PAY)
    where = f"/services/{done.upgrade.service_id}"
    return _flash(where, CREDITED if done.credited else DONE)


def _flash(where: str, text: str) -> Any:
    return {"redirect": where, "flash": {"message": text, "type": "success"}}


@operation("upgrade.price")
def upgrade_price(args: Args) -> Any:
    upgrade = ServiceUpgrade.objects.get(pk=args["upgrade_id"])
    asked = quote_of_upgrade(upgrade)
    return _price(upgrade.service, exchange_share(asked.exchange, upgrade.service.quantity))


@operation("upgrade.complete")
def complete(args: Args) -> None:
    complete_upgrade(ServiceUpgrade.objects.get(pk=args["upgrade_id"]), actor=actor_of(args))
