from datetime import date
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, connection, transaction
from django.db.models import Prefetch

from accounts.models import Property, Role, User
from billing.models import (
    Category,
    Gateway,
    Invoice,
    InvoiceItem,
    Order,
    Plan,
    Price,
    Product,
    Server,
    Service,
)
from paymenter.db import morph
from paymenter.db.schema import laravel_models
from paymenter.models import Extension, Setting
from support.models import Ticket, TicketMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return User.objects.create(email="ann@example.com", password="x", first_name="Ann")


@pytest.fixture
def invoice(user):
    return Invoice.objects.create(user=user, currency_code="USD", due_at=date(2026, 1, 1))


def service(user, **values):
    return Service.objects.create(user=user, currency_code="USD", price=5, **values)


def test_there_is_a_model_for_each_table():
    assert len({model._meta.db_table for model in laravel_models()}) == 57


def test_every_row_has_a_name_without_a_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        for model in laravel_models():
            fields: list[Any] = list(model._meta.fields)
            texts = [field for field in fields if field.is_text and not field.null]
            assert str(model(**{field.attname: "x" for field in texts}))


# polymorphic relations


def test_class_names_are_those_of_php():
    assert morph.class_name(Service) == "App\\Models\\Service"
    assert morph.class_name(Gateway) == "App\\Models\\Gateway"
    assert morph.model_for("App\\Models\\User") is User
    assert morph.model_for("App\\Models\\Nothing") is None
    assert morph.model_for(None) is None


def test_every_audited_model_has_a_class_name():
    for name in morph._LABELS:
        model = morph.model_for(name)
        assert model is not None
        assert morph.class_name(model) == name


def test_reference_sets_both_columns_and_loads_the_object(user, invoice):
    mine = service(user)
    item = InvoiceItem.objects.create(invoice=invoice, price=5, reference=mine)  # type: ignore[misc]
    assert (item.reference_type, item.reference_id) == ("App\\Models\\Service", mine.pk)
    assert InvoiceItem.objects.get().reference == mine
    item.reference = None
    assert (item.reference_type, item.reference_id) == (None, None)


@pytest.mark.parametrize("name", ["App\\Models\\Service", "App\\Models\\Gone", None])
def test_reference_to_nothing_is_none(invoice, name):
    item = InvoiceItem(invoice=invoice, price=5, reference_type=name, reference_id=99)
    assert item.reference is None


def test_references_are_prefetched_with_one_query_a_class(user, invoice, django_assert_num_queries):
    for number in range(3):
        InvoiceItem.objects.create(invoice=invoice, price=5, reference=service(user))  # type: ignore[misc]
        InvoiceItem.objects.create(  # type: ignore[misc]
            invoice=invoice,
            price=5,
            reference=user.credits.create(currency_code="USD", amount=number),
        )
    with django_assert_num_queries(3):
        items = list(InvoiceItem.objects.prefetch_related("reference"))  # type: ignore[misc]
        assert [item.reference.pk for item in items] == [item.reference_id for item in items]


def test_properties_of_an_object(user, django_assert_num_queries):
    mine = service(user)
    assert service(user).pk != mine.pk
    user.properties.create(key="country", value="Germany")
    mine.properties.create(key="domain", value="example.com")
    assert [p.value for p in user.properties.all()] == ["Germany"]
    assert mine.properties.filter(key="domain").exists()
    user.properties.update_or_create(key="country", defaults={"value": "France"})
    assert Property.objects.count() == 2
    with django_assert_num_queries(2):
        rows = list(User.objects.prefetch_related("properties"))
        assert [p.value for p in rows[0].properties.all()] == ["France"]


def test_prefetch_of_properties_takes_a_queryset(user):
    user.properties.create(key="a", value="1")
    user.properties.create(key="b", value="2")
    wanted = Prefetch("properties", Property.objects.filter(key="b"))
    assert [p.key for p in User.objects.prefetch_related(wanted)[0].properties.all()] == ["b"]


def test_declared_relations_can_be_looked_at():
    relation = User.properties
    assert relation.related_model is Property
    assert (relation.type_field, relation.id_field) == ("model_type", "model_id")
    assert Service.invoices.related_model is Invoice
    assert Service.invoices.through == "invoice"


def test_invoices_of_a_service_come_once_each(user, invoice, django_assert_num_queries):
    first, second = service(user), service(user)
    for mine in (first, first, second):
        InvoiceItem.objects.create(invoice=invoice, price=5, reference=mine)  # type: ignore[misc]
    assert list(first.invoices.all()) == [invoice]
    with django_assert_num_queries(3):
        rows = Service.objects.order_by("pk").prefetch_related("invoices")  # type: ignore[misc]
        assert [[i.pk for i in row.invoices.all()] for row in rows] == [[invoice.pk]] * 2
    assert Service.invoices.links([first, second]) == [
        (first.pk, invoice.pk),
        (second.pk, invoice.pk),
    ]


def test_rows_behind_another_table_cannot_be_written(user):
    with pytest.raises(TypeError, match="invoices cannot be written"):
        service(user).invoices.create(user=user)
    with pytest.raises(TypeError, match="properties cannot be assigned"):
        user.properties = []


def test_plans_of_a_product():
    product = Product.objects.create(category=Category.objects.create(slug="a", name="A"), name="P")
    plan = product.plans.create(type=Plan.Type.FREE)
    Price.objects.create(plan=plan, currency_code="USD", price=1)
    assert plan.priceable == product
    assert [str(p.price) for p in Plan.objects.prefetch_related("prices")[0].prices.all()] == [
        "1.00"
    ]


# rules of the database


def test_deleting_a_user_cascades_in_the_database(user, invoice, django_assert_num_queries):
    service(user, order=Order.objects.create(user=user, currency_code="USD"))
    with django_assert_num_queries(2):  # and the console's log
        user.delete()
    assert not Invoice.objects.exists()
    assert not Service.objects.exists()


def test_deleting_an_assignee_leaves_the_ticket(user):
    staff = User.objects.create(email="staff@example.com", password="x")
    Ticket.objects.create(subject="s", user=user, assignee=staff)
    staff.delete()
    ticket = Ticket.objects.get()
    assert ticket.assigned_to is None
    assert ticket.assignee is None


def test_category_with_products_cannot_be_deleted():
    category = Category.objects.create(slug="a", name="A")
    Product.objects.create(category=category, name="P")
    with pytest.raises(IntegrityError), transaction.atomic():
        category.delete()
    assert Category.objects.count() == 1


def test_ids_are_never_given_out_twice(user):
    number = service(user).pk
    Service.objects.all().delete()
    assert service(user).pk == number + 1


def test_unique_columns_ignore_case(user):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ANN@example.com", password="x")


def test_columns_without_constraint_may_point_nowhere(user):
    User.objects.filter(pk=user.pk).update(role_id=77)
    user.refresh_from_db()
    assert user.permissions == frozenset()
    assert not user.is_staff
    order = Order.objects.create(user=user, currency_code="XXX")
    assert Order.objects.filter(currency_code="XXX").get() == order


# soft deletes and proxies


def test_deleted_extensions_are_hidden_but_there(user):
    gateway = Gateway.objects.create(name="Stripe", extension="Stripe")
    Server.objects.create(name="Panel", extension="Pterodactyl")
    assert gateway.type == "gateway"
    assert [e.name for e in Gateway.objects.all()] == ["Stripe"]
    gateway.delete()
    assert not Gateway.objects.exists()
    assert [e.name for e in Extension.objects.all()] == ["Panel"]
    assert Extension.with_trashed.count() == 2
    gateway.restore()
    assert Gateway.objects.filter(name="Stripe").delete()[0] == 1
    assert Extension.with_trashed.get(pk=gateway.pk).is_trashed
    gateway.force_delete()
    assert Extension.with_trashed.count() == 1


def test_manager_cannot_delete_everything():
    assert not hasattr(Extension.with_trashed, "delete")
    assert not hasattr(Extension.objects, "force_delete")


def test_transaction_still_knows_a_deleted_gateway(user, invoice):
    gateway = Gateway.objects.create(name="Stripe", extension="Stripe")
    payment = invoice.transactions.create(gateway=gateway, amount=5)
    gateway.delete()
    payment = invoice.transactions.get()
    assert payment.gateway.name == "Stripe"


def test_settings_of_a_gateway_carry_its_class(user):
    gateway = Gateway.objects.create(name="Stripe", extension="Stripe")
    gateway.settings.create(key="secret", value="x")
    assert Setting.objects.get().settingable_type == "App\\Models\\Gateway"


# people


def test_name_and_initials(user):
    assert (user.name, user.initials, str(user)) == ("Ann", "A", "Ann")
    user.last_name = "Lee"
    assert (user.name, user.initials) == ("Ann Lee", "AL")


def test_email_is_matched_by_letters_not_by_collation(user):
    assert User.objects.with_email("ANN@Example.com") == user
    assert User.objects.with_email("änn@example.com") is None


def test_rights_come_from_the_role(user):
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    user.role = Role.objects.create(name="support", permissions=["admin.tickets.viewAny"])
    assert user.is_staff
    assert user.has_permission("admin.tickets.viewAny")
    assert not user.has_permission("admin.tickets.view")
    assert user.has_perm("support.view_ticket")
    assert user.has_perm("admin.tickets.view")
    assert not user.has_perm("support.change_ticket")
    assert not user.has_perm("billing.view_credit")
    assert user.has_module_perms("support")
    assert not user.has_module_perms("billing")
    user.role.permissions = ["*"]
    assert user.is_superuser
    assert user.has_perm("billing.change_service")
    user.role.permissions = None
    assert user.permissions == frozenset()


def test_sign_in_with_a_password_as_php_stores_it(user):
    user.set_password("Geheim123")
    user.save()
    assert user.password.startswith("$2y$")
    assert authenticate(username="ANN@example.com", password="Geheim123") == user
    assert authenticate(username="ann@example.com", password="wrong") is None
    assert authenticate(username="nobody@example.com", password="Geheim123") is None


def test_message_of_a_ticket(user):
    ticket = Ticket.objects.create(subject="Help", user=user)
    message = TicketMessage.objects.create(ticket=ticket, user=user, message="Hello")
    attachment = message.attachments.create(
        filename="a.png", path="x", filesize=1, mime_type="image/png"
    )
    assert str(attachment.uuid).count("-") == 4
    assert list(ticket.messages.all()) == [message]


def test_no_table_outside_of_laravels_points_into_it():
    from paymenter.db import schema

    own = {model._meta.db_table for model in laravel_models()}
    keys = [
        (table.name, key.table)
        for table in schema.read(connection).values()
        if table.name not in own
        for key in table.foreign_keys
    ]
    assert keys, "Django's own tables are there"
    assert [key for key in keys if key[1] in own] == []
