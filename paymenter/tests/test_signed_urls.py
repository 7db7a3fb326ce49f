from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from paymenter.env import AppKeys
from paymenter.laravel.signed_urls import Signature, sign, temporary, verify
from paymenter.tests.formats import APP_KEY, PREVIOUS_KEY, recorded

KEYS = AppKeys(bytes(range(32)), (b"\x07" * 32,), APP_KEY, (PREVIOUS_KEY,))
NEW = AppKeys(b"n" * 32, (), "n" * 32, ())
NOW = datetime(2026, 3, 31, 10, 15, tzinfo=UTC)
ROOT = "http://localhost"
PATHS = {"invoices.show": "/invoices/{invoice}", "verification.verify": "/email/verify/{id}/{hash}"}


def address(case: dict[str, Any]) -> tuple[str, dict[str, object]]:
    """The route's URL and the parameters that are left for the query."""
    args = case["operation"]["args"]
    path = PATHS[args["route"]]
    root = case["settings"].get("app_url", ROOT)
    query = {name: value for name, value in args["params"].items() if f"{{{name}}}" not in path}
    return root + path.format(**args["params"]), query


@pytest.mark.parametrize("case", recorded("url.signed"))
def test_signs_as_recorded(case: dict[str, Any]) -> None:
    url, query = address(case)
    assert sign(url, keys=KEYS, parameters=query) == case["outcome"]["return"]


@pytest.mark.parametrize("case", recorded("url.temporary"))
def test_signs_for_a_time_as_recorded(case: dict[str, Any]) -> None:
    url, query = address(case)
    minutes = timedelta(minutes=case["operation"]["args"]["minutes"])
    expires_at = datetime.fromisoformat(case["now"]) + minutes
    signed = temporary(url, expires_at=expires_at, keys=KEYS, parameters=query)
    assert signed == case["outcome"]["return"]
    root = case["settings"]["app_url"]
    for now in (expires_at, expires_at + timedelta(milliseconds=999)):
        assert verify(signed, root=root, now=now, keys=KEYS) == Signature(True, True, True)


@pytest.mark.parametrize("case", recorded("url.check"))
def test_verifies_as_recorded(case: dict[str, Any]) -> None:
    url, now = case["operation"]["args"]["url"], datetime.fromisoformat(case["now"])
    signature = verify(url, root=ROOT, now=now, keys=KEYS)
    assert signature == Signature(**case["outcome"]["return"])


def test_expires_with_the_next_second() -> None:
    url = temporary(f"{ROOT}/x", expires_at=NOW, keys=KEYS)
    late = verify(url, root=ROOT, now=NOW + timedelta(seconds=1), keys=KEYS)
    assert late == Signature(valid=False, correct=True, not_expired=False)


@pytest.mark.parametrize("expires", ["soon", "²", "-1", "a[]=1"])
def test_an_unreadable_expiry_is_over(expires: str) -> None:
    assert not verify(f"{ROOT}/x?expires={expires}", root=ROOT, now=NOW, keys=KEYS).not_expired


def test_the_root_stands_in_for_scheme_host_and_folder() -> None:
    root = "https://shop.example.com/sub/"
    url = sign("https://shop.example.com/sub/invoices/5", keys=KEYS, parameters={"a": 1})
    for seen in ("http://internal:8000/sub/invoices/5", "http://internal:8000/invoices/5"):
        other = seen + url.removeprefix("https://shop.example.com/sub/invoices/5")
        assert verify(other, root=root, now=NOW, keys=KEYS) == Signature(True, False, True)
    assert verify(url + "#part", root=root, now=NOW, keys=KEYS).valid


def test_the_root_itself_can_be_signed() -> None:
    for root in (ROOT, f"{ROOT}/sub"):
        url = sign(root, keys=KEYS)
        assert verify(url, root=root, now=NOW, keys=KEYS) == Signature(True, True, True)


def test_previous_keys_verify_but_do_not_sign() -> None:
    old = sign(f"{ROOT}/x", keys=KEYS)
    rotated = AppKeys(NEW.current, (KEYS.current,), NEW.text, (KEYS.text,))
    assert verify(old, root=ROOT, now=NOW, keys=rotated).valid
    assert not verify(old, root=ROOT, now=NOW, keys=NEW).valid
    assert sign(f"{ROOT}/x", keys=rotated) == sign(f"{ROOT}/x", keys=NEW)


def test_encodes_the_query_as_php() -> None:
    parameters = {
        "list": ["a", "b c"],
        "map": {"k": True, "n": None},
        "off": False,
        "none": None,
        "tilde": "~+&=é",
    }
    url = sign(f"{ROOT}/ü x/@", keys=KEYS, parameters=parameters)
    assert url.rpartition("&")[0] == (
        f"{ROOT}/%C3%BC%20x/@?list%5B0%5D=a&list%5B1%5D=b%20c&map%5Bk%5D=1&off=0"
        "&tilde=~%2B%26%3D%C3%A9"
    )
    assert verify(url, root=ROOT, now=NOW, keys=KEYS).valid


@pytest.mark.parametrize(
    "change",
    [
        ("a=1", "a=2"),
        ("/x", "/y"),
        ("signature=", "signature[]="),
        ("signature=", "signature=%C3%A9"),
        ("signature=", "b=2&signature="),
        ("signature=", "Signature="),
    ],
)
def test_any_change_makes_it_invalid(change: tuple[str, str]) -> None:
    url = sign(f"{ROOT}/x", keys=KEYS, parameters={"a": 1})
    expected = Signature(valid=False, correct=False, not_expired=True)
    assert verify(url.replace(*change), root=ROOT, now=NOW, keys=KEYS) == expected


@pytest.mark.parametrize("name", ["signature", "expires"])
def test_reserved_parameters_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="added by signing"):
        sign(f"{ROOT}/x", keys=KEYS, parameters={name: 1})
    with pytest.raises(ValueError, match="added by signing"):
        temporary(f"{ROOT}/x", expires_at=NOW, keys=KEYS, parameters={name: 1})


def test_a_query_in_the_url_is_refused() -> None:
    with pytest.raises(ValueError, match="as parameters"):
        sign(f"{ROOT}/x?a=1", keys=KEYS)
