"""Cells of text to values: empty words, vocabularies, numbers, keyed digests. Each distinct text is looked at once."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.vocabulary import words_that_mean

Flags = npt.NDArray[np.bool_]


def as_arrow(cells: pd.Series) -> pa.Array:
    """Text as one Arrow array."""
    array = pa.array(cells, pa.string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def each(cells: pd.Series, of_text: Callable[[str], object]) -> pd.Series:
    """Apply a function to every distinct text; null where the cell is null or the function gives None."""
    codes, distinct = pd.factorize(cells)
    values = np.array([of_text(str(text)) for text in distinct] + [None], dtype=object)
    return pd.Series(values[codes], index=cells.index, dtype=object)


def trimmed(cells: pd.Series) -> pd.Series:
    """Text in half width without blanks at its ends; null where a word for "empty" stands.

    Ids and dates are ASCII and differ in every row: Arrow trims them all at once. The rest repeats and is looked at by
    its distinct texts.
    """
    empty = pa.array(sorted(words_that_mean("empty") | {""}), pa.string())
    text = as_arrow(cells)
    simple = pc.fill_null(pc.string_is_ascii(text), True)
    short = pc.utf8_trim_whitespace(text)
    if not pc.all(simple).as_py():
        odd = pc.invert(simple).to_numpy(zero_copy_only=False)
        told = text.filter(pa.array(odd)).dictionary_encode()
        plain = [unicodedata.normalize("NFKC", word).strip() for word in told.dictionary.to_pylist()]
        short = pc.replace_with_mask(short, pa.array(odd), pa.array(plain, pa.string()).take(told.indices))
    short = pc.if_else(pc.is_in(short, value_set=empty), pa.scalar(None, pa.string()), short)
    return pd.Series(short.to_pandas().array, index=cells.index, dtype="str")


def translated(cells: pd.Series, words: Mapping[str, str], own: Mapping[str, str]) -> tuple[pd.Series, list[str]]:
    """Codes of words (null where unknown), and how many distinct words were unknown, as texts.

    `own` are the mapping's translations; they come first and may lead to a code or a word.
    """
    unknown: list[str] = []

    def code(text: str) -> str | None:
        word = own.get(text, text)
        if word not in words:
            unknown.append(text)
        return words.get(word)

    return each(cells, code), unknown


def numbers(cells: pd.Series) -> tuple[npt.NDArray[np.float64], Flags, Flags]:
    """Values (NaN where null or unreadable), which are unreadable, and which carried a percent sign."""
    plain = cells.str.replace(",", "", regex=False)
    percent = plain.str.endswith("%").fillna(False).to_numpy(dtype=bool)
    values = pd.to_numeric(plain.str.rstrip("%"), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    return values, cells.notna().to_numpy(dtype=bool) & np.isnan(values), percent


def digests(cells: pd.Series, key: bytes, source: str) -> pd.Series:
    """Keyed digests (BLAKE2b of 16 bytes, RFC 7693, in hexadecimal) of record ids: equal ids stay equal, and unreadable."""
    started = hashlib.blake2b(source.encode() + b"\0", key=key, digest_size=16)

    def digest(text: str) -> str:
        state = started.copy()
        state.update(text.encode())
        return state.hexdigest()

    found = [None if text is None else digest(text) for text in as_arrow(cells).to_pylist()]
    return pd.Series(pa.array(found, pa.string()).to_pandas().array, index=cells.index, dtype="str")
