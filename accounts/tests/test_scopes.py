import pytest

from accounts.rules import scopes

REGISTERED = [
    "https://app.example.com/cb",
    "http://127.0.0.1/cb?x=1",
    "http://[::1]:80",
    "myapp://cb",
]


@pytest.mark.parametrize("address", [*REGISTERED, "http://127.0.0.1:5000/cb?x=1", "http://[::1]"])
def test_registered_addresses(address):
    assert scopes.is_registered(address, REGISTERED)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://app.example.com/cb/",
        "https://app.example.com:443/cb",
        "https://app.example.com/cb#x",
        "HTTPS://app.example.com/cb",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:5000/cb?x=1\r\nSet-Cookie: a=b",
        "http://127.0.0.1:x/cb?x=1",
        "http://127.0.0.1:1@evil.example.com/cb?x=1",
        "http://evil.example.com@127.0.0.1/cb?x=1",
        "http://127.0.0.1.evil.example.com/cb?x=1",
        "http://localhost/cb?x=1",
        "https://127.0.0.1/cb?x=1",
    ],
)
def test_other_addresses(address):
    assert not scopes.is_registered(address, REGISTERED)


def test_challenge_of_the_rfc():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert scopes.is_proof(verifier)
    assert scopes.proves(verifier, challenge, "S256")
    assert not scopes.proves(verifier, challenge, "plain")
    assert not scopes.proves(verifier + "x", challenge, "S256")


def test_names():
    assert scopes.asked_for("  profile * profile") == ["profile", "*"]
    assert scopes.unknown(["profile", "*", "x"]) == "x"
    assert scopes.given(["profile", "*"], to_user=True) == ["profile"]
    assert scopes.given(["profile", "*"], to_user=False) == ["profile", "*"]
