"""What says too much of a household to be shown of a single grid."""

from __future__ import annotations

from collections.abc import Collection

#: Kinds of matters that are shown from the community up, and the categories of records that belong to each.
SENSITIVE_CATEGORIES = {
    "marriage_family": ("marriage_family", "family_dispute", "domestic_violence"),
    "medical": ("medical",),
    "self_harm": ("self_harm",),
    "village_affairs": ("village_affairs",),
}

_KINDS = {category: kind for kind, categories in SENSITIVE_CATEGORIES.items() for category in categories}


def sensitive_kind(category: str) -> str | None:
    """The kind of sensitive matters to which a category of records belongs.

    >>> sensitive_kind("family_dispute"), sensitive_kind("neighbourhood")
    ('marriage_family', None)
    """
    return _KINDS.get(category)


def is_sensitive(kinds: Collection[str], *, demand_only: bool) -> bool:
    """Whether what tells of these kinds of matters alone may not be shown of a single grid: petitions never are.

    >>> is_sensitive((), demand_only=False), is_sensitive(("medical",), demand_only=False), is_sensitive((), demand_only=True)
    (False, True, True)
    """
    return demand_only or bool(kinds)
