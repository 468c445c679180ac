"""The bitemporal store: every version of every record, and what was believed when. The door: `Store`, `Load`."""

from riskwarn.store.lake import Load, Store

__all__ = ["Load", "Store"]
