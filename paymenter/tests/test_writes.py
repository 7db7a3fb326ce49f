"""Rows are stored by the statements that Django itself would send."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.db.models.sql import InsertQuery, UpdateQuery
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from billing.models import Currency, Invoice, InvoiceItem
from paymenter import options
from paymenter.db import writes
from paymenter.db.schema import laravel_models
from paymenter.models import Setting

pytestmark = pytest.mark.django_db

MODELS = sorted(laravel_models(), key=lambda model: model._meta.label)


def columns(model: type[models.Model]) -> tuple[Any, ...]:
    meta = model._meta
    return tuple(field for field in meta.local_concrete_fields if field is not meta.auto_field)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_insert_is_the_one_of_the_orm(model: type[models.Model]) -> None:
    query = InsertQuery(model)
    query.insert_values(columns(model), [model()], raw=True)
    compiler: Any = query.get_compiler(connection=connection)
    compiler.returning_fields = model._meta.db_returning_fields
    ((sql, _),) = compiler.as_sql()
    assert writes.insert_sql(model, "default", columns(model)) == sql


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_update_is_the_one_of_the_orm(model: type[models.Model]) -> None:
    changed = tuple(field for field in columns(model) if not field.primary_key)
    query: Any = UpdateQuery(model)
    query.add_update_fields([(field, None, Value("x")) for field in changed])
    query.add_filter("pk", 7)
    sql, _ = query.get_compiler(connection=connection).as_sql()
    assert writes.update_sql(model, "default", changed) == sql


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_insert_of_many_is_the_one_of_the_orm(model: type[models.Model]) -> None:
    query = InsertQuery(model)
    query.insert_values(columns(model), [model(), model()], raw=True)
    ((sql, _),) = query.get_compiler(connection=connection).as_sql()
    assert writes.insert_all_sql(model, columns(model), 2, None) == sql


def test_many_rows_are_stored_by_one_statement_and_replace_what_was_there() -> None:
    Currency.objects.create(code="XTS", name="Old", prefix="x")
    rows = [Currency(code=code, name="New", format="1.000,00") for code in ("XTS", "XXX")]
    with CaptureQueriesContext(connection) as captured:
        writes.insert_all(rows, writes.Conflict(("code",), ("name",)))
    assert len(captured) == 1
    stored = Currency.objects.filter(code__in=("XTS", "XXX")).order_by("code")
    assert [*stored.values_list("name", "prefix")] == [("New", "x"), ("New", None)]


def test_nothing_to_store_asks_nobody() -> None:
    with CaptureQueriesContext(connection) as captured:
        writes.insert_all([])
    assert len(captured) == 0


def test_record_knows_its_id_and_that_it_is_stored() -> None:
    role = Role(name="Helper")
    role.save()
    assert role.pk == Role.objects.get().pk
    assert (role._state.adding, role._state.db) == (False, "default")


def test_given_ids_are_kept() -> None:
    assert Role.objects.create(pk=70, name="Helper").pk == 70
    assert Currency.objects.create(code="XTS", name="Test", format="1.000,00").pk == "XTS"
    assert set(Role.objects.values_list("pk", flat=True)) == {70}


def test_saving_a_record_of_a_known_id_updates_it_or_makes_it() -> None:
    Role(pk=70, name="Helper").save()
    Role(pk=70, name="Other").save()
    assert list(Role.objects.values_list("pk", "name")) == [(70, "Other")]


def test_expressions_are_left_to_the_orm() -> None:
    user = User.objects.create(email="a@example.com", first_name=Concat(Value("A"), Value("nn")))
    user.refresh_from_db()
    assert user.first_name == "Ann"
    user.first_name = Concat(F("first_name"), Value("e"))
    user.save(update_fields=["first_name"])
    user.refresh_from_db()
    assert user.first_name == "Anne"


def test_null_is_stored_and_amounts_are_rounded() -> None:
    user = User.objects.create(email="a@example.com")
    invoice = Invoice.objects.create(user=user, currency_code="USD", due_at=date(2030, 1, 2))
    invoice.due_at = None
    invoice.save()
    invoice.refresh_from_db()
    assert invoice.due_at is None
    item = InvoiceItem.objects.create(invoice=invoice, price=Decimal("1.005"))
    assert item.price == InvoiceItem.objects.get().price == Decimal("1.01")


def test_row_that_is_gone_is_not_updated() -> None:
    setting = Setting.objects.create(key="x", value="1")
    Setting.objects.all().delete()
    gone = pytest.raises(DatabaseError, match="did not affect any rows")
    with gone, transaction.atomic():
        setting.save(update_fields=["value"])
    assert not Setting.objects.exists()


def test_taken_values_are_refused_by_the_database() -> None:
    User.objects.create(email="a@example.com")
    with pytest.raises(IntegrityError):
        User.objects.create(email="a@example.com")


def test_one_statement_for_each_row() -> None:
    options.read()
    with CaptureQueriesContext(connection) as captured:
        role = Role.objects.create(name="Helper")
        role.save(update_fields=["name"])
    assert [query["sql"].split()[0] for query in captured] == ["INSERT", "UPDATE"]
