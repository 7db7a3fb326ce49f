"""Who may do what in the console, page by page: each row allowed and denied.

The pages are those that are registered; the permission is the one that the API asks for the same.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from accounts.rules.permissions import STAFF
from accounts.tests.factories import EmailLogFactory, UserFactory
from paymenter.console import navigation, site
from paymenter.tests.console import signed_in, staff

pytestmark = pytest.mark.django_db

PAGES: list[Any] = sorted(admin.site._registry.values(), key=lambda page: page.opts.label_lower)
IDS = [page.opts.label_lower for page in PAGES]


def address(page: Any, name: str, *args: str) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{name}", args=args)


def person_with(name: str) -> Client:
    """Someone whose role allows just this, if any role of less than `*` can."""
    for permission in STAFF[1:]:
        if _only(permission).may(name):
            return signed_in(permission)
    return signed_in("*")


def _only(permission: str) -> User:
    return User(role=Role(permissions=[permission]))


def others(name: str) -> list[str]:
    """All of a role's permissions that do not allow it."""
    return [permission for permission in STAFF[1:] if not _only(permission).may(name)]


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_list_is_seen_with_its_permission_alone(page):
    """Some lists have a permission besides that of a record (email_logs)."""
    names = {f"admin.{page.group}.view", f"admin.{page.group}.viewAny"}
    assert (
        person_with(f"admin.{page.group}.view").get(address(page, "changelist")).status_code == 200
    )
    rest = set.intersection(*({*others(name)} for name in names))
    assert signed_in(*rest).get(address(page, "changelist")).status_code == 403


def test_a_list_of_mails_opens_no_mail():
    client = signed_in("admin.email_logs.viewAny")
    mail = EmailLogFactory()
    assert client.get("/admin/accounts/emaillog/").status_code == 200
    assert client.get(f"/admin/accounts/emaillog/{mail.pk}/change/").status_code == 403


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_new_record(page):
    name = f"admin.{page.group}.create"
    superuser = signed_in("*").get(address(page, "add"))
    if superuser.status_code == 403:
        assert page.viewset.actions.create is None or not page.has_add_permission(
            superuser.wsgi_request
        )
        return
    assert superuser.status_code == 200
    assert person_with(name).get(address(page, "add")).status_code == 200
    assert signed_in(*others(name)).get(address(page, "add")).status_code == 403
    assert signed_in(*others(name)).post(address(page, "add"), {}).status_code == 403


RECORDS = [("change", "view"), ("history", "view"), ("delete", "delete")]


@pytest.mark.parametrize(("view", "ability"), RECORDS)
@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_record(page, view, ability, monkeypatch):
    """Asked of a record that is there as far as the page knows."""
    monkeypatch.setattr(type(page), "get_object", lambda *_: page.model(pk=1))
    client = signed_in(*others(f"admin.{page.group}.{ability}"))
    for method in (client.get, client.post):
        assert method(address(page, view, "1")).status_code == 403


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_change(page, monkeypatch):
    monkeypatch.setattr(type(page), "get_object", lambda *_: page.model(pk=1))
    client = signed_in(*others(f"admin.{page.group}.update"))
    assert client.post(address(page, "change", "1"), {}).status_code == 403


@pytest.mark.parametrize(
    ("page", "verb"),
    [(page, verb) for page in PAGES for verb in page.verbs],
    ids=[f"{page.opts.label_lower}-{verb.name}" for page in PAGES for verb in page.verbs],
)
def test_a_verb(page, verb, monkeypatch):
    """Asked of a record that is there as far as the page knows."""
    monkeypatch.setattr("paymenter.console.verbs.record_of", lambda *_: page.model(pk=1))
    name = f"admin.{verb.command.permission_group()}.{verb.command.ability}"
    url = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{verb.name}", args=["1"])
    assert signed_in(*others(name)).post(url).status_code == 403
    request = person_with(name).get("/admin/").wsgi_request
    assert verb.may(request)


def test_the_menu_shows_what_may_be_opened():
    client = signed_in("admin.invoices.viewAny", "admin.tickets.viewAny")
    page = client.get("/admin/").content.decode()
    menu = [item.title for _, items in navigation.MENU for item in items if _stands(item, page)]
    assert menu == ["Dashboard", "Tickets", "Invoices", "Credit notes", "Fulfilments"]


def _stands(item: Any, page: str) -> bool:
    try:
        return f'href="{item.address()}"' in page
    except Exception:  # a page that is not built
        return False


def test_each_entry_of_the_menu_has_its_page():
    client = signed_in("*")
    for _, items in navigation.MENU:
        for item in items:
            assert client.get(item.address()).status_code == 200, item.title


WIDGETS = ["overview", "revenue", "support", "active_users"]


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_is_seen_with_its_permission_alone(name):
    titles = {
        "overview": "Last 30 days",
        "revenue": "Monthly recurring revenue",
        "support": 'aria-label="Support"',
        "active_users": "Active in the last hour",
    }
    text = titles[name]
    assert text in signed_in(f"admin.widgets.{name}").get("/admin/").content.decode()
    rest = others(f"admin.widgets.{name}")
    assert text not in signed_in(*rest).get("/admin/").content.decode()


VIEWS = [(name, permission) for name, _, permission, _ in site._VIEWS if permission]


@pytest.mark.parametrize(("name", "permission"), VIEWS)
def test_a_page_that_is_no_list(name, permission):
    allowed = person_with(f"admin.{permission}").get(reverse(f"admin:{name}"))
    assert allowed.status_code in (200, 404)  # 404: it takes a POST only
    denied = signed_in(*others(f"admin.{permission}")).get(reverse(f"admin:{name}"))
    assert denied.status_code == 403


def test_clients_and_strangers_stay_outside():
    client = Client()
    assert client.get("/admin/", follow=True).redirect_chain[-1] == ("/login?next=/admin/", 302)
    client.force_login(UserFactory())
    assert client.get("/admin/", follow=True).status_code == 403


def test_what_a_box_offers_is_what_one_may_see():
    user = staff(first_name="Findable", email="findable@example.com")
    url = reverse("admin:choices", args=["accounts.user"])
    found = signed_in("admin.users.viewAny").get(f"{url}?term=findable").json()
    assert found["results"] == [{"id": str(user.pk), "text": f"{user} (findable@example.com)"}]
    assert signed_in("admin.invoices.viewAny").get(url).status_code == 403
    for label in ("accounts.nothing", "nonsense", "auth.permission"):
        address = reverse("admin:choices", args=[label])
        assert signed_in("*").get(address).status_code == 404


def test_search_finds_only_what_one_may_see():
    user = staff(first_name="Findable")
    url = "/admin/search/?extended=1&s=findable"
    assert f"/user/{user.pk}/" in signed_in("admin.users.viewAny").get(url).content.decode()
    assert "findable" not in signed_in("admin.invoices.viewAny").get(url).content.decode().lower()
