"""What the parts of a family said of each origin, kept while the family is judged.

A family is judged horizon by horizon beside its own parts: without this the same trees would be asked of the same rows seven times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from training.intervals.counts import Reals
from training.models.design import Design

#: Bytes that are kept at most: 66,000 grids, 64 origins, three spans and three parts take 300 MB. What comes later is made anew.
MOST_KEPT = 2**29


@dataclass
class Margins:
    """(grids,) log means by part of a model and origin."""

    _kept: dict[tuple[int, date], Reals] = field(default_factory=dict)
    _parts: dict[int, object] = field(default_factory=dict)  # so that no other bears the identity of one of them
    _bytes: int = 0

    def of(
        self,
        part: object,
        origins: Sequence[date],
        columns: Callable[[], Design],
        make: Callable[[Design], Reals],
    ) -> Reals:
        """(origins, grids) what a part says; made, for all of the origins, where one of them is new."""
        held = [self._kept.get((id(part), origin)) for origin in origins]
        known = [one for one in held if one is not None]
        if len(known) == len(origins):
            return np.stack(known)
        made = make(columns())
        if self._bytes + made.nbytes <= MOST_KEPT:
            self._parts[id(part)] = part
            self._kept |= {(id(part), origin): found for origin, found in zip(origins, made.copy(), strict=True)}
            self._bytes += made.nbytes
        return made

    def __reduce__(self) -> tuple[type[Margins], tuple[()]]:
        """To another process goes nothing."""
        return Margins, ()
