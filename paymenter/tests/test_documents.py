"""The shape of an answer: order, values and relations; times are in test_times.py."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import Property, Role, User
from billing.models import (
    Category,
    Coupon,
    Credit,
    Invoice,
    InvoiceItem,
    Order,
    Plan,
    Price,
    Product,
    Service,
    ServiceUpgrade,
)
from paymenter.tests.api import VIEW_ALL, get, store_key
from support.models import Ticket, TicketMessage, TicketMessageAttachment

pytestmark = pytest.mark.django_db

AT = datetime(2025, 6, 1, 10, tzinfo=UTC)
STAMP = "2025-06-01T10:00:00.000000Z"
STAMPS = {"updated_at": STAMP, "created_at": STAMP}
MOMENTS = {"updated_at": AT, "created_at": AT}


@pytest.fixture(autouse=True)
def key() -> None:
    store_key(*VIEW_ALL)


def user(number: int = 1, **columns: Any) -> User:
    columns = {"email": f"{number}@example.org", "password": "!", **MOMENTS, **columns}
    return User.objects.create(id=number, **columns)


def invoice(key: int, owner: User, **columns: Any) -> Invoice:
    columns = {"currency_code": "USD", **MOMENTS, **columns}
    return Invoice.objects.create(id=key, user=owner, **columns)


def item(number: int, of: Invoice, reference: Any = None, **columns: Any) -> InvoiceItem:
    if reference is not None:
        columns["reference"] = reference
    row = InvoiceItem(id=number, invoice=of, price=Decimal(10), **MOMENTS, **columns)
    row.save(force_insert=True)
    return row


def service(number: int, owner: User, **columns: Any) -> Service:
    columns = {"currency_code": "USD", "price": Decimal(10), **MOMENTS, **columns}
    return Service.objects.create(id=number, user=owner, **columns)


def body(client: Client, target: str) -> Any:
    response = get(client, target)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def names(records: list[dict[str, Any]]) -> list[str]:
    return [f"{record['type']} {record['id']}" for record in records]


def identifier(kind: str, key: int) -> dict[str, str]:
    return {"type": kind, "id": str(key)}


# Order


def test_list_without_records(client: Client) -> None:
    here = "http://testserver/api/v1/admin/orders"
    response = get(client, "orders?include=user,services")
    assert (
        response.content
        == json.dumps(
            {
                "data": [],
                "links": {"first": f"{here}?page=1"},
                "meta": {
                    "current_page": 1,
                    "current_page_url": f"{here}?page=1",
                    "from": None,
                    "path": here,
                    "per_page": 15,
                    "to": None,
                },
            },
            separators=(",", ":"),
        ).encode()
    )


def test_members_stand_in_order(client: Client) -> None:
    owner = user()
    Property.objects.create(id=1, key="k", value="v", model_type="App\\Models\\User", model_id=1)
    Order.objects.create(id=1, user=owner, currency_code="USD", **MOMENTS)
    listed = body(client, "users?include=orders,properties")
    assert list(listed) == ["data", "links", "meta", "included"]
    assert list(listed["data"][0]) == ["id", "type", "attributes", "relationships", "meta"]
    assert list(listed["data"][0]["relationships"]) == ["properties", "orders"]
    assert list(listed["data"][0]["relationships"]["orders"]["data"][0]) == ["type", "id"]
    assert list(body(client, "users/1?include=orders")) == ["data", "included"]
    assert list(body(client, "users/1")) == ["data"]


def test_included_goes_through_each_record_then_down(client: Client) -> None:
    parent = Category.objects.create(id=1, name="a", slug="a")
    child = Category.objects.create(id=2, name="b", slug="b", parent=parent)
    product = Product.objects.create(id=1, category=child, name="p")
    product.plans.create(id=1, type="recurring", sort=1)
    Price.objects.create(id=1, plan_id=1, price=10, currency_code="USD")
    Price.objects.create(id=2, plan_id=1, price=9, currency_code="EUR")
    product.plans.create(id=2, type="free", sort=0)
    found = body(client, "categories?include=products.plans.prices,parent,children")
    assert names(found["included"]) == [
        "categories 2",
        "products 1",
        "categories 1",
        "plans 2",
        "plans 1",
        "prices 1",
        "prices 2",
    ]


def test_declared_order_wins_over_the_requested_one(client: Client) -> None:
    owner = user()
    coupon = Coupon.objects.create(id=1, code="c", type="fixed")
    order = Order.objects.create(id=1, user=owner, currency_code="USD")
    service(1, owner, coupon=coupon, order=order)
    found = body(client, "services/1?include=product,order,user,coupon,invoices,properties")
    assert list(found["data"]["relationships"]) == [
        "coupon",
        "user",
        "order",
        "product",
        "invoices",
        "properties",
    ]
    assert names(found["included"]) == ["coupons 1", "users 1", "orders 1"]


def test_record_that_many_share_is_included_once(client: Client) -> None:
    first, second = user(1), user(2)
    for number, owner in ((1, second), (2, first), (3, second)):
        Credit.objects.create(id=number, user=owner, currency_code="USD", amount=1)
    found = body(client, "credits?include=user")
    assert names(found["included"]) == ["users 2", "users 1"]
    assert [record["relationships"]["user"]["data"]["id"] for record in found["data"]] == [
        "2",
        "1",
        "2",
    ]


def test_primary_record_may_be_included_too(client: Client) -> None:
    parent = Category.objects.create(id=1, name="a", slug="a")
    Category.objects.create(id=2, name="b", slug="b", parent=parent)
    found = body(client, "categories?include=parent")
    assert names(found["data"]) == ["categories 1", "categories 2"]
    assert names(found["included"]) == ["categories 1"]
    assert "relationships" not in found["included"][0]


def test_invoice_with_several_items_of_a_service_is_listed_once(client: Client) -> None:
    owner = user()
    rented = service(1, owner)
    second, first = invoice(9, owner), invoice(3, owner)
    for number, of in ((1, second), (2, second), (3, first), (4, second)):
        item(number, of, rented)
    found = body(client, "services/1?include=invoices")
    assert found["data"]["relationships"]["invoices"]["data"] == [
        identifier("invoices", 3),
        identifier("invoices", 9),
    ]
    assert names(found["included"]) == ["invoices 3", "invoices 9"]


def test_invoice_of_two_services_is_listed_with_both(client: Client) -> None:
    owner = user()
    shared = invoice(3, owner)
    for number in (1, 2):
        item(number, shared, service(number, owner))
    found = body(client, "services?include=invoices")
    links = [record["relationships"]["invoices"]["data"] for record in found["data"]]
    assert links == [[identifier("invoices", 3)]] * 2
    assert names(found["included"]) == ["invoices 3"]


# Relations


def test_relations_stay_away_unless_asked_for(client: Client) -> None:
    service(1, user())
    found = body(client, "services/1")
    assert list(found["data"]) == ["id", "type", "attributes"]


@pytest.mark.parametrize("include", ["userCount", "userExists", "userCount,userExists"])
def test_count_and_exists_change_nothing(client: Client, include: str) -> None:
    service(1, user())
    assert body(client, f"services/1?include={include}") == body(client, "services/1")


@pytest.mark.parametrize(
    ("collection", "include"), [("products", "services"), ("invoice-items", "gateway")]
)
def test_some_includes_are_accepted_and_not_rendered(
    client: Client, collection: str, include: str
) -> None:
    Product.objects.create(id=1, category=Category.objects.create(name="a", slug="a"), name="p")
    item(1, invoice(1, user()))
    assert body(client, f"{collection}/1?include={include}") == body(client, f"{collection}/1")


@pytest.mark.parametrize(
    ("target", "relations"),
    [
        ("users/1?include=role", {"role": None}),
        ("users/1?include=orders,credits", {"orders": [], "credits": []}),
        (
            "services/1?include=coupon,order,product,invoices",
            {"coupon": None, "order": None, "product": None, "invoices": []},
        ),
        ("invoice-items/1?include=reference", {"reference": None}),
        ("tickets/1?include=assigned_to,messages", {"messages": [], "assigned_to": None}),
        ("categories/1?include=parent,children", {"parent": None, "children": []}),
    ],
)
def test_missing_records(client: Client, target: str, relations: dict[str, Any]) -> None:
    owner = user()
    service(1, owner)
    item(1, invoice(1, owner))
    Ticket.objects.create(id=1, user=owner, subject="s")
    Category.objects.create(id=1, name="a", slug="a")
    found = body(client, target)
    assert found["data"]["relationships"] == {
        name: {"data": value} for name, value in relations.items()
    }
    assert "included" not in found


def test_role_whose_row_is_gone_is_null(client: Client) -> None:
    user(role_id=99)
    found = body(client, "users/1?include=role")
    assert found["data"]["relationships"] == {"role": {"data": None}}


def test_assigned_to_is_a_user(client: Client) -> None:
    owner, staff = user(1), user(2)
    Ticket.objects.create(id=1, user=owner, subject="s", assignee=staff)
    found = body(client, "tickets/1?include=assigned_to")
    assert found["data"]["attributes"]["assigned_to"] == 2
    assert found["data"]["relationships"] == {"assigned_to": {"data": identifier("users", 2)}}
    assert names(found["included"]) == ["users 2"]


def test_items_invoice_is_rendered(client: Client) -> None:
    item(1, invoice(4, user()))
    found = body(client, "invoice-items/1?include=invoice")
    assert found["data"]["relationships"] == {"invoice": {"data": identifier("invoices", 4)}}
    assert names(found["included"]) == ["invoices 4"]


def test_references_of_all_kinds(client: Client) -> None:
    owner = user()
    category = Category.objects.create(id=1, name="a", slug="a")
    product = Product.objects.create(id=1, category=category, name="p")
    plan = Plan.objects.create(
        id=1, type="free", priceable_type="App\\Models\\Product", priceable_id=1
    )
    rented = service(5, owner)
    credit = Credit.objects.create(id=6, user=owner, currency_code="USD", amount=1, **MOMENTS)
    upgrade = ServiceUpgrade.objects.create(
        id=7, service=rented, plan=plan, product=product, **MOMENTS
    )
    of = invoice(1, owner)
    item(1, of, rented)
    item(2, of, credit)
    item(3, of, upgrade)
    item(4, of, reference_type="App\\Models\\Service", reference_id=99)
    item(5, of, reference_type="Unknown\\Models\\Thing", reference_id=5)
    item(6, of, reference_type="App\\Models\\Cart", reference_id=5)
    item(7, of, reference_type="App\\Models\\Service", reference_id=None)
    item(8, of, reference_type=None, reference_id=5)
    item(9, of, reference_type="", reference_id=5)
    item(10, of, rented)
    found = body(client, "invoice-items?include=reference")
    links = [record["relationships"]["reference"]["data"] for record in found["data"]]
    assert links == [
        identifier("services", 5),
        identifier("credits", 6),
        identifier("serviceUpgrades", 7),
        *[None] * 6,
        identifier("services", 5),
    ]
    assert names(found["included"]) == ["services 5", "credits 6", "serviceUpgrades 7"]
    assert found["included"][2]["attributes"] == {
        "id": 7,
        "status": "pending",
        "service_id": 5,
        "plan_id": 1,
        "product_id": 1,
        **STAMPS,
    }
    assert found["data"][4]["attributes"]["reference_type"] == "Unknown\\Models\\Thing"


def test_properties_belong_to_the_model_named(client: Client) -> None:
    service(1, user())
    for number, owner in ((1, "User"), (2, "Service"), (3, "Order")):
        Property.objects.create(
            id=number, key="k", value=owner, model_type=f"App\\Models\\{owner}", model_id=1
        )
    links = {
        target: body(client, f"{target}?include=properties")["data"]["relationships"]["properties"]
        for target in ("users/1", "services/1")
    }
    assert links == {
        "users/1": {"data": [identifier("properties", 1)]},
        "services/1": {"data": [identifier("properties", 2)]},
    }


# meta.properties


def test_properties_of_a_user_as_a_map(client: Client) -> None:
    user(1)
    user(2)
    for number, (name, value) in enumerate((("b", "1"), ("a", "")), start=1):
        Property.objects.create(
            id=number, key=name, value=value, model_type="App\\Models\\User", model_id=2
        )
    found = body(client, "users?include=properties")
    assert [record["meta"] for record in found["data"]] == [
        {"properties": []},
        {"properties": {"b": "1", "a": ""}},
    ]
    assert "meta" not in body(client, "users/2")["data"]
    assert "meta" not in body(client, "users/2?include=orders")["data"]


def test_property_fields_do_not_thin_out_the_map(client: Client) -> None:
    user(1)
    Property.objects.create(id=1, key="k", value="v", model_type="App\\Models\\User", model_id=1)
    found = body(client, "users/1?include=properties&fields[properties]=")
    assert found["data"]["meta"] == {"properties": {"k": "v"}}
    assert found["included"] == [{"id": "1", "type": "properties"}]


# Sparse fields


@pytest.mark.parametrize(
    ("fields", "attributes"),
    [
        ("fields[users]=email", {"email": "1@example.org"}),
        (
            "fields[users]=created_at,id,email",
            {"id": 1, "email": "1@example.org", "created_at": STAMP},
        ),
        ("fields[users]=nope,id", {"id": 1}),
        ("fields[users]=nope", None),
        ("fields[users]=", None),
        ("fields[users]=password,tfa_secret,role_id", None),
    ],
)
def test_sparse_fields(client: Client, fields: str, attributes: dict[str, Any] | None) -> None:
    user()
    found = body(client, f"users/1?{fields}")["data"]
    expected: dict[str, Any] = {"id": "1", "type": "users"}
    assert found == (expected if attributes is None else expected | {"attributes": attributes})
    if attributes:
        assert list(found["attributes"]) == list(attributes)


def test_sparse_fields_of_other_types_change_nothing(client: Client) -> None:
    user()
    assert body(client, "users/1?fields[orders]=id") == body(client, "users/1")


def test_sparse_fields_of_included_records(client: Client) -> None:
    item(1, invoice(4, user()), description="d")
    found = body(
        client, "invoices?include=items&fields[invoiceItems]=description&fields[invoices]=id"
    )
    assert found["data"] == [
        {
            "id": "4",
            "type": "invoices",
            "attributes": {"id": 4},
            "relationships": {"items": {"data": [identifier("invoiceItems", 1)]}},
        }
    ]
    assert found["included"] == [
        {"id": "1", "type": "invoiceItems", "attributes": {"description": "d"}}
    ]


# Values


def test_values_of_a_product(client: Client) -> None:
    category = Category.objects.create(id=3, name="c", slug="c")
    product = Product.objects.create(
        id=2,
        category=category,
        name="VPS ü",
        description="<p>/ü</p>",
        hidden=True,
        stock=0,
        sort=255,
        **MOMENTS,
    )
    product.plans.create(id=1, type="recurring", billing_period=1, billing_unit="month")
    Price.objects.create(id=1, plan_id=1, price=Decimal("9999999999999.99"), currency_code="USD")
    Price.objects.create(id=2, plan_id=1, price=Decimal("-0.5"), setup_fee=0, currency_code="EUR")
    found = body(client, "products/2?include=plans.prices")
    assert found["data"]["attributes"] == {
        "id": 2,
        "name": "VPS ü",
        "description": "<p>/ü</p>",
        "image": None,
        "slug": None,
        "stock": 0,
        "per_user_limit": None,
        "sort": 255,
        "allow_quantity": "disabled",
        "email_template": None,
        "hidden": 1,
        **STAMPS,
    }
    assert type(found["data"]["attributes"]["hidden"]) is int
    assert [record["attributes"] for record in found["included"]] == [
        {
            "id": 1,
            "name": None,
            "type": "recurring",
            "billing_period": 1,
            "billing_unit": "month",
            "sort": None,
        },
        {"id": 1, "price": "9999999999999.99", "setup_fee": None, "currency_code": "USD"},
        {"id": 2, "price": "-0.50", "setup_fee": "0.00", "currency_code": "EUR"},
    ]


@pytest.mark.parametrize(
    ("stored", "printed"),
    [("10", "10"), ("12.50", "12.5"), ("0", "0"), ("-3", "-3"), (None, "null")],
)
def test_value_of_a_coupon_is_a_number(client: Client, stored: str | None, printed: str) -> None:
    coupon = Coupon.objects.create(code="c", type="fixed", value=stored and Decimal(stored))
    service(1, user(), coupon=coupon)
    content = get(client, "services/1?include=coupon").content.decode()
    assert f'"value":{printed},' in content


@pytest.mark.parametrize("permissions", [["*"], [], ["admin.tickets.viewAny", "ü"], None])
def test_permissions_of_a_role_are_a_list(client: Client, permissions: list[str] | None) -> None:
    user(role=Role.objects.create(id=1, name="r", permissions=permissions, **MOMENTS))
    found = body(client, "users/1?include=role")
    assert found["included"] == [
        {
            "id": "1",
            "type": "roles",
            "attributes": {"id": 1, "name": "r", "permissions": permissions, **STAMPS},
        }
    ]


def test_attachment(client: Client) -> None:
    owner = user()
    ticket = Ticket.objects.create(id=1, user=owner, subject="s")
    message = TicketMessage.objects.create(id=1, ticket=ticket, user=owner, message="m")
    TicketMessageAttachment.objects.create(
        id=8,
        uuid=UUID("7B0C7A4E-1111-4222-8333-944445555666"),
        filename="a.png",
        path="tickets/uploads/a.png",
        filesize=123,
        mime_type="image/png",
        ticket_message=message,
        **MOMENTS,
    )
    found = body(client, "ticket-messages/1?include=attachments")
    assert json.dumps(found["included"]) == json.dumps(
        [
            {
                "id": "8",
                "type": "ticketMessageAttachments",
                "attributes": {
                    "id": 8,
                    "uuid": "7b0c7a4e-1111-4222-8333-944445555666",
                    "filename": "a.png",
                    "path": "tickets/uploads/a.png",
                    "filesize": 123,
                    "mime_type": "image/png",
                    "created_at": STAMP,
                    "updated_at": STAMP,
                },
            }
        ]
    )


def test_category_prints_a_column_that_does_not_exist(client: Client) -> None:
    Category.objects.create(id=2, name="VPS", slug="vps", **MOMENTS)
    found = body(client, "categories/2")["data"]["attributes"]
    assert json.dumps(found) == json.dumps(
        {"id": 2, "name": "VPS", "parent_id": None, "permissions": None, **STAMPS}
    )


@pytest.mark.parametrize(
    ("target", "hidden"),
    [
        ("users/1", ["password", "tfa_secret", "role_id"]),
        ("invoices/1", ["number", "user_id"]),
        ("invoice-items/1", ["invoice_id"]),
        ("services/1", ["user_id", "subscription_id", "label", "plan_id"]),
    ],
)
def test_some_columns_are_never_shown(client: Client, target: str, hidden: list[str]) -> None:
    owner = user()
    item(1, invoice(1, owner, number="INV-1"))
    service(1, owner, subscription_id="sub", label="l")
    shown = body(client, target)["data"]["attributes"]
    assert [name for name in hidden if name in shown] == []
