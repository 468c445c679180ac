"""The share of what was told of that had an event, told again and again while more of it is judged.

Who reads it before and after one notice is judged has, of an exact number of grids and a share with three digits, whether that grid had an
event. So a share is told of whole groups, in the order in which they were judged, and in steps that three events span: between two
tellings that differ lie as many grids as a group has.
"""

from __future__ import annotations

import numpy as np

from riskwarn.disclosure.bands import Flags
from riskwarn.disclosure.steps import LEAST_OF_GROUP, in_steps, step_of


def in_whole_groups(hits: Flags) -> tuple[int, int]:
    """(grids, those with an event) of the whole groups, the first of them first; `hits` (grids,) in the order in which they were judged, from
    the first that ever was: groups stay what they are, and what is too old is left out by whole ones.

    >>> import numpy as np
    >>> in_whole_groups(np.arange(120) % 10 == 0), in_whole_groups(np.ones(49, dtype=bool))
    ((100, 10), (0, 0))
    """
    whole = len(hits) // LEAST_OF_GROUP * LEAST_OF_GROUP
    return whole, int(np.count_nonzero(hits[:whole]))


def share_told(share: float | None, grids: int) -> float | None:
    """A share of so many grids, or an end of its interval, in steps that three of them span; None of fewer than a group.

    >>> share_told(0.14, 100), share_told(0.137, 3000), share_told(0.14, 30)
    (0.15, 0.137, None)
    """
    return None if grids < LEAST_OF_GROUP else in_steps(share, step_of(1.0, grids))
