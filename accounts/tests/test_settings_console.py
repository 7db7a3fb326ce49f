"""The settings page of the console."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.admin.setting_texts import GROUPS, TEXTS
from accounts.models import Audit
from paymenter import catalogue, options
from paymenter.models import Setting
from paymenter.tests.console import signed_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/settings/"
WRITE = ("admin.settings.view", "admin.settings.update")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture(autouse=True)
def stored() -> None:
    for key, value in {"company_name": "Old", "timezone": "UTC", "app_language": "en"}.items():
        Setting.objects.create(key=key, value=value, type="string")
    Setting.objects.create(key="allowed_languages", value='["en","de"]', type="array")
    Setting.objects.create(key="app_url", value="http://localhost", type="string")
    Setting.objects.create(key="system_email_address", value="ops@example.com", type="string")
    options.forget()


GENERAL = {
    "company_name": "Old",
    "timezone": "UTC",
    "app_language": "en",
    "allowed_languages": "en\nde",
    "app_url": "http://localhost",
    "system_email_address": "ops@example.com",
    "tos": "",
}


def save(client: Any, group: str, **values: Any) -> Any:
    return client.post(f"{PAGE}?group={group}", values)


def value_of(key: str) -> Any:
    options.forget()
    return options.read().get(key)


def test_every_setting_has_a_group_and_words() -> None:
    found = catalogue.options().values()
    assert {option.group for option in found} == set(GROUPS)
    plain = {option.key for option in found if not _is_colour(option.key)}
    assert plain - set(TEXTS) == set()
    assert set(TEXTS) - {option.key for option in found} == set()


def _is_colour(key: str) -> bool:
    return key.startswith("theme_default_") and key not in TEXTS


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_opens(group: str, django_assert_max_num_queries: Any) -> None:
    client = signed_in(*WRITE)
    with django_assert_max_num_queries(20):
        assert client.get(f"{PAGE}?group={group}").status_code == 200


def test_only_what_was_changed_is_stored_and_audited() -> None:
    answer = save(signed_in(*WRITE), "general", **GENERAL | {"company_name": "New"})
    assert answer.headers["Location"] == f"{PAGE}?group=general"
    assert value_of("company_name") == "New"
    audits = Audit.objects.filter(auditable_type="App\\Models\\Setting")
    assert [(a.event, a.old_values, a.new_values, a.tags) for a in audits] == [
        ("updated", {"value": "Old"}, {"value": "New"}, "admin")
    ]


def test_lists_switches_and_numbers() -> None:
    client = signed_in(*WRITE)
    save(client, "general", **GENERAL | {"allowed_languages": "en"})
    assert value_of("allowed_languages") == ["en"]
    save(client, "tax", tax_enabled="on", tax_type="exclusive")
    assert (value_of("tax_enabled"), value_of("tax_type")) == (True, "exclusive")
    save(client, "tax", tax_type="exclusive")
    assert value_of("tax_enabled") is False


REFUSED = [
    ({"timezone": "Mars/Olympus"}, "timezone", "The selected timezone is invalid."),
    ({"app_url": "here"}, "app_url", "The app url field must be a valid URL."),
    ({"allowed_languages": ""}, "allowed_languages", "The allowed languages field is required."),
    ({"system_email_address": "x"}, "system_email_address", "must be a valid email address"),
]


@pytest.mark.parametrize(("changes", "key", "text"), REFUSED)
def test_what_is_refused_is_said_and_nothing_is_stored(changes: Any, key: str, text: str) -> None:
    values = GENERAL | {"company_name": "New"} | changes
    answer = save(signed_in(*WRITE), "general", **values)
    assert answer.status_code == 422
    assert text in str(answer.context["form"].errors[key])
    assert value_of("company_name") == "Old"


MAIL = {
    "mail_host": "smtp.example.com",
    "mail_port": "587",
    "mail_username": "me",
    "mail_password": "a secret",
    "mail_encryption": "tls",
    "mail_from_address": "shop@example.com",
    "mail_from_name": "Shop",
    "mail_header": "<p>Hello</p>",
    "mail_footer": "<p>Bye</p>",
    "mail_css": "p {}",
}


def test_what_a_switch_needs_may_come_with_it() -> None:
    """Mail is on (mail_disable is not sent), and all that it needs is there."""
    assert save(signed_in(*WRITE), "mail", **MAIL).status_code == 302
    assert (value_of("mail_disable"), value_of("mail_password")) == (False, "a secret")


def test_a_switch_alone_says_what_it_needs() -> None:
    answer = save(signed_in(*WRITE), "mail", **MAIL | {"mail_host": ""})
    assert answer.status_code == 422
    assert answer.context["form"].errors["mail_host"] == ["The mail host field is required."]
    assert value_of("mail_disable") is not False


def test_a_secret_never_comes_back_and_stays_when_left_empty() -> None:
    client = signed_in(*WRITE)
    save(client, "mail", **MAIL)
    page = client.get(f"{PAGE}?group=mail").content.decode()
    row = Setting.objects.get(key="mail_password")
    assert "a secret" not in page
    assert str(row.value) not in page
    assert row.encrypted
    save(client, "mail", **MAIL | {"mail_password": "", "mail_username": "you"})
    assert (value_of("mail_password"), value_of("mail_username")) == ("a secret", "you")
    audits = [str(a.old_values) + str(a.new_values) for a in Audit.objects.all()]
    assert not [text for text in audits if "a secret" in text]


def test_a_logo_is_stored_where_php_serves_it(settings: Any, tmp_path: Any) -> None:
    settings.PUBLIC_FILES_DIR = tmp_path
    client = signed_in(*WRITE)
    file = SimpleUploadedFile("mine.PNG", PNG)
    assert save(client, "general", **GENERAL, logo=file).status_code == 302
    assert value_of("logo") == "logo-light.png"
    assert (tmp_path / "logo-light.png").read_bytes() == PNG
    answer = save(client, "general", **GENERAL, logo=SimpleUploadedFile("x.png", b"<?php"))
    assert answer.status_code == 422
    assert value_of("logo") == "logo-light.png"


def test_who_may_only_look() -> None:
    client = signed_in("admin.settings.view")
    page = client.get(PAGE).content.decode()
    assert "Old" in page
    assert 'name="_save"' not in page
    assert save(client, "general", **GENERAL | {"company_name": "New"}).status_code == 403
    assert client.post(f"{PAGE}test-mail/").status_code == 403
    assert value_of("company_name") == "Old"


def test_a_test_mail_that_fails_says_why() -> None:
    answer = signed_in(*WRITE).post(f"{PAGE}test-mail/", {"email": "me@example.com"}, follow=True)
    assert answer.redirect_chain == [(f"{PAGE}?group=mail", 302)]
    assert [str(each.level_tag) for each in answer.context["messages"]] == ["error"]


def test_a_group_that_is_not_there() -> None:
    assert signed_in(*WRITE).get(f"{PAGE}?group=nonsense").status_code == 404
