"""Progress at the terminal: what is being done, how far it is, and about how long it will still take."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click

from riskwarn.messages import Message, translated

#: A step that is younger says nothing yet of how long it takes.
_TELLING = 2.0


class Reporter:
    """Progress on stderr: one rewritten line on a terminal, with what is left of a step of many parts; a line a step elsewhere."""

    def __init__(self, language: str = "en", clock: Callable[[], float] = time.monotonic) -> None:
        self._language = language
        self._clock = clock
        self._terminal = sys.stderr.isatty()
        self._doing = ""
        self._drawn = self._begun = 0.0

    def __call__(self, doing: str, done: int = 0, of: int = 0) -> None:
        """Show a step; `of` = 0 where the length is not known."""
        said, now = translated(doing, self._language), self._clock()
        if doing != self._doing:
            self._begun = now
        if not self._terminal:
            if doing != self._doing:
                click.echo(f"{said} …", err=True)
        elif doing != self._doing or done == of or now - self._drawn > 0.1:
            filled = "" if of == 0 else "[" + "#" * (20 * done // of) + "." * (20 - 20 * done // of) + f"] {done}/{of} "
            seconds = seconds_left(now - self._begun, done, of)
            left = "" if seconds is None else " " + translated(_left(seconds), self._language)
            click.echo(f"\r\x1b[2K{filled}{said} …{left}", nl=False, err=True)
            self._drawn = now
        self._doing = doing

    def finish(self) -> None:
        """Clear the line, so that results begin on a fresh one."""
        if self._terminal and self._doing:
            click.echo("\r\x1b[2K", nl=False, err=True)
        self._doing = ""


def seconds_left(elapsed: float, done: int, of: int) -> float | None:
    """How long a step of `of` equal parts will still take, of which `done` took `elapsed` seconds; None where nothing tells."""
    if done <= 0 or done >= of or elapsed < _TELLING:
        return None
    return elapsed / done * (of - done)


def _left(seconds: float) -> Message:
    if seconds < 90:
        return Message("(about {seconds} s left)", seconds=max(5, 5 * round(seconds / 5)))
    if seconds < 90 * 60:
        return Message("(about {minutes} min left)", minutes=round(seconds / 60))
    return Message("(about {hours} h left)", hours=f"{seconds / 3600:.1f}")
