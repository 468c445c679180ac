"""The bitemporal store: versions of records, never changed in place, and what was believed when.

The door: `Store`, `Load`, `writing`; `ledger` and `undo` for loads; `beliefs` for features.
"""

from riskwarn.store.lake import Load, Store
from riskwarn.store.ledger import ledger
from riskwarn.store.undo import undo
from riskwarn.store.writing import writing

__all__ = ["Load", "Store", "ledger", "undo", "writing"]
