"""Workbooks that stay open while their sheets are looked at one after the other; the reader of workbooks fills it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

#: Path -> the sheets of the workbook; None where nothing is held.
_HELD: ContextVar[dict[Path, Any] | None] = ContextVar("workbooks", default=None)


@contextmanager
def held_open() -> Iterator[None]:
    """Read each workbook once, however often one of its sheets is opened within: a register may have a sheet a month."""
    token = _HELD.set({})
    try:
        yield
    finally:
        _HELD.reset(token)


def workbooks() -> dict[Path, Any] | None:
    """The workbooks that are held open; None where none is to be."""
    return _HELD.get()
