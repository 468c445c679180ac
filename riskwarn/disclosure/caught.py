"""What a back-test caught, as it may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskwarn.disclosure.bands import count_shown, few

#: What would tell how many events there were, where there were one or two.
_SHARES = ("capture", "precision", "of_100_listed", "outside")


def levels_shown(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each level would have caught, the highest first. Nothing tells one from two events: of all, of the caught, of the others, or
    of those that a level catches beyond the one above it."""
    shown, above = [], 0
    for one in found:
        events, caught = one["events"], one["caught"]
        told = {**one, "events": count_shown(events), "caught": count_shown(caught)}
        if few(events) or few(events - caught) or (few(caught - above) and not few(caught)):
            told |= dict.fromkeys(("caught", *_SHARES))
        elif few(caught):
            told |= dict.fromkeys(_SHARES)
        else:
            above = caught
        shown.append(told)
    return shown
