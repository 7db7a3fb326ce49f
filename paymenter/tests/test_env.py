from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from paymenter.env import Environment, parse_dotenv
from paymenter.tests.formats import APP_KEY, PREVIOUS_KEY


def read(text: str, **process: str) -> dict[str, str]:
    return parse_dotenv(text, process=process, source=".env")


def environment(text: str = "", **process: str) -> Environment:
    return Environment(process, read(text, **process))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("\n  \n# a comment\n   # another\n", {}),
        ("\ufeffA=1\r\nB=2\rC=3\n", {"A": "1", "B": "2", "C": "3"}),
        ("  A = b  ", {"A": "b"}),
        ("A=", {"A": ""}),
        ("A=b=c==", {"A": "b=c=="}),
        ("export A=1\nexport\tB=2", {"A": "1", "B": "2"}),
        ("'A'=1\n\"B\"=2", {"A": "1", "B": "2"}),
        ("a.b_C9=1", {"a.b_C9": "1"}),
        ("A=1\nA=2", {"A": "2"}),
        ("A=1\nA", {}),
        ("A=b # c", {"A": "b"}),
        ("A=b#c", {"A": "b"}),
        ("A=#c", {"A": ""}),
        ("A=b\\n$c\"d'", {"A": "b\\n$c\"d'"}),
        ("A='b # \\n ${B} \"'  # c", {"A": 'b # \\n ${B} "'}),
        ("A=''", {"A": ""}),
        ('A="b # c"# d', {"A": "b # c"}),
        (r'A="\n\r\t\f\v\"\\\$"', {"A": '\n\r\t\f\v"\\$'}),
        ('A="one\ntwo\r\n# three\n"\nB=2', {"A": "one\ntwo\n# three\n", "B": "2"}),
        ("B=x\nA=${B}y${B}", {"B": "x", "A": "xyx"}),
        ('B=x\nA="<${B}>"', {"B": "x", "A": "<x>"}),
        ('B=x\nA="\\${B}"', {"B": "x", "A": "${B}"}),
        ("A=${MISSING}", {"A": "${MISSING}"}),
        ("B='${C}'\nC=1\nA=${B}", {"B": "${C}", "C": "1", "A": "${C}"}),
    ],
)
def test_reads_as_phpdotenv(text: str, expected: dict[str, str]) -> None:
    assert read(text) == expected


def test_interpolates_the_process_before_earlier_lines() -> None:
    assert read("B=file\nA=${B}", B="process")["A"] == "process"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\n\n=2", r"^\.env, line 3: no valid name"),
        ("two words", r"^\.env, line 1: no valid name"),
        ("A-B=1", r"^\.env, line 1: no valid name"),
        ("A=My Shop", r"^\.env, line 1: text after the value"),
        ("A='b' c", r"^\.env, line 1: text after the value"),
        ("A='b", r"^\.env, line 1: a quote is not closed"),
        ('\nA="b\nC=d\n', r"^\.env, line 2: a quote is not closed"),
        (r'A="\d"', r"^\.env, line 1: unknown escape \\d"),
    ],
)
def test_names_file_and_line_of_a_malformed_line(text: str, message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        read(text)


def test_errors_show_no_value() -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        read("DB_PASSWORD=hunter2 hunter3")
    assert "hunter" not in str(error.value)


def test_loads_the_default_file_and_lets_the_process_win(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=file\nB=file\n")
    env = Environment.load(tmp_path, {"A": "process"})
    assert (env.text("A"), env.text("B"), env.text("C")) == ("process", "file", None)


def test_needs_no_default_file(tmp_path: Path) -> None:
    assert Environment.load(tmp_path, {}).text("A") is None


def test_loads_a_named_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("A=1")
    assert Environment.load(tmp_path, {"ENV_FILE": "other"}).text("A") == "1"
    assert Environment.load(Path("/"), {"ENV_FILE": str(tmp_path / "other")}).text("A") == "1"


def test_a_named_file_must_exist_and_be_text(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^ENV_FILE: cannot read .*No such file"):
        Environment.load(tmp_path, {"ENV_FILE": "missing"})
    (tmp_path / "bad").write_bytes(b"A=\xff")
    with pytest.raises(ImproperlyConfigured, match=r"^ENV_FILE: cannot read .*not UTF-8"):
        Environment.load(tmp_path, {"ENV_FILE": "bad"})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("b", "b"),
        ("", ""),
        ("null", None),
        ("(NULL)", None),
        ("empty", ""),
        ("(empty)", ""),
        ("'b'", "b"),
        ('"b"', "b"),
        ('"', '"'),
        ("\"b'", "\"b'"),
        ("true", "true"),
    ],
)
def test_reads_values_as_laravel(raw: str, expected: str | None) -> None:
    assert environment(A=raw).text("A") == expected


def test_null_means_the_default() -> None:
    assert environment(A="null").text("A", "x") == "x"
    assert environment(A="").text("A", "x") == ""


def test_required_refuses_blank() -> None:
    assert environment(A="b").required("A") == "b"
    for env in (environment(), environment(A=""), environment(A="null")):
        with pytest.raises(ImproperlyConfigured, match="^A: is not set"):
            env.required("A")


@pytest.mark.parametrize("raw", ["true", "(true)", "TRUE", "1", "yes", "on"])
def test_flag_is_on(raw: str) -> None:
    assert environment(A=raw).flag("A", default=False) is True


@pytest.mark.parametrize("raw", ["false", "(false)", "False", "0", "no", "off"])
def test_flag_is_off(raw: str) -> None:
    assert environment(A=raw).flag("A", default=True) is False


def test_blank_flag_and_number_are_the_default() -> None:
    for env in (environment(), environment(A=""), environment(A="null")):
        assert env.flag("A", default=True) is True
        assert env.integer("A", 7) == 7


def test_flag_refuses_other_words() -> None:
    with pytest.raises(ImproperlyConfigured, match="^A: is neither yes nor no"):
        environment(A="maybe").flag("A", default=True)


def test_integer_stays_in_its_range() -> None:
    assert environment(A=" 12 ").integer("A", 1, minimum=12, maximum=12) == 12
    for raw, message in (
        ("x", "not a whole"),
        ("1.5", "not a whole"),
        ("3", "small"),
        ("9", "large"),
    ):
        with pytest.raises(ImproperlyConfigured, match=f"^A: is .*{message}"):
            environment(A=raw).integer("A", 5, minimum=4, maximum=8)


def test_items_split_at_commas() -> None:
    assert environment(A=" a, b,,c ").items("A") == ("a", "b", "c")
    assert environment().items("A", ("x",)) == ("x",)
    assert environment(A="").items("A", ("x",)) == ()


def test_keys_are_bytes_and_texts() -> None:
    raw = "0123456789abcdefghijklmnopqrstuv"
    keys = environment(f'APP_KEY={APP_KEY}\nAPP_PREVIOUS_KEYS="{PREVIOUS_KEY}, {raw}"').keys()
    assert keys.current == bytes(range(32))
    assert keys.previous == (b"\x07" * 32, raw.encode())
    assert (keys.text, keys.previous_texts) == (APP_KEY, (PREVIOUS_KEY, raw))


def test_keys_show_nothing_secret() -> None:
    env = environment(APP_KEY=APP_KEY)
    assert repr(env.keys()) == "<AppKeys with 0 previous>"
    assert repr(env) == "Environment()"


def test_secret_key_is_derived_and_stays_the_same() -> None:
    expected = "6a9dce3bebf8cabd02e4843fd8748f1435d7fbaef4af8c957e41cff5fc17b2b5"
    assert environment(APP_KEY=APP_KEY).keys().secret_key == expected


@pytest.mark.parametrize("raw", ["short", "base64:AAEC", "base64:?", "base64:" + "é" * 43])
def test_refuses_a_bad_key_without_showing_it(raw: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="^APP_KEY: not a key of 32 bytes") as error:
        environment(APP_KEY=raw).keys()
    assert raw not in str(error.value)
    with pytest.raises(ImproperlyConfigured, match="^APP_PREVIOUS_KEYS: not a key"):
        environment(APP_KEY=APP_KEY, APP_PREVIOUS_KEYS=raw).keys()


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(ImproperlyConfigured, match="^APP_KEY: is not set; write base64:"):
        environment().keys()


def test_secrets_come_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("null#'x'\n")
    path = str(secret)
    assert environment(DB_PASSWORD_FILE=path).text("DB_PASSWORD") == "null#'x'"
    assert environment("DB_PASSWORD=old", DB_PASSWORD_FILE=path).text("DB_PASSWORD") == "null#'x'"
    assert environment(DB_PASSWORD="", DB_PASSWORD_FILE=path).text("DB_PASSWORD") == "null#'x'"
    assert environment(DB_PASSWORD="new", DB_PASSWORD_FILE=path).text("DB_PASSWORD") == "new"
    assert environment(f"DB_PASSWORD_FILE={path}").text("DB_PASSWORD") == "null#'x'"
    assert environment(APP_NAME_FILE=path).text("APP_NAME") is None


def test_a_missing_secret_file_is_an_error() -> None:
    with pytest.raises(ImproperlyConfigured, match="^APP_KEY_FILE: cannot read /nowhere"):
        environment(APP_KEY_FILE="/nowhere").keys()


@pytest.mark.parametrize(
    ("process", "name"),
    [
        ({}, "/base/database.sqlite"),
        ({"DB_CONNECTION": "sqlite", "DB_DATABASE": "data/x.sqlite"}, "/base/data/x.sqlite"),
        ({"DB_DATABASE": "/var/x.sqlite"}, "/var/x.sqlite"),
        ({"DB_DATABASE": ":memory:"}, ":memory:"),
        ({"DATABASE_URL": "sqlite:///x.sqlite", "DB_CONNECTION": "mysql"}, "/base/x.sqlite"),
        ({"DATABASE_URL": "sqlite:////var/x%20y"}, "/var/x y"),
        ({"DATABASE_URL": "sqlite://:memory:"}, ":memory:"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, ":memory:"),
    ],
)
def test_sqlite_is_the_default(process: dict[str, str], name: str) -> None:
    assert environment(**process).database(Path("/base")) == {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000",
            "transaction_mode": "IMMEDIATE",
        },
    }


MARIADB = {
    "ENGINE": "django.db.backends.mysql",
    "HOST": "db",
    "PORT": "3307",
    "NAME": "shop",
    "USER": "ann",
    "PASSWORD": "p@ss/#",
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "charset": "utf8mb4",
        "collation": "utf8mb4_uca1400_ai_ci",
        "init_command": "SET SESSION sql_mode='STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,"
        "NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
        "isolation_level": "read committed",
    },
    "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_uca1400_ai_ci"},
}


def test_mariadb_from_laravels_names_or_a_url() -> None:
    names = environment(
        "DB_CONNECTION=mariadb\nDB_HOST=db\nDB_PORT=3307\nDB_DATABASE=shop\n"
        'DB_USERNAME=ann\nDB_PASSWORD="p@ss/#"'
    )
    assert names.database(Path("/")) == MARIADB
    url = "mariadb://ann:p%40ss%2F%23@db:3307/shop"
    assert environment(DATABASE_URL=url, DB_HOST="other").database(Path("/")) == MARIADB
    assert environment(DB_URL=url).database(Path("/")) == MARIADB


def test_a_socket_replaces_host_and_port() -> None:
    for env in (
        environment(DB_CONNECTION="mysql", DB_DATABASE="shop", DB_SOCKET="/run/db.sock"),
        environment(DATABASE_URL="mysql:///shop?unix_socket=/run/db.sock"),
    ):
        database = env.database(Path("/"))
        assert (database["HOST"], database["PORT"], database["NAME"]) == ("", "", "shop")
        options: Any = database["OPTIONS"]
        assert options["unix_socket"] == "/run/db.sock"


def test_charset_and_collation_can_be_set() -> None:
    database: dict[str, Any] = environment(
        DB_CONNECTION="mysql", DB_DATABASE="x", DB_CHARSET="utf8", DB_COLLATION="utf8_bin"
    ).database(Path("/"))
    assert database["TEST"] == {"CHARSET": "utf8", "COLLATION": "utf8_bin"}
    assert database["OPTIONS"]["collation"] == "utf8_bin"


@pytest.mark.parametrize(
    ("process", "message"),
    [
        ({"DB_CONNECTION": "pgsql"}, "^DB_CONNECTION: unknown database"),
        ({"DB_CONNECTION": "mariadb"}, "^DB_DATABASE: names no database"),
        ({"DB_CONNECTION": "mysql", "DB_PORT": "x"}, "^DB_PORT: is not a whole"),
        ({"DATABASE_URL": "postgres://hunter2@x/y"}, "^DATABASE_URL: unknown database"),
        ({"DATABASE_URL": "mysql://ann:hunter2@db"}, "^DATABASE_URL: names no database"),
        ({"DATABASE_URL": "mysql://ann:hunter2#@db/x"}, "^DATABASE_URL: cannot be read"),
    ],
)
def test_refuses_an_unusable_database(process: dict[str, str], message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message) as error:
        environment(**process).database(Path("/"))
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("process", "expected"),
    [
        ({}, None),
        ({"REDIS_PASSWORD": "null", "REDIS_URL": ""}, None),
        ({"REDIS_URL": "redis://x/1", "REDIS_HOST": "y"}, "redis://x/1"),
        ({"REDIS_HOST": "127.0.0.1", "REDIS_PASSWORD": "null"}, "redis://127.0.0.1:6379/0"),
        ({"REDIS_PORT": "6380", "REDIS_DB": "2"}, "redis://127.0.0.1:6380/2"),
        ({"REDIS_HOST": "r", "REDIS_PASSWORD": "a/b@"}, "redis://:a%2Fb%40@r:6379/0"),
        (
            {"REDIS_HOST": "tls://r", "REDIS_USERNAME": "u", "REDIS_PASSWORD": "p"},
            "rediss://u:p@r:6379/0",
        ),
    ],
)
def test_redis_url(process: dict[str, str], expected: str | None) -> None:
    assert environment(**process).redis_url() == expected


def test_mail_defaults() -> None:
    assert environment().mail() == {
        "mailer": "log",
        "host": "127.0.0.1",
        "port": 2525,
        "username": None,
        "password": None,
        "encryption": None,
        "from_address": None,
        "from_name": "Paymenter",
    }


@pytest.mark.parametrize(
    ("process", "encryption"),
    [
        ({"MAIL_ENCRYPTION": "tls"}, "tls"),
        ({"MAIL_ENCRYPTION": "tls", "MAIL_PORT": "465"}, "ssl"),
        ({"MAIL_ENCRYPTION": "SSL"}, "ssl"),
        ({"MAIL_SCHEME": "smtps"}, "ssl"),
        ({"MAIL_SCHEME": "smtp"}, None),
        ({"MAIL_ENCRYPTION": "null", "MAIL_SCHEME": "null"}, None),
    ],
)
def test_mail_encryption(process: dict[str, str], encryption: str | None) -> None:
    assert environment(**process).mail()["encryption"] == encryption


def test_mail_refuses_an_unknown_encryption() -> None:
    with pytest.raises(ImproperlyConfigured, match="^MAIL_ENCRYPTION: unknown"):
        environment(MAIL_ENCRYPTION="rot13").mail()


def test_mail_takes_the_name_of_the_shop(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("geheim\n")
    mail = environment(APP_NAME="Shop", MAIL_PASSWORD_FILE=str(tmp_path / "p")).mail()
    assert (mail["from_name"], mail["password"]) == ("Shop", "geheim")
