"""The reasons of every place: numbers of texts, and what each adds; a text is held once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from riskwarn.words import Unit
from serving.columns import texts
from serving.columns.places import Places32
from serving.columns.scores import Block

#: The theme of what is not told apart; it stands last, whatever it adds.
REST = "rest"

#: So many reasons are told beside a score; all of them where there are fewer.
REASONS_SHOWN = 3


def told_of_a_part(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reasons that are told where only a part of the city is seen: where they are all, the last of all is not told."""
    shown = reasons if len(reasons) >= REASONS_SHOWN else reasons[:-1]
    return [why for why in shown if not isinstance(why, dict) or why.get("theme") != REST]


#: Effects are kept in millionths: what is published has six digits.
MILLION = 1_000_000

SCHEMA = pa.schema(
    [
        ("target", pa.string()),
        ("horizon", pa.int32()),
        ("unit", pa.string()),
        ("row", pa.int32()),  # among the units of the level
        ("text", pa.int32()),
        ("effect", pa.int32()),  # millionths of a probability
    ]
)


@dataclass(frozen=True)
class Reasons:
    """Of one target, horizon and level: those of a place side by side, the strongest first, and last what is not told apart."""

    starts: Places32  # (places + 1,)
    text: Places32
    effect: Places32  # millionths

    def of(self, row: int) -> slice:
        """The reasons of a place."""
        return slice(int(self.starts[row]), int(self.starts[row + 1]))

    @property
    def nbytes(self) -> int:
        """Bytes that they hold."""
        return self.starts.nbytes + self.text.nbytes + self.effect.nbytes


@dataclass(frozen=True)
class AllReasons:
    """Of every target and horizon: those of grids, which add to the city's mean score, and the means of these in the units `above`."""

    texts: Sequence[Mapping[str, Any]]
    blocks: Mapping[Block, Reasons]
    above: Mapping[tuple[Block, Unit], Reasons] = field(default_factory=dict)

    def of(self, block: Block, row: int, most: int | None = None, unit: Unit = Unit.GRID) -> list[dict[str, Any]]:
        """The reasons of a place in words, the strongest first.

        Of the first few, what is not told apart is the last where it adds more than any: the others would seem to be why.
        """
        one = self.blocks.get(block) if unit is Unit.GRID else self.above.get((block, unit))
        if one is None:
            return []
        rows = one.of(row)
        told = list(zip(one.text[rows].tolist(), one.effect[rows].tolist(), strict=True))
        if most is not None and len(told) > most:
            leads = abs(told[-1][1]) > abs(told[0][1]) and self.texts[told[-1][0]]["theme"] == REST
            told = [*told[: most - 1], told[-1]] if leads else told[:most]
        return [{**self.texts[text], "effect": effect / MILLION} for text, effect in told]

    @property
    def nbytes(self) -> int:
        """Bytes that their numbers hold; the texts are shared with whatever was cut from them."""
        return sum(one.nbytes for one in (*self.blocks.values(), *self.above.values()))

    def as_arrow(self) -> Iterator[pa.Table]:
        """The reasons, a part for each block and level; those of one without reasons are none."""
        levels = [((block, Unit.GRID), one) for block, one in self.blocks.items()] + list(self.above.items())
        for ((target, horizon), unit), one in levels:
            size = len(one.text)
            if size == 0:
                continue
            row = np.repeat(np.arange(len(one.starts) - 1, dtype=np.int32), np.diff(one.starts))
            blocks = (
                pa.repeat(target, size),
                pa.repeat(pa.scalar(horizon, pa.int32()), size),
                pa.repeat(unit.value, size),
            )
            yield pa.table([*blocks, row, one.text, one.effect], SCHEMA)

    def texts_as_arrow(self) -> pa.Table:
        """The texts, by number."""
        return pa.Table.from_pylist([dict(text) for text in self.texts], texts.SCHEMA)


#: The columns that :func:`from_arrow` reads.
READ = ("row", "text", "effect")


def from_arrow(part: pa.Table, places: int) -> Reasons:
    """Read the columns of one part that :meth:`AllReasons.as_arrow` made."""
    row, text, effect = (part[name].combine_chunks().to_numpy(zero_copy_only=False) for name in READ)
    return Reasons(np.searchsorted(row, np.arange(places + 1)).astype(np.int32), text.copy(), effect.copy())
