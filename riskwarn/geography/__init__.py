"""The city's places: grids in force, the units above them, who borders whom, and how grids were re-drawn.

Everything is indexed: a grid is its place in the sorted `grid_ids`, a unit its place in the sorted `codes`, so that
rolling up is one ``numpy.bincount`` and looking at the neighbours one sparse product.
The door: `geography`, `Geography`, `Units`, `lineage`, `Lineage`, `keys_of`.
"""

from riskwarn.geography.force import Geography, geography
from riskwarn.geography.lineage import NO_LINEAGE, Lineage, keys_of, lineage
from riskwarn.geography.units import CITY_CODE, Units

__all__ = ["CITY_CODE", "NO_LINEAGE", "Geography", "Lineage", "Units", "geography", "keys_of", "lineage"]
