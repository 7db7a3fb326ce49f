"""The staff console's pages of clients and staff."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Property, User, UserSession
from accounts.notes.models import ClientNote
from accounts.tests.factories import CustomPropertyFactory, RoleFactory, UserFactory
from billing.tests.factories import CreditFactory, InvoiceFactory, OrderFactory, ServiceFactory
from paymenter.tests.console import errors_of, rows, signed_in, staff
from support.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db

PAGES = "/admin/accounts/user/"
EVERY = ("admin.users.viewAny", "admin.users.create", "admin.users.update", "admin.users.delete")
NO_ROWS = rows("noteinline") | rows("propertyinline")


def page(user: User, name: str = "change") -> str:
    return f"{PAGES}{user.pk}/{name}/"


def filled(user: User | None = None, **changes: object) -> dict[str, object]:
    known = {} if user is None else {"first_name": user.first_name, "last_name": user.last_name}
    email = {} if user is None else {"email": user.email, "role_id": user.role_id or ""}
    verified = {"email_verified_at": "on"} if user is not None and user.email_verified_at else {}
    return {**known, **email, **verified, **NO_ROWS, **changes}


def names_in(answer: object) -> list[str]:
    return [str(each) for each in answer.context["cl"].result_list]  # type: ignore[attr-defined]


def as_person(*permissions: str) -> tuple[Client, User]:
    client, person = Client(), staff(*permissions)
    client.force_login(person)
    return client, person


# -- the list --------------------------------------------------------------------------------------


def test_list_shows_role_balances_and_whether_the_address_is_verified() -> None:
    client = signed_in(*EVERY)
    user = UserFactory(first_name="Ada", last_name="Byron", email_verified_at=None)
    CreditFactory(user=user, amount="12.50")
    text = client.get(PAGES + "?q=Byron").content.decode()
    assert "12.50 USD" in text
    assert "Ada Byron" in text
    assert f'href="{page(user, "overview")}' in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("staff=yes", ["The Staff"]),
        ("staff=no&verified=no", ["Not Verified"]),
        ("verified=yes&staff=no", ["Has Service"]),
        ("active=yes", ["Has Service"]),
        ("active=no&staff=no", ["Not Verified"]),
    ],
)
def test_filters(query: str, found: list[str]) -> None:
    client, person = as_person(*EVERY)
    User.objects.filter(pk=person.pk).update(first_name="The", last_name="Staff")
    UserFactory(first_name="Not", last_name="Verified", email_verified_at=None)
    user = UserFactory(first_name="Has", last_name="Service")
    ServiceFactory(user=user, order=OrderFactory(user=user), status="active")
    assert names_in(client.get(f"{PAGES}?{query}")) == found


def test_list_and_pages_are_closed_without_the_permission() -> None:
    client, user = signed_in("admin.tickets.viewAny"), UserFactory()
    for address in (PAGES, page(user), page(user, "overview"), page(user, "impersonate-user")):
        assert client.get(address).status_code == 403, address


# -- the form --------------------------------------------------------------------------------------


def test_new_person_with_a_password() -> None:
    client = signed_in(*EVERY)
    answer = client.post(
        f"{PAGES}add/",
        filled(
            first_name="Ada", last_name="Byron", email="ada@example.org", password="s3cret pass"
        ),
    )
    assert answer.status_code == 302, errors_of(answer)
    user = User.objects.get(email="ada@example.org")
    assert user.check_password("s3cret pass")
    assert (user.role_id, user.email_verified_at) == (None, None)


def test_password_left_empty_stays_and_is_never_shown() -> None:
    client, user = signed_in(*EVERY), UserFactory()
    shown = client.get(page(user)).content.decode()
    assert user.password not in shown
    answer = client.post(page(user), filled(user, first_name="Grace", password=""))
    assert answer.status_code == 302, errors_of(answer)
    stored = User.objects.get(pk=user.pk)
    assert (stored.first_name, stored.password) == ("Grace", user.password)
    assert stored.email_verified_at == user.email_verified_at


def test_verified_is_a_switch() -> None:
    client, user = signed_in(*EVERY), UserFactory()
    off = filled(user)
    del off["email_verified_at"]
    assert client.post(page(user), off).status_code == 302
    user.refresh_from_db()
    assert user.email_verified_at is None
    assert client.post(page(user), filled(user, email_verified_at="on")).status_code == 302
    user.refresh_from_db()
    assert user.email_verified_at is not None


def test_roles_beyond_ones_own_are_neither_offered_nor_given() -> None:
    client = signed_in(*EVERY)
    user, less = UserFactory(), RoleFactory(name="viewers", permissions=["admin.users.viewAny"])
    more = RoleFactory(name="chiefs", permissions=["*"])
    text = client.get(page(user)).content.decode()
    assert "viewers" in text
    assert "chiefs" not in text
    refused = client.post(page(user), filled(user, role_id=more.pk))
    assert errors_of(refused) == {"role_id": ["You cannot grant what you do not hold: *."]}
    assert client.post(page(user), filled(user, role_id=less.pk)).status_code == 302
    user.refresh_from_db()
    assert user.role_id == less.pk


def test_nobody_touches_a_stronger_person_or_deletes_himself() -> None:
    client, person = as_person(*EVERY)
    chief = UserFactory(admin=True)
    answer = client.post(page(chief), filled(chief, password="another pass 1"))
    assert errors_of(answer) == {
        "__all__": ["You cannot do this to somebody who may do more than you."]
    }
    assert client.get(page(person, "delete")).status_code == 403
    client.post(page(chief, "delete"), {"post": "yes"})
    assert User.objects.filter(pk__in=[chief.pk, person.pk]).count() == 2


def test_deleting_takes_the_notes_along() -> None:
    client, user = signed_in(*EVERY), UserFactory()
    ClientNote.objects.create(user_id=user.pk, text="gone")
    assert client.post(page(user, "delete"), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    assert not ClientNote.objects.exists()


def test_notes_and_properties_in_the_form() -> None:
    client, user = signed_in(*EVERY), UserFactory()
    CustomPropertyFactory(key="phone", name="Phone", type="string")
    inlines = rows("noteinline", {"text": "Pays late"}) | rows(
        "propertyinline", {"key": "phone", "value": "+1 555"}
    )
    answer = client.post(page(user), {**filled(user), **inlines})
    assert answer.status_code == 302, errors_of(answer)
    note, value = ClientNote.objects.get(), Property.objects.get()
    assert (note.user_id, note.text) == (user.pk, "Pays late")
    assert note.author_id == int(client.session["_auth_user_id"])
    assert (value.model_id, value.key, value.value, value.name) == (
        user.pk,
        "phone",
        "+1 555",
        "Phone",
    )


# -- the client page -------------------------------------------------------------------------------


def with_everything() -> User:
    user = UserFactory(first_name="Ada", last_name="Byron")
    InvoiceFactory(user=user, number="INV-77")
    ServiceFactory(user=user, status="active")
    OrderFactory(user=user)
    TicketFactory(user=user, subject="Where is my server")
    CreditFactory(user=user, amount="3.00")
    ClientNote.objects.create(user_id=user.pk, text="Friendly")
    return user


def sections_of(answer: object) -> list[str]:
    return [each.section.title for each in answer.context["sections"]]  # type: ignore[attr-defined]


def test_client_page_shows_all_of_him_with_quick_actions() -> None:
    client, user = signed_in("*"), with_everything()
    client.get(page(user, "overview"))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(page(user, "overview"))
    assert len(queries) <= 20
    assert sections_of(answer) == [
        *("Notes", "Services", "Invoices", "Tickets", "Orders", "Credit", "Billing agreements"),
        *("Properties", "Signed-in devices", "Audit trail"),
    ]
    text = answer.content.decode()
    for part in ("INV-77", "Where is my server", "3.00 USD", "Friendly"):
        assert part in text
    for action in ("billing/invoice", "support/ticket", "billing/order", "billing/credit"):
        assert f"/admin/{action}/add/?user_id={user.pk}" in text
    assert f"/admin/billing/invoice/?user__id__exact={user.pk}" in text


def test_each_section_takes_its_permission() -> None:
    user = with_everything()
    answer = signed_in("admin.users.viewAny").get(page(user, "overview"))
    assert sections_of(answer) == ["Notes", "Properties", "Signed-in devices", "Audit trail"]
    assert "add/?user_id" not in answer.content.decode()
    answer = signed_in("admin.users.viewAny", "admin.invoices.viewAny").get(page(user, "overview"))
    assert sections_of(answer)[:3] == ["Notes", "Invoices", "Properties"]


def test_page_of_nobody() -> None:
    client = signed_in("*")
    assert client.get(f"{PAGES}999999/overview/").status_code == 404
    assert client.get(f"{PAGES}abc/overview/").status_code == 404


def test_note_from_the_client_page_leads_back_to_it() -> None:
    client, user = signed_in(*EVERY), UserFactory()
    answer = client.post("/admin/notes/clientnote/add/", {"user_id": user.pk, "text": "Hello"})
    assert (answer.status_code, answer["Location"]) == (302, page(user, "overview"))
    assert ClientNote.objects.get().text == "Hello"


def test_device_is_signed_out() -> None:
    client, user, browser = signed_in(*EVERY), UserFactory(staff=True), Client()
    browser.force_login(user)
    session = UserSession.objects.get(user=user)
    assert browser.get("/admin/").status_code == 200
    address = f"/admin/accounts/usersession/{session.pk}/delete/"
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert browser.get("/admin/")["Location"] == "/admin/login/?next=/admin/"


# -- verbs -----------------------------------------------------------------------------------------


def test_second_factor_is_switched_off_by_staff() -> None:
    client = signed_in(*EVERY)
    user = UserFactory(tfa_secret="JBSWY3DPEHPK3PXP")
    address = page(user, "disable-two-factor")
    assert client.get(address).status_code == 200
    assert client.post(address)["Location"] == page(user, "overview")
    stored = User.objects.get(pk=user.pk)
    assert not stored.has_two_factor
    audit = Audit.objects.get(auditable_id=user.pk, event="updated")
    assert audit.old_values == {"tfa_secret": "[hidden]"}
    chief = UserFactory(admin=True, tfa_secret="JBSWY3DPEHPK3PXP")
    assert client.post(page(chief, "disable-two-factor")).status_code == 422
    assert User.objects.get(pk=chief.pk).has_two_factor


def test_impersonation_shows_a_token_once() -> None:
    client = signed_in("admin.users.viewAny", "admin.users.impersonate")
    user = UserFactory(first_name="Ada", last_name="Byron")
    answer = client.post(page(user, "impersonate-user"))
    assert answer["Location"] == "/admin/once/"
    shown = client.get("/admin/once/")
    token = shown.context["secret"].value
    assert token in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert token not in client.get("/admin/once/").content.decode()
    assert Audit.objects.get(event="impersonated").auditable_id == user.pk


def test_no_impersonation_of_oneself_or_a_stronger_person() -> None:
    client, person = as_person("admin.users.viewAny", "admin.users.impersonate")
    chief = UserFactory(admin=True)
    for user in (person, chief):
        assert "impersonate-user" not in client.get(page(user, "overview")).content.decode()
        assert client.post(page(user, "impersonate-user")).status_code == 422
    assert not Audit.objects.filter(event="impersonated").exists()


def test_what_takes_proof_is_not_done_to_oneself_as_staff() -> None:
    client, person = as_person(*EVERY)
    answer = client.post(page(person), filled(person, password="another pass 1"))
    assert "My account" in errors_of(answer)["password"][0]
    person.tfa_secret = "JBSWY3DPEHPK3PXP"
    person.save(update_fields=["tfa_secret"])
    refused = client.post(page(person, "disable-two-factor"))
    assert (refused.status_code, "My account" in refused.content.decode()) == (422, True)
    assert User.objects.get(pk=person.pk).has_two_factor


def test_devices_of_a_stronger_person_stay() -> None:
    client, chief = signed_in(*EVERY), UserFactory(admin=True)
    Client().force_login(chief)
    session = UserSession.objects.get(user=chief)
    client.post(f"/admin/accounts/usersession/{session.pk}/delete/", {"post": "yes"})
    assert UserSession.objects.filter(pk=session.pk).exists()
