"""The bitemporal store: every version of every record, and what was believed when. The door: `Store`."""

from riskwarn.store.lake import Store

__all__ = ["Store"]
