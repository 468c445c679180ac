"""Who did what, when, from where and with what result: one chain of rows that nobody can edit unseen.

The door: `recorded` (a transaction that changes something, and says so in the chain), `append` (the same for who holds a
connection), `announced` (for changes that lie outside the database), `ReadsOfDetail` (reads, in batches), `Entry`, `Action`,
`Caller`. Whoever changes anything writes here in its own transaction; nothing counts or compares those who act.
"""

from riskwarn.audit.actions import Action
from riskwarn.audit.chain import append
from riskwarn.audit.entries import LOCAL, SYSTEM, Caller, Entry, acting_for
from riskwarn.audit.reads import ReadsOfDetail
from riskwarn.audit.recording import announced, record, recorded

__all__ = [
    "LOCAL",
    "SYSTEM",
    "Action",
    "Caller",
    "Entry",
    "ReadsOfDetail",
    "acting_for",
    "announced",
    "append",
    "record",
    "recorded",
]
