"""Every factory makes a row that the database takes, in every state it offers."""

from decimal import Decimal

import pytest
from factory.base import FactoryMetaClass

from accounts.models import ApiKey
from accounts.tests import factories as accounts
from accounts.tests.factories import ApiKeyFactory, UserFactory
from billing.tests import factories as billing
from billing.tests.factories import InvoiceFactory, ServiceFactory
from paymenter.tests import factories as paymenter
from support.tests import factories as support

pytestmark = pytest.mark.django_db

FACTORIES = [
    value
    for module in (accounts, billing, support, paymenter)
    for value in vars(module).values()
    if isinstance(value, FactoryMetaClass) and value.__module__ == module.__name__
]
STATES = [
    pytest.param(made, state, id=f"{made.__name__}-{state or 'plain'}")
    for made in FACTORIES
    for state in ("", *sorted(made._meta.parameters))
    if state != "plain_password"
]


@pytest.mark.parametrize(("made", "state"), STATES)
def test_factory_makes_a_row(made, state):
    row = made(**{state: True} if state else {})
    assert type(row)._base_manager.get(pk=row.pk) == row


def test_paid_invoice_is_covered_by_its_payment():
    invoice = InvoiceFactory(paid=True, items=[{"price": "2.50", "quantity": 2}, {"price": 1}])
    assert [payment.amount for payment in invoice.transactions.all()] == [Decimal("6.00")]


def test_service_belongs_to_whom_ordered_it():
    service = ServiceFactory(active=True)
    assert service.user == service.order.user
    assert service.product == service.plan.priceable


def test_api_key_is_stored_as_its_hash():
    key = ApiKeyFactory(token="PAYMabc")
    assert len(ApiKey.objects.get(pk=key.pk).token) == 64


def test_user_has_the_password_given():
    assert UserFactory(plain_password="another one 2").check_password("another one 2")
