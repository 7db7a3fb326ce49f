"""The outgoing client against servers that misbehave and names that lie."""

import socket
import threading
import time
from ipaddress import ip_address

import pytest
from django.core.exceptions import ImproperlyConfigured

from paymenter import http
from paymenter.addresses import is_among, is_public, networks
from paymenter.http import AddressRefused, Limits, NoAnswer
from paymenter.tests.smtp_servers import raw_server
from paymenter.tests.web_servers import LOOPBACK, Names, certificate, receiver, saying

QUICK = Limits(connect=0.5, read=0.3, seconds=0.6, size=1000)


@pytest.fixture
def loopback(settings):
    settings.OUTGOING_PRIVATE_NETWORKS = LOOPBACK


@pytest.fixture
def names(monkeypatch):
    return Names(monkeypatch)


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9"),
        *("169.254.169.254", "172.16.0.1", "192.0.0.1", "192.0.2.1", "192.88.99.1"),
        *("192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
        *("239.1.1.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1"),
        *("2001:db8::1", "2002:7f00:1::", "2002:a00:1::", "2002:c0a8:101::1", "fc00::1"),
        *("fd12::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1"),
    ],
)
def test_address_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"],
)
def test_address_is_public(address):
    assert is_public(ip_address(address))


def test_networks_of_ones_own():
    allowed = networks("X", ["10.0.5.0/24", "192.168.1.20", "fd00::/8"])
    inside = ("10.0.5.9", "192.168.1.20", "fd12::1", "::ffff:10.0.5.9", "64:ff9b::a00:509")
    outside = ("10.0.6.1", "192.168.1.21", "127.0.0.1", "fe80::1", "::ffff:10.0.6.1")
    assert [is_among(ip_address(text), allowed) for text in inside] == [True] * 5
    assert [is_among(ip_address(text), allowed) for text in outside] == [False] * 5


def test_network_that_is_none_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match=r"^X: home is no network; write 10\.0\.0\.0/8"):
        networks("X", ["10.0.0.0/8", "home"])


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://127.0.0.1/", "127.0.0.1, which is no public address"),
        ("https://127.1/", "127.0.0.1, which is no public address"),
        ("https://2130706433/", "127.0.0.1, which is no public address"),
        ("https://0x7f.1/", "127.0.0.1, which is no public address"),
        ("https://[::1]/", "::1, which is no public address"),
        ("https://[::ffff:10.0.0.1]/", "which is no public address"),
        ("https://localhost/", "which is no public address"),
        ("http://1.1.1.1/", "must begin with https://"),
        ("https://a:b@1.1.1.1/", "must not hold a user name"),
        ("https://a@1.1.1.1/", "must not hold a user name"),
        ("ftp://1.1.1.1/", "must be an https address"),
        ("file:///etc/passwd", "must be an https address"),
        ("https:///nowhere", "must be an https address"),
        ("//1.1.1.1/", "must be an https address"),
        ("https://1.1.1.1:99999999/", "no valid URL"),
        ("https://exa mple.com/", "no valid URL"),
        ("https://1.1.1.1/" + "x" * 2000, "of up to 2000 characters"),
    ],
)
def test_url_is_refused(url, text):
    for ask in (http.check, lambda url: http.post(url, content=b"")):
        with pytest.raises(AddressRefused) as refusal:
            ask(url)
        assert text in str(refusal.value)


def test_public_url_passes_the_check():
    http.check("https://1.1.1.1/hook")


def test_unknown_name(names, monkeypatch):
    def fail(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NoAnswer, match=r"^There is no address for nowhere\.example\.$"):
        http.check("https://nowhere.example/")


def test_resolver_that_hangs(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [release.wait(10)][1:])
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="There is no address"):
        http.post("https://slow.example/", content=b"", limits=QUICK)
    release.set()
    assert time.monotonic() - began < 3


def test_one_private_address_among_public_ones_is_refused(names):
    names.known["both.example"] = [["1.1.1.1", "10.0.0.1"]]
    with pytest.raises(AddressRefused, match=r"both\.example leads to 10\.0\.0\.1,"):
        http.post("https://both.example/", content=b"")


# -- names that lie --------------------------------------------------------------------------------


def test_name_is_resolved_once_and_the_connection_goes_there(names, settings):
    """The second look, which rebinding counts on, never happens."""
    with receiver() as good, receiver() as other:
        settings.OUTGOING_PRIVATE_NETWORKS = networks("X", ["127.0.0.1"])
        names.known["shifty.example"] = [["127.0.0.1"], ["10.0.0.1"]]
        answer = http.post(f"http://shifty.example:{good.port}/a?b=c", content=b"hello")
        assert (answer.status, good.paths, other.got) == (200, ["/a?b=c"], [])
        assert names.asked == ["shifty.example"]
        [(headers, body)] = good.got
        assert (headers["Host"], body) == (f"shifty.example:{good.port}", b"hello")
        with pytest.raises(AddressRefused, match=r"10\.0\.0\.1, which is no public"):
            http.post(f"http://shifty.example:{good.port}/", content=b"hello")
        assert len(good.got) == 1


def test_next_address_is_tried_where_one_does_not_answer(names, loopback):
    with receiver() as good:
        names.known["two.example"] = [["::1", "127.0.0.1"]]
        assert http.post(f"http://two.example:{good.port}/", content=b"").status == 200


def test_certificate_is_that_of_the_name(names, loopback, monkeypatch, tmp_path):
    server, client = certificate(tmp_path, "shop.example")
    seen = []
    server.sni_callback = lambda _, name, __: seen.append(name)
    with receiver(server) as good:
        names.known |= {"shop.example": [["127.0.0.1"]], "evil.example": [["127.0.0.1"]]}
        with pytest.raises(NoAnswer, match="certificate verify failed"):
            http.post(f"https://shop.example:{good.port}/", content=b"x")
        monkeypatch.setattr(http, "tls", lambda: client)
        assert http.post(f"https://shop.example:{good.port}/", content=b"x").status == 200
        with pytest.raises(NoAnswer, match="certificate verify failed: Hostname mismatch"):
            http.post(f"https://evil.example:{good.port}/", content=b"x")
        assert (len(good.got), seen) == (1, ["shop.example", "shop.example", "evil.example"])


def test_proxies_of_the_environment_are_not_asked(loopback, monkeypatch):
    with receiver() as good:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert http.post(good.url, content=b"").status == 200


# -- answers ---------------------------------------------------------------------------------------


def test_answer(loopback):
    with receiver() as good:
        good.answer(418, b"short and stout", X_Pot="tea")
        answer = http.post(good.url, content=b"{}", headers={"X-A": "b"})
        assert (answer.status, answer.text, answer.is_cut) == (418, "short and stout", False)
        assert answer.headers["x-pot"] == "tea"
        assert 0 < answer.seconds < 5
        assert good.got[0][0]["X-A"] == "b"
        assert good.got[0][0]["Accept-Encoding"] == "identity"


def test_redirects_are_not_followed(loopback):
    with receiver() as good:
        good.answer(307, Location=good.url)
        assert (http.post(good.url, content=b"").status, len(good.got)) == (307, 1)


def test_redirects_to_itself_end(loopback):
    with receiver() as good:
        good.answer(302, Location="/again")
        assert http.get(good.url, redirects=3).status == 302
        assert good.paths == ["/hook", "/again", "/again", "/again"]


def test_each_hop_is_checked(settings):
    with receiver() as good:
        settings.OUTGOING_PRIVATE_NETWORKS = networks("X", ["127.0.0.1"])
        for there in ("https://10.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd"):
            good.answers.clear()
            good.answer(302, Location=there)
            with pytest.raises(AddressRefused):
                http.get(good.url, redirects=1)


def test_headers_stay_with_the_host_they_are_for(loopback):
    with receiver() as first, receiver() as second:
        first.answer(302, Location=second.url)
        http.get(first.url, headers={"Authorization": "secret"}, redirects=1)
        assert first.got[0][0]["Authorization"] == "secret"
        assert "Authorization" not in second.got[0][0]


HEAD = b"HTTP/1.1 200 OK\r\n"


def endless(piece, pause=0.0):
    def give(connection):
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return give


def wait(connection):
    while connection.recv(65536):
        pass


@pytest.mark.parametrize(
    ("talk", "text"),
    [
        (saying(then=wait), "It kept silent for too long."),
        (saying(HEAD, then=wait), "It kept silent for too long."),
        (saying(HEAD + b"Content-Length: 9\r\n\r\nabc", then=wait), "It kept silent for too long."),
        (saying(then=endless(b"H", 0.1)), "It took longer than 0.6 seconds."),
        (saying(HEAD, then=endless(b"X: y\r\n", 0.1)), "It took longer than 0.6 seconds."),
        (
            saying(HEAD + b"Content-Length: 99\r\n\r\n", then=endless(b"x", 0.1)),
            "It took longer than 0.6 seconds.",
        ),
        (saying(HEAD + b"Content-Length: 9\r\n\r\nabc"), "The connection failed: "),
        (saying(HEAD), "The connection failed: "),
        (saying(), "The connection failed: "),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "The connection failed: "),
        (saying(HEAD, then=endless(b"X: y\r\n" * 1000)), "The connection failed: "),
    ],
    ids=[
        *("hangs", "hangs in head", "hangs in body", "drips", "drips headers", "drips a body"),
        *("dies in body", "dies in head", "dies", "is no web server", "gigabytes of headers"),
    ],
)
def test_server_that_misbehaves(loopback, talk, text):
    with raw_server(talk) as port:
        began = time.monotonic()
        with pytest.raises(NoAnswer) as error:
            http.post(f"http://127.0.0.1:{port}/", content=b"x", limits=QUICK)
        assert str(error.value).startswith(text)
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("length", [b"Content-Length: 9999999999\r\n", b""])
def test_gigabytes_are_cut(loopback, length):
    with raw_server(saying(HEAD + length + b"\r\n", then=endless(b"x" * 65536))) as port:
        answer = http.post(f"http://127.0.0.1:{port}/", content=b"x", limits=QUICK)
    assert (answer.status, len(answer.body), answer.is_cut) == (200, 1000, True)


def test_request_that_nobody_reads(loopback):
    with raw_server(lambda connection: time.sleep(3)) as port:
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            http.post(f"http://127.0.0.1:{port}/", content=b"x" * 50_000_000, limits=QUICK)
        assert time.monotonic() - began < 3


def test_nobody_listens(loopback):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(NoAnswer, match=r"^The connection failed: "):
        http.post(f"http://127.0.0.1:{port}/", content=b"x")


def test_the_deadline_holds_outside_the_main_thread(loopback):
    told = []

    def ask(port):
        try:
            http.post(f"http://127.0.0.1:{port}/", content=b"", limits=QUICK)
        except NoAnswer as error:
            told.append(str(error))

    with raw_server(saying(then=endless(b"H", 0.1))) as port:
        thread = threading.Thread(target=ask, args=(port,))
        thread.start()
        thread.join(5)
    assert told == ["It took longer than 0.6 seconds."]
