"""The rows reach a collector of logs, in the form of the standards, whenever it is there; nobody waits for it."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from riskwarn.audit import Action, Caller, Entry, record, syslog
from riskwarn.audit.listing import newest
from riskwarn.audit.syslog import AT_ONCE, Forwarding, forward
from riskwarn.errors import SettingInvalid, SyslogUnreachable
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from tests.riskwarn.audit.collector import collecting
from tests.waiting import until

AT = datetime(2026, 11, 2, 1, 30, 0, 5, tzinfo=UTC)


def at(home: Home, address: str, authority: Path | None = None) -> Home:
    """The same home with a collector."""
    return open_home(home.path, Settings(syslog=address, syslog_ca=str(authority) if authority else None))


def test_each_row_is_one_message_of_the_standard(home: Home) -> None:
    record(home, Entry(Action.KEY_CREATED, 'k"1]\\', Caller("op_1", "10.1.2.3"), note="数据中心接入"), at=AT)
    record(home, Entry(Action.ACCESS_REFUSED, "", Caller("key_2", "10.9.9.9"), "denied"), at=AT + timedelta(seconds=1))
    with collecting() as received:
        assert forward(at(home, f"tcp://127.0.0.1:{received.port}")) == 2
        assert forward(at(home, f"tcp://127.0.0.1:{received.port}")) == 0, "each is sent once"
    first, second = received.messages
    assert (first["priority"], first["at"], first["action"]) == ("109", "2026-11-02T01:30:00.000005Z", "key.created")
    assert second["priority"] == "108", "what was refused is a warning"
    assert f'hash="{newest(home)[0].hash}"' in second["data"] and 'sequence="2"' in second["data"]
    assert received.rows == [row.as_dict() for row in reversed(newest(home))]
    assert received.rows[0]["object"] == 'k"1]\\' and received.rows[0]["note"] == "数据中心接入"


def test_a_collector_that_was_away_gets_all_of_it_afterwards(home: Home) -> None:
    with collecting() as received:
        port = received.port
    away = at(home, f"tcp://127.0.0.1:{port}")
    record(away, *(Entry(Action.DATA_LOADED, f"disputes/{number}") for number in range(AT_ONCE + 3)), at=AT)
    with pytest.raises(SyslogUnreachable, match=str(port)):
        forward(away, seconds=0.2)
    with collecting(port) as received:
        assert forward(away) == AT_ONCE + 3
    assert [row["sequence"] for row in received.rows] == list(range(1, AT_ONCE + 4))


def certificates(folder: Path, name: str) -> tuple[Path, Path]:
    """(certificate, key) of a collector that is its own authority."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / f"{name}.pem", folder / f"{name}.key"


def test_over_tls_only_to_whom_the_certificates_know(home: Home, tmp_path: Path) -> None:
    certificate, key = certificates(tmp_path, "collector")
    stranger, _ = certificates(tmp_path, "stranger")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    record(home, Entry(Action.KEY_CREATED, "k1"), at=AT)
    with collecting(context=context) as received:
        with pytest.raises(SyslogUnreachable, match="certificate"):
            forward(at(home, f"tls://localhost:{received.port}", stranger))
        with pytest.raises(SyslogUnreachable, match="certificate"):
            forward(at(home, f"tls://localhost:{received.port}"))
        assert received.bytes == b""
        assert forward(at(home, f"tls://localhost:{received.port}", certificate)) == 1
    assert [row["object"] for row in received.rows] == ["k1"]


def test_a_server_sends_in_the_background_and_a_change_never_waits(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes the connection and never reads
        stuck = at(home, f"tcp://127.0.0.1:{deaf.getsockname()[1]}")
        with Forwarding(stuck, every=0.01):
            record(stuck, Entry(Action.DATA_LOADED, "disputes/1"), at=AT)
            assert len(newest(stuck)) == 1
    (home.path / "audit.sent").unlink(missing_ok=True)
    with collecting() as received, Forwarding(at(home, f"tcp://127.0.0.1:{received.port}"), every=0.01):
        record(home, Entry(Action.DATA_LOADED, "disputes/2"), at=AT)
    assert [row["object"] for row in received.rows] == ["disputes/1", "disputes/2"]


def test_a_server_goes_on_sending_after_something_that_nobody_foresaw(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, right = [0], syslog.write_text

    def failing(*written: object) -> None:
        tried[0] += 1
        if tried[0] < 3:
            raise RuntimeError("nobody thought of it")
        right(*written)  # type: ignore[arg-type]

    monkeypatch.setattr(syslog, "write_text", failing)
    record(home, Entry(Action.DATA_LOADED, "disputes/1"), at=AT)
    with collecting() as received, Forwarding(at(home, f"tcp://127.0.0.1:{received.port}"), every=0.01):
        until((home.path / syslog.SENT).exists)
        assert (home.path / syslog.SENT).read_text() == "1\n"
    assert {row["object"] for row in received.rows} == {"disputes/1"}, "one row, though it was sent several times"


@pytest.mark.parametrize(
    "wrong", ["collector", "udp://host:514", "tcp://", "tcp://host:x", "tls://a:b@host:1", "tcp://host/x"]
)
def test_an_address_that_is_none_is_a_wrong_setting(wrong: str) -> None:
    with pytest.raises(SettingInvalid, match="RISKWARN_SYSLOG"):
        Settings.from_environment({"RISKWARN_SYSLOG": wrong})
    assert Settings.from_environment({"RISKWARN_SYSLOG": "tls://log.city.gov.cn"}).syslog == "tls://log.city.gov.cn"
