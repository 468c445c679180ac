"""Cells of text to values: empty words, vocabularies, numbers, keyed digests. Each distinct text is looked at once.

Cells are Arrow arrays of text, plain where nearly every row differs (ids, dates), else dictionary encoded.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.contracts.phrases import Heard
from riskwarn.contracts.vocabulary import normalised, words_that_mean
from riskwarn.ingest.sheets.rows import ROUNDED

T = TypeVar("T")


def no_cells(rows: int) -> pa.Array:
    """A column in which nothing stands."""
    return pa.nulls(rows, pa.string())


def coded(cells: pa.Array) -> tuple[npt.NDArray[np.int64], list[str]]:
    """(rows,) index of each cell's text, -1 where there is none, and the distinct texts."""
    if not pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_encode()
    codes = pc.fill_null(cells.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    words = cells.dictionary.to_pylist()
    if None in words:
        codes = np.where(np.array([word is None for word in words] + [False])[codes], -1, codes)
    return codes, words


def plain(cells: pa.Array) -> pa.Array:
    """The same cells without a dictionary."""
    return cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells


def strings(cells: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Text as one Arrow array of strings, whatever carries it."""
    array = cells if isinstance(cells, (pa.Array, pa.ChunkedArray)) else pa.array(cells, pa.string(), from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.string())


def series(cells: pa.Array) -> pd.Series:
    """The same cells for pandas."""
    return pd.Series(plain(cells).to_pandas().array, dtype="str")


def each(cells: pa.Array, of_text: Callable[[str], str | None]) -> pa.Array:
    """Apply a function to every distinct text; null where the cell is null or the function gives None."""
    codes, words = coded(cells)
    told, distinct = pd.factorize(
        np.array([of_text(word) if word is not None else None for word in words], dtype=object)
    )
    found = np.append(told, -1)[codes]
    return pa.DictionaryArray.from_arrays(
        pa.array(found.astype(np.int32), mask=found < 0), pa.array(list(distinct), pa.string())
    )


def flags(cells: pa.Array, of_text: Callable[[str], bool]) -> Flags:
    """(rows,) whether a function holds of each cell; not where it is null."""
    codes, words = coded(cells)
    told = np.array([word is not None and of_text(word) for word in words] + [False], dtype=bool)
    return np.asarray(told[codes], dtype=bool)


def matches(cells: pa.Array, pattern: str) -> Flags:
    """(rows,) whether a pattern is found in each cell; not where it is null."""
    found = pc.fill_null(pc.match_substring_regex(strings(cells), pattern), False)
    return np.array(found.to_numpy(zero_copy_only=False), dtype=bool)


def where(cells: pa.Array, rows: Flags) -> pa.Array:
    """The cells of some rows, null elsewhere; texts that stand in no such row are gone."""
    if rows.all():
        return cells
    codes, words = coded(cells)
    used, found = np.unique(codes[rows], return_inverse=True)
    kept = np.full(len(codes), -1, dtype=np.int32)
    kept[rows] = found - (1 if len(used) and used[0] < 0 else 0)
    kept[codes < 0] = -1
    distinct = pa.array([words[code] for code in used if code >= 0], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(kept, mask=kept < 0), distinct)


def equal(cells: pa.Array, text: str) -> Flags:
    """(rows,) whether each cell is this text."""
    if pa.types.is_dictionary(cells.type):
        return flags(cells, text.__eq__)
    return np.asarray(pc.fill_null(pc.equal(cells, text), False).to_numpy(zero_copy_only=False), dtype=bool)


def rounded(cells: pa.Array) -> Flags:
    """(rows,) ids that Excel has rounded: numeric cells of 16 digits or more, or what it writes for them in a CSV."""
    found = equal(cells, ROUNDED)
    some = cells.dictionary if pa.types.is_dictionary(cells.type) else cells
    if pc.any(pc.match_substring(some, "E+")).as_py():
        written = flags(cells, lambda text: re.fullmatch(r"\d(?:\.\d+)?E\+\d{2}", text) is not None)
        return found | written
    return found


def filled(cells: pa.Array) -> Flags:
    """(rows,) where something stands."""
    return np.asarray(cells.is_valid().to_numpy(zero_copy_only=False), dtype=bool)


#: How spreadsheets keep a text from being taken for a number: ="0012", or an apostrophe before it.
_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"|\'(.*)', re.S)


def trimmed(cells: pa.Array, nothing: Collection[str] = ()) -> pa.Array:
    """Text in half width without blanks and marks of spreadsheets at its ends; null where a word for "empty" stands.

    `nothing` are further words for "empty".
    """
    empty = words_that_mean("empty") | {normalised(word) for word in nothing} | {""}

    def short(word: str) -> str | None:
        text = unicodedata.normalize("NFKC", word).strip()
        if marked := _AS_TEXT.fullmatch(text):
            text = (marked[1].replace('""', '"') if marked[1] is not None else marked[2]).strip()
        return None if text in empty else text

    if pa.types.is_dictionary(cells.type):
        return each(cells, short)
    text, odd = cells, _wanting(cells)
    if odd.any():
        rows = pa.array(odd)
        text = pc.replace_with_mask(cells, rows, plain(each(cells.filter(rows), short)))
    blank = pc.is_in(text, value_set=pa.array(sorted(empty), pa.string()))
    return pc.if_else(blank, pa.scalar(None, pa.string()), text) if pc.any(blank).as_py() else text


def _wanting(cells: pa.Array) -> Flags:
    """(rows,) texts that are not ASCII, or have a blank or a mark at an end; told from the bytes, for most have neither."""
    _, offsets, content = cells.buffers()
    if content is None or len(cells) == 0:
        return np.zeros(len(cells), dtype=bool)
    ends = np.frombuffer(offsets, dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1]
    letters = np.frombuffer(content, dtype=np.uint8)[ends[0] : ends[-1]]
    if len(letters) == 0:
        return np.zeros(len(cells), dtype=bool)
    first, last = ends[:-1] - ends[0], ends[1:] - ends[0] - 1
    some = last >= first
    blank = np.zeros(len(cells), dtype=bool)
    begins = letters[first[some]]
    blank[some] = (begins <= ord(" ")) | (letters[last[some]] <= ord(" ")) | (begins == ord("'")) | (begins == ord("="))
    if letters.max() >= 128:
        blank |= ~np.asarray(pc.fill_null(pc.string_is_ascii(cells), True).to_numpy(zero_copy_only=False), dtype=bool)
    return blank


def translated(
    cells: pa.Array, words: Mapping[str, str], own: Mapping[str, str], heard: Callable[[str], Heard]
) -> tuple[pa.Array, dict[str, Heard]]:
    """Codes of words (null where unknown), and the distinct texts that the list lacks, with what was `heard` of each.

    `own` are the mapping's translations; they come first and may lead to a code or a word.
    """
    lacking: dict[str, Heard] = {}

    def code(text: str) -> str | None:
        word = normalised(own.get(text, text))
        if word in words:
            return words[word]
        told = lacking[text] = heard(word)
        return told.code

    return each(cells, code), lacking


def plain_ids(cells: pa.Array) -> pa.Array:
    """Ids as they were before a column of them was taken for numbers: 20260300.0 is 20260300; zeros in front stay.

    Not where ids of the column have other digits behind a point: then the point is a part of them.
    """
    some = plain(cells)
    if (
        not pc.any(pc.ends_with(some, ".0")).as_py()
        or pc.any(pc.match_substring_regex(some, r"^\d+\.\d*[1-9]")).as_py()
    ):
        return cells
    return pc.replace_substring_regex(some, r"^(\d+)\.0$", r"\1")


def digests(cells: pa.Array, key: bytes, source: str) -> pa.Array:
    """(rows,) int64 keyed digests of record ids: equal ids stay equal, and unreadable; null where the cell is.

    SipHash-2-4 (Aumasson & Bernstein 2012), a keyed pseudo-random function of 64 bits, as pandas ships it; each source
    has a key of its own, derived from the home's. Among 10 million ids of a source the chance that any two meet is
    three in a million.
    """
    derived = hashlib.blake2b(source.encode() + b"\0", key=key, digest_size=12).digest()
    texts = plain(cells).to_numpy(zero_copy_only=False)
    found = pd.util.hash_array(texts, hash_key=base64.b64encode(derived).decode(), categorize=False)
    return pa.array(found.view(np.int64), mask=~filled(cells))
