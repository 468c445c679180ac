"""Secrets at rest: they open with the key of their time, under their own name, and in no other way."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from pydantic import SecretStr
from sqlalchemy import select, update

from riskwarn.audit.listing import newest
from riskwarn.audit.verifying import verify
from riskwarn.errors import (
    AlgorithmMissing,
    SecretClosed,
    SecretInvalid,
    SecretKeyInvalid,
    SecretKeyMissing,
    SecretKeyUnfit,
    SecretUnread,
    UnknownSecret,
)
from riskwarn.home import Home, make_home, open_home
from riskwarn.secrets import keep, key_file, listed, remove, rotate, secret
from riskwarn.secrets.ciphers import CipherName, seal, unseal
from riskwarn.secrets.keeping import closed
from riskwarn.secrets.tables import SECRETS
from riskwarn.settings import Settings
from tests.orders import ROOT
from tests.postgresql import emptied
from tests.worlds import NOW

VALUE = "Zufall-8c1f-口令"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def sealed(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """A home that keeps one secret."""
    url = emptied(request.getfixturevalue("server")) if request.param == "postgresql" else None
    home = make_home(tmp_path / "home", Settings(database_url=url, secrets_key=str(tmp_path / "secrets.key")))
    key_file.make(home, "aes-256-gcm")
    keep(home, "webhook.centre", VALUE, now=NOW)
    return home


def file_of(home: Home) -> Path:
    return key_file.place_of(home)


def test_a_secret_opens_and_lies_nowhere_in_plain(sealed: Home, tmp_path: Path) -> None:
    assert secret(sealed, "webhook.centre").get_secret_value() == VALUE
    keep(sealed, "webhook.centre", SecretStr("another"), now=NOW + timedelta(days=1))
    assert secret(sealed, "webhook.centre").get_secret_value() == "another"
    keep(sealed, "oidc", VALUE, now=NOW)
    assert [one.name for one in listed(sealed)] == ["oidc", "webhook.centre"]
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or VALUE.encode() not in file.read_bytes(), file
    assert VALUE not in repr(secret(sealed, "oidc")) + repr(key_file.read(sealed)) + repr(listed(sealed))
    assert key_file.read(sealed)[0].material.hex() not in repr(key_file.read(sealed))
    remove(sealed, "oidc", now=NOW)
    with pytest.raises(UnknownSecret, match="webhook"):
        secret(sealed, "oidc")
    rows = [(row.action, row.object) for row in newest(sealed)]
    assert rows[0] == ("secret.removed", "oidc") and rows[-1] == ("secret.set", "webhook.centre")
    assert verify(sealed).broken is None


def test_one_sealed_twice_looks_different_each_time(sealed: Home) -> None:
    def looks() -> bytes:
        with sealed.database.connect() as connection:
            return bytes(connection.scalar(select(SECRETS.c.sealed)))

    first = looks()
    keep(sealed, "webhook.centre", VALUE, now=NOW)
    assert looks() != first


@pytest.mark.parametrize("name", ["", "A", "a b", "x" * 65, "../a", "密码", "-a"])
def test_a_name_that_could_be_a_text_is_refused(sealed: Home, name: str) -> None:
    with pytest.raises(SecretInvalid):
        keep(sealed, name, VALUE, now=NOW)
    for value in ("", "x" * 8193):
        with pytest.raises(SecretInvalid):
            keep(sealed, "oidc", value, now=NOW)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("oidc.client", "oidc"), ("ocid", "oidc"), ("gateway_secret", "gateway"), ("webhook", "webhook.ID"), ("webhook.", "webhook.ID"),
        ("webhok.centre", "webhook.ID"), ("smtp", None),
    ],
)  # fmt: skip
def test_a_name_that_nothing_reads_is_refused_and_nothing_is_kept(sealed: Home, name: str, meant: str | None) -> None:
    before = newest(sealed)
    with pytest.raises(SecretUnread, match=r"oidc, gateway, mail, webhook\.ID") as raised:
        keep(sealed, name, VALUE, now=NOW)
    assert (f"did you mean {meant}?" in str(raised.value)) == (meant is not None)
    assert newest(sealed) == before and [one.name for one in listed(sealed)] == ["webhook.centre"]


def _swapped(home: Home) -> None:
    keep(home, "gateway", "another", now=NOW)
    with home.database.begin() as connection:
        row = connection.execute(select(SECRETS).where(SECRETS.c.name == "gateway")).mappings().one()
        values = {name: row[name] for name in ("key", "nonce", "sealed")}
        connection.execute(update(SECRETS).where(SECRETS.c.name == "webhook.centre").values(**values))


def _changed(column: str) -> Callable[[Home], None]:
    def change(home: Home) -> None:
        with home.database.begin() as connection:
            held = bytes(connection.scalar(select(SECRETS.c[column])))
            connection.execute(update(SECRETS).values({column: held[:-1] + bytes([held[-1] ^ 1])}))

    return change


def _shortened(home: Home) -> None:
    with home.database.begin() as connection:
        connection.execute(update(SECRETS).values(sealed=b"short"))


def _another_key(home: Home) -> None:
    """A key of the same id, as who wants to hide the exchange would write it."""
    [held] = key_file.read(home)
    key_file.write(home, [replace(held, material=bytes(32))])


def _a_new_file(home: Home) -> None:
    file_of(home).unlink()
    key_file.make(home, "aes-256-gcm")


@pytest.mark.parametrize(
    "tamper",
    [_swapped, _changed("sealed"), _changed("nonce"), _shortened, _another_key, _a_new_file],
    ids=["rows that changed places", "sealed", "nonce", "shortened", "another key of that id", "a new key file"],
)
@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_what_was_changed_does_not_open(sealed: Home, tamper: Callable[[Home], None], cipher: CipherName) -> None:
    if tamper is not _another_key:
        rotate(sealed, now=NOW, cipher=cipher)
    tamper(sealed)
    with pytest.raises(SecretClosed, match=r"webhook\.centre") as raised:
        secret(sealed, "webhook.centre")
    assert VALUE not in str(raised.value) + "".join(traceback.format_exception(raised.value))
    assert [one.fields["name"] for one in closed(sealed)] == ["webhook.centre"]
    with pytest.raises(SecretClosed):
        rotate(sealed, now=NOW)
    keep(sealed, "webhook.centre", VALUE, now=NOW)
    assert secret(sealed, "webhook.centre").get_secret_value() == VALUE


def test_the_key_file_is_outside_the_home_and_its_owners_alone(sealed: Home, tmp_path: Path) -> None:
    file = file_of(sealed)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(SecretKeyUnfit, match="already"):
        key_file.make(sealed, "aes-256-gcm")
    for mode in (0o640, 0o604, 0o660, 0o620):
        file.chmod(mode)
        with pytest.raises(SecretKeyUnfit, match=f"{mode:04o}"):
            secret(sealed, "webhook.centre")
    file.chmod(0o400)
    assert secret(sealed, "webhook.centre").get_secret_value() == VALUE
    rotate(sealed, now=NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (tmp_path / "link").symlink_to(sealed.path / "inside.key")
    for place, told in (
        (None, "not set"),
        (str(sealed.path / "a.key"), "in the home"),
        (str(tmp_path / "link"), "in the home"),
    ):
        other = replace(sealed, settings=replace(sealed.settings, secrets_key=place))
        with pytest.raises(SecretKeyUnfit, match=told):
            key_file.make(other, "aes-256-gcm")
    other = replace(sealed, settings=replace(sealed.settings, secrets_key=str(tmp_path / "no" / "folder.key")))
    with pytest.raises(SecretKeyUnfit, match="make it first"):
        key_file.make(other, "aes-256-gcm")


def test_a_lost_or_wrong_key_file_is_one_sentence_without_its_content(sealed: Home) -> None:
    file = file_of(sealed)
    held = file.read_text(encoding="ascii")
    for content in ("", "{", '{"form": "riskwarn-secrets-1", "keys": []}', held.replace('"key": "', '"key": "0'), "[]"):
        file.write_text(content, encoding="ascii")
        with pytest.raises(SecretKeyInvalid) as raised:
            secret(sealed, "webhook.centre")
        assert raised.value.__suppress_context__
    file.unlink()
    with pytest.raises(SecretKeyMissing, match="riskwarn secrets init"):
        secret(sealed, "webhook.centre")
    before = newest(sealed)
    with pytest.raises(SecretKeyMissing):
        keep(sealed, "gateway", VALUE, now=NOW)
    assert newest(sealed) == before and [one.name for one in listed(sealed)] == ["webhook.centre"]


def test_a_rotation_seals_all_anew_and_takes_the_old_key_away(sealed: Home) -> None:
    keep(sealed, "oidc", "second", now=NOW)
    [old] = key_file.read(sealed)
    assert rotate(sealed, now=NOW, cipher="sm4-gcm") == 2
    [fresh] = key_file.read(sealed)
    assert (fresh.cipher, fresh.id != old.id) == ("sm4-gcm", True)
    assert {one.key for one in listed(sealed)} == {fresh.id}
    assert [secret(sealed, name).get_secret_value() for name in ("webhook.centre", "oidc")] == [VALUE, "second"]
    assert newest(sealed)[0].action == "secret.rotated"


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from riskwarn.home import open_home
from riskwarn.secrets import key_file, rotate
from riskwarn.settings import Settings
at, writes, write = int(sys.argv[3]), 0, key_file.write
def dying(home, keys):
    global writes
    writes += 1
    if writes * 2 - 1 == at:
        os.kill(os.getpid(), signal.SIGKILL)
    write(home, keys)
    if writes * 2 == at:
        os.kill(os.getpid(), signal.SIGKILL)
key_file.write = dying
home = open_home(Path(sys.argv[1]), Settings(secrets_key=sys.argv[2]))
rotate(home, now=datetime.now(UTC))
"""


def test_a_rotation_that_is_killed_leaves_everything_open(tmp_path: Path) -> None:
    """Before and after each of its two writings of the file; the second stands after the commit."""
    home = make_home(tmp_path / "home", Settings(secrets_key=str(tmp_path / "secrets.key")))
    key_file.make(home, "aes-256-gcm")
    keep(home, "oidc", VALUE, now=NOW)
    ids = []
    for step in (1, 2, 3, 4):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(home.path), str(tmp_path / "secrets.key"), str(step)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL
        again = open_home(home.path, home.settings)
        assert secret(again, "oidc").get_secret_value() == VALUE
        assert verify(again).broken is None
        ids.append((len(key_file.read(again)), next(one.key for one in listed(again))))
        again.database.dispose()
    assert [keys for keys, _ in ids] == [1, 2, 3, 1]
    assert len({key for _, key in ids}) == 3
    rotate(home, now=NOW)
    assert len(key_file.read(home)) == 1 and secret(home, "oidc").get_secret_value() == VALUE


def test_sm4_is_that_of_rfc_8998() -> None:
    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    text = bytes.fromhex("".join(letter * 16 for letter in "abcdefea"))
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = seal("sm4-gcm", key, nonce, text, bound)
    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert unseal("sm4-gcm", key, nonce, sealed, bound) == text


def test_a_cipher_that_openssl_lacks_is_one_sentence(sealed: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_: object) -> None:
        raise UnsupportedAlgorithm("no SM4 here")

    monkeypatch.setattr("riskwarn.secrets.ciphers.Cipher", lacking)
    with pytest.raises(AlgorithmMissing, match=r"--cipher is sm4-gcm.*say aes-256-gcm"):
        rotate(sealed, now=NOW, cipher="sm4-gcm")
    assert secret(sealed, "webhook.centre").get_secret_value() == VALUE
