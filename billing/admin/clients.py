"""What billing shows on a client's page."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from accounts.models import User
from billing.models import BillingAgreement, Credit, Invoice, Order, Service
from paymenter.console.display import AMBER, GREEN, GREY, RED, badge, link, moment, money
from paymenter.console.overview import ROWS, section

CLIENT = "accounts.User"
_SERVICES = {"active": GREEN, "pending": AMBER, "suspended": RED, "cancelled": GREY}
_INVOICES = {"paid": GREEN, "pending": AMBER, "cancelled": RED}


@section(
    CLIENT,
    "Services",
    permission="services",
    order=10,
    page="billing.Service",
    headers=("Service", "Status", "Price", "Next due"),
    empty="No services. An order makes them.",
)
def services(user: User) -> Iterator[Any]:
    found = Service.objects.filter(user=user).select_related("product").order_by("-pk")
    for service in found[:ROWS]:
        yield (
            link(service, f"#{service.pk} {service.product or ''}".strip()),
            badge(service.status, _SERVICES),
            money(service.price, service.currency_code),
            moment(service.expires_at),
        )


@section(
    CLIENT,
    "Invoices",
    permission="invoices",
    order=20,
    page="billing.Invoice",
    new="New invoice",
    icon="receipt_long",
    headers=("Invoice", "Status", "Due", "Total"),
    empty="No invoices yet.",
)
def invoices(user: User) -> Iterator[Any]:
    found = Invoice.objects.filter(user=user).order_by("-pk").prefetch_related("items")
    for invoice in found[:ROWS]:
        lines = [item.price * item.quantity for item in invoice.items.all()]
        yield (
            link(invoice, invoice.number or f"#{invoice.pk}"),
            badge(invoice.status, _INVOICES),
            moment(invoice.due_at),
            money(sum(lines, Decimal(0)), invoice.currency_code),
        )


@section(
    CLIENT,
    "Orders",
    permission="orders",
    order=40,
    page="billing.Order",
    new="New order",
    icon="shopping_cart",
    headers=("Order", "Currency", "Placed"),
    empty="No orders yet.",
)
def orders(user: User) -> Iterator[Any]:
    for order in Order.objects.filter(user=user).order_by("-pk")[:ROWS]:
        yield link(order, f"#{order.pk}"), order.currency_code, moment(order.created_at)


@section(
    CLIENT,
    "Credit",
    permission="credits",
    order=50,
    page="billing.Credit",
    new="Add credit",
    icon="account_balance_wallet",
    headers=("Currency", "Balance", "Changed"),
    empty="No credit.",
)
def credits(user: User) -> Iterator[Any]:
    balances: list[Credit] = list(user.credits.all())
    for credit in sorted(balances, key=lambda each: each.currency_code)[:ROWS]:
        balance = link(credit, money(credit.amount, credit.currency_code))
        yield credit.currency_code, balance, moment(credit.updated_at)


@section(
    CLIENT,
    "Billing agreements",
    permission="billing_agreements",
    order=60,
    headers=("Method", "Gateway", "Expires"),
    empty="No saved way to pay.",
)
def agreements(user: User) -> Iterator[Any]:
    found = BillingAgreement.objects.filter(user=user).select_related("gateway").order_by("-pk")
    for agreement in found[:ROWS]:
        expires = agreement.expiry.strftime("%m/%Y") if agreement.expiry else "-"
        yield agreement.name, link(agreement.gateway), expires
