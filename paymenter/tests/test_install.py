import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from accounts.models import CustomProperty, NotificationTemplate, Role
from billing.models import Currency
from paymenter.db import install, schema
from paymenter.db.install import State
from paymenter.models import Migration, Setting
from paymenter.seed.countries import COUNTRIES
from paymenter.tests import database
from paymenter.tests.scratch import ALIAS, scratch_database


@pytest.fixture
def scratch(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), scratch_database() as made:
        yield made


def run(*arguments):
    out = StringIO()
    call_command("install", "--database", ALIAS, *arguments, stdout=out)
    return out.getvalue()


def execute(scratch, *texts):
    with scratch.cursor() as cursor:
        for text in texts:
            cursor.execute(text)


def contents(scratch):
    """Every row of every table."""
    rows = {}
    with scratch.cursor() as cursor:
        for name in sorted(schema.table_names(scratch)):
            cursor.execute(f"SELECT * FROM {scratch.ops.quote_name(name)}")
            rows[name] = cursor.fetchall()
    return rows


def test_empty_database_gets_tables_and_rows(scratch):
    text = run()
    assert "Made 57 tables." in text
    assert (
        "Added 1 roles, 1 currencies, 71 settings, 8 custom_properties, "
        "12 notification_templates, 71 migrations." in text
    )
    assert schema.problems(scratch) == []
    assert "django_session" in schema.table_names(scratch)
    assert Role.objects.using(ALIAS).get().permissions == ["*"]
    assert str(Currency.objects.using(ALIAS).get()) == "USD"
    assert Migration.objects.using(ALIAS).count() == 71


def test_second_run_changes_nothing(scratch):
    run()
    before = contents(scratch)
    text = run()
    assert "its tables and rows stay as they are" in text
    assert "0 migration(s) applied" in text
    assert contents(scratch) == before


def test_existing_paymenter_only_gets_our_own_tables(scratch):
    install.create_tables(scratch)
    execute(
        scratch,
        "CREATE TABLE ext_affiliates (id integer)",
        "INSERT INTO migrations (migration, batch) VALUES ('x', 1)",
        "INSERT INTO roles (name) VALUES ('boss')",
    )
    before = contents(scratch)
    assert "its tables and rows stay as they are" in run()
    after = contents(scratch)
    assert {name: after[name] for name in before} == before
    assert "django_admin_log" in set(after) - set(before)


def test_install_that_stopped_before_the_rows_is_finished(scratch):
    install.create_tables(scratch)
    assert install.look(scratch).state is State.UNSEEDED
    assert "Added 1 roles" in run()
    assert install.look(scratch).state is State.PAYMENTER


def test_failed_creation_leaves_nothing_behind(scratch, monkeypatch):
    texts = install.statements(scratch)
    monkeypatch.setattr(install, "statements", lambda _: [*texts, "CREATE NONSENSE"])
    with pytest.raises((OperationalError, Exception), match=r"(?i)nonsense|syntax"):
        install.create_tables(scratch)
    assert schema.table_names(scratch) == set()


def test_database_of_something_else_is_refused(scratch):
    execute(scratch, "CREATE TABLE wp_posts (id integer)")
    with pytest.raises(CommandError, match=r"unknown table\(s\): wp_posts.*Nothing was changed"):
        run()
    assert schema.table_names(scratch) == {"wp_posts"}


def test_part_of_paymenter_is_refused(scratch):
    install.create_tables(scratch)
    execute(scratch, "DROP TABLE user_sessions")
    before = contents(scratch)
    with pytest.raises(CommandError, match="1 are missing: user_sessions"):
        run()
    assert contents(scratch) == before


def test_refusal_has_exit_status_1():
    assert CommandError("x").returncode == 1


@pytest.mark.parametrize("prepared", [False, True])
def test_dry_run_says_what_and_changes_nothing(scratch, prepared):
    if prepared:
        run()
    before = contents(scratch)
    text = run("--dry-run", "--verbosity", "2")
    assert contents(scratch) == before
    assert text.endswith("Nothing was changed.\n")
    assert ("Would make 57 tables." in text) is not prepared
    assert ("CREATE TABLE" in text) is not prepared


def test_quiet_run_says_nothing(scratch):
    assert run("--verbosity", "0") == ""


# rows of a fresh Paymenter


@pytest.fixture
def seeded(db):
    database.seed(connection)


def setting(key):
    row = Setting.objects.get(key=key)
    return row.value, row.type, row.encrypted


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("timezone", "UTC", "string"),
        ("mail_disable", "1", "boolean"),
        ("tax_enabled", "0", "boolean"),
        ("ticket_departments", '["Support","Sales"]', "array"),
        ("cronjob_order_terminate", "14", "string"),
        ("invoice_number", "0", "string"),
        ("invoice_number_format", "INV-{number}", "string"),
        ("bill_to_text", "", "string"),
        ("theme_default_dark-background", "hsl(240, 18%, 9%)", "string"),
        ("billing_month_end", "clamp", "string"),
    ],
)
def test_settings_have_paymenters_types(seeded, key, value, kind):
    assert setting(key) == (value, kind, False)


def test_settings_belong_to_the_installation_and_come_once(seeded):
    keys = list(Setting.objects.filter(settingable_type=None).values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 71


def test_templates_are_the_twelve_of_paymenter(seeded):
    rows = {t.key: t for t in NotificationTemplate.objects.all()}
    assert set(rows) == {
        *["new_login_detected", "new_invoice_created", "invoice_paid", "invoice_payment_failed"],
        *["new_order_created", "new_server_created", "server_suspended", "server_terminated"],
        *["new_ticket_message", "email_verification", "password_reset"],
        "service_cancellation_received",
    }
    assert all(row.enabled and row.created_at is None for row in rows.values())
    forced = {key for key, row in rows.items() if row.mail_enabled == "force"}
    assert forced == {
        *["new_login_detected", "new_server_created", "server_suspended", "server_terminated"],
        *["email_verification", "password_reset"],
    }
    assert rows["new_login_detected"].in_app_enabled == "choice_off"
    assert rows["password_reset"].in_app_enabled == "never"


def test_custom_properties_are_those_of_paymenter(seeded):
    rows = list(CustomProperty.objects.order_by("id"))
    required = [row.key for row in rows if row.required]
    shown = [row.key for row in rows if row.show_on_invoice]
    assert required == ["phone", "address", "city", "state", "zip", "country"]
    assert shown == ["company_name", "address", "city", "state", "zip", "country"]
    assert rows[-1].type == "select"
    assert rows[-1].allowed_values == list(COUNTRIES.values())


def test_countries_are_those_of_iso_3166():
    assert len(COUNTRIES) == len(set(COUNTRIES.values())) == 249
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES)
    assert COUNTRIES["NL"] == "Netherlands"


def test_mail_parts_hold_what_paymenter_expects(seeded):
    assert "config('settings.mail_css')" in setting("mail_header")[0]
    assert ".button" in setting("mail_css")[0]
    assert json.loads(setting("allowed_languages")[0])[0] == "ar"
