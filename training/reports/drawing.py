"""The ground of all drawings: scales, axes and words in SVG. A word is in both languages, of which the page shows one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from math import ceil, floor, log10, sqrt
from typing import Literal

Pair = tuple[str, str]


@dataclass(frozen=True)
class Scale:
    """From values to places along one side of a drawing."""

    low: float
    high: float
    start: float
    end: float
    root: bool = False  # equal steps are of the square root: small shares have room

    def __call__(self, value: float) -> float:
        """The place of a value; what lies outside stands at the edge."""
        low, high, one = (sqrt(max(number, 0)) if self.root else number for number in (self.low, self.high, value))
        share = (one - low) / (high - low) if high > low else 0.5
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)


def svg(width: int, height: int, parts: Sequence[str], title: Pair, *, alone: bool = False) -> str:
    """A drawing; `alone` is a file of its own, in English."""
    style = f"<style>{style_sheet()} [lang=zh]{{display:none}}</style>" if alone else ""
    paper = f'<rect width="{width}" height="{height}" fill="#fff"/>' if alone else ""
    size = f' width="{width}" height="{height}"' if alone else ""
    opened = f'<svg xmlns="http://www.w3.org/2000/svg"{size} viewBox="0 0 {width} {height}" role="img" class="drawing">'
    return (
        f"{opened}{style}<title>{escape(title[1] if alone else ' · '.join(title))}</title>{paper}{''.join(parts)}</svg>"
    )


def style_sheet() -> str:
    """The style of drawings."""
    return resources.files(__package__).joinpath("templates/drawing.css").read_text(encoding="utf-8")


def word(
    x: float, y: float, text: Pair | str, *, anchor: Literal["start", "middle", "end"] = "start", named: str = ""
) -> str:
    """A word; once where both languages say the same."""
    held = f' x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"' + (f' class="{named}"' if named else "")
    if isinstance(text, str) or text[0] == text[1]:
        return f"<text{held}>{escape(text if isinstance(text, str) else text[0])}</text>"
    return f'<text{held} lang="zh">{escape(text[0])}</text><text{held} lang="en">{escape(text[1])}</text>'


def line(points: Sequence[tuple[float, float | None]], named: str) -> str:
    """A line through points, broken where one is not known; a point between two gaps is a dot."""
    parts: list[str] = []
    for run in _runs(points):
        if len(run) == 1:
            parts.append(f'<circle class="{named} dot" cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="2"/>')
        else:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
            parts.append(f'<path class="{named} line" d="M{path}"/>')
    return "".join(parts)


def _runs(points: Sequence[tuple[float, float | None]]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for x, y in points:
        if y is not None:
            run.append((x, y))
        elif run:
            yield run
            run = []
    if run:
        yield run


def stroke(x: float, y: float, to_x: float, to_y: float, named: str) -> str:
    """A straight stroke."""
    return f'<path class="{named}" d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}"/>'


def percent(share: float) -> str:
    """A share as people read it."""
    return f"{100 * share:.3g}%"


def ticks(low: float, high: float, number: int = 4) -> list[float]:
    """Round values between two, at most some more than a number."""
    if not high > low:
        return [low]
    raw = (high - low) / number
    size = 10.0 ** floor(log10(raw))
    step = next(one * size for one in (1, 2, 2.5, 5, 10) if one * size >= raw * 0.999)
    return [round(index * step, 12) for index in range(ceil(low / step), floor(high / step) + 1)]
