"""Which X-Forwarded-* headers count, by the setting `trusted_proxies`.

The page addresses of an answer show host and scheme, a key with an IP list shows the address.
"""

from typing import Any

import pytest
from django.test import Client

from paymenter.proxies import _client
from paymenter.tests.api import ADMIN, set_option, store_key

pytestmark = pytest.mark.django_db

PEER = "10.0.0.5"
CALLER = "203.0.113.9"
OPEN = "http://testserver/api/v1/admin/users"


@pytest.fixture(autouse=True)
def hosts(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "shop.example"]


def send(client: Client, token: str = "secret", peer: str = PEER, **headers: str) -> Any:
    headers = {"Host": "testserver", "Authorization": f"Bearer {token}", **headers}
    return client.get(ADMIN + "users", headers=headers, REMOTE_ADDR=peer)


def is_seen_as(client: Client, address: str, peer: str = PEER, **headers: str) -> bool:
    store_key("admin.users.view", token="bound", ip_addresses=[address])
    return send(client, "bound", peer, **headers).status_code == 200


TRUST = [
    pytest.param(None, PEER, False, id="not set"),
    pytest.param([], PEER, False, id="empty"),
    pytest.param([""], PEER, False, id="empty text"),
    pytest.param([PEER], PEER, True, id="address"),
    pytest.param(["10.0.0.6"], PEER, False, id="another address"),
    pytest.param(["192.0.2.1", PEER], PEER, True, id="second of a list"),
    pytest.param(["10.0.0.0/8"], PEER, True, id="network"),
    pytest.param(["10.0.0.1/8"], PEER, True, id="network with host bits"),
    pytest.param(["10.0.0.0/30"], PEER, False, id="another network"),
    pytest.param(["0.0.0.0/0"], PEER, True, id="all of IPv4"),
    pytest.param(["*"], PEER, True, id="any peer"),
    pytest.param(["2001:db8::/32"], "2001:db8::7", True, id="IPv6 network"),
    pytest.param(["2001:db8::/32"], PEER, False, id="IPv6 network, IPv4 peer"),
    pytest.param(["0.0.0.0/0"], "2001:db8::7", False, id="IPv4 network, IPv6 peer"),
    pytest.param(
        ["proxy.internal", PEER],
        PEER,
        True,
        id="after an entry that is no address",
    ),
]


@pytest.mark.parametrize(("proxies", "peer", "trusted"), TRUST)
def test_who_is_trusted(
    client: Client, proxies: list[str] | None, peer: str, trusted: bool
) -> None:
    if proxies is not None:
        set_option("trusted_proxies", proxies, "array")
    store_key("admin.users.view")
    headers = {
        "X-Forwarded-For": CALLER,
        "X-Forwarded-Host": "shop.example",
        "X-Forwarded-Proto": "https",
    }
    found = send(client, peer=peer, **headers).json()["meta"]["path"]
    assert found == ("https://shop.example/api/v1/admin/users" if trusted else OPEN)
    assert is_seen_as(client, CALLER, peer, **headers) is trusted


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({}, OPEN),
        ({"X-Forwarded-Host": "shop.example"}, "http://shop.example/api/v1/admin/users"),
        ({"X-Forwarded-Host": "shop.example:8443"}, "http://shop.example:8443/api/v1/admin/users"),
        (
            {"X-Forwarded-Host": "shop.example, testserver"},
            "http://shop.example/api/v1/admin/users",
        ),
        ({"X-Forwarded-Host": ""}, OPEN),
        ({"X-Forwarded-Proto": "https"}, "https://testserver/api/v1/admin/users"),
        ({"X-Forwarded-Proto": "HTTPS"}, "https://testserver/api/v1/admin/users"),
        ({"X-Forwarded-Proto": "on"}, "https://testserver/api/v1/admin/users"),
        ({"X-Forwarded-Proto": "https,http"}, "https://testserver/api/v1/admin/users"),
        ({"X-Forwarded-Proto": "http, https"}, OPEN),
        ({"X-Forwarded-Proto": "ftp"}, OPEN),
        ({"X-Forwarded-Proto": ""}, OPEN),
        (
            {
                "X-Forwarded-Host": "shop.example",
                "X-Forwarded-Port": "443",
                "X-Forwarded-Proto": "https",
            },
            "https://shop.example/api/v1/admin/users",
        ),
        pytest.param(
            {"X-Forwarded-Host": "shop.example", "X-Forwarded-Port": "8443"},
            "http://shop.example:8443/api/v1/admin/users",
        ),
        pytest.param(
            {"X-Forwarded-Prefix": "/billing"},
            "http://testserver/billing/api/v1/admin/users",
        ),
    ],
)
def test_host_and_scheme_of_a_trusted_proxy(
    client: Client, headers: dict[str, str], path: str
) -> None:
    set_option("trusted_proxies", [PEER], "array")
    store_key("admin.users.view")
    meta = send(client, **headers).json()["meta"]
    assert (meta["path"], meta["current_page_url"]) == (path, f"{path}?page=1")


def test_host_that_is_not_ours_is_refused(client: Client) -> None:
    set_option("trusted_proxies", ["*"], "array")
    store_key("admin.users.view")
    response = send(client, **{"X-Forwarded-Host": "evil.example"})
    assert (response.status_code, response.json()) == (400, {"message": "Bad request."})


@pytest.mark.parametrize(
    ("proxies", "chain", "address"),
    [
        ([PEER], CALLER, CALLER),
        ([PEER], f"198.51.100.1, {CALLER}", CALLER),
        ([PEER, "192.0.2.1"], f"198.51.100.1, {CALLER}, 192.0.2.1", CALLER),
        (["10.0.0.0/8"], f"{CALLER}, 10.1.1.1,10.2.2.2", CALLER),
        (["10.0.0.0/8"], "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (["*"], f"198.51.100.1, {CALLER}", CALLER),
        (["*"], f"{CALLER}, {PEER}", CALLER),
        ([PEER], "", PEER),
        ([PEER], " , ", PEER),
        ([PEER], "2001:db8::9", "2001:db8::9"),
        pytest.param(
            [PEER],
            f"{CALLER}:51234",
            CALLER,
        ),
        pytest.param(
            [PEER],
            "[2001:db8::9]:51234",
            "2001:db8::9",
        ),
        pytest.param(
            [PEER],
            f"{CALLER}, unknown",
            CALLER,
        ),
    ],
)
def test_address_behind_trusted_proxies(
    client: Client, proxies: list[str], chain: str, address: str
) -> None:
    set_option("trusted_proxies", proxies, "array")
    assert is_seen_as(client, address, **{"X-Forwarded-For": chain})


def test_caller_cannot_choose_his_address(client: Client) -> None:
    """What the caller wrote himself stands before what our proxy added."""
    set_option("trusted_proxies", [PEER], "array")
    assert not is_seen_as(client, "127.0.0.1", **{"X-Forwarded-For": f"127.0.0.1, {CALLER}"})


def test_broken_setting_trusts_nobody(client: Client) -> None:
    set_option("trusted_proxies", "not json", "string")
    assert not is_seen_as(client, CALLER, **{"X-Forwarded-For": CALLER})


@pytest.mark.parametrize(
    ("chain", "trusted", "address"),
    [
        ("", [], "peer"),
        ("8.8.8.8", [], "8.8.8.8"),
        ("8.8.8.8, 9.9.9.9", ["*"], "9.9.9.9"),
        ("1.1.1.1", ["1.1.1.1"], "1.1.1.1"),
        ("a, b", [], "peer"),
    ],
)
def test_last_address_that_is_no_proxy(chain: str, trusted: list[str], address: str) -> None:
    assert _client(chain, "peer", trusted) == address
