"""Progress of long work: the worker reports steps, the command line shows them."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives what is being done and how far it is."""

    def __call__(self, doing: str, done: int = 0, of: int = 0) -> None:
        """Report a step; `of` = 0 where the length is not known."""


def silent(doing: str, done: int = 0, of: int = 0) -> None:
    """Report nothing."""
