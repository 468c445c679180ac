"""Lines over origins, of an audit: evidence by unit, or what was seen then and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import log10

from training.reports.drawing import Pair, Scale, line, stroke, svg, ticks, word

WIDTH, HEIGHT = 960, 200

#: Evidence is drawn from here on.
_LEAST = 1e-3


def paths(lines: Mapping[Pair, Sequence[tuple[date, float | None]]], title: Pair, *, limit: float | None = None) -> str:
    """The first line stands out. With a limit, evidence: the axis is a logarithm, and the limit a dashed line."""
    days = sorted({day for points in lines.values() for day, _ in points})
    known = [value for points in lines.values() for _, value in points if value is not None]
    if not days or not known:
        return svg(WIDTH, 40, [word(8, 24, ("没有可画的内容", "nothing to draw"))], title)
    evidence = limit is not None

    def placed(value: float) -> float:
        return log10(max(value, _LEAST)) if evidence else value

    every = [placed(value) for value in (*known, *([limit] if limit is not None else []))]
    room = 0.08 * (max(every) - min(every)) or 0.1
    across = Scale(0, max(1, (days[-1] - days[0]).days), 52, WIDTH - 160)
    up = Scale(min(every) - room, max(every) + room, HEIGHT - 30, 14)
    parts = []
    marks = ticks(min(every), max(every))
    for mark in [mark for mark in marks if not evidence or mark == round(mark)]:
        text = f"{10**mark:g}" if evidence else f"{mark:g}"
        parts += [stroke(52, up(mark), WIDTH - 160, up(mark), "grid")]
        parts += [word(46, up(mark) + 4, text, anchor="end", named="small")]
    for day in days[:: max(1, -(-len(days) // 8))]:
        parts.append(word(across((day - days[0]).days), HEIGHT - 12, f"{day:%Y-%m-%d}", anchor="middle", named="small"))
    if limit is not None:
        parts.append(line([(52, up(placed(limit))), (WIDTH - 160, up(placed(limit)))], "chance"))
    names: list[str] = []
    taken: list[float] = []
    drawn = []
    for index, (name, points) in enumerate(lines.items()):
        at = [(across((day - days[0]).days), up(placed(value)) if value is not None else None) for day, value in points]
        named = "model" if index == 0 else "part"
        drawn.append(line(at, named))
        taken.append(_free(next((y for _, y in reversed(at) if y is not None), HEIGHT / 2) + 4, taken))
        names.append(word(WIDTH - 152, taken[-1], name, named="model" if index == 0 else "small"))
    return svg(WIDTH, HEIGHT, [*parts, *reversed(drawn), *names], title)


def _free(y: float, taken: Sequence[float]) -> float:
    """The height nearest to a line's end at which its name hides no other and is not cut off; its end where there is none."""
    places = [y + step * 14 for distance in range(HEIGHT // 14) for step in (-distance, distance)]
    inside = (place for place in places if 10 <= place <= HEIGHT - 8)
    return next((place for place in inside if all(abs(place - other) > 13.9 for other in taken)), y)
