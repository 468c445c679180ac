"""TLS of the server's own, and a gateway that is known by its client certificate: over real connections."""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from riskwarn.errors import SettingInvalid
from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.api.app import Application
from serving.api.options import Options
from serving.api.server import serve
from tests.serving.access.browsers import configured, operator, own_key
from tests.serving.conftest import running_application


class Authority:
    """Signs certificates, and writes them as files."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = _name("authority")
        self.file = folder / "ca.pem"
        own = self._signed(self.name, self._key, x509.BasicConstraints(ca=True, path_length=0))
        self.file.write_bytes(own.public_bytes(Encoding.PEM))

    def _signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        extension: x509.ExtensionType,
        ago: timedelta = timedelta(0),
    ) -> x509.Certificate:
        now = datetime.now(UTC) - ago
        made = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        return (
            made.not_valid_after(now + timedelta(days=2))
            .add_extension(extension, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def certificate(self, name: str, ago: timedelta = timedelta(0)) -> tuple[str, str, str]:
        """(the file of a certificate that was made a while ago, that of its key, the SHA-256 of the certificate)."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))])
        made = self._signed(_name(name), key, names, ago)
        files = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        files[0].write_bytes(made.public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return str(files[0]), str(files[1]), hashlib.sha256(made.public_bytes(Encoding.DER)).hexdigest()


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def test_a_server_with_a_certificate_signs_people_in_and_tells_a_gateway_by_its_own(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    own, gateway, other = (authority.certificate(name) for name in ("server", "gateway", "other"))
    home = make_home(tmp_path / "home", Settings(threads=1))
    rules = f"sign_in: {{gateway: {{networks: [127.0.0.1/32], certificate: '{gateway[2]}'}}}}\n"
    home = configured(home, rules)
    key = own_key(home, operator(home, subject="20113"))
    options = Options(keyless=False, tls_cert=own[0], tls_key=own[1], tls_client_ca=str(authority.file))
    application = Application(home, options=options)
    with running_application(application) as plain:
        address = plain.replace("http://", "https://")
        page = {"Origin": address, "X-Riskwarn-Page": "1"}
        said = {"X-Remote-User": "20113"}
        states = {}
        for shown in (None, other, gateway):
            context = ssl.create_default_context(cafile=str(authority.file))
            if shown is not None:
                context.load_cert_chain(shown[0], shown[1])
            with httpx.Client(base_url=address, verify=context, trust_env=False) as client:
                states[shown and shown[2]] = client.get("/sign-in/state", headers=said).status_code
                if shown is gateway:
                    assert client.post("/sign-in/gateway", json={}, headers={**page, **said}).status_code == 200
                    assert client.get("/sign-in/state", headers=said).json()["method"] == "gateway"
                    continue
                answer = client.post("/sign-in/key", json={"key": key}, headers=page)
                assert answer.status_code == 200 and answer.headers["set-cookie"].startswith("__Host-riskwarn=")
                assert client.get("/sign-in/state").json()["signed_in"] is True
                assert client.get("/sign-in").headers["strict-transport-security"] == "max-age=31536000"
        assert states == {None: 403, other[2]: 403, gateway[2]: 200}
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{plain}/healthz", trust_env=False)


def test_files_that_are_no_certificate_are_refused_before_anything_listens(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    own, other = authority.certificate("server"), authority.certificate("other")
    none, absent, sealed = (str(tmp_path / name) for name in ("none.pem", "absent", "sealed.key"))
    Path(none).write_text("none")
    key = ec.generate_private_key(ec.SECP256R1())
    Path(sealed).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    for told, said in (
        ({"tls_cert": own[0]}, "--tls-cert .*go together"),
        (
            {"tls_cert": own[0], "tls_key": other[1]},
            "--tls-key .*other.key.*not the key of the certificate that --tls-cert",
        ),
        ({"tls_cert": absent, "tls_key": own[1]}, "--tls-cert .*absent'.*no such file"),
        ({"tls_cert": own[0], "tls_key": absent}, "--tls-key .*absent'.*no such file"),
        ({"tls_cert": own[0], "tls_key": none}, "--tls-key .*none.pem'.*no key"),
        ({"tls_cert": own[0], "tls_key": sealed}, "--tls-key .*sealed.key'.*password"),
        ({"tls_cert": own[1], "tls_key": own[0]}, "--tls-cert .*server.key'.*no certificate"),
        ({"tls_cert": own[0], "tls_key": own[1], "tls_client_ca": none}, "--tls-client-ca .*none.pem'.*no certificate"),
        ({"tls_cert": own[0], "tls_key": own[1], "tls_client_ca": absent}, "--tls-client-ca .*absent'.*no such file"),
        ({"tls_client_ca": str(authority.file)}, "--tls-client-ca"),
    ):
        with pytest.raises(SettingInvalid, match=said) as refused:
            Options(**told)  # type: ignore[arg-type]
        assert str(refused.value).count(". ") == 0 and str(refused.value).endswith(".")


def test_what_nobody_could_be_known_by_is_said_before_anything_listens(tmp_path: Path) -> None:
    """A certificate that is not in force, and that of a gateway without what it is held against."""
    authority, home = Authority(tmp_path), make_home(tmp_path / "home", Settings(threads=1))
    own_key(home, operator(home))
    for ago, said in (
        (timedelta(days=9), "the certificate ended on"),
        (timedelta(days=-9), "the certificate begins on"),
    ):
        shown = authority.certificate("server", ago)
        with pytest.raises(SettingInvalid, match=f"--tls-cert .*{said}"):
            serve(home, options=Options(tls_cert=shown[0], tls_key=shown[1]))
    home = configured(home, f"sign_in: {{gateway: {{networks: [127.0.0.1/32], certificate: '{'ab' * 32}'}}}}\n")
    shown = authority.certificate("server")
    with pytest.raises(SettingInvalid, match=r"sign_in: gateway: certificate .*--tls-client-ca"):
        serve(home, options=Options(tls_cert=shown[0], tls_key=shown[1]))
