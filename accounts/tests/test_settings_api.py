import pytest

from accounts.models import Audit
from paymenter import catalogue, options
from paymenter.laravel.crypt import encrypter
from paymenter.models import Setting
from paymenter.seed.settings import defaults
from paymenter.tests.api import get, set_option, store_key
from paymenter.tests.calls import attributes, audits, call, refused
from paymenter.tests.factories import ExtensionFactory, SettingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def api_key():
    store_key("admin.settings.view", "admin.settings.update")


def put(client, key, value):
    return call(client, "PUT", f"settings/{key}", {"value": value})


def stored(key):
    row = Setting.objects.get(key=key, settingable_type=None)
    return row.value, row.type, row.encrypted


def test_catalogue_knows_all_that_is_installed():
    assert set(defaults("x", "y")) <= set(catalogue.options())


def test_all_settings_are_listed_those_without_a_row_too(client):
    set_option("company_name", "Example Hosting")
    SettingFactory(key="telemetry_uuid")
    answer = get(client, "settings?per_page=1000")
    found = {record["id"]: record["attributes"] for record in answer.json()["data"]}
    assert set(found) == set(catalogue.options())
    row = Setting.objects.get(key="company_name")
    assert found["company_name"] == {
        "key": "company_name",
        "group": "general",
        "kind": "text",
        "value": "Example Hosting",
        "is_set": True,
        "updated_at": row.updated_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
    }
    assert found["tos"]["value"] is None
    assert (found["tos"]["is_set"], found["tos"]["updated_at"]) == (False, None)


def test_list_is_filtered_sorted_and_paged(client):
    answer = get(client, "settings?filter[group][eq]=tax&sort=-key").json()
    assert [record["id"] for record in answer["data"]] == ["tax_type", "tax_enabled"]
    assert answer["data"][0]["type"] == "settings"
    answer = get(client, "settings?filter[key]=mail_h&per_page=1&page=2").json()
    assert [record["id"] for record in answer["data"]] == ["mail_header"]
    assert answer["links"]["next"].endswith("?page=3")
    assert get(client, "settings?filter[key][gt]=a").status_code == 400
    assert get(client, "settings?filter[value]=a").status_code == 400
    assert get(client, "settings?cursor=").status_code == 400
    exported = b"".join(get(client, "settings?format=csv&filter[key]=tax_type"))
    assert exported == b"key,group,kind,value,is_set,updated_at\r\ntax_type,tax,choice,,False,\r\n"


@pytest.mark.parametrize(
    ("key", "sent", "row", "shown"),
    [
        ("company_name", "Shop", ("Shop", "string"), "Shop"),
        ("tax_enabled", True, ("1", "boolean"), True),
        ("tax_enabled", "0", ("0", "boolean"), False),
        ("cronjob_invoice", 14, ("14", "string"), 14),
        ("credits_minimum_deposit", "2.50", ("2.50", "string"), "2.50"),
        ("ticket_departments", ["A/B", "Ä"], ('["A\\/B","\\u00c4"]', "array"), ["A/B", "Ä"]),
        ("timezone", "Europe/Berlin", ("Europe/Berlin", "string"), "Europe/Berlin"),
        ("tos", None, (None, "string"), None),
        ("theme_default_primary", "hsl(1, 2%, 3%)", ("hsl(1, 2%, 3%)", "string"), "hsl(1, 2%, 3%)"),
        ("trusted_proxies", ["10.0.0.0/8", "*"], ('["10.0.0.0\\/8","*"]', "array"), None),
    ],
)
def test_setting_is_stored_by_its_type(client, key, sent, row, shown):
    found = attributes(put(client, key, sent))
    assert stored(key) == (*row, False)
    assert found["value"] == (sent if key == "trusted_proxies" else shown)
    assert attributes(get(client, f"settings/{key}")) == found


@pytest.mark.parametrize(
    ("key", "sent", "text"),
    [
        ("tax_enabled", "yes", "The value field must be true or false."),
        ("tax_type", "both", "The selected value is invalid."),
        ("timezone", "Europe/Atlantis", "The selected value is invalid."),
        ("default_currency", "XXX", "The selected value is invalid."),
        ("app_url", "shop", "The value field must be a valid URL."),
        ("cronjob_time", "24:00", "The value field must match the format H:i."),
        ("cronjob_invoice", -1, "The value field must be at least 0."),
        ("cronjob_invoice", "soon", "The value field must be an integer."),
        ("invoice_number_format", "INV", "The value field must contain {number}."),
        ("ticket_departments", "Sales", "The value field must be an array."),
        ("trusted_proxies", ["here"], "here is neither an IP address nor a network nor `*`."),
        ("theme_default_primary", "red", "must be a colour such as hsl(229, 100%, 64%)."),
        ("mail_header", "{{ system('id') }}", "The value field cannot be rendered, line 1: "),
        ("bill_to_text", "é" * 40_000, "The value field must not be greater than 65535 bytes."),
        ("logo", "x.png", "This setting is a file: it is uploaded in the console."),
        ("system_email_address", "nobody", "The value field must be a valid email address."),
    ],
)
def test_setting_is_refused(client, key, sent, text):
    set_option(key, "before")
    answer = put(client, key, sent)
    assert answer.status_code == 422, answer.content
    assert any(text in each for each in answer.json()["errors"]["value"])
    assert stored(key) == ("before", "string", False)
    assert not Audit.objects.exists()


@pytest.mark.parametrize("key", ["cronjob_invoice", "app_url", "ticket_departments", "timezone"])
def test_what_must_be_set_is_not_emptied(client, key):
    set_option(key, "before")
    answer = put(client, key, [] if key == "ticket_departments" else None)
    assert refused(answer, {key: [f"The {key.replace('_', ' ')} field is required."]})
    assert stored(key)[0] == "before"


def test_switch_needs_what_it_switches_on(client):
    set_option("captcha", "disabled")
    errors = {
        "captcha_site_key": ["The captcha site key field is required."],
        "captcha_secret": ["The captcha secret field is required."],
    }
    assert refused(put(client, "captcha", "turnstile"), errors)
    assert stored("captcha")[0] == "disabled"
    attributes(put(client, "captcha_site_key", "site"))
    attributes(put(client, "captcha_secret", "abc"))
    attributes(put(client, "captcha", "turnstile"))
    errors = {"captcha_secret": ["The captcha secret field is required."]}
    assert refused(put(client, "captcha_secret", None), errors)


def test_secret_is_encrypted_never_shown_and_shortened_in_audits(client):
    found = attributes(put(client, "mail_password", "correct horse"))
    assert (found["value"], found["is_set"], found["kind"]) == (None, True, "secret")
    value, kind, encrypted = stored("mail_password")
    assert (kind, encrypted) == ("string", True)
    assert encrypter().decrypt_string(value) == "correct horse"
    attributes(put(client, "mail_password", "x"))
    for path in ("settings?per_page=1000", "settings/mail_password"):
        assert "correct" not in get(client, path).text
    (_, _, created), (_, old, new) = audits("Setting")
    assert created["value"] == "co" + "#" * 11
    assert (old, new) == ({"value": "co" + "#" * 11}, {"value": "#"})
    options.forget()
    assert options.read()["mail_password"] == "x"


def test_secret_that_php_stored_as_plain_text_becomes_encrypted(client):
    set_option("captcha_secret", "plain")
    attributes(put(client, "captcha_secret", "plain"))
    value, _, encrypted = stored("captcha_secret")
    assert encrypted
    assert encrypter().decrypt_string(value) == "plain"
    assert "plain" not in str(audits("Setting"))


def test_change_is_audited_and_no_change_is_not(client):
    set_option("company_name", "Before")
    attributes(put(client, "company_name", "After"))
    attributes(put(client, "company_name", "After"))
    assert audits("Setting") == [("updated", {"value": "Before"}, {"value": "After"})]
    attributes(put(client, "tos", "https://shop.example/tos"))
    row = Setting.objects.get(key="tos")
    assert audits("Setting")[1] == (
        "created",
        [],
        {
            "key": "tos",
            "value": "https://shop.example/tos",
            "type": "string",
            "encrypted": 0,
            "id": row.pk,
        },
    )


def test_change_is_seen_at_once(client, django_capture_on_commit_callbacks):
    set_option("company_name", "Before")
    assert options.get("company_name") == "Before"
    with django_capture_on_commit_callbacks(execute=True):
        attributes(put(client, "company_name", "After"))
    assert options.get("company_name") == "After"


def test_rows_of_other_owners_are_not_touched(client):
    owner = {"settingable_type": "App\\Models\\Gateway", "settingable_id": ExtensionFactory().pk}
    theirs = SettingFactory(key="company_name", value="theirs", **owner)
    assert attributes(get(client, "settings/company_name"))["value"] is None
    attributes(put(client, "company_name", "Shop"))
    theirs.refresh_from_db()
    assert theirs.value == "theirs"
    assert stored("company_name")[0] == "Shop"


def test_of_a_key_stored_twice_the_last_row_counts(client):
    first = Setting.objects.create(key="company_name", value="first")
    last = Setting.objects.create(key="company_name", value="last")
    assert attributes(get(client, "settings/company_name"))["value"] == "last"
    attributes(put(client, "company_name", "new"))
    first.refresh_from_db()
    last.refresh_from_db()
    assert (first.value, last.value) == ("first", "new")


@pytest.mark.parametrize("key", ["telemetry_uuid", "vapid_private_key", "nope", "1"])
def test_unknown_key_is_not_found(client, key):
    SettingFactory(key=key, value="secret")
    for answer in (get(client, f"settings/{key}"), put(client, key, "x")):
        assert answer.status_code == 404
        text = f"No query results for model [App\\Models\\Setting] {key}"
        assert answer.json() == {"message": text}
    assert stored(key)[0] == "secret"


@pytest.mark.parametrize("body", [{}, {"value": None, "key": "other"}, {"key": "tos"}])
def test_value_must_be_sent(client, body):
    set_option("company_name", "Before")
    answer = call(client, "PATCH", "settings/company_name", body)
    assert answer.status_code in (200, 422)
    assert not Setting.objects.filter(key="other").exists()


def test_if_match_keeps_a_change_of_somebody_else(client):
    set_option("company_name", "Before")
    headers = {"Authorization": "Bearer secret"}
    tag = get(client, "settings/company_name")["ETag"]

    def change(value):
        return client.put(
            "/api/v1/admin/settings/company_name",
            {"value": value},
            "application/json",
            headers={**headers, "If-Match": tag},
        )

    assert change("Mine").status_code == 200
    assert change("Theirs").status_code == 412
    assert stored("company_name")[0] == "Mine"


@pytest.mark.parametrize(("method", "path"), [("POST", "settings"), ("DELETE", "settings/tos")])
def test_settings_are_neither_made_nor_deleted(client, method, path):
    assert call(client, method, path, {}).status_code == 405
