"""One level of the hierarchy above the grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from riskwarn.arrays import Indices

#: The code of the one unit above the districts.
CITY_CODE = "city"


@dataclass(frozen=True)
class Units:
    """One level of the hierarchy above the grid."""

    codes: tuple[str, ...]  # sorted
    names: tuple[str, ...]
    of_grid: Indices  # (grids,) index into `codes`
    parents: tuple[str, ...]  # code of the next unit up

    @cached_property
    def sizes(self) -> Indices:
        """(units,) number of grids in each."""
        return np.bincount(self.of_grid, minlength=len(self.codes))


def units_of(codes: pd.Series, names: pd.Series, parents: pd.Series) -> Units:
    """A level from the code, the name and the parent's code that each grid tells; of several the first holds."""
    first = pd.DataFrame({"code": codes, "name": names.fillna(codes), "parent": parents})
    first = first.drop_duplicates("code").sort_values("code")
    index = pd.Index(first["code"])
    return Units(
        codes=tuple(first["code"]),
        names=tuple(first["name"].astype(str)),
        of_grid=index.get_indexer(pd.Index(codes)).astype(np.int64),
        parents=tuple(first["parent"]),
    )
