"""The bitemporal store: versions of records, never changed in place, and what was believed when.

The door: `Store`, `Load`, `writing`; `ledger` and `undo` for loads; `beliefs` for features. The lake is imported when it is asked
for: who reads the ledger alone, as a server of rankings does, holds nothing that reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from riskwarn.store.ledger import ledger
from riskwarn.store.undo import undo
from riskwarn.store.writing import writing

if TYPE_CHECKING:
    from riskwarn.store.lake import Load, Store

__all__ = ["Load", "Store", "ledger", "undo", "writing"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from riskwarn.store import lake

    return getattr(lake, name)
