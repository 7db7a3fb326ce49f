"""Which records a filter finds: the same on SQLite and MariaDB."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from billing.models import Category, Invoice, InvoiceItem, Product, Service
from paymenter.tests.api import VIEW_ALL, get, ids, set_option, store_key
from support.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key() -> None:
    store_key(*VIEW_ALL)


@pytest.fixture
def user() -> User:
    return User.objects.create(id=7, email="owner@example.org", password="!")


# Substrings

NAMES = {
    1: "José",
    2: "jose",
    3: "JOSEPH",
    4: "100%",
    5: "100 per cent",
    6: "a_b",
    7: "a-b",
    8: "a\\b",
    9: None,
    10: "Straße",
    11: "Ærø",
    12: "中村",
    13: "",
    14: "🦊 fox",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jose", [1, 2, 3]),
        ("JOSÉ", [1, 2, 3]),
        ("os", [1, 2, 3]),
        ("joseph", [3]),
        ("%25", [4]),
        ("100%25", [4]),
        ("100", [4, 5]),
        ("_", [6]),
        ("a_b", [6]),
        ("\\", [8]),
        ("a\\b", [8]),
        ("a\\\\b", []),
        ("'", []),
        ("%22", []),
        ("中", [12]),
        ("🦊", [14]),
        ("josé,100", [1, 2, 3, 4, 5]),
        ("a_b,a-b", [6, 7]),
        ("nobody", []),
        ("e", [1, 2, 3, 5, 10]),
        ("%00", list(NAMES)),
    ],
)
def test_text_is_found_anywhere_without_case_and_accents(
    client: Client, text: str, found: list[int]
) -> None:
    for number, name in NAMES.items():
        User.objects.create(id=number, email=f"{number}@example.org", password="!", first_name=name)
    assert ids(get(client, f"users?filter[first_name]={text}")) == found


@pytest.mark.parametrize(
    ("text", "found"), [("1", [1, 10, 21]), ("0", [10, 300]), ("10,3", [3, 10, 300]), ("01", [])]
)
def test_ids_are_texts_too(client: Client, user: User, text: str, found: list[int]) -> None:
    for number in (1, 3, 10, 21, 300):
        Invoice.objects.create(id=number, currency_code="USD", user=user)
    assert ids(get(client, f"invoices?filter[id]={text}")) == found


def test_foreign_keys_are_texts_too(client: Client) -> None:
    for number in (2, 12, 31):
        owner = User.objects.create(id=number, email=f"{number}@example.org", password="!")
        Invoice.objects.create(id=number, currency_code="USD", user=owner)
    assert ids(get(client, "invoices?filter[user_id]=2")) == [2, 12]
    assert ids(get(client, "invoices?filter[user_id][eq]=2")) == [2]


def test_filters_of_several_columns_must_all_hold(client: Client, user: User) -> None:
    Invoice.objects.create(id=1, currency_code="USD", user=user, status="paid")
    Invoice.objects.create(id=2, currency_code="EUR", user=user, status="paid")
    Invoice.objects.create(id=3, currency_code="EUR", user=user, status="pending")
    assert ids(get(client, "invoices?filter[currency_code]=eu&filter[status]=pa")) == [2]
    assert ids(get(client, "invoices?filter[id][gt]=1&filter[id][lt]=3")) == [2]
    assert ids(get(client, "invoices?filter[id][gte]=2&filter[id][]=3")) == [3]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".49", [1, 2]),
        ("0.49", [1, 2]),
        ("10", [2, 3]),
        ("10.0", [3]),
        ("10.00", [3]),
        (".5", [4]),
        ("-", [5]),
        ("-5.00", [5]),
        ("0.000", []),
        ("10,-", [2, 3, 5]),
    ],
)
def test_decimals_are_found_as_they_are_printed(
    client: Client, user: User, text: str, found: list[int]
) -> None:
    invoice = Invoice.objects.create(currency_code="USD", user=user)
    prices = {1: "60.49", 2: "100.49", 3: "10", 4: "7.5", 5: "-5"}
    for number, price in prices.items():
        InvoiceItem.objects.create(id=number, invoice=invoice, price=Decimal(price))
    assert ids(get(client, f"invoice-items?filter[price]={text}")) == found


def store_services(user: User) -> None:
    moments = {1: (2026, 11, 6, 12), 2: (2026, 11, 16, 0), 3: (2025, 11, 6, 23), 4: None}
    for number, moment in moments.items():
        at = datetime(*moment, tzinfo=UTC) if moment else None
        Service.objects.create(
            id=number, user=user, currency_code="USD", price=1, quantity=number, expires_at=at
        )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11", [1, 2]),
        ("-06", [1, 3]),
        ("2026-11-06 12:00:00", [1]),
        ("2026-11-06%2012", [1]),
        ("00:00", [1, 2, 3]),
        ("2026-11-06T12:00", []),
        ("12:", [1]),
    ],
)
def test_times_are_found_as_they_are_stored(
    client: Client, user: User, text: str, found: list[int]
) -> None:
    store_services(user)
    assert ids(get(client, f"services?filter[expires_at]={text}")) == found


def test_times_are_found_by_wall_clock(client: Client, user: User) -> None:
    set_option("timezone", "Europe/Amsterdam")
    store_services(user)
    assert ids(get(client, "services?filter[expires_at]=13:00")) == [1]
    assert ids(get(client, "services?filter[expires_at]=2025-11-07 00:00:00")) == [3]
    assert ids(get(client, "services?filter[expires_at][eq]=2026-11-06T12:00:00Z")) == [1]
    assert ids(get(client, "services?filter[expires_at][eq]=2026-11-06T13:00:00")) == [1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0", [1]),
        ("1", [2]),
        ("false", [1]),
        ("true", [2]),
        ("false,true", [1, 2]),
        ("[eq]=0", [1]),
        ("[eq]=false", [1]),
        ("[ne]=false", [2]),
        ("[in]=true,0", [1, 2]),
    ],
)
def test_flags(client: Client, text: str, found: list[int]) -> None:
    category = Category.objects.create(name="c", slug="c")
    for number, hidden in ((1, False), (2, True)):
        Product.objects.create(id=number, category=category, name="p", hidden=hidden)
    query = text if text.startswith("[") else f"={text}"
    assert ids(get(client, f"products?filter[hidden]{query}")) == found


@pytest.mark.parametrize("column", ["first_name", "last_name"])
def test_null_never_matches_a_text(client: Client, column: str) -> None:
    User.objects.create(id=1, email="a@example.org", password="!")
    for text in ("null", "NULL", "n", "0", "false"):
        assert ids(get(client, f"users?filter[{column}]={text}")) == []


@pytest.mark.parametrize("empty", ["", "%20", ",", "%C2%A0"])
def test_empty_filter_finds_all(client: Client, empty: str) -> None:
    User.objects.create(id=1, email="a@example.org", password="!")
    assert ids(get(client, f"users?filter[first_name]={empty}")) == [1]


# Operators

NUMBERS = {
    "eq": [2],
    "ne": [1, 3],
    "gt": [3],
    "gte": [2, 3],
    "lt": [1],
    "lte": [1, 2],
}


def store_three(user: User) -> None:
    """One invoice item, service, ticket and so on each with 1, 2 and 3 in every column."""
    for n in (1, 2, 3):
        day = datetime(2026, 11, n, 12, tzinfo=UTC)
        at = {"currency_code": ("EUR", "GBP", "USD")[n - 1], "user": user}
        invoice = Invoice.objects.create(id=n, status=("cancelled", "paid", "pending")[n - 1], **at)
        InvoiceItem.objects.create(
            id=n,
            invoice=invoice,
            price=Decimal(f"{n}.5"),
            quantity=n,
            reference_type=f"kind{n}",
            reference_id=n,
        )
        Service.objects.create(
            id=n, price=n, quantity=n, expires_at=day, subscription_id=f"sub_{n}", **at
        )
        Ticket.objects.create(id=n, user=user, subject="s", department=("a", "B", "c")[n - 1])
        Category.objects.create(id=n, name=f"n{n}", slug=f"s{n}", parent_id=n - 1 or None)


@pytest.mark.parametrize("operator", NUMBERS)
@pytest.mark.parametrize(
    ("collection", "column", "value"),
    [
        ("invoices", "id", "2"),
        ("invoices", "currency_code", "gbp"),
        ("invoices", "status", "PAID"),
        ("invoice-items", "price", "2.5"),
        ("invoice-items", "price", "2.50"),
        ("invoice-items", "quantity", "2"),
        ("invoice-items", "reference_id", "2"),
        ("invoice-items", "reference_type", "kind2"),
        ("services", "price", "2"),
        ("services", "expires_at", "2026-11-02T12:00:00Z"),
        ("services", "expires_at", "2026-11-02T12:00:00.000000Z"),
        ("services", "expires_at", "2026-11-02T13:00:00%2B01:00"),
        ("services", "expires_at", "2026-11-02 12:00:00"),
        ("services", "subscription_id", "sub_2"),
        ("tickets", "department", "b"),
        ("categories", "slug", "S2"),
    ],
)
def test_operators_compare_the_columns_own_type(
    client: Client, user: User, collection: str, column: str, value: str, operator: str
) -> None:
    store_three(user)
    found = ids(get(client, f"{collection}?filter[{column}][{operator}]={value}"))
    assert found == NUMBERS[operator]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("invoices?filter[id][in]=1,3,9", [1, 3]),
        ("invoices?filter[id][in][]=1&filter[id][in][]=3", [1, 3]),
        ("invoices?filter[id][in]=", []),
        ("invoices?filter[id][in]=9", []),
        ("invoices?filter[status][in]=paid,pending", [2, 3]),
        ("invoice-items?filter[price][in]=1.50,3.5", [1, 3]),
        ("services?filter[expires_at][in]=2026-11-01T12:00:00Z,2026-11-03T12:00:00Z", [1, 3]),
        ("services?filter[expires_at][gt]=2026-11-02", [2, 3]),
        ("categories?filter[parent_id][in]=1,2", [2, 3]),
        ("categories?filter[parent_id][null]=true", [1]),
        ("categories?filter[parent_id][null]=1", [1]),
        ("categories?filter[parent_id][null]=", [1]),
        ("categories?filter[parent_id][null]=false", [2, 3]),
        ("categories?filter[parent_id][null]=0", [2, 3]),
        ("invoices?filter[id][null]=true", []),
        ("invoices?filter[id][eq]=1&filter[id][eq]=2", [2]),
        ("invoices?filter[id][eq]=-1", []),
        ("invoices?filter[id][ne]=-1", [1, 2, 3]),
        ("invoices?filter[id][gt]=-1", [1, 2, 3]),
        ("invoices?filter[id][lt]=-1", []),
        ("invoices?filter[id][in]=-1,1", [1]),
        ("invoices?filter[user_id][eq]=9223372036854775807", []),
        ("invoices?filter[id][lt]=9223372036854775807", [1, 2, 3]),
        ("invoice-items?filter[quantity][eq]=99999999999", []),
        ("invoice-items?filter[quantity][lt]=99999999999", [1, 2, 3]),
        ("invoice-items?filter[price][lt]=99999999999999999999999", [1, 2, 3]),
        ("invoice-items?filter[price][eq]=2.501", []),
        ("invoice-items?filter[price][gt]=1.501", [2, 3]),
    ],
)
def test_operators_with_special_values(
    client: Client, user: User, query: str, found: list[int]
) -> None:
    store_three(user)
    assert ids(get(client, query)) == found


@pytest.mark.parametrize(
    ("operator", "found"), [("ne", [1, 3]), ("gt", [3]), ("lt", []), ("lte", [2]), ("in", [2])]
)
def test_null_is_only_unequal(client: Client, operator: str, found: list[int]) -> None:
    for number, name in ((1, None), (2, "b"), (3, "c")):
        User.objects.create(id=number, email=f"{number}@example.org", password="!", first_name=name)
    assert ids(get(client, f"users?filter[first_name][{operator}]=b")) == found


BAD = [
    ("invoices", "id", "abc"),
    ("invoices", "id", "1.5"),
    ("invoices", "id", "1e3"),
    ("invoices", "id", str(10**30)),
    ("invoices", "user_id", "1abc"),
    ("invoices", "user_id", str(10**30)),
    ("invoice-items", "quantity", "x"),
    ("invoice-items", "reference_id", "x"),
    ("invoice-items", "price", "abc"),
    ("invoice-items", "price", "NaN"),
    ("invoice-items", "price", "inf"),
    ("invoice-items", "price", "1e9999"),
    ("invoice-items", "price", "1e-9999"),
    ("services", "expires_at", "tomorrow"),
    ("services", "expires_at", "2026-13-45"),
    ("services", "expires_at", "0001-01-01T00:00:00+23:00".replace("+", "%2B")),
    ("services", "expires_at", "9999-12-31T23:59:59-23:00"),
    ("products", "hidden", "maybe"),
    ("products", "server_id", "x"),
]


@pytest.mark.parametrize("operator", ["eq", "ne", "gt", "gte", "lt", "lte", "in"])
@pytest.mark.parametrize(("collection", "column", "value"), BAD)
def test_operand_of_another_type_is_refused(
    client: Client, collection: str, column: str, value: str, operator: str
) -> None:
    response = get(client, f"{collection}?filter[{column}][{operator}]={value}")
    shown = value.replace("%2B", "+")
    assert (response.status_code, response.json()) == (
        400,
        {"message": f"The filter[{column}] value `{shown}` is not of the column's type."},
    )


@pytest.mark.parametrize("operator", ["eq", "ne", "gt", "gte", "lt", "lte"])
def test_operator_needs_a_value(client: Client, operator: str) -> None:
    response = get(client, f"invoices?filter[id][{operator}]=")
    message = f"The filter[id][{operator}] needs a value."
    assert (response.status_code, response.json()) == (400, {"message": message})


@pytest.mark.parametrize("use", ["filter[currency_code]=USD", "filter[currency_code][eq]=USD"])
@pytest.mark.parametrize("collection", ["tickets", "ticket-messages"])
def test_listed_filter_without_a_column_is_refused(
    client: Client, collection: str, use: str
) -> None:
    response = get(client, f"{collection}?{use}")
    message = "There is no column `currency_code` to filter by."
    assert (response.status_code, response.json()) == (400, {"message": message})


# Order


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("", [1, 2, 3, 4]),
        ("sort=-id", [4, 3, 2, 1]),
        ("sort=first_name,id", [4, 2, 3, 1]),
        ("sort=first_name,-id", [4, 3, 2, 1]),
        ("sort=-first_name,id", [1, 2, 3, 4]),
        ("sort=id,-id", [1, 2, 3, 4]),
    ],
)
def test_sorts_without_case_and_accents_nulls_first(
    client: Client, sort: str, found: list[int]
) -> None:
    for number, name in ((1, "Zoë"), (2, "émile"), (3, "EMILE"), (4, None)):
        User.objects.create(id=number, email=f"{number}@example.org", password="!", first_name=name)
    assert ids(get(client, f"users?{sort}")) == found


def test_pages_follow_each_other(client: Client, user: User) -> None:
    for number in range(1, 6):
        Invoice.objects.create(id=number, currency_code="USD", user=user)
    pages: list[Any] = [get(client, f"invoices?per_page=2&page={page}") for page in (1, 2, 3, 4)]
    assert [ids(page) for page in pages] == [[1, 2], [3, 4], [5], []]
    here = "http://testserver/api/v1/admin/invoices"
    assert pages[1].json()["links"] == {
        "first": f"{here}?page=1",
        "prev": f"{here}?page=1",
        "next": f"{here}?page=3",
    }
    assert pages[2].json()["links"] == {"first": f"{here}?page=1", "prev": f"{here}?page=2"}
    assert [(p.json()["meta"]["from"], p.json()["meta"]["to"]) for p in pages] == [
        (1, 2),
        (3, 4),
        (5, 5),
        (None, None),
    ]
