"""The reasons of every grid: numbers of texts, and what each adds; a text is held once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from serving.columns.places import Places32
from serving.columns.scores import Block

#: Effects are kept in millionths: what is published has six digits.
MILLION = 1_000_000

TEXT_SCHEMA = pa.schema(
    [("feature", pa.string()), ("zh", pa.string()), ("en", pa.string())],
)
SCHEMA = pa.schema(
    [
        ("target", pa.string()),
        ("horizon", pa.int32()),
        ("grid", pa.int32()),  # row among the grids
        ("text", pa.int32()),
        ("effect", pa.int32()),  # millionths of a probability
    ]
)


@dataclass(frozen=True)
class Reasons:
    """Of one target and horizon: those of a grid side by side, the strongest first."""

    starts: Places32  # (grids + 1,)
    text: Places32
    effect: Places32  # millionths

    def of(self, grid: int) -> slice:
        """The reasons of a grid."""
        return slice(int(self.starts[grid]), int(self.starts[grid + 1]))


@dataclass(frozen=True)
class AllReasons:
    """Of every target and horizon."""

    texts: tuple[Mapping[str, Any], ...]
    blocks: Mapping[Block, Reasons]

    def of(self, block: Block, grid: int, most: int | None = None) -> list[dict[str, Any]]:
        """The reasons of a grid in words, the strongest first."""
        one = self.blocks.get(block)
        if one is None:
            return []
        rows = one.of(grid)
        stop = rows.stop if most is None else min(rows.stop, rows.start + most)
        return [
            {**self.texts[text], "effect": effect / MILLION}
            for text, effect in zip(
                one.text[rows.start : stop].tolist(), one.effect[rows.start : stop].tolist(), strict=True
            )
        ]

    def as_arrow(self) -> Iterator[pa.Table]:
        """The reasons, a part for each block; those of a block without reasons are none."""
        for (target, horizon), one in self.blocks.items():
            size = len(one.text)
            grid = np.repeat(np.arange(len(one.starts) - 1, dtype=np.int32), np.diff(one.starts))
            yield pa.table(
                [pa.repeat(target, size), pa.repeat(pa.scalar(horizon, pa.int32()), size), grid, one.text, one.effect],
                SCHEMA,
            )

    def texts_as_arrow(self) -> pa.Table:
        """The texts, by number."""
        return pa.Table.from_pylist([dict(text) for text in self.texts], TEXT_SCHEMA)


#: The columns that :func:`from_arrow` reads.
READ = ("grid", "text", "effect")


def from_arrow(part: pa.Table, grids: int) -> Reasons:
    """Read the columns of one part that :meth:`AllReasons.as_arrow` made."""
    grid, text, effect = (part[name].combine_chunks().to_numpy(zero_copy_only=False) for name in READ)
    return Reasons(np.searchsorted(grid, np.arange(grids + 1)).astype(np.int32), text.copy(), effect.copy())
