"""Borders of the grids of today: each holds the ground that lies nearest to its centre, as far as the city reaches."""

from __future__ import annotations

import numpy as np

from riskwarn.simulate.world import World

#: How far from the centre of a grid its ground may reach, and what lies between two towns that is of the city; degrees of latitude.
_REACH, _BETWEEN = 0.02, 0.03

#: Decimals of a degree: about a metre. Neighbours write the corners that they share alike.
_DECIMALS = 5


def borders(world: World) -> list[str]:
    """The border of each grid as WKT, (grids,); nothing is drawn at random, so that the rest of the city stays as it is."""
    import shapely

    # Nearest is meant on the ground, where a degree of longitude is shorter.
    wide = np.array([np.cos(np.radians(world.latitude.mean())), 1.0])
    centres = shapely.points(np.column_stack([world.longitude, world.latitude]) * wide)
    city = shapely.union_all(shapely.buffer(centres, _REACH, quad_segs=4)).buffer(_BETWEEN).buffer(-_BETWEEN)
    city = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(city))))
    nearest = shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=city, ordered=True)
    cells = shapely.intersection(shapely.get_parts(nearest), city)
    drawn = shapely.transform(cells, lambda corners: np.round(corners / wide, _DECIMALS))
    found: list[str] = shapely.to_wkt(drawn, rounding_precision=_DECIMALS, trim=True).tolist()
    return found
