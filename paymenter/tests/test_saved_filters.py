"""Lists that staff want to see again."""

import pytest

from paymenter.console.models import SavedFilter
from paymenter.console.saved_filters import kept_query
from paymenter.tests.console import signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/billing/invoice/"
MAY = "admin.invoices.viewAny"


def keep(client, name: str, query: str):
    return client.post(f"{LIST}saved/", {"name": name, "query": query})


QUERIES = [
    ("status__exact=pending&p=3", "status__exact=pending"),
    ("q=a&o=-1&status__exact=paid", "o=-1&q=a&status__exact=paid"),
    ("q=&p=2", ""),
    ("all=", ""),
]


@pytest.mark.parametrize(("given", "kept"), QUERIES)
def test_what_is_kept_of_an_address(given, kept):
    assert kept_query(given) == kept


def test_a_filter_is_offered_until_it_is_forgotten():
    client = signed_in(MAY)
    answer = keep(client, "Unpaid", "status__exact=pending&p=2")
    assert answer.headers["Location"] == f"{LIST}?status__exact=pending"
    page = client.get(f"{LIST}?status__exact=pending").content.decode()
    assert 'href="?status__exact=pending" aria-current="true"' in page
    assert "Save filters" not in page
    row = SavedFilter.objects.get()
    assert client.post(f"{LIST}saved/{row.pk}/forget/").status_code == 302
    assert not SavedFilter.objects.exists()


def test_the_same_name_again_replaces():
    client = signed_in(MAY)
    keep(client, "Mine", "status__exact=pending")
    keep(client, "Mine", "status__exact=paid")
    assert [row.query for row in SavedFilter.objects.all()] == ["status__exact=paid"]


@pytest.mark.parametrize(("name", "query"), [("", "q=a"), ("x" * 61, "q=a"), ("Empty", "p=2")])
def test_what_cannot_be_kept_is_said(name, query):
    client = signed_in(MAY)
    keep(client, name, query)
    assert not SavedFilter.objects.exists()
    assert "A filter needs a name" in client.get(LIST).content.decode()


def test_nobody_sees_or_forgets_another_ones():
    keep(signed_in(MAY), "Private", "status__exact=pending")
    row = SavedFilter.objects.get()
    other = signed_in(MAY)
    assert "Private" not in other.get(LIST).content.decode()
    other.post(f"{LIST}saved/{row.pk}/forget/")
    assert SavedFilter.objects.exists()


def test_only_of_lists_that_one_may_see():
    client = signed_in("admin.tickets.viewAny")
    assert keep(client, "Unpaid", "status__exact=pending").status_code == 403
    assert not SavedFilter.objects.exists()
