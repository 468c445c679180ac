"""The files of a server's TLS: what is wrong with one is said by its name before anything listens, and not by a handshake that fails."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from riskwarn.errors import SettingInvalid
from riskwarn.messages import Message


def check_server(certificate: str, key: str) -> None:
    """Raise SettingInvalid where a server cannot show a certificate by two files."""
    shown, sealed = _certificates("--tls-cert", certificate), _read("--tls-key", key)
    try:
        fits = load_pem_private_key(sealed, None).public_key() == shown[0].public_key()
    except TypeError as error:
        raise _invalid(
            "--tls-key", key, Message("it is sealed with a password, and nobody is there to type it")
        ) from error
    except ValueError as error:
        raise _invalid("--tls-key", key, Message("the file holds no key (PEM)")) from error
    except UnsupportedAlgorithm:
        fits = True  # OpenSSL may know it
    if not fits:
        raise _invalid("--tls-key", key, Message("it is not the key of the certificate that --tls-cert names"))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        problem = Message("OpenSSL takes it not with its key: {why}", why=getattr(error, "reason", None) or error)
        raise _invalid("--tls-cert", certificate, problem) from error


def check_authority(file: str) -> None:
    """Raise SettingInvalid where no client's certificate can be held against a file."""
    _certificates("--tls-client-ca", file)


def check_in_force(name: str, file: str, now: datetime) -> None:
    """Raise SettingInvalid where the first certificate of a file is not in force: whoever asked would refuse it."""
    first = _certificates(name, file)[0]
    if first.not_valid_after_utc <= now:
        day = first.not_valid_after_utc.date().isoformat()
        raise _invalid(name, file, Message("the certificate ended on {day}; give one that is in force", day=day))
    if first.not_valid_before_utc > now:
        day = first.not_valid_before_utc.date().isoformat()
        problem = Message("the certificate begins on {day}; look at the clock of this machine", day=day)
        raise _invalid(name, file, problem)


def _certificates(name: str, file: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(name, file))
    except ValueError as error:
        raise _invalid(name, file, Message("the file holds no certificate (PEM)")) from error


def _read(name: str, file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise _invalid(name, file, Message("there is no such file, or it may not be read")) from error


def _invalid(name: str, file: str, problem: Message) -> SettingInvalid:
    return SettingInvalid(name=name, value=file, problem=problem)
