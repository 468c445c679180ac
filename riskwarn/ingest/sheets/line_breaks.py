"""Where the rows of a text with separators end: at line breaks outside of quotation marks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


def end_of_rows(piece: bytes) -> int:
    """How many bytes are whole rows: up to the last line break that is outside of quotation marks."""
    last = piece.rfind(b"\n") + 1
    if last == 0 or b'"' not in piece:
        return last or piece.rfind(b"\r") + 1
    breaks, inside = breaks_of(piece)
    outside = np.flatnonzero(~inside)
    return int(breaks[outside[-1]]) + 1 if len(outside) else last


def breaks_of(piece: bytes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Where the line breaks are, and which of them lie inside quotation marks."""
    content = np.frombuffer(piece, dtype=np.uint8)
    breaks = np.flatnonzero(content == ord("\n"))
    marks = np.flatnonzero(content == ord('"'))
    return breaks, np.searchsorted(marks, breaks) % 2 == 1


def lines_of(piece: bytes) -> Iterator[bytes]:
    """The rows of a piece, with the line breaks that end them."""
    breaks, inside = breaks_of(piece)
    begin = 0
    for end in [*(breaks[~inside] + 1).tolist(), len(piece)]:
        if end > begin:
            yield piece[begin:end]
        begin = end
