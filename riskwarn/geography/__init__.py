"""The city's places: grids in force, the units above them, who borders whom, and how grids were re-drawn.

Everything is indexed: a grid is its place in the sorted `grid_ids`, a unit its place in the sorted `codes`, so that
rolling up is one ``numpy.bincount`` and looking at the neighbours one sparse product. SciPy is imported where neighbours, shares
and nearest centres are computed: a load asks for the places alone.
The door: `geography`, `Geography`, `Units`, `in_force`, `ended_without_successor`, `lineage`, `Lineage`,
`breaks`, `Breaks`, `declared_breaks`.
"""

from riskwarn.geography.breaks import Break, Breaks, breaks, declared_breaks
from riskwarn.geography.force import Geography, ended_without_successor, geography, in_force
from riskwarn.geography.lineage import NO_LINEAGE, Lineage, lineage
from riskwarn.geography.units import CITY_CODE, Units

__all__ = [
    "CITY_CODE",
    "NO_LINEAGE",
    "Break",
    "Breaks",
    "Geography",
    "Lineage",
    "Units",
    "breaks",
    "declared_breaks",
    "ended_without_successor",
    "geography",
    "in_force",
    "lineage",
]
