"""The file of the key: outside the home, for its owner alone, written whole or not at all.

It may hold several keys: the first seals, all of them open. So a rotation that dies leaves nothing that does not open.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from riskwarn.errors import SecretKeyInvalid, SecretKeyMissing, SecretKeyUnfit
from riskwarn.files import sync, write_text
from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.secrets.ciphers import KEY_BYTES, NONCE_BYTES, CipherName, seal

FORM = "riskwarn-secrets-1"
SETTING = "RISKWARN_SECRETS_KEY"


@dataclass(frozen=True)
class Key:
    """A key, and the opaque id by which rows name it."""

    id: str
    cipher: CipherName
    material: bytes = field(repr=False)


def new_key(cipher: CipherName) -> Key:
    """A key of random bits; raise AlgorithmMissing where nothing could be sealed with it here."""
    key = Key(secrets.token_hex(6), cipher, secrets.token_bytes(KEY_BYTES[cipher]))
    seal(cipher, key.material, bytes(NONCE_BYTES), b"", b"")
    return key


def place_of(home: Home) -> Path:
    """The path of the home's key file; raise SecretKeyUnfit where none is named, or one inside the home."""
    named = home.settings.secrets_key
    if named is None:
        raise SecretKeyUnfit(
            file=SETTING, problem="it is not set; name a file outside the home, on which backups do not lie"
        )
    path = Path(named).expanduser().absolute()
    if path.resolve().is_relative_to(home.path):
        raise SecretKeyUnfit(
            file=path, problem="it lies in the home, and whoever has the home would have it; name another place"
        )
    return path


def make(home: Home, cipher: CipherName) -> Key:
    """Make the key file of a home. Raises SecretKeyUnfit where there is one, or no folder for it, and AlgorithmMissing."""
    path, key = place_of(home), new_key(cipher)
    if not path.parent.is_dir():
        raise SecretKeyUnfit(
            file=path, problem=Message("there is no folder {folder}; make it first", folder=path.parent)
        )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        problem = (
            "there is a file of this name already; another key in its place would leave what it seals closed for good"
        )
        raise SecretKeyUnfit(file=path, problem=problem) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        os.fchmod(handle, 0o600)
        file.write(_written([key]))
        file.flush()
        os.fsync(handle)
    sync(path.parent)
    return key


def read(home: Home) -> tuple[Key, ...]:
    """The keys of a home, that which seals first. Raises SecretKeyUnfit, SecretKeyMissing, SecretKeyInvalid."""
    path = place_of(home)
    try:
        file = path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        raise SecretKeyMissing(file=path) from None
    with file:
        # Asked of what was opened, not of its name: nobody puts another in between.
        _check(path, os.fstat(file.fileno()))
        content = file.read(1 << 16)
    try:
        told: Any = json.loads(content)
        keys = tuple(Key(str(one["id"]), one["cipher"], bytes.fromhex(one["key"])) for one in told["keys"])
        sound = told["form"] == FORM and all(len(key.material) == KEY_BYTES[key.cipher] for key in keys)
    except (ValueError, TypeError, KeyError):
        sound = False
    if not sound or not keys:
        # Without what went before it: a traceback would quote the content.
        raise SecretKeyInvalid(file=path) from None
    return keys


def write(home: Home, keys: Sequence[Key]) -> None:
    """Replace the keys in the file."""
    write_text(place_of(home), _written(keys))


def _written(keys: Sequence[Key]) -> str:
    told = [{"id": key.id, "cipher": key.cipher, "key": key.material.hex()} for key in keys]
    return json.dumps({"form": FORM, "keys": told}, indent=1) + "\n"


def _check(path: Path, found: os.stat_result) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISREG(found.st_mode):
        raise SecretKeyUnfit(file=path, problem="it is no file")
    if mode & 0o077:
        problem = Message(
            "others may read or write it (its mode is {mode}); allow its owner alone: chmod 600", mode=f"{mode:04o}"
        )
        raise SecretKeyUnfit(file=path, problem=problem)
    if found.st_uid not in (os.geteuid(), 0):
        raise SecretKeyUnfit(file=path, problem="it belongs to another user, who could put another key there")
