"""One feature as a row of the page: what it is, how it is distributed, and what is odd about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape

import numpy as np

from features.building.tables import Column
from features.matrix import Feature
from features.pages.distribution import Histogram, distribution, histogram
from features.pages.words import QUANTITIES, TRANSFORMS, UNITS, Pair, window_words
from riskwarn.periods import Period

#: Of a feature that is known in fewer grids no numbers are shown: they would nearly be those of single grids.
FEWEST = 10

_WIDTH, _HEIGHT = 120, 26


class Mark(StrEnum):
    """What an analyst looks for: a feature that says little or nothing in this city."""

    ABSENT = "absent"  # declared after the table was built
    UNKNOWN = "unknown"
    CONSTANT = "constant"
    FEW = "few"
    DATED = "dated"  # of the date alone, and so the same everywhere by what it is

    @property
    def words(self) -> Pair:
        """Its Chinese and English name."""
        return {
            Mark.ABSENT: ("表中没有", "not in the table"),
            Mark.UNKNOWN: ("全部未知", "unknown everywhere"),
            Mark.CONSTANT: ("各网格相同", "constant"),
            Mark.FEW: (f"已知网格不足{FEWEST}个", f"known in fewer than {FEWEST} grids"),
            Mark.DATED: ("只随日期变化", "of the date alone"),
        }[self]


@dataclass(frozen=True)
class Row:
    """One feature and its column in the table, where there is one."""

    feature: Feature
    source: Pair
    period: Period
    column: Column | None
    mark: Mark | None


def mark_of(feature: Feature, column: Column | None) -> Mark | None:
    """What is odd about a feature in a built table; None for nothing."""
    if column is None:
        return Mark.ABSENT
    known = column[np.isfinite(column)]
    if not len(known):
        return Mark.UNKNOWN
    if len(known) < FEWEST:
        return Mark.FEW
    if known.min() < known.max():
        return None
    return Mark.DATED if feature.transform == "of the date" else Mark.CONSTANT


def html_of(row: Row) -> str:
    """The row as HTML."""
    feature, mark = row.feature, row.mark
    spread = None if row.column is None else distribution(row.column)
    seen = None if mark is Mark.FEW else spread
    numbers = (seen.min, seen.median, seen.p95, seen.max) if seen is not None else (None,) * 4
    badges = _badge(mark, mark.words) if mark is not None else ""
    if feature.observer:
        badges += _badge("observer", ("观测者", "observer"))
    name = f'<span class="told">{both(feature.zh, feature.en)} <code>{escape(feature.name)}</code></span>'
    words = [
        row.source,
        window_words(feature.window, row.period),
        TRANSFORMS.get(feature.transform, (feature.transform,) * 2),
        UNITS.get(feature.unit, (feature.unit,) * 2),
        QUANTITIES[feature.quantity],
    ]
    figures = [
        _share(None if spread is None else spread.known),
        _share(None if seen is None else seen.zero),
        *map(_number, numbers),
    ]
    attributes = {
        "class": mark,
        "data-source": feature.source,
        "data-known": None if spread is None else f"{spread.known:.6g}",
        "data-p95": None if seen is None or seen.p95 is None else f"{seen.p95:.9g}",
        "data-observer": "1" if feature.observer else None,
    }
    opened = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items() if value is not None)
    return (
        f'<tr{opened}><td class="what">{name}{badges}</td>'
        + "".join(f"<td>{both(*pair)}</td>" for pair in words)
        + "".join(f'<td class="number">{figure}</td>' for figure in figures)
        + f'<td class="drawn">{_drawn(row)}</td></tr>\n'
    )


def both(zh: str, en: str) -> str:
    """A text in both languages, of which the page shows one; escaped. Once where they are equal."""
    if zh == en:
        return escape(zh)
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def _badge(name: str, words: Pair) -> str:
    return f' <span class="mark {name}">{both(*words)}</span>'


def _share(share: float | None) -> str:
    """A share in per cent that says 0 and 100 only of what is none and all."""
    if share is None:
        return "—"
    if 0 < share < 0.001:
        return "&lt;0.1%"
    if 0.999 < share < 1:
        return "&gt;99.9%"
    return f"{100 * share:.4g}%" if share in (0, 1) else f"{100 * share:.1f}%"


def _number(number: float | None) -> str:
    if number is None:
        return "—"
    text = f"{number:,.0f}" if number == round(number) or abs(number) >= 1000 else f"{number:.3g}"
    return text.replace("-", "−") if text != "-0" else "0"


def _drawn(row: Row) -> str:
    """The histogram as bars; full height is all grids, so that the heights of all features compare."""
    if row.column is None or row.mark is not None:
        return ""
    shown = histogram(row.column)
    bars = _bars(shown, len(row.column))
    zero = "" if shown.zero is None else f'<path class="zero" d="M{shown.zero * _WIDTH:.0f} 0v{_HEIGHT}"/>'
    axis = '<span class="log">log</span>' if shown.logarithmic else ""
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">{zero}<path d="{bars}"/></svg>{axis}'


def _bars(shown: Histogram, grids: int) -> str:
    step = _WIDTH / len(shown.counts)
    width = min(0.8 * step, 8.0)
    drawn = []
    for place, count in enumerate(shown.counts):
        if count:
            left = (place + 0.5) * step - width / 2
            height = max(1.0, _HEIGHT * np.log1p(count) / np.log1p(grids))
            drawn.append(f"M{left:.4g} {_HEIGHT}v-{height:.3g}h{width:.2g}v{height:.3g}z")
    return "".join(drawn)
