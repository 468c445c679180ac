"""The texts of reasons as columns: a large city has tens of thousands, which as objects weigh more than all its scores."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, overload

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("feature", pa.string()),  # the one that leads
        ("theme", pa.string()),
        ("source", pa.string()),  # of what records; empty where of none alone
        ("zh", pa.string()),
        ("en", pa.string()),
        ("direction", pa.string()),  # raises, lowers
        ("services", pa.list_(pa.string())),  # those that fit
    ],
)

#: What is said; the other columns tell what it is about, and many texts have those in common.
_SAID = ("zh", "en")

#: Bytes of what a text is about, as an object.
_KIND_BYTES = 1_000


class TextColumns(Sequence[Mapping[str, Any]]):
    """Texts by number; each is made when it is asked for, with its columns in the order of the file."""

    def __init__(self, table: pa.Table) -> None:
        about = [name for name in table.column_names if name not in _SAID]
        self._kind, kinds = _numbered(zip(*(_hashable(table[name]) for name in about), strict=True))
        empty = dict.fromkeys(table.column_names)
        self._kinds = [{**empty, **{n: _plain(v) for n, v in zip(about, kind, strict=True)}} for kind in kinds]
        # What is said, each once, all of a language in one piece: a slice of a string costs less than to decode one.
        self._said, both = _numbered(zip(*(table[name].to_pylist() for name in _SAID), strict=True))
        zh, en = zip(*both, strict=True) if both else ((), ())
        self._zh, self._zh_at = "".join(zh), array("i", accumulate(map(len, zh), initial=0))
        self._en, self._en_at = "".join(en), array("i", accumulate(map(len, en), initial=0))

    def __len__(self) -> int:
        return len(self._kind)

    @overload
    def __getitem__(self, number: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Mapping[str, Any]]: ...
    def __getitem__(self, number: int | slice) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        said = self._said[number]
        zh = self._zh[self._zh_at[said] : self._zh_at[said + 1]]
        en = self._en[self._en_at[said] : self._en_at[said + 1]]
        return {**self._kinds[self._kind[number]], "zh": zh, "en": en}

    @property
    def nbytes(self) -> int:
        """Bytes that they hold, about."""
        pieces = (self._zh, self._en, self._kind, self._said, self._zh_at, self._en_at)
        return sum(map(sys.getsizeof, pieces)) + _KIND_BYTES * len(self._kinds)


def _numbered(values: Iterable[Any]) -> tuple[array[int], list[Any]]:
    """Of each value its number, and the values by number, each once."""
    numbers: dict[Any, int] = {}
    return array("i", [numbers.setdefault(one, len(numbers)) for one in values]), list(numbers)


def _hashable(column: pa.ChunkedArray) -> list[Any]:
    return [tuple(one) if isinstance(one, list) else one for one in column.to_pylist()]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
