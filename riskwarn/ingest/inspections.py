"""Inspections that found nothing: rows of a register of hazards that tell of no hazard (无, 未发现隐患, 合格).

A description that says so outright counts whatever kind is told. A mere 无 or 合格 counts where no kind of hazard is told, and
as a kind where the description does not tell of one all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.contracts.vocabulary import normalised, words_that_mean
from riskwarn.ingest.privacy.free_text import is_free_text
from riskwarn.ingest.values.cells import each, filled, flags, no_cells, plain

#: The source whose rows are inspections.
INSPECTED = "hazards"
#: Words for nothing that say of a hazard that there is none.
_NONE = frozenset({"无"})
#: Longer texts say more than that there is nothing.
_LONGEST = 20
_MARKS = " 。.!;；，,"


def is_kind(name: str) -> bool:
    """Whether a field tells of what kind a hazard is."""
    return name == "category" or name.startswith("category_detail")


def with_none(cells: pa.Array, raw: pa.Array) -> pa.Array:
    """The cells of a column of kinds, where 无 stood that word again: elsewhere it is read as empty."""
    said = each(raw, lambda text: "无" if _word(text) in _NONE else None)
    none = filled(said)
    if not none.any():
        return cells
    told = plain(cells).to_numpy(zero_copy_only=False)
    return pa.array(np.where(none, "无", told), pa.string(), from_pandas=True).dictionary_encode()


def nothing_found(cells: Mapping[str, pa.Array], rows: int) -> Flags:
    """(rows,) inspections that found nothing, by their kinds and descriptions."""
    kinds = [cell for name, cell in cells.items() if is_kind(name)]
    # The first text describes it; beside it stand what was done, and what was found on another visit.
    described = next((cell for name, cell in cells.items() if is_free_text(name)), no_cells(rows))
    short = _short(described)
    a_kind = _any([filled(cell) & ~flags(cell, _says_none) for cell in kinds], rows)
    no_kind = _any([flags(cell, _says_none) for cell in kinds], rows) & ~a_kind
    no_text = flags(short, _says_none)
    no_text_told = no_text | ~filled(described) | flags(short, _is_empty)
    return np.asarray(flags(short, _outright) | (no_text & ~a_kind) | (no_kind & no_text_told))


def _short(texts: pa.Array) -> pa.Array:
    """The texts that are no longer than such words; most say more."""
    long = pc.greater(pc.utf8_length(plain(texts)), _LONGEST)
    return pc.if_else(long, pa.scalar(None, pa.string()), plain(texts))


def _any(several: list[Flags], rows: int) -> Flags:
    return np.asarray(np.any([np.zeros(rows, dtype=bool), *several], axis=0))


def _word(text: str) -> str:
    return normalised(text).strip(_MARKS)


def _outright(text: str) -> bool:
    return _word(text) in words_that_mean("nothing_found")


def _is_empty(text: str) -> bool:
    return normalised(text) in words_that_mean("empty")


def _says_none(text: str) -> bool:
    return _word(text) in words_that_mean("nothing_found") | words_that_mean("sound") | _NONE
