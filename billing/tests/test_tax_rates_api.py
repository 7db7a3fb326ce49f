import pytest
from django.test import Client

from billing.models import TaxRate
from billing.tests.api import audits, changed, created, deleted, key, refused, send, stamp
from billing.tests.factories import TaxRateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key() -> None:
    key()


def test_life(client: Client) -> None:
    data = created(client, "tax-rates", {"name": "VAT", "rate": "21", "country": "NL"})
    rate = TaxRate.objects.get()
    attributes = {
        "id": rate.pk,
        "name": "VAT",
        "rate": "21.00",
        "country": "NL",
        "updated_at": stamp(rate.updated_at),
        "created_at": stamp(rate.created_at),
    }
    assert data == {"id": str(rate.pk), "type": "taxRates", "attributes": attributes}
    path = f"tax-rates/{rate.pk}"
    assert send(client, "GET", path).json()["data"]["attributes"] == attributes
    assert changed(client, path, {"rate": 8.1})["attributes"]["rate"] == "8.10"
    deleted(client, path)
    assert not TaxRate.objects.exists()
    old = {"id": rate.pk, "name": "VAT", "rate": "8.10", "country": "NL"}
    assert audits() == [
        (
            "created",
            "TaxRate",
            rate.pk,
            [],
            {"name": "VAT", "rate": "21", "country": "NL", "id": rate.pk},
        ),
        ("updated", "TaxRate", rate.pk, {"rate": "21.00"}, {"rate": "8.1"}),
        ("deleted", "TaxRate", rate.pk, old, []),
    ]


def test_bad_input_is_refused(client: Client) -> None:
    TaxRateFactory(country="all")
    body = {"name": "x", "rate": 100.01, "country": "all"}
    assert refused(client, "POST", "tax-rates", body)["errors"] == {
        "rate": ["The rate field must not be greater than 100."],
        "country": ["The country has already been taken."],
    }
    answer = refused(client, "POST", "tax-rates", {"country": "Holland", "rate": "x"})
    assert answer["errors"] == {
        "name": ["The name field is required."],
        "rate": ["The rate field must be a number."],
        "country": ["The selected country is invalid."],
    }
