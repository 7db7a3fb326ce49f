import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from accounts.models import OauthAuthCode, OauthClient, Role, User
from billing.models import Currency, Invoice
from paymenter import options
from paymenter.db.locks import locked
from paymenter.db.prepared import Lookup, Prepared, Slot, remembering
from paymenter.db.related import is_known, known
from paymenter.models import DebugLog, Extension, Setting

pytestmark = pytest.mark.django_db


def named() -> Prepared[Role]:
    return Prepared(lambda: Role.objects.filter(name=Slot("name")))


def test_slots_are_filled_anew_each_time() -> None:
    first, second = (Role.objects.create(name=name) for name in "ab")
    roles = named()
    assert [roles.all(name=name) for name in ("a", "b", "c")] == [[first], [second], []]
    assert roles.first(name="c") is None
    assert roles.get(name="b") == second
    with pytest.raises(Role.DoesNotExist, match=r"^Role \{'name': 'c'\} does not exist\.$"):
        roles.get(name="c")


def test_order_and_limit_of_the_query_hold() -> None:
    _, last = (DebugLog.objects.create(type="http") for _ in range(2))
    rows = Prepared(lambda: DebugLog.objects.filter(type=Slot("type")).order_by("-pk")[:1])
    options.read()
    with CaptureQueriesContext(connection) as captured:
        assert rows.all(type="http") == [last]
    assert len(captured) == 1


def test_constants_stay_what_they_are() -> None:
    wanted = Setting.objects.create(key="x", encrypted=True)
    Setting.objects.create(key="x", encrypted=False, settingable_type="p", settingable_id=1)
    rows = Prepared(
        lambda: Setting.objects.filter(key=Slot("key"), encrypted=True, settingable_type=None)
    )
    assert rows.all(key="x") == [wanted]


def test_columns_are_decoded_and_the_record_is_whole() -> None:
    stored = DebugLog.objects.create(type="http", context={"a": [1]})
    found = Prepared(lambda: DebugLog.objects.filter(pk=Slot("key"))).get(key=stored.pk)
    assert (found.context, found.created_at) == ({"a": [1]}, stored.created_at)
    assert (found._state.adding, found._state.db) == (False, "default")
    assert found.get_deferred_fields() == set()


def test_columns_left_out_are_read_when_asked_for() -> None:
    stored = DebugLog.objects.create(type="http", context={"a": 1})
    rows = Prepared(lambda: DebugLog.objects.filter(type=Slot("type")).only("pk"))
    assert rows.all(type="http")[0].context == stored.context


def test_rows_are_locked_in_a_transaction_only(monkeypatch: pytest.MonkeyPatch) -> None:
    role = Role.objects.create(name="a")
    rows = Prepared(lambda: Role.objects.select_for_update().filter(pk=Slot("key")))
    with transaction.atomic():
        assert rows.get(key=role.pk) == role
    monkeypatch.setattr(connection, "get_autocommit", lambda: True)
    with pytest.raises(TransactionManagementError):
        rows.get(key=role.pk)


def test_locked_record_is_read_anew() -> None:
    role = Role.objects.create(name="a")
    Role.objects.update(name="b")
    assert (locked(role).name, role.name) == ("b", "a")
    Role.objects.all().delete()
    with pytest.raises(Role.DoesNotExist):
        locked(role)


def test_deleted_row_is_not_locked() -> None:
    extension = Extension.objects.create(name="a", extension="A", type="other")
    extension.delete()
    with pytest.raises(Extension.DoesNotExist):
        locked(extension)


def test_foreign_key_reads_its_row_once() -> None:
    user = User.objects.create(email="a@example.com")
    stored = Invoice.objects.create(user=user, currency_code="XTS")
    invoice = Invoice.objects.get(pk=stored.pk)
    options.read()
    with CaptureQueriesContext(connection) as captured:
        assert invoice.user == user
        assert invoice.user.email == "a@example.com"
    assert len(captured) == 1


def test_row_that_a_foreign_key_misses_does_not_exist() -> None:
    user = User.objects.create(email="a@example.com")
    invoice = Invoice.objects.create(user=user, currency_code="XTS")
    with pytest.raises(Currency.DoesNotExist):
        _ = invoice.currency


def test_keys_are_prepared_as_their_column_wants_them() -> None:
    client = OauthClient.objects.create(
        name="app", redirect="", personal_access_client=False, password_client=False, revoked=False
    )
    OauthAuthCode.objects.create(id="x", user_id=1, client=client, revoked=False)
    assert OauthAuthCode.objects.get().client == client
    assert locked(client) == client


def settings_called(*keys: str) -> Lookup[Setting]:
    for key in keys:
        Setting.objects.create(key=key, value=key)
    return Lookup(lambda: Setting.objects.order_by("pk"), "key")


def test_lookup_asks_each_time() -> None:
    rows = settings_called("a", "a", "b")
    assert [row.key for row in rows.of("a")] == ["a", "a"]
    Setting.objects.all().delete()
    assert rows.of("a") == []
    assert rows.first("b") is None


def test_lookup_asks_once_while_remembering() -> None:
    rows = settings_called("a", "b")
    with remembering():
        with remembering(), CaptureQueriesContext(connection) as captured:
            assert [[row.key for row in rows.of(key)] for key in "abab"] == [["a"], ["b"]] * 2
        assert len(captured) == 2
        Setting.objects.all().delete()
        assert rows.first("a") is not None
    assert rows.first("a") is None


def test_rows_read_ahead_are_not_asked_for_again() -> None:
    rows = Lookup(lambda: User.objects.order_by("pk"), "role_id")
    role = Role.objects.create(name="a")
    users = [User.objects.create(email=f"{n}@example.com", role=role) for n in range(2)]
    with remembering(), CaptureQueriesContext(connection) as captured:
        rows.ahead([role.pk, role.pk + 1])
        assert (rows.of(role.pk), rows.of(role.pk + 1)) == (users, [])
    assert len(captured) == 1


def test_text_that_is_not_found_ahead_may_have_another_spelling() -> None:
    rows = settings_called("Theme")
    with remembering():
        rows.ahead(["theme"])
        assert [row.key for row in rows.of("theme")] == ["Theme"]


def test_reading_ahead_without_a_memory_does_nothing() -> None:
    rows = settings_called("a")
    with CaptureQueriesContext(connection) as captured:
        rows.ahead(["a"])
    assert len(captured) == 0


def test_known_rows_are_not_asked_for() -> None:
    role = Role.objects.create(name="a")
    User.objects.create(email="a@example.com", role=role)
    with known(role, "users", []):
        assert is_known(role, "users")
        assert list(role.users.all()) == []
    assert not is_known(role, "users")
    assert role.users.count() == 1
