"""Complementary suppression: what is withheld must not follow from a total and the parts that are shown beside it.

The rule of statistical offices (Willenborg and de Waal 2001, Elements of Statistical Disclosure Control, chapter 5) for one
hierarchy of sums.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from riskwarn.disclosure.bands import Flags, Reals


def complemented(
    residents: list[Reals],
    parents: list[npt.NDArray[np.integer]],
    least: int,
    before: Sequence[Flags] | None = None,
    always: Sequence[Flags] | None = None,
) -> list[Flags]:
    """Which units' details are withheld, level by level from the parts up.

    `residents` has the residents of each unit (NaN where nobody knows), `parents` the row of each unit in the next level up (not
    needed for the last). A unit of fewer than `least` residents is withheld. So is, beside it, the smallest of its siblings, until
    what is missing under their total is two units or more and no fewer than `least` residents; and of a unit that is withheld, the
    smallest of its parts, lest it be their sum.

    What was withheld `before` stays so while anything has to be withheld beside it: else what is told of it now would be what was left
    of the small one in what was told then. What is withheld `always` is so however many reside there, and so is what it would follow from.
    """
    kept = [np.zeros(len(people), dtype=bool) for people in residents] if before is None else before
    hidden = [np.where(np.isnan(people), False, people < least) for people in residents]
    if always is not None:
        hidden = [few | one for few, one in zip(hidden, always, strict=True)]
    for level in range(len(parents)):
        concerned = np.unique(parents[level][hidden[level]])
        hidden[level] = _beside(residents[level], parents[level], hidden[level], kept[level], concerned, least)
    for level in reversed(range(len(parents))):
        above = np.flatnonzero(hidden[level + 1])
        hidden[level] = _beside(residents[level], parents[level], hidden[level], kept[level], above, least)
    return hidden


def _beside(
    people: Reals,
    parents: npt.NDArray[np.integer],
    hidden: Flags,
    kept: Flags,
    concerned: npt.NDArray[np.integer],
    least: int,
) -> Flags:
    """Withhold more of the parts of some units. A part whose residents nobody knows is withheld last, and counts for none: what else is
    told of it, and of the total, is known all the same.
    """
    hidden = hidden | (kept & np.isin(parents, concerned))
    known = np.where(np.isnan(people), np.inf, people)
    order = np.argsort(parents, kind="stable")
    starts = np.searchsorted(parents[order], concerned)
    stops = np.searchsorted(parents[order], concerned, side="right")
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        children = order[start:stop]
        for child in sorted(children[~hidden[children]].tolist(), key=lambda one: (known[one], one)):
            inside = children[hidden[children]]
            if len(inside) >= 2 and np.nansum(people[inside]) >= least:
                break
            hidden[child] = True
    return hidden
