"""The reasons of every grid: numbers of texts, and what each adds; a text is held once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
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

    def as_arrow(self) -> tuple[pa.Table, pa.Table]:
        """(reasons, texts)."""
        parts = [SCHEMA.empty_table()]
        for (target, horizon), one in self.blocks.items():
            size = len(one.text)
            grid = np.repeat(np.arange(len(one.starts) - 1, dtype=np.int32), np.diff(one.starts))
            parts.append(pa.table([[target] * size, [horizon] * size, grid, one.text, one.effect], SCHEMA))
        texts = pa.Table.from_pylist([dict(text) for text in self.texts], TEXT_SCHEMA)
        return pa.concat_tables(parts), texts

    @classmethod
    def from_arrow(cls, reasons: pa.Table, texts: pa.Table, grids: int) -> AllReasons:
        """Read what :meth:`as_arrow` made."""
        numbers: dict[str, npt.NDArray[np.int32]] = {
            name: reasons[name].combine_chunks().to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
            for name in ("horizon", "grid", "text", "effect")
        }
        target = reasons["target"].combine_chunks().dictionary_encode()
        codes = target.indices.to_numpy(zero_copy_only=False).astype(np.int32)
        names = target.dictionary.to_pylist()
        new = np.flatnonzero((np.diff(codes) != 0) | (np.diff(numbers["horizon"]) != 0)) + 1
        blocks: dict[Block, Reasons] = {}
        for start, stop in zip([0, *new.tolist()], [*new.tolist(), len(codes)], strict=True):
            if start == stop:
                continue
            starts = start + np.searchsorted(numbers["grid"][start:stop], np.arange(grids + 1))
            blocks[names[codes[start]], int(numbers["horizon"][start])] = Reasons(
                (starts - start).astype(np.int32),
                numbers["text"][start:stop].copy(),
                numbers["effect"][start:stop].copy(),
            )
        return cls(tuple(texts.to_pylist()), blocks)
