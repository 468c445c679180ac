"""What says too much of a household to be shown of a single grid."""

from __future__ import annotations

#: Categories that are shown from the community up.
SENSITIVE_CATEGORIES = ("marriage_family", "medical", "self_harm", "village_affairs")


def is_sensitive(name: str, *, demand_only: bool) -> bool:
    """Whether a signal of this name may not be shown of a single grid: petitions never are."""
    return demand_only or any(category in name for category in SENSITIVE_CATEGORIES)
