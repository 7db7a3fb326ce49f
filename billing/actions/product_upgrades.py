from django.db import transaction

from accounts.actions.records import create_record, delete_record
from billing.actions.products import TO_ITSELF
from billing.models import Product, ProductUpgrade
from paymenter.actor import Actor
from paymenter.db.locks import locked
from paymenter.errors import Refused


@transaction.atomic
def create_product_upgrade(*, actor: Actor, product_id: int, upgrade_id: int) -> ProductUpgrade:
    Product.objects.select_for_update().get(pk=product_id)
    values = {"product_id": product_id, "upgrade_id": upgrade_id}
    if product_id == upgrade_id:
        raise Refused.on("upgrade_id", TO_ITSELF)
    if ProductUpgrade.objects.filter(**values).exists():
        raise Refused.on("upgrade_id", "The upgrade id has already been taken.")
    return create_record(ProductUpgrade, values, actor=actor)


@transaction.atomic
def delete_product_upgrade(upgrade: ProductUpgrade, *, actor: Actor) -> None:
    delete_record(locked(upgrade), actor=actor)
