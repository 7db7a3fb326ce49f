"""Orders that staff place for a client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from billing.actions.checkout import Rules, place_order
from billing.actions.coupon_checks import find_coupon
from billing.actions.lines import Wanted
from billing.actions.order_forms import Given, order_form
from billing.actions.order_rows import Ordered
from billing.models import Plan, Product
from paymenter.actor import Actor
from paymenter.errors import Refused

NO_PLAN = "The product has no such plan."
STAFF = Rules(limits=False, hidden=True)


@dataclass(frozen=True, slots=True)
class Item:
    """options: by the id of an option the id of its value, or the text; fields: by name."""

    product_id: int
    plan_id: int | None = None
    quantity: int = 1
    options: Mapping[int, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)


def order_for_client(
    *,
    user_id: int,
    currency_code: str,
    items: Sequence[Item],
    coupon: str | None = None,
    actor: Actor,
) -> Ordered:
    """As the client's own checkout, but also of hidden products and beyond his limits; stock, taxes
    and coupons count as for him. Raises Refused on `items.0.plan_id` and its kin; what server
    modules ask is `items.0.properties.domain`."""
    wanted = [_wanted(place, item, currency_code) for place, item in enumerate(items)]
    with transaction.atomic():
        return place_order(
            wanted,
            user=User.objects.select_for_update().get(pk=user_id),
            currency_code=currency_code,
            coupon=find_coupon(coupon) if coupon else None,
            actor=actor,
            rules=STAFF,
        )


def _wanted(place: int, item: Item, currency_code: str) -> Wanted:
    product = Product.objects.get(pk=item.product_id)
    given = Given(item.plan_id, item.options, item.fields)
    try:
        form = order_form(product, currency_code, given)
        form.check()
    except Plan.DoesNotExist:
        raise Refused.on(f"items.{place}.plan_id", NO_PLAN) from None
    except Refused as refused:
        if not refused.errors:
            raise
        named = {_named(name): texts for name, texts in refused.errors.items()}
        errors = {f"items.{place}.{name}": texts for name, texts in named.items()}
        raise Refused(errors=errors) from None
    fields = {**item.fields, **form.fields}  # staff may tell the module more than it asks
    return Wanted(product, form.plan, item.quantity, form.choices(), fields)


def _named(field: str) -> str:
    """The API calls properties what the form calls fields."""
    return field.replace("fields.", "properties.", 1) if field.startswith("fields.") else field
