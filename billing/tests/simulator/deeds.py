"""What people do in a shop. Each deed is one or a few actions; what is refused is a deed too."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from billing.actions.cancellations import create_cancellation, delete_cancellation
from billing.actions.credit_notes import create_credit_note
from billing.actions.credits import deposit_credit, pay_with_credit, update_credit
from billing.actions.payments import remaining
from billing.actions.refunds import create_refund
from billing.actions.services import suspend_service, unsuspend_service
from billing.actions.upgrade_quotes import targets_of
from billing.actions.upgrades import order_upgrade
from billing.models import Credit, Invoice, Product, Service, ServiceCancellation
from billing.tests.simulator import shops
from billing.tests.simulator.ordering import order
from billing.tests.simulator.outside import Payment, Status
from paymenter.actor import SYSTEM

if TYPE_CHECKING:
    from billing.tests.simulator.world import World

Deed = Callable[["World"], str | None]

CENT = Decimal("0.01")


def sign_up(world: "World") -> str:
    user = shops.client()
    return f"user {user.pk}"


def buy(world: "World") -> str | None:
    user = world.someone()
    return order(world, user) if user else None


def pay(world: "World") -> str | None:
    """Mostly what is open, sometimes less, more, or later than anybody waits: parts too."""
    rng = world.rng
    states = [Invoice.Status.PENDING] * 9 + [Invoice.Status.CANCELLED]
    invoice = world.one(Invoice.objects.filter(status=rng.choice(states)))
    if invoice is None:
        return None
    left = remaining(invoice)
    parts = (left, left, left, left, left + 3, left / 2, CENT)
    amount = max(CENT, rng.choice(parts).quantize(CENT))
    status = rng.choices((Status.SUCCEEDED, Status.PROCESSING, Status.FAILED), (85, 8, 7))[0]
    payment = Payment(world.key("pay"), invoice.pk, world.shop.gateway.pk, amount, status)
    if status == Status.PROCESSING:
        payment.ends_on = world.day + rng.randint(1, 9)
    world.provider.payments.append(payment)
    world.tell(payment)
    return f"{amount} for invoice {invoice.pk} {status}"


def tell_again(world: "World") -> str | None:
    """A provider repeats itself."""
    told = [payment for payment in world.provider.payments if payment.is_told]
    if not told:
        return None
    payment = world.rng.choice(told)
    world.tell(payment)
    return payment.key


def use_credit(world: "World") -> str | None:
    users = Credit.objects.filter(amount__gt=0).values("user")
    open_ones = Invoice.objects.filter(status=Invoice.Status.PENDING, user__in=users)
    invoice = world.one(open_ones)
    return f"invoice {invoice.pk}: {pay_with_credit(invoice, actor=SYSTEM)}" if invoice else None


def deposit(world: "World") -> str | None:
    user = world.someone()
    if user is None:
        return None
    amount = Decimal(world.rng.randint(5, 100))
    code = world.rng.choice(world.shop.currencies)
    invoice = deposit_credit(
        user, amount=amount, currency_code=code, gateway_id=world.shop.gateway.pk, actor=SYSTEM
    )
    return f"{amount} {code} by user {user.pk}: invoice {invoice.pk}"


def cancel(world: "World") -> str | None:
    service = world.one(Service.objects.exclude(status=Service.Status.CANCELLED))
    if service is None:
        return None
    kind = world.rng.choice(ServiceCancellation.Type.values)
    create_cancellation(actor=SYSTEM, service_id=service.pk, type=kind, reason="")
    return f"service {service.pk} {kind}"


def stay(world: "World") -> str | None:
    wish = world.one(ServiceCancellation.objects.all())
    if wish is None:
        return None
    delete_cancellation(wish, actor=SYSTEM)
    return f"service {wish.service_id}"


def suspend(world: "World") -> str | None:
    service = world.one(Service.objects.filter(status=Service.Status.ACTIVE))
    if service is None:
        return None
    suspend_service(service, actor=SYSTEM)
    return f"service {service.pk}"


def unsuspend(world: "World") -> str | None:
    service = world.one(Service.objects.filter(status=Service.Status.SUSPENDED))
    if service is None:
        return None
    unsuspend_service(service, actor=SYSTEM)
    return f"service {service.pk}"


def refund(world: "World") -> str | None:
    invoice = world.one(Invoice.objects.filter(status=Invoice.Status.PAID))
    if invoice is None:
        return None
    amount = shops.amount(world.rng)
    method = world.rng.choice(("credit", "manual"))
    create_refund(actor=SYSTEM, invoice_id=invoice.pk, amount=amount, method=method)
    return f"{amount} of invoice {invoice.pk}, {method}"


def take_back(world: "World") -> str | None:
    """A credit note, and the money with it."""
    invoice = world.one(Invoice.objects.filter(status=Invoice.Status.CANCELLED))
    if invoice is None:
        return None
    return f"{create_credit_note(actor=SYSTEM, invoice_id=invoice.pk)}"


def set_balance(world: "World") -> str | None:
    credit = world.one(Credit.objects.all())
    if credit is None:
        return None
    update_credit(credit, actor=SYSTEM, amount=shops.amount(world.rng))
    return f"user {credit.user_id}"


def change_setting(world: "World") -> str:
    return shops.change_setting(world.rng)


def upgrade(world: "World") -> str | None:
    service = world.one(Service.objects.filter(status=Service.Status.ACTIVE))
    targets = targets_of(service) if service else []
    if service is None or not targets:
        return None
    ordered = order_upgrade(service, world.rng.choice(targets), {}, actor=SYSTEM)
    return f"service {service.pk}: {ordered.quote.amount}, upgrade {ordered.upgrade.pk}"


def restock(world: "World") -> str | None:
    product = world.one(Product.objects.filter(stock=0))
    if product is None:
        return None
    Product.objects.filter(pk=product.pk).update(stock=5)
    return f"product {product.pk}"


DEEDS: dict[Deed, int] = {
    sign_up: 4,
    buy: 14,
    pay: 26,
    tell_again: 5,
    use_credit: 5,
    deposit: 4,
    cancel: 3,
    stay: 1,
    suspend: 1,
    unsuspend: 1,
    refund: 2,
    upgrade: 4,
    take_back: 1,
    set_balance: 1,
    change_setting: 3,
    restock: 2,
}
