"""The tables of access: operators, keys, sessions, sign-ins, the number by which servers know that something changed, and approvals of files."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table

from riskwarn.tables import METADATA, Instant

#: People. Their names stand here and nowhere else.
OPERATORS = Table(
    "operators",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),  # or a staff number
    Column("role", String(16), nullable=False),
    Column("area", JSON, nullable=False),  # [[kind, code], …]
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("granted_by", String(16), nullable=False),  # `local`, or an id
    Column("confirmed_by", String(16)),
    Column("revoked_at", Instant),
    Column("subject", String(64)),  # a keyed digest of what the sign-on calls this person
    Column("signed_in_at", Instant),
)

#: Keys of programs, and of operators for themselves.
KEYS = Table(
    "keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),  # of the program
    Column("operator", String(16), index=True),  # whose it is; scopes and area are the operator's then
    Column("scopes", JSON, nullable=False),
    Column("area", JSON, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("networks", JSON, nullable=False),
    Column("algorithm", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("granted_by", String(16), nullable=False),
    Column("confirmed_by", String(16)),
    Column("revoked_at", Instant),
    Column("rotated_from", String(16)),
    Column("last_used_at", Instant),
)

#: Sessions of operators who signed in with a browser; what has ended is not here.
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("operator", String(16), nullable=False),
    Column("method", String(16), nullable=False),
    Column("key", String(16)),  # the key that was typed
    Column("opened_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("before_at", Instant),  # when the operator had signed in before
    Column("failures", Integer, nullable=False),  # since then
    Index("ix_sessions_digest", "digest", unique=True),
)

#: Sign-ins that were sent to the sign-on and have not come back; each comes back once.
SIGN_INS_BEGUN = Table(
    "sign_ins_begun",
    METADATA,
    Column("digest", String(64), primary_key=True),  # of what the browser holds
    Column("state", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("back", String(512), nullable=False),  # what of the page is shown afterwards
    Column("begun_at", Instant, nullable=False),
)

#: Wrong keys that were typed, of an operator or from an address, until that operator signs in.
SIGN_IN_FAILURES = Table(
    "sign_in_failures",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("who", String(64), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

#: One row, whose number grows with every change of operators, keys and sessions (but not with when they were used).
ACCESS_CHANGES = Table(
    "access_changes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)

#: Large files that somebody asked for with a reason, and what a second person decided.
EXPORT_APPROVALS = Table(
    "export_approvals",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("asked_by", String(16), nullable=False),  # id of an operator, or of the key of a program
    Column("asked_at", Instant, nullable=False, index=True),
    Column("area", JSON, nullable=False),  # what whoever asked saw then
    Column("snapshot", String(64), nullable=False),
    Column("query", JSON, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("inside", String(64)),  # digest of the codes of the rows; null of what was asked for before it was kept
    Column("by_tree_of", String(64)),  # the snapshot whose tree said what lay in the area; null likewise
    Column("reason", String(512), nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("decision", String(16)),  # `approved` or `refused`; none yet
    Column("decided_by", String(16)),  # id of an operator
    Column("decided_at", Instant),
    Column("used_at", Instant),
)
