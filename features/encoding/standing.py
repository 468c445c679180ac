"""What is asked of the records of a whole city beside its features: since when there are some, how many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from features.encoding.encoded_city import Encoded
from features.encoding.records import GONE


def in_force(numbers: Encoded, source: str, *names: str) -> dict[str, npt.NDArray[np.int64]]:
    """(rows,) some columns of the encoded records of a source that were not taken out, of those above the grid too.

    They are asked and not the beliefs: those of a city that was read from its state lie in the store, and are millions.
    """
    tables = [held[source].only((*names, "stop")) for held in (numbers.sources, numbers.above) if source in held]
    return {
        name: np.concatenate([np.arange(0), *(rows[name][rows["stop"] != GONE] for rows in tables)]) for name in names
    }
