"""The secrets of keys: `rw_<id>_<secret>` with 256 random bits, kept as a digest and compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from riskwarn.errors import AlgorithmMissing

#: What digests are made by; SM3 (GB/T 32905) where an installation asks for it.
ALGORITHMS = ("sha256", "sm3")

_PREFIX = "rw"
_ID_BYTES, _SECRET_BYTES = 6, 32

#: Longer is no token of ours.
_MOST = 200


@dataclass(frozen=True)
class Digest:
    """What is kept of a token."""

    algorithm: str
    value: str  # hexadecimal

    def fits(self, token: str) -> bool:
        """Whether it is the digest of a token; takes as long for any."""
        return hmac.compare_digest(self.value, digest_of(token, self.algorithm).value)


def new_token() -> tuple[str, str]:
    """(id, the whole token): the id may be told and logged, the rest never."""
    own = secrets.token_hex(_ID_BYTES)
    return own, f"{_PREFIX}_{own}_{secrets.token_hex(_SECRET_BYTES)}"


def new_id(prefix: str) -> str:
    """An id that tells nothing."""
    return f"{prefix}{secrets.token_hex(_ID_BYTES)}"


def digest_of(token: str, algorithm: str = "sha256") -> Digest:
    """What is kept of a token. It is random, so that a fast digest without salt is as good as a slow one.

    Raises AlgorithmMissing.
    """
    data = token.encode()
    # To look an algorithm up by its name takes as long as the digest itself.
    try:
        made = hashlib.sha256(data) if algorithm == "sha256" else hashlib.new(algorithm, data)
    except ValueError as error:
        raise AlgorithmMissing(setting="access.key_digest", algorithm=algorithm, other="sha256") from error
    return Digest(algorithm, made.hexdigest())


def id_of(token: str) -> str | None:
    """The id that a token names; None where it is no token of ours."""
    parts = token.split("_") if len(token) <= _MOST and token.isascii() else []
    return parts[1] if len(parts) == 3 and parts[0] == _PREFIX else None
