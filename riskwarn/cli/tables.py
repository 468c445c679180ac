"""Tables for people: titles in their language, as wide as the terminal; nothing is cut where no terminal reads them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from unicodedata import category, east_asian_width
from zoneinfo import ZoneInfo

from riskwarn.messages import Listed, Message, column_title, one_line, translated, word

#: A text is not cut below this many cells; where the table is still too wide, its last columns are left out.
NARROWEST = 12
GAP = 2
#: Columns of what is typed again: never cut.
_TYPED = frozenset({"id", "snapshot", "version"})
#: Columns in which the names of models and baselines stand.
_OF_MODELS = frozenset({"model", "scores", "kind", "best_baseline", "forecaster"})


@dataclass(frozen=True)
class Table:
    """Rows and the columns that are shown, the most telling first."""

    rows: Sequence[Mapping[str, Any]]
    columns: tuple[str, ...]

    def lines(self, language: str = "en", width: int | None = None) -> list[str]:
        """The lines of the table; `width` is that of the terminal, None where nothing may be cut."""
        if not self.rows:
            return [translated("(nothing)", language)]
        names = list(self.columns)
        cells = [[cell(_named(name, row.get(name), language), language) for name in names] for row in self.rows]
        titles = [column_title(name, language) for name in names]
        columns = [list(column) for column in zip(titles, *cells, strict=True)]
        whole = [name in _TYPED or all(_is_number(row.get(name)) for row in self.rows) for name in names]
        widths = [max(map(text_width, column)) for column in columns]
        left_out: list[str] = []
        if width is not None:
            widths, shown = _fitted(widths, whole, width)
            left_out = titles[shown:]
            columns = columns[:shown]
        lines = [
            (" " * GAP).join(_padded(text, wide) for text, wide in zip(row, widths, strict=True)).rstrip()
            for row in zip(*columns, strict=True)
        ]
        if left_out:
            hidden = Message(
                "(not shown, for want of room: {columns}; --json has all columns)", columns=Listed(left_out)
            )
            lines.append(translated(hidden, language))
        return lines


def _named(column: str, value: object, language: str) -> object:
    """What stands in a column of sources or of models, by its name in the language of who reads it; the code stays in --json."""
    if language == "en" or not isinstance(value, str) or isinstance(value, Message):
        return value
    if column == "source":
        return _sources().get(value, value)
    if column not in _OF_MODELS:
        return value
    from training.reports.words import FORECASTERS

    # A figure may stand behind the name.
    code, *figures = value.split(" ")
    return " ".join([FORECASTERS.get(code, (code,))[0], *figures])


@cache
def _sources() -> dict[str, str]:
    """Shipped source -> its Chinese name."""
    from riskwarn.contracts.sources import EVENT_SOURCES
    from riskwarn.contracts.tables import TABLE_CONTRACTS

    return {name: one.zh for name, one in {**TABLE_CONTRACTS, **EVENT_SOURCES}.items()}


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> list[Table]:
    """Rows as a table, to be put among the lines of a result."""
    return [Table(rows, tuple(columns or (rows[0] if rows else ())))]


def terminal_width() -> int | None:
    """How wide lines may be: that of the terminal or of COLUMNS; None where a file or a program reads them."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return max(40, shutil.get_terminal_size().columns)
    return None


def local_time(moment: str | None, zone: ZoneInfo) -> str | None:
    """An instant (RFC 3339) as a clock in the city shows it, to the minute."""
    if not moment:
        return moment
    return datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def interval(value: Mapping[str, float | None] | None) -> str | None:
    """A mean with its interval where it has one."""
    if value is None:
        return None
    if value["lower"] is None or value["upper"] is None:
        return f"{value['mean']:.3g}"
    return f"{value['mean']:.3g} [{value['lower']:.3g}, {value['upper']:.3g}]"


def cell(value: object, language: str = "en") -> str:
    """A value as the text of a cell."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return " ".join(cell(item, language) for item in value)
    if isinstance(value, Message):
        return translated(value, language)
    return one_line(str(value))


def text_width(text: str) -> int:
    """Cells of a terminal that a text takes; Chinese characters take two, accents and invisible characters none."""
    return sum(
        0 if category(character) in ("Mn", "Me", "Cf") else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def shortened(text: str, width: int) -> str:
    """A text of at most `width` cells; what was cut is shown by an ellipsis."""
    if text_width(text) <= width:
        return text
    kept = ""
    for character in text:
        if text_width(kept + character) > width - 1:
            break
        kept += character
    return kept + "…"


def _fitted(widths: list[int], whole: list[bool], room: int) -> tuple[list[int], int]:
    """Widths of the first columns so that they fit, and how many those are; what is `whole` is never cut."""
    least = [wide if uncut else min(wide, NARROWEST) for wide, uncut in zip(widths, whole, strict=True)]
    shown = len(widths)
    while shown > 1 and sum(least[:shown]) + GAP * (shown - 1) > room:
        shown -= 1
    fitted = widths[:shown]
    over = sum(fitted) + GAP * (shown - 1) - room
    while over > 0:
        spare = [wide - low for wide, low in zip(fitted, least, strict=False)]
        if not any(spare):
            break
        widest = max((index for index in range(shown) if spare[index]), key=lambda index: fitted[index])
        fitted[widest] -= 1
        over -= 1
    return fitted, shown


def _padded(text: str, width: int) -> str:
    text = shortened(text, width)
    return text + " " * (width - text_width(text))


def _is_number(value: object) -> bool:
    return value is None or isinstance(value, (int, float))
