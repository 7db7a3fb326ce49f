"""A client generated from docs/openapi.json reads and writes, with typed answers."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from accounts.models import User
from accounts.tests.factories import ApiKeyFactory, UserFactory
from billing.models import Invoice
from billing.tests.factories import CurrencyFactory, InvoiceFactory
from paymenter.tests.wsgi import connection_kept

pytestmark = pytest.mark.django_db

PACKAGE = "generated_paymenter"
TOKEN = "PAYM" + "c" * 64

BYTES = {"application/pdf": "application/octet-stream"}  # the generator's word for a file

Operation = Callable[..., Any]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its name; generated without a network, and without a word of complaint."""
    folder = tmp_path_factory.mktemp("client")
    config = Config.from_sources(
        ConfigFile(post_hooks=[], content_type_overrides=BYTES),
        meta_type=MetaType.NONE,
        document_source=Path(settings.BASE_DIR) / "docs" / "openapi.json",
        file_encoding="utf-8",
        overwrite=False,
        output_path=folder / PACKAGE,
    )
    assert generate(config=config) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield PACKAGE
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


@pytest.fixture
def client(package: str) -> Any:
    ApiKeyFactory(token=TOKEN)
    transport = httpx.WSGITransport(app=get_wsgi_application())
    headers = {"Authorization": f"Bearer {TOKEN}"}
    made = importlib.import_module(package).AuthenticatedClient("http://localhost", TOKEN)
    http = httpx.Client(base_url="http://localhost", transport=transport, headers=headers)
    return made.set_httpx_client(http)


@pytest.fixture
def call(client: Any) -> Callable[..., Any]:
    """call("users.list_users", …): the parsed answer."""

    def called(operation: str, *given: Any, **named: Any) -> Any:
        module = importlib.import_module(f"{PACKAGE}.api.{operation}")
        with connection_kept():
            return module.sync(*given, client=client, **named)

    return called


@pytest.fixture
def models(package: str) -> Any:
    return importlib.import_module(f"{package}.models")


def test_list_with_filter_sort_and_include(call: Operation, models: Any) -> None:
    ada = UserFactory(first_name="Ada", last_name="Lovelace")
    UserFactory(first_name="Grace", last_name="Hopper")
    InvoiceFactory(user=ada)
    page = call(
        "users.list_users",
        filterlast_name="love",
        sort="-last_name,id",
        include="invoices,role",
        per_page=5,
    )
    assert isinstance(page, models.UserPage)
    assert [user.attributes.first_name for user in page.data] == ["Ada"]
    assert [type(record) for record in page.included] == [models.Invoice]
    assert page.data[0].attributes.created_at == ada.created_at
    assert page.meta.per_page == 5


def test_show_with_sparse_fields(call: Operation, models: Any) -> None:
    user = UserFactory(first_name="Ada")
    shown = call("users.retrieve_users", str(user.pk), fieldsusers="first_name")
    assert isinstance(shown, models.UserDocument)
    assert shown.to_dict()["data"]["attributes"] == {"first_name": "Ada"}


def test_create_change_and_delete(call: Operation, models: Any) -> None:
    user, currency = UserFactory(), CurrencyFactory(code="USD")
    items = [{"description": "Work", "price": 12.5, "quantity": 2}]
    body = models.InvoiceInput.from_dict(
        {"user_id": user.pk, "currency_code": currency.code, "items": items}
    )
    made = call("invoices.create_invoices", body=body, include="items")
    assert isinstance(made, models.InvoiceDocument)
    assert [item.attributes.price for item in made.included] == ["12.50"]
    key = made.data.id

    paid = models.InvoiceChanges.from_dict({"status": "paid"})
    changed = call("invoices.partial_update_invoices", key, body=paid)
    assert changed.data.attributes.status == "paid"
    assert Invoice.objects.get(pk=key).status == "paid"

    call("invoices.destroy_invoices", key)
    assert not Invoice.objects.filter(pk=key).exists()


def test_create_many(call: Operation, models: Any) -> None:
    users, currency = UserFactory.create_batch(2), CurrencyFactory(code="USD")
    one, other = ({"user_id": u.pk, "currency_code": currency.code} for u in users)
    body = models.CreditInputList.from_dict({"data": [one | {"amount": 1}, other | {"amount": 2}]})
    made = call("credit_balances.create_credits", body=body)
    assert isinstance(made, models.CreditList)
    assert [credit.attributes.amount for credit in made.data] == ["1.00", "2.00"]


def test_refusal_is_typed(call: Operation, models: Any) -> None:
    body = models.UserInput.from_dict({"email": "nobody", "password": "short"})
    refused = call("users.create_users", body=body)
    assert isinstance(refused, models.Refusal)
    assert set(refused.errors.additional_properties) == {"email", "password"}
    assert not User.objects.exists()


def test_missing_record_is_an_error(call: Operation, models: Any) -> None:
    missing = call("users.retrieve_users", "999")
    assert isinstance(missing, models.Error)
    assert missing.message.startswith("No query results")


def test_file_is_bytes(call: Operation) -> None:
    invoice = InvoiceFactory()
    file = call("invoices.retrieve_invoice_pdf", str(invoice.pk))
    assert file.payload.read(5) == b"%PDF-"
