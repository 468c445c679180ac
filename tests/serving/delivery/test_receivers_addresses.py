"""No byte reaches this machine, its link, a cloud's metadata, or any network that is not named: whatever is written, looked up or answered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from httpcore2 import AnyIOBackend

from experiments.benchmarks.receivers import Receiver, receiving
from riskwarn.receivers import Mail
from serving.delivery.addresses import Allowed
from serving.delivery.connecting import AddressRefused, Guarded, pool
from serving.delivery.mail import letter, send
from serving.delivery.outcomes import Outcome
from serving.delivery.webhooks import is_address
from tests.serving.access.test_tls import Authority
from tests.serving.delivery.saying import carry, delivering, message, say, subscribed

#: As wide as somebody could name them: what is refused now is refused always.
EVERYTHING = Allowed((ip_network("0.0.0.0/0"), ip_network("::/0")))

#: What may never be contacted, however it is written.
NEVER = [
    # Loopback, in every spelling that a system understands.
    "127.0.0.1", "127.0.0.2", "127.255.255.255", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1",
    "017700000001", "0177.1", "127.0.0.01", "localhost", "LOCALHOST", "localhost.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::0001]",
    # Nothing, this host, everybody, many.
    "0.0.0.0", "0", "0.1.2.3", "[::]", "255.255.255.255", "224.0.0.1", "239.255.255.250", "240.0.0.1", "[ff02::1]", "[ff0e::1]",
    # IPv4 inside IPv6: mapped, compatible, translated, 6to4, NAT64, Teredo, ISATAP.
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:0.0.0.0]", "[::127.0.0.1]",
    "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[2002:7f00:1::]", "[2002:7f00:1::1]", "[2002:a9fe:a9fe::]", "[2002:a00:1::1]", "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[64:ff9b:1:7f00:0:100::]", "[2001:0:7f00:1::]", "[2001::80ff:fffe]",
    "[fd00::5efe:127.0.0.1]", "[2400:db8::200:5efe:7f00:1]",
    # Link-local and site-local.
    "169.254.0.1", "169.254.169.254", "169.254.170.2", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "[fe80::1]",
    "[fe80::a9fe:a9fe]", "[fe80::1%25lo]", "[fe80::1%25eth0]", "[fec0::1]",
    # Metadata of clouds elsewhere.
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "[fd00:ec2::254]", "[fd00:ec2::23]", "[fd20:ce::254]", "[::ffff:100.100.100.200]",
    # Relays, benchmarks, discard, no machines.
    "192.88.99.1", "198.18.0.1", "[100::1]", "[2001:20::1]",
]  # fmt: skip

#: In private networks, of which one was named.
NOT_NAMED = [
    "10.9.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "8.8.8.8",
    "[fd12::1]",
    "[2400:3200::1]",
    "[::ffff:10.9.0.1]",
    "100.64.0.1",
]
NAMED = ["10.20.3.4", "[::ffff:10.20.3.4]", "[fd20:1::5]"]
INTRANET = Allowed((ip_network("10.20.0.0/16"), ip_network("fd20:1::/32")))


@pytest.fixture(scope="module")
def canary() -> Iterator[Receiver]:
    """What must never hear anything, on both loopbacks."""
    with receiving("127.0.0.1") as one:
        try:
            with receiving("::1", one.port) as other:
                yield one
                assert other.connections == 0
        except OSError:
            yield one
        assert one.connections == 0 and one.got == []


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were connected to, instead of connecting to them."""
    called: list[str] = []

    async def connect(_self: Any, host: str, port: int, *_told: Any, **_more: Any) -> Any:
        called.append(host)
        raise httpcore2.ConnectError

    monkeypatch.setattr(AnyIOBackend, "connect_tcp", connect)
    return called


def looked_up(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Let names lead to these addresses, another list each time, the last for ever."""
    left = list(answers)

    def found(_host: Any, port: Any, *_told: Any, **_more: Any) -> Any:
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]  # fmt: skip

    monkeypatch.setattr(socket, "getaddrinfo", found)


def asked(allowed: Allowed, address: str) -> str:
    """How a request ends."""

    async def post() -> str:
        one = pool(Guarded(allowed), 2)
        try:
            answer = await one.request("POST", address, content=b"x", extensions={"timeout": {"connect": 2.0}})
            return str(answer.status)
        except AddressRefused:
            return "refused"
        except (httpcore2.NetworkError, httpcore2.UnsupportedProtocol, httpcore2.LocalProtocolError, ValueError):
            return "nowhere"
        finally:
            await one.aclose()

    return asyncio.run(post())


@pytest.mark.parametrize("host", NEVER)
def test_never(host: str, canary: Receiver, dialled: list[str]) -> None:
    assert asked(EVERYTHING, f"http://{host}:{canary.port}/") in ("refused", "nowhere")
    assert dialled == []
    assert canary.connections == 0


def test_there_are_enough_of_them() -> None:
    assert len(NEVER) >= 60 and len(set(NEVER)) == len(NEVER)


@pytest.mark.parametrize("host", NOT_NAMED)
def test_what_nobody_named(host: str, dialled: list[str]) -> None:
    assert asked(INTRANET, f"http://{host}/") == "refused" and dialled == []


@pytest.mark.parametrize("host", NAMED)
def test_what_was_named_is_connected_to(host: str, dialled: list[str]) -> None:
    assert asked(INTRANET, f"http://{host}/") == "nowhere" and len(dialled) == 1


@pytest.mark.parametrize(
    "wrong", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "10.9.0.1", "64:ff9b::7f00:1"]
)
def test_a_name_that_leads_elsewhere(
    wrong: str, canary: Receiver, dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up(monkeypatch, [wrong])
    assert asked(INTRANET, f"http://receiver.example:{canary.port}/") == "refused" and dialled == []


def test_a_name_that_is_led_elsewhere_between_check_and_connection(
    canary: Receiver, dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up(monkeypatch, ["10.20.3.4"], ["127.0.0.1"])
    assert asked(INTRANET, f"http://receiver.example:{canary.port}/") == "nowhere"
    assert dialled == ["10.20.3.4"], "what was checked is what is connected to, and the name is looked up once"
    assert asked(INTRANET, f"http://receiver.example:{canary.port}/") == "refused"


def test_of_several_addresses_only_those_that_may_be(dialled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up(monkeypatch, ["127.0.0.1", "10.20.3.4", "169.254.169.254", "fd20:1::5", "8.8.8.8"])
    asked(INTRANET, "http://receiver.example/")
    assert dialled == ["10.20.3.4", "fd20:1::5"]


def test_a_host_that_is_named_needs_no_network_but_is_never_this_machine(
    dialled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    robots = Allowed(hosts=frozenset({"robots.example"}))
    looked_up(monkeypatch, ["127.0.0.1", "172.16.0.1"])
    asked(robots, "http://robots.example/")
    assert dialled == ["172.16.0.1"]
    assert asked(robots, "http://other.example/") == "refused"


def test_one_port_of_loopback_may_be_named_and_no_other(canary: Receiver) -> None:
    with receiving() as own:
        one = Allowed(loopback_port=own.port)
        assert asked(one, f"http://127.0.0.1:{own.port}/") == "204"
        assert asked(one, f"http://localhost:{own.port}/") == "204"
        assert asked(one, f"http://127.0.0.1:{canary.port}/") == "refused"
        assert asked(one, f"http://127.0.0.2:{own.port}/") == "refused"
        assert canary.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(status: int, canary: Receiver, tmp_path: Path) -> None:
    with receiving() as own:
        home = delivering(tmp_path, own.port)
        own.answer = lambda _got: (status, {"Location": f"http://127.0.0.1:{canary.port}/"})
        subscribed(home, f"{own.address}/hook")
        say(home, message("a"))
        assert carry(home) == {"retried": 1} and len(own.got) == 1
        assert canary.connections == 0


def test_no_proxy_of_the_environment_is_asked(
    canary: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with receiving() as own:
        home = delivering(tmp_path, own.port)
        subscribed(home, f"{own.address}/hook")
        say(home, message("a"))
        assert carry(home) == {"delivered": 1}
        assert canary.connections == 0


def test_the_certificate_is_held_against_the_name_that_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    certificate, key, _ = authority.certificate("receiver.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with receiving(tls=(certificate, key)) as own:
        looked_up(monkeypatch, ["127.0.0.1"])
        allowed = Allowed(loopback_port=own.port)
        assert asked(allowed, f"https://receiver.example:{own.port}/") == "204"
        assert own.asked_for == ["receiver.example"] and own.got[0].headers["host"] == f"receiver.example:{own.port}"
        assert asked(allowed, f"https://other.example:{own.port}/") == "nowhere", "another name is not believed"
        assert len(own.got) == 1


def test_the_server_of_mail_is_checked_too(canary: Receiver) -> None:
    declared = Mail(host="mail.example", port=canary.port, tls="none", sender="riskwarn@example.cn")
    made = letter(declared, "office@example.cn", message(), "zh")
    with pytest.MonkeyPatch.context() as patch:
        looked_up(patch, ["127.0.0.1"])
        assert send(declared, Allowed(hosts=frozenset({"mail.example"})), None, made) == Outcome(
            False, "address_refused"
        )
    assert canary.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://user:pass@receiver.example/", "http://receiver.example@127.0.0.1/", "http://receiver.example\\@127.0.0.1/", "//receiver.example/",
        "http:///hook", "http://receiver.example:0/", "http://receiver.example:99999/", "http://rec eiver.example/", "file:///etc/passwd",
        "gopher://receiver.example/", "http://receiver.example/#@127.0.0.1", "http://2130706433/", "http://0x7f.1/", "http://127.1/",
        "http://0177.0.0.1/", "http://[fe80::1%25eth0]/", "http://例子.example/", "http://receiver.example/\r\nX: y", "http://[::ffff:7f00:1]x/",
        "http://receiver_.example/", "http://" + "a" * 600 + ".example/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_webhook(address: str) -> None:
    assert not is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://receiver.example.gov.cn/notices?to=1",
        "http://10.20.3.4:8080/hook",
        "http://[fd20:1::5]/",
        "http://receiver/",
    ],
)
def test_what_is(address: str) -> None:
    assert is_address(address)
