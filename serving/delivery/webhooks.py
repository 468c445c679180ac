"""Webhooks after Standard Webhooks 1.0: an id that stays the same however often it is sent, a moment, and a signature of both and the body."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from riskwarn.receivers import is_host
from serving.delivery.addresses import plain

#: Bytes of a secret (the standard asks for 24 to 64).
SECRET_BYTES = 32

#: Characters of an address.
MOST_CHARACTERS = 512


def new_secret() -> str:
    """A secret as the standard writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(identity: str, body: bytes, keys: Sequence[str], now: datetime) -> list[tuple[str, str]]:
    """The headers of a message; with two secrets, as while one replaces the other, it bears two signatures.

    `now` is aware. The library takes the clock of whatever zone it is given for that of UTC.
    """
    moment = now.astimezone(UTC).replace(microsecond=0)
    signatures = [Webhook(key).sign(identity, moment, body.decode()) for key in keys]
    return [
        ("Content-Type", "application/json"),
        ("webhook-id", identity),
        ("webhook-timestamp", str(int(moment.timestamp()))),
        ("webhook-signature", " ".join(signatures)),
    ]


def is_address(value: str) -> bool:
    """Whether a text is the address of a webhook: http or https, a name or an address in its usual form, no user and no fragment."""
    if len(value) > MOST_CHARACTERS or not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.password is not None:
        return False
    if "@" in parts.netloc or "\\" in value or parts.fragment or "#" in value or port == 0:
        return False
    one = plain(host)
    # An address in another form (decimal, octal, in short) would be read as one by the system.
    return (one is not None and host in (str(one), one.compressed, one.exploded)) or (one is None and is_host(host))
