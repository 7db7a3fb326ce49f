"""Records of the shop. A paid invoice has an item and the payment that covers it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from factory.declarations import (
    LazyAttribute,
    LazyFunction,
    SelfAttribute,
    Sequence,
    SubFactory,
    Trait,
)
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from accounts.tests.factories import UserFactory
from billing.models import (
    BillingAgreement,
    Cart,
    CartItem,
    Category,
    ConfigOption,
    ConfigOptionProduct,
    Coupon,
    CouponProduct,
    Credit,
    Currency,
    Gateway,
    Invoice,
    InvoiceItem,
    InvoiceSnapshot,
    InvoiceTransaction,
    Order,
    Plan,
    Price,
    Product,
    ProductUpgrade,
    Server,
    Service,
    ServiceCancellation,
    ServiceConfig,
    ServiceUpgrade,
    TaxRate,
)
from paymenter.db.fields import now

MONTH = timedelta(days=30)


class CurrencyFactory(DjangoModelFactory):
    class Meta:
        model = Currency
        django_get_or_create = ("code",)

    code = "USD"
    name = SelfAttribute("code")
    prefix = "$"
    suffix = ""
    format = Currency.Format.COMMA_POINT


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    slug = Sequence("category-{}".format)
    name = LazyAttribute(lambda category: category.slug.capitalize())
    full_slug = SelfAttribute("slug")


class GatewayFactory(DjangoModelFactory):
    class Meta:
        model = Gateway

    name = SelfAttribute("extension")
    extension = "Stripe"
    enabled = True


class ServerFactory(DjangoModelFactory):
    class Meta:
        model = Server

    name = SelfAttribute("extension")
    extension = "Pterodactyl"
    enabled = True


class ProductFactory(DjangoModelFactory):
    """Without plans: PlanFactory and PriceFactory make it buyable."""

    class Meta:
        model = Product

    class Params:
        with_server = Trait(server=SubFactory(ServerFactory))

    category = SubFactory(CategoryFactory)
    slug = Sequence("product-{}".format)
    name = LazyAttribute(lambda product: product.slug.capitalize())


class ProductUpgradeFactory(DjangoModelFactory):
    class Meta:
        model = ProductUpgrade

    product = SubFactory(ProductFactory)
    upgrade = SubFactory(ProductFactory)


class PlanFactory(DjangoModelFactory):
    """Monthly, of the product or option value given as `priceable`."""

    class Meta:
        model = Plan

    class Params:
        one_time = Trait(type=Plan.Type.ONE_TIME, billing_period=None, billing_unit=None)
        free = Trait(type=Plan.Type.FREE, billing_period=None, billing_unit=None)
        yearly = Trait(billing_unit=Plan.Unit.YEAR)

    name = "Monthly"
    priceable = SubFactory(ProductFactory)
    type = Plan.Type.RECURRING
    billing_period = 1
    billing_unit = Plan.Unit.MONTH


class PriceFactory(DjangoModelFactory):
    class Meta:
        model = Price

    plan = SubFactory(PlanFactory)
    currency = SubFactory(CurrencyFactory)
    price = Decimal("10.00")
    setup_fee = Decimal("0.00")


class ConfigOptionFactory(DjangoModelFactory):
    """An option to choose from; with `parent` a value of it."""

    class Meta:
        model = ConfigOption

    name = Sequence("option {}".format)
    env_variable = Sequence("OPTION_{}".format)
    type = LazyAttribute(lambda o: None if o.parent else ConfigOption.Type.SELECT)
    parent = None


class ConfigOptionProductFactory(DjangoModelFactory):
    class Meta:
        model = ConfigOptionProduct

    config_option = SubFactory(ConfigOptionFactory)
    product = SubFactory(ProductFactory)


class CouponFactory(DjangoModelFactory):
    """Ten per cent off everything, in the first period only."""

    class Meta:
        model = Coupon

    class Params:
        fixed = Trait(type=Coupon.Type.FIXED)
        expired = Trait(expires_at=LazyFunction(lambda: now() - MONTH))

    code = Sequence("COUPON{}".format)
    type = Coupon.Type.PERCENTAGE
    value = Decimal("10.00")


class CouponProductFactory(DjangoModelFactory):
    class Meta:
        model = CouponProduct

    coupon = SubFactory(CouponFactory)
    product = SubFactory(ProductFactory)


class TaxRateFactory(DjangoModelFactory):
    class Meta:
        model = TaxRate
        django_get_or_create = ("country",)

    name = "VAT"
    rate = Decimal("21.00")
    country = "all"


class CartFactory(DjangoModelFactory):
    class Meta:
        model = Cart

    ulid = Sequence("{:026d}".format)
    user = SubFactory(UserFactory)
    currency = SubFactory(CurrencyFactory)


class CartItemFactory(DjangoModelFactory):
    class Meta:
        model = CartItem

    cart = SubFactory(CartFactory)
    plan = SubFactory(PlanFactory)
    product = SelfAttribute("plan.priceable")
    config_options = LazyFunction(list)
    checkout_config = LazyFunction(dict)


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order

    user = SubFactory(UserFactory)
    currency = SubFactory(CurrencyFactory)


class BillingAgreementFactory(DjangoModelFactory):
    class Meta:
        model = BillingAgreement

    ulid = Sequence("{:026d}".format)
    user = SubFactory(UserFactory)
    gateway = SubFactory(GatewayFactory)
    name = "Visa 4242"
    type = "visa"
    external_reference = Sequence("pm_{}".format)


class ServiceFactory(DjangoModelFactory):
    """Ordered, not yet paid; the order and the product's plan are made with it."""

    class Meta:
        model = Service

    class Params:
        active = Trait(status=Service.Status.ACTIVE, expires_at=LazyFunction(lambda: now() + MONTH))
        suspended = Trait(
            status=Service.Status.SUSPENDED,
            expires_at=LazyFunction(lambda: now() - timedelta(days=5)),
        )
        cancelled = Trait(
            status=Service.Status.CANCELLED, expires_at=LazyFunction(lambda: now() - MONTH)
        )

    plan = SubFactory(PlanFactory)
    product = SelfAttribute("plan.priceable")
    order = SubFactory(OrderFactory)
    user = SelfAttribute("order.user")
    currency = SelfAttribute("order.currency")
    price = Decimal("10.00")


class ServiceConfigFactory(DjangoModelFactory):
    class Meta:
        model = ServiceConfig

    configurable = SubFactory(ServiceFactory)
    config_option = SubFactory(ConfigOptionFactory)
    config_value = SubFactory(ConfigOptionFactory, parent=SelfAttribute("..config_option"))


class ServiceCancellationFactory(DjangoModelFactory):
    class Meta:
        model = ServiceCancellation

    class Params:
        at_end = Trait(type=ServiceCancellation.Type.END_OF_PERIOD)

    service = SubFactory(ServiceFactory, active=True)
    reason = "Moving away"


class InvoiceFactory(DjangoModelFactory):
    """Pending and empty; `items=[{"price": …}, …]` makes items, `paid` one with its payment."""

    class Meta:
        model = Invoice
        skip_postgeneration_save = True

    class Params:
        paid = Trait(status=Invoice.Status.PAID)
        cancelled = Trait(status=Invoice.Status.CANCELLED)
        overdue = Trait(due_at=LazyFunction(lambda: timezone.now().date() - timedelta(days=3)))
        proforma = Trait(number=None)

    number = Sequence("INV-T{}".format)
    user = SubFactory(UserFactory)
    currency = SubFactory(CurrencyFactory)
    due_at = LazyFunction(lambda: timezone.now().date() + timedelta(days=7))

    @post_generation
    def items(invoice: Any, create: bool, values: Any, **_: Any) -> None:  # noqa: N805
        if not create:
            return
        is_paid = invoice.status == Invoice.Status.PAID
        rows = values if values is not None else ({},) * is_paid
        items = [InvoiceItemFactory(invoice=invoice, **row) for row in rows]
        total = sum(item.price * item.quantity for item in items)
        if is_paid and total:
            InvoiceTransactionFactory(invoice=invoice, amount=total)


class InvoiceItemFactory(DjangoModelFactory):
    """`reference` is what it is for; nothing unless given."""

    class Meta:
        model = InvoiceItem

    invoice = SubFactory(InvoiceFactory)
    description = "Web hosting"
    price = Decimal("10.00")
    quantity = 1


class InvoiceTransactionFactory(DjangoModelFactory):
    class Meta:
        model = InvoiceTransaction

    class Params:
        failed = Trait(status=InvoiceTransaction.Status.FAILED)
        processing = Trait(status=InvoiceTransaction.Status.PROCESSING)
        with_credit = Trait(gateway=None, transaction_id=None, is_credit_transaction=True)

    invoice = SubFactory(InvoiceFactory)
    gateway = SubFactory(GatewayFactory)
    amount = Decimal("10.00")
    transaction_id = Sequence("txn_{}".format)


class InvoiceSnapshotFactory(DjangoModelFactory):
    class Meta:
        model = InvoiceSnapshot

    invoice = SubFactory(InvoiceFactory, paid=True)
    name = SelfAttribute("invoice.user.name")
    properties = LazyFunction(dict)
    tax_name = "VAT"
    tax_rate = Decimal("21.00")
    tax_country = "all"


class ServiceUpgradeFactory(DjangoModelFactory):
    """To another monthly product, waiting for its invoice."""

    class Meta:
        model = ServiceUpgrade

    service = SubFactory(ServiceFactory, active=True)
    plan = SubFactory(PlanFactory)
    product = SelfAttribute("plan.priceable")
    invoice = SubFactory(
        InvoiceFactory,
        user=SelfAttribute("..service.user"),
        currency=SelfAttribute("..service.currency"),
    )


class CreditFactory(DjangoModelFactory):
    class Meta:
        model = Credit

    user = SubFactory(UserFactory)
    currency = SubFactory(CurrencyFactory)
    amount = Decimal("25.00")
