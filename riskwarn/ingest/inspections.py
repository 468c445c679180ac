"""Inspections that found nothing: rows of a register of hazards that tell of no hazard (无, 未发现隐患, 合格).

A description that says so outright counts whatever kind is told. A kind that says so decides, too, however what was looked
at is described, but for a row that says that something was found: in its texts (灭火器过期, 存在问题, 已整改), by a day on which
it is or was to be repaired, or by its severity. A mere 无 or 合格 is a kind where no other is told, and as a description counts
where no kind is; there, so does a clause of a longer description (对沿街商铺进行检查，未发现隐患), with the same exceptions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

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
_CLAUSE = re.compile(r"[，,。；;！!\n]")
#: Beside its texts, what became of it (整改中); days of its repair; how grave it is.
_TELLING = frozenset({"outcome", "status"})
_OF_REPAIR = ("due_at", "closed_at")
_GRAVITY = ("grade",)
#: What a clause says is not so: 未发现违规用电、堵塞通道, 通道无杂物, 阀门是否泄漏.
_NOT_SO = re.compile(
    r"(?:未(?:发现|见|查出|检出|发生|出现|存在)|没有发现|不存在|是否|有无|严禁|禁止|防止|避免|(?:无需|不需|无须|不用)|"
    r"(?:无|没有)[^，,。；;！!\n]{0,8}?(?:杂物|堆|占|堵|私|乱|违|过期|损|破|漏|泄|老化|裸露|隐患|问题|异常|现象|不))[^，,。；;！!\n]*"
)
#: Words that neither say that something was found nor that nothing was, but for what stands before them: 发现2处隐患.
_SOME_HAZARD = r"(?:存在|发现|查出|检出|排查出)[^，,。；;！!\n]{0,14}(?:隐患|问题|缺陷|现象)|(?:[1-9]\d*|[一二两三四五六七八九十])\s*[处个条项][^，,。；;！!\n]{0,8}(?:隐患|问题)"


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


def kinds_only(cells: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The cells without words in the columns of kinds that say that there is none: a hazard has no such kind."""
    return {
        name: each(cell, lambda text: None if _says_none(text) else text) if is_kind(name) else cell
        for name, cell in cells.items()
    }


def nothing_found(cells: Mapping[str, pa.Array], rows: int) -> Flags:
    """(rows,) inspections that found nothing, by their kinds and descriptions."""
    kinds = [cell for name, cell in cells.items() if is_kind(name)]
    # The first text describes it; beside it stand what was done, and what was found on another visit.
    described = next((cell for name, cell in cells.items() if is_free_text(name)), no_cells(rows))
    short = _short(described)
    a_kind = _any([filled(cell) & ~flags(cell, _says_none) for cell in kinds], rows)
    no_kind = _any([flags(cell, _says_none) for cell in kinds], rows) & ~a_kind
    no_kind |= _any([flags(cell, _outright) for cell in kinds], rows)
    no_kind |= flags(described, _clause_says_none) & ~a_kind
    asked = np.flatnonzero(no_kind)
    if len(asked):
        no_kind[asked] = ~_found({name: cell.take(pa.array(asked)) for name, cell in cells.items()}, len(asked))
    no_text = flags(short, _says_none)
    return np.asarray(flags(short, _outright) | (no_text & ~a_kind) | no_kind)


def _found(cells: Mapping[str, pa.Array], rows: int) -> Flags:
    """(rows,) what says that something was found, whatever its kind says."""
    told = [flags(cell, _tells_fault) for name, cell in cells.items() if is_free_text(name) or name in _TELLING]
    repaired = [filled(cells[name]) for name in _OF_REPAIR if name in cells]
    grave = [filled(cells[name]) & ~flags(cells[name], _says_none) for name in _GRAVITY if name in cells]
    return _any([*told, *repaired, *grave], rows)


def _tells_fault(text: str) -> bool:
    """Whether a text says that something is wrong or was repaired; what it says is not so does not count."""
    return _faults().search(_NOT_SO.sub("", text)) is not None


@cache
def _faults() -> re.Pattern[str]:
    faulty, wanting = ("|".join(sorted(words_that_mean(which))) for which in ("faulty", "wanting"))
    return re.compile(rf"(?<![未无不没])(?:{faulty})|{wanting}|{_SOME_HAZARD}")


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


def _clause_says_none(text: str) -> bool:
    """Whether a clause of a text says outright that nothing was found."""
    return any(_outright(clause) for clause in _CLAUSE.split(text))


def _says_none(text: str) -> bool:
    return _word(text) in words_that_mean("nothing_found") | words_that_mean("sound") | _NONE
