"""What every command needs: the home, the way to print a result, and progress on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import click

from riskwarn.settings import Settings

if TYPE_CHECKING:
    from riskwarn.configuration import Configuration
    from riskwarn.home import Home


@dataclass(frozen=True)
class Session:
    """One call of the command line."""

    home_path: Path
    as_json: bool
    settings: Settings
    progress: Reporter = field(default_factory=lambda: Reporter())

    def home(self) -> Home:
        """Open the home; raise HomeMissing where there is none."""
        from riskwarn.home import open_home

        return open_home(self.home_path, self.settings)

    def configuration(self) -> Configuration:
        """The home's declarations; the defaults where there is no home, for commands that only explain."""
        from riskwarn.configuration import Configuration
        from riskwarn.errors import HomeMissing

        try:
            return self.home().configuration
        except HomeMissing:
            return Configuration()

    def emit(self, result: object, lines: Sequence[str]) -> None:
        """Print the result: one JSON document with --json, else the given lines."""
        self.progress.finish()
        if self.as_json:
            click.echo(json.dumps(result, ensure_ascii=False, indent=2, allow_nan=False, default=str))
        else:
            for line in lines:
                click.echo(line)


class Reporter:
    """Progress on stderr: one rewritten line on a terminal, a line a step elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._doing = ""
        self._drawn = 0.0

    def __call__(self, doing: str, done: int = 0, of: int = 0) -> None:
        """Show a step; `of` = 0 where the length is not known."""
        if not self._terminal:
            if doing != self._doing:
                click.echo(f"{doing} …", err=True)
        elif doing != self._doing or done == of or time.monotonic() - self._drawn > 0.1:
            filled = "" if of == 0 else "[" + "#" * (20 * done // of) + "." * (20 - 20 * done // of) + f"] {done}/{of} "
            click.echo(f"\r\x1b[2K{filled}{doing} …", nl=False, err=True)
            self._drawn = time.monotonic()
        self._doing = doing

    def finish(self) -> None:
        """Clear the line, so that results begin on a fresh one."""
        if self._terminal and self._doing:
            click.echo("\r\x1b[2K", nl=False, err=True)
        self._doing = ""


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> list[str]:
    """Rows as the lines of a plain table; Chinese characters count two cells."""
    if not rows:
        return ["(nothing)"]
    names = list(columns or rows[0])
    cells = [names] + [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(_width(line[index]) for line in cells) for index in range(len(names))]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return " ".join(_cell(item) for item in value)
    return str(value)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
