"""The share of what was told of that had an event, told again and again while more of it is judged.

Who reads it before and after one notice is judged has, of an exact number of grids and a share with three digits, whether that grid had an
event. So a share is told of whole groups, in the order in which they were judged, and in steps that three events span: between two
tellings that differ lie as many grids as a group has.
"""

from __future__ import annotations

import numpy as np

from riskwarn.disclosure.bands import Flags
from riskwarn.disclosure.steps import LEAST_OF_GROUP, in_steps, step_of

#: So many grids, in the order in which they were judged, are a group: what is told of them is told when the last of them is.
GROUP = LEAST_OF_GROUP


def in_whole_groups(hits: Flags) -> tuple[int, int]:
    """(grids, those with an event) of the whole groups, the first of them first; `hits` (grids,) in the order in which they were judged, from
    the first that ever was: groups stay what they are, and what is too old is left out by whole ones.

    >>> import numpy as np
    >>> in_whole_groups(np.arange(120) % 10 == 0), in_whole_groups(np.ones(49, dtype=bool))
    ((100, 10), (0, 0))
    """
    whole = len(hits) // GROUP * GROUP
    return whole, int(np.count_nonzero(hits[:whole]))


def share_told(share: float | None, grids: int) -> float | None:
    """A share of so many grids, in steps that three of them span; None of fewer than a group.

    What else is told of these grids follows from it: several figures, each in steps of its own, tell together what one alone hides.

    >>> share_told(0.14, 100), share_told(0.137, 3000), share_told(0.14, 30)
    (0.15, 0.137, None)
    """
    return None if grids < GROUP else in_steps(share, step_of(1.0, grids))


def share_within(told: float, grids: int) -> tuple[float, float]:
    """Between what the share of so many grids lies that is told as this.

    >>> share_within(0.15, 100), share_within(0.0, 50)
    ((0.125, 0.175), (0.0, 0.05))
    """
    half = step_of(1.0, grids) / 2
    return max(told - half, 0.0), min(told + half, 1.0)
