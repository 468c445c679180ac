"""Keeping secrets: sealed one by one, each bound to its name, and every change of them a row of the audit (of the name, never the value).

The file of keys is read after the lock of the audit is held, so that nothing is sealed with a key that a rotation is taking away.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import Connection, delete, insert, select, update

from riskwarn.audit import LOCAL, Action, Caller, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.errors import SecretClosed, SecretInvalid, UnknownSecret
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from riskwarn.secrets import key_file
from riskwarn.secrets.ciphers import NONCE_BYTES, CipherName, seal, unseal
from riskwarn.secrets.key_file import Key
from riskwarn.secrets.names import check_name
from riskwarn.secrets.tables import SECRETS

#: Characters of a value.
MOST_CHARACTERS = 8_192

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Kept:
    """A secret as it is listed."""

    name: str
    key: str
    changed_at: datetime

    def as_dict(self) -> dict[str, str]:
        """The shape that is printed."""
        return {"name": self.name, "key": self.key, "changed_at": self.changed_at.isoformat()}


@dataclass(frozen=True)
class _Row:
    name: str
    key: str
    nonce: bytes
    sealed: bytes
    changed_at: datetime


def secret(home: Home, name: str) -> SecretStr:
    """The value of a secret; what is printed of it are asterisks (`get_secret_value` gives it).

    Raises UnknownSecret, SecretClosed (the key is another, or the row was changed), SecretKeyUnfit, SecretKeyMissing,
    SecretKeyInvalid.
    """
    for again in (True, False):
        keys = key_file.read(home)
        with home.database.connect() as connection:
            row = _named(connection, name)
        # A rotation may have come between the two.
        if again and row.key not in {key.id for key in keys}:
            continue
        return SecretStr(_opened(row, keys))
    raise AssertionError("the second look answers or raises")


def keep(home: Home, name: str, value: SecretStr | str, *, now: datetime, caller: Caller = LOCAL) -> Kept:
    """Keep a secret under a name, in the place of what was kept there.

    Raises SecretInvalid (a name or a value that cannot be kept), SecretUnread (a name by which nothing looks), SecretKeyUnfit,
    SecretKeyMissing, SecretKeyInvalid.
    """
    if not _NAME.fullmatch(name):
        problem = "a name is of small letters, digits, and . _ - between them, at most 64 of them"
        raise SecretInvalid(name=name[:64], problem=problem)
    check_name(name)
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not text or len(text) > MOST_CHARACTERS:
        raise SecretInvalid(name=name, problem=Message("a value has 1 to {most} characters", most=MOST_CHARACTERS))
    with recorded(home) as change:
        kept, entry = put(home, change.connection, name, text, now=now, caller=caller)
        change.append(entry, at=now)
    return kept


def put(
    home: Home, connection: Connection, name: str, text: str, *, now: datetime, caller: Caller = LOCAL
) -> tuple[Kept, Entry]:
    """Keep a secret in the transaction of another change; gives what is to be appended to the audit, at its end.

    Raises SecretKeyUnfit, SecretKeyMissing, SecretKeyInvalid.
    """
    hold(connection)
    key = key_file.read(home)[0]
    connection.execute(delete(SECRETS).where(SECRETS.c.name == name))
    connection.execute(insert(SECRETS).values(name=name, changed_at=now, **_sealed(name, text, key)))
    return Kept(name, key.id, now), Entry(Action.SECRET_SET, name, caller)


def drop(connection: Connection, name: str, *, caller: Caller = LOCAL) -> list[Entry]:
    """Forget a secret, where there is one, in the transaction of another change; gives what is to be appended to the audit."""
    hold(connection)
    gone = connection.execute(delete(SECRETS).where(SECRETS.c.name == name)).rowcount
    return [Entry(Action.SECRET_REMOVED, name, caller)] if gone else []


def remove(home: Home, name: str, *, now: datetime, caller: Caller = LOCAL) -> None:
    """Forget a secret; it needs no key for that. Raises UnknownSecret."""
    with recorded(home) as change:
        hold(change.connection)
        _named(change.connection, name)
        change.append(*drop(change.connection, name, caller=caller), at=now)


def listed(home: Home) -> list[Kept]:
    """The secrets by name; it needs no key for that."""
    with home.database.connect() as connection:
        return [Kept(row.name, row.key, row.changed_at) for row in _rows(connection)]


def closed(home: Home) -> list[SecretClosed]:
    """Those that do not open. Raises SecretKeyUnfit, SecretKeyMissing, SecretKeyInvalid."""
    keys = key_file.read(home)
    with home.database.connect() as connection:
        rows = _rows(connection)
    found = []
    for row in rows:
        try:
            _opened(row, keys)
        except SecretClosed as error:
            found.append(error)
    return found


def rotate(home: Home, *, now: datetime, cipher: CipherName | None = None, caller: Caller = LOCAL) -> int:
    """Seal every secret anew under a new key, of another cipher where one is given; gives how many. The old keys are gone then.

    Where it dies, the file holds the old keys and the new one, and everything opens. Raises SecretClosed before anything is changed where
    one does not open, SecretKeyUnfit, SecretKeyMissing, SecretKeyInvalid, AlgorithmMissing.
    """
    with recorded(home) as change:
        connection = change.connection
        hold(connection)
        keys = key_file.read(home)
        fresh = key_file.new_key(cipher or keys[0].cipher)
        texts = [(row.name, _opened(row, keys)) for row in _rows(connection)]
        key_file.write(home, (fresh, *keys))
        for name, text in texts:
            connection.execute(update(SECRETS).where(SECRETS.c.name == name).values(**_sealed(name, text, fresh)))
        change.append(Entry(Action.SECRET_ROTATED, fresh.id, caller, count=max(1, len(texts))), at=now)
    key_file.write(home, (fresh,))
    return len(texts)


def _rows(connection: Connection) -> list[_Row]:
    return [_Row(**row) for row in connection.execute(select(SECRETS).order_by(SECRETS.c.name)).mappings()]


def _named(connection: Connection, name: str) -> _Row:
    row = connection.execute(select(SECRETS).where(SECRETS.c.name == name)).mappings().first()
    if row is None:
        known = connection.scalars(select(SECRETS.c.name).order_by(SECRETS.c.name))
        raise UnknownSecret(name=name[:64], known=Listed(known) or "-")
    return _Row(**row)


def _sealed(name: str, text: str, key: Key) -> dict[str, str | bytes]:
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = seal(key.cipher, key.material, nonce, text.encode("utf-8", "surrogatepass"), _bound(name, key))
    return {"key": key.id, "nonce": nonce, "sealed": sealed}


def _opened(row: _Row, keys: Sequence[Key]) -> str:
    key = next((one for one in keys if one.id == row.key), None)
    if key is None:
        said = Message("it was sealed with the key {key}, which the file of keys does not hold", key=row.key)
        raise SecretClosed(name=row.name, problem=said)
    text = unseal(key.cipher, key.material, row.nonce, row.sealed, _bound(row.name, key))
    if text is None:
        raise SecretClosed(name=row.name, problem="its row was changed, or its key is another")
    return text.decode("utf-8", "surrogatepass")


def _bound(name: str, key: Key) -> bytes:
    """What a sealed text is bound to: a row under another name does not open."""
    return f"{key_file.FORM}\0{key.cipher}\0{key.id}\0{name}".encode()
