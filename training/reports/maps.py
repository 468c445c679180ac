"""Where a forecast errs, on a map of towns: no grid of its own, and no tile of anybody's."""

from __future__ import annotations

from math import cos, radians, sqrt

from training.reports.drawing import Pair, Scale, svg, word
from training.reports.facts import Place, ReportFacts

WIDTH, HEIGHT = 620, 520
_EDGE = 36
#: Towns whose names are written.
_NAMED = 16


def errors_map(facts: ReportFacts) -> str | None:
    """Towns at their centres, as large as they have grids, coloured where counts leave the forecast; None where no place is known."""
    placed = [one for one in facts.towns if one.longitude is not None and one.latitude is not None]
    points = [*facts.outline, *((one.longitude, one.latitude) for one in placed)]
    if not placed:
        return None
    longitudes, latitudes = ([point[side] or 0.0 for point in points] for side in (0, 1))
    middle = (min(latitudes) + max(latitudes)) / 2
    squeeze = cos(radians(middle))
    wide, tall = (max(longitudes) - min(longitudes)) * squeeze or 0.01, max(latitudes) - min(latitudes) or 0.01
    unit = min((WIDTH - 2 * _EDGE) / wide, (HEIGHT - 2 * _EDGE) / tall)
    left, top = (WIDTH - wide * unit) / 2, (HEIGHT - tall * unit) / 2
    across = Scale(min(longitudes), max(longitudes), left, WIDTH - left)
    up = Scale(min(latitudes), max(latitudes), HEIGHT - top, top)
    parts = [
        f'<circle class="land" cx="{across(longitude):.0f}" cy="{up(latitude):.0f}" r="3"/>'
        for longitude, latitude in facts.outline
    ]
    largest = max(one.grids for one in placed)
    for one in sorted(placed, key=lambda town: -town.grids):
        shape = f'cx="{across(one.longitude or 0):.1f}" cy="{up(one.latitude or 0):.1f}" r="{_size(one, largest):.1f}"'
        parts.append(f'<circle class="town {shade(one)}" {shape}/>')
    told = sorted((one for one in placed if one.level is not None), key=lambda one: -abs((one.level or 1) - 1))
    taken: list[tuple[float, float]] = []
    for one in sorted(told, key=lambda town: not town.told)[:_NAMED]:
        x, y = across(one.longitude or 0), up(one.latitude or 0) + _size(one, largest) + 12
        if all(abs(x - other[0]) > 56 or abs(y - other[1]) > 13 for other in taken):
            taken.append((x, y))
            parts.append(word(x, y, one.name, anchor="middle", named="strong small" if one.told else "small"))
    title: Pair = ("各镇街的误差", "Errors by town")
    return svg(WIDTH, HEIGHT, parts, title)


def _size(one: Place, largest: int) -> float:
    return 5 + 11 * sqrt(one.grids / largest)


def shade(one: Place) -> str:
    """Whether a town's counts leave the forecast: too low, too high, right, or too few to say."""
    if one.level is None:
        return "few"
    if not one.told:
        return "right"
    return "low" if one.level > 1 else "high"
