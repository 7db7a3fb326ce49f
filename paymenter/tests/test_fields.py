from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.db.models import Max
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import ApiKey, OauthClient, Role, User
from billing.models import Credit, Currency, Service, TaxRate
from paymenter.db import zone
from paymenter.laravel.crypt import DecryptError, encrypter

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
pytestmark = pytest.mark.django_db


@pytest.fixture
def amsterdam():
    source = zone._source
    zone.use(lambda: AMSTERDAM)
    yield
    zone.use(source)


@pytest.fixture
def user():
    return User.objects.create(email="a@example.com", password="x")


def stored(table, column, key):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [key])
        return cursor.fetchone()[0]


def write(table, column, key, value):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, key])


def service(user, **values):
    return Service.objects.create(user=user, currency_code="USD", price=1, **values)


# naive local text in the database, the instant in UTC
INSTANTS = [
    ("2026-01-15 12:00:00", "2026-01-15T11:00:00+00:00"),
    ("2026-07-15 12:00:00", "2026-07-15T10:00:00+00:00"),
    ("2026-03-29 01:59:59", "2026-03-29T00:59:59+00:00"),
    ("2026-03-29 03:00:00", "2026-03-29T01:00:00+00:00"),
    ("2026-10-25 01:59:59", "2026-10-24T23:59:59+00:00"),
    ("2026-10-25 02:30:00", "2026-10-25T00:30:00+00:00"),
    ("2026-10-25 03:00:00", "2026-10-25T02:00:00+00:00"),
]


@pytest.mark.parametrize(("text", "instant"), INSTANTS)
def test_times_are_stored_as_local_text_and_read_as_instants(amsterdam, user, text, instant):
    record = service(user, expires_at=datetime.fromisoformat(instant))
    assert str(stored("services", "expires_at", record.pk))[:19] == text
    record.refresh_from_db()
    assert record.expires_at == datetime.fromisoformat(instant)
    assert record.expires_at.tzinfo is UTC


def test_time_in_the_spring_gap_is_moved_forward_as_php_does(amsterdam, user):
    record = service(user)
    write("services", "expires_at", record.pk, "2026-03-29 02:30:00")
    record.refresh_from_db()
    assert record.expires_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert zone.naive(record.expires_at) == datetime(2026, 3, 29, 3, 30)  # noqa: DTZ001


def test_second_time_of_the_autumn_overlap_reads_as_the_first(amsterdam, user):
    record = service(user, expires_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    record.refresh_from_db()
    assert record.expires_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_lookups_convert_too(amsterdam, user):
    service(user, expires_at=datetime(2026, 7, 15, 22, 30, tzinfo=UTC))  # 00:30 on the 16th
    found = Service.objects.filter
    assert found(expires_at=datetime(2026, 7, 15, 22, 30, tzinfo=UTC)).exists()
    assert found(expires_at__gte=datetime(2026, 7, 15, 22, 30, tzinfo=UTC)).exists()
    assert not found(expires_at__gt=datetime(2026, 7, 16, 0, 30, tzinfo=AMSTERDAM)).exists()
    assert found(expires_at__date=date(2026, 7, 16), expires_at__year=2026).exists()
    assert found(expires_at__in=[datetime(2026, 7, 15, 22, 30, tzinfo=UTC)]).exists()
    assert Service.objects.aggregate(Max("expires_at"))["expires_at__max"] == datetime(
        2026, 7, 15, 22, 30, tzinfo=UTC
    )
    assert list(Service.objects.values_list("expires_at", flat=True)) == [
        datetime(2026, 7, 15, 22, 30, tzinfo=UTC)
    ]


def test_year_is_that_of_the_local_time(amsterdam, user):
    service(user, expires_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert Service.objects.filter(expires_at__year=2027).count() == 1
    assert Service.objects.filter(expires_at__year__lte=2026).count() == 0


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), "2026-01-01 00:00:00", date(2026, 1, 1)])  # noqa: DTZ001
def test_times_without_zone_are_refused(user, value):
    with (
        pytest.raises(ValueError, match="expires_at needs a datetime with a time zone"),
        transaction.atomic(),
    ):
        service(user, expires_at=value)
    with pytest.raises(ValueError, match="expires_at needs a datetime with a time zone"):
        Service.objects.filter(expires_at__gt=value).exists()
    assert Service.objects.count() == 0


def test_fractions_of_seconds_are_cut_off(user):
    record = service(user, expires_at=datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC))
    record.refresh_from_db()
    assert record.expires_at == datetime(2026, 1, 1, tzinfo=UTC)


@given(
    st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2037, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Europe/Amsterdam", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_stored_time_survives_reading_and_writing(naive, name):
    naive = naive.replace(microsecond=0)
    here = ZoneInfo(name)
    source = zone._source
    zone.use(lambda: here)
    try:
        back = zone.naive(zone.aware(naive))
    finally:
        zone.use(source)
    assert back - naive in (timedelta(0), timedelta(hours=1), timedelta(minutes=30))


def test_created_and_updated_are_set_as_eloquent_does(user):
    assert user.created_at is not None
    assert user.created_at.microsecond == 0
    past = datetime(2020, 1, 1, tzinfo=UTC)
    User.objects.filter(pk=user.pk).update(created_at=past, updated_at=past)
    user.refresh_from_db()
    assert user.updated_at == past
    user.save(update_fields=["email"])
    user.refresh_from_db()
    assert user.created_at == past
    assert user.updated_at > past


def test_given_times_of_a_new_row_are_kept():
    past = datetime(2020, 1, 1, tzinfo=UTC)
    role = Role.objects.create(name="old", created_at=past, updated_at=past)
    role.refresh_from_db()
    assert (role.created_at, role.updated_at) == (past, past)


def test_update_of_many_rows_moves_updated_at():
    past = datetime(2020, 1, 1, tzinfo=UTC)
    Role.objects.create(name="old", created_at=past, updated_at=past)
    Role.objects.update(name="new")
    assert Role.objects.get().updated_at > past


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["*"], '["*"]'),
        ([], "[]"),
        ({"a/b": "é"}, '{"a\\/b":"\\u00e9"}'),
        (None, None),
    ],
)
def test_json_is_written_as_php_writes_it(value, text):
    role = Role.objects.create(name="r", permissions=value)
    assert stored("roles", "permissions", role.pk) == text
    role.refresh_from_db()
    assert role.permissions == value


def test_broken_json_reads_as_none():
    from accounts.models import Audit

    audit = Audit.objects.create(event="x", auditable_type="y", auditable_id=1)
    write("audits", "old_values", audit.pk, '{"a":')
    audit.refresh_from_db()
    assert audit.old_values is None


def test_secret_is_encrypted_in_the_database_only(user):
    user.tfa_secret = "JBSWY3DP"
    assert user.tfa_secret == "JBSWY3DP"
    user.save()
    text = stored("users", "tfa_secret", user.pk)
    assert "JBSWY3DP" not in text
    assert encrypter().decrypt_string(text) == "JBSWY3DP"
    again = User.objects.get(pk=user.pk)
    assert again.tfa_secret == "JBSWY3DP"
    assert "JBSWY3DP" not in repr(User.objects.values("tfa_secret")[0])


def test_saving_keeps_a_ciphertext_that_nobody_changed(user):
    user.tfa_secret = "JBSWY3DP"
    user.save()
    before = stored("users", "tfa_secret", user.pk)
    again = User.objects.get(pk=user.pk)
    again.save()
    assert stored("users", "tfa_secret", user.pk) == before


def test_undecryptable_value_lets_the_row_load_and_save(user):
    write("users", "tfa_secret", user.pk, "garbage")
    again = User.objects.get(pk=user.pk)
    assert again.has_two_factor
    with pytest.raises(DecryptError):
        _ = again.tfa_secret
    again.first_name = "Ann"
    again.save()
    assert stored("users", "tfa_secret", user.pk) == "garbage"


def test_secret_can_be_looked_up_by_presence_only(user):
    assert User.objects.filter(tfa_secret__isnull=True).count() == 1
    with pytest.raises(FieldError):
        User.objects.filter(tfa_secret="x").exists()


def test_amounts_are_rounded_half_up_when_stored(user):
    credit = Credit.objects.create(user=user, currency_code="USD", amount=Decimal("0.125"))
    assert credit.amount == Decimal("0.13")
    credit.refresh_from_db()
    assert str(credit.amount) == "0.13"
    Credit.objects.update(amount=Decimal("-2.675"))
    credit.refresh_from_db()
    assert str(credit.amount) == "-2.68"


def test_uuid_reads_as_uuid_and_is_found_by_text():
    client = OauthClient.objects.create(
        name="app", redirect="", personal_access_client=False, password_client=False, revoked=False
    )
    assert str(stored_client()) == str(client.pk)
    assert OauthClient.objects.get(pk=str(client.pk)).pk == client.pk


def stored_client():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM oauth_clients")
        return cursor.fetchone()[0]


def test_booleans_are_booleans():
    ApiKey.objects.create(name="k", token="t", enabled=False)
    assert ApiKey.objects.values_list("enabled", flat=True)[0] is False


def test_text_is_compared_without_case_accents_and_trailing_blanks(user):
    User.objects.filter(pk=user.pk).update(first_name="Émile Straße ", last_name="Ødegård")
    found = User.objects.filter
    assert found(first_name="emile strasse").count() == 1
    assert found(first_name__in=["EMILE STRASSE"]).count() == 1
    assert found(last_name="odegard").count() == 1
    assert found(last_name__icontains="DEGÅ").count() == 1
    assert found(first_name__icontains="LE STRAß").count() == 1
    assert found(first_name__icontains="strass").count() == 0
    assert found(first_name__istartswith="EM").count() == 1
    assert found(first_name__iexact="emile straße ").count() == 1
    assert found(first_name__icontains="e%s").count() == 0
    assert found(last_name="Ödegaard").count() == 0


def test_order_of_texts_is_that_of_the_collation():
    names = ["b", "Á", "a1", "_x", "-x", "10", "9", "Z", "é", "$", "ä2"]
    for number, name in enumerate(names):
        TaxRate.objects.create(name=name, rate=1, country=str(number))
    assert list(TaxRate.objects.order_by("name").values_list("name", flat=True)) == [
        *["_x", "-x", "$", "10", "9", "Á", "a1", "ä2", "b", "é", "Z"]
    ]


def test_enum_has_its_values_in_order():
    field = Currency._meta.get_field("format")
    assert field.column_type("mysql") == "enum('1.000,00','1,000.00','1 000,00','1 000.00')"
