"""How the engine's loops are compiled: by Numba, for the types that each declares, when it is first called.

The machine code is kept beside the loop's file, or in the user's cache where that place cannot be written to. What is kept is
made anew when that file changes, so that a loop may call only what stands in its own file. Numbers are added in the order
of the rows, and nothing is re-associated: the same rows give the same bits in any piece.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any

from numba import njit, types

int16, int32, int64 = types.int16, types.int32, types.int64
float32, float64, boolean, void = types.float32, types.float64, types.boolean, types.void


class Kernel:
    """A loop with the types for which it is compiled; they are checked at each call (TypeError)."""

    def __init__(self, loop: Callable[..., Any], signatures: list[object]) -> None:
        update_wrapper(self, loop)
        self._loop, self._signatures = loop, signatures

    def __call__(self, *values: object) -> Any:
        """Run the loop."""
        return self._compiled(*values)

    @cached_property
    def _compiled(self) -> Callable[..., Any]:
        try:
            return njit(self._signatures, nogil=True, cache=True, error_model="numpy")(self._loop)  # type: ignore[no-any-return]
        except RuntimeError:  # no place in which to keep it, as in a container that is read only
            return njit(self._signatures, nogil=True, error_model="numpy")(self._loop)  # type: ignore[no-any-return]


def kernel(*signatures: object) -> Callable[[Callable[..., Any]], Kernel]:
    """Mark a loop to be compiled for these types."""
    return lambda loop: Kernel(loop, list(signatures))


def read(kind: types.Type, dimensions: int = 1) -> types.Array:
    """Numbers that a loop only reads: memory-mapped ones, which cannot be written to, are welcome."""
    return types.Array(kind, dimensions, "C", readonly=True)


#: A column of spans.
ROWS = read(int32)
