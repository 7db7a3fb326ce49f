import pytest

from accounts.rules.permissions import (
    API_KEY,
    PAYMENTER_API_KEY,
    PAYMENTER_STAFF,
    STAFF,
    grants,
    required,
    role_allows,
)


def test_catalogues_have_paymenters_size():
    assert len(PAYMENTER_STAFF) == 118
    assert len(STAFF) == len(set(STAFF))
    assert STAFF[:118] == PAYMENTER_STAFF
    assert len(PAYMENTER_API_KEY) == 40
    assert len(API_KEY) == len(set(API_KEY))
    assert API_KEY[:40] == PAYMENTER_API_KEY


@pytest.mark.parametrize(
    ("granted", "name", "answer"),
    [
        ("*", "admin.anything.delete", True),
        ("admin.tickets.update", "admin.tickets.update", True),
        ("admin.tickets.update", "admin.tickets.delete", False),
        ("admin.tickets.*", "admin.tickets.delete", False),
        ("admin.audits.viewAny", "admin.audit.viewAny", True),
        ("admin.audit.viewAny", "admin.audits.view", True),
        ("admin.notification_templates.update", "admin.email_templates.update", True),
        ("admin.tickets.viewAny", "admin.tickets.view", True),
        ("admin.tickets.view", "admin.tickets.viewAny", False),
        ("admin.email_logs.viewAny", "admin.email_logs.view", False),
        ("admin.affiliates.view", "admin.affiliates.view", True),
        ("admin.affiliates.view", "admin.affiliates.update", False),
    ],
)
def test_granted_name_allows(granted, name, answer):
    assert grants([granted], name) is answer


@pytest.mark.parametrize("name", ["admin.provisionings.create", "admin.credits.update"])
def test_our_own_names_follow_from_no_other(name):
    others = [each for each in STAFF if each not in ("*", name)]
    assert not role_allows(others, name)
    assert role_allows([name], name)


def test_nothing_granted_allows_nothing():
    assert not grants([], "admin.tickets.view")


@pytest.mark.parametrize(
    ("model", "verb", "name"),
    [
        ("invoice", "view", "admin.invoices.viewAny"),
        ("invoice", "add", "admin.invoices.create"),
        ("invoice", "change", "admin.invoices.update"),
        ("invoice", "delete", "admin.invoices.delete"),
        ("invoiceitem", "delete", "admin.invoices.update"),
        ("ticketmessage", "delete", "admin.ticket_messages.delete"),
        ("cronstat", "view", "admin.cron_stats.view"),
        ("credit", "view", None),
        ("billingagreement", "change", None),
        ("invoice", "approve", None),
    ],
)
def test_permission_for_djangos_name(model, verb, name):
    assert required(model, verb) == name


def test_permission_for_one_record():
    assert required("emaillog", "view", one=True) == "admin.email_logs.view"
