"""Cells of text to values: empty words, vocabularies, numbers, keyed digests. Each distinct text is looked at once."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.contracts.vocabulary import words_that_mean

Flags = npt.NDArray[np.bool_]


def each(cells: pd.Series, of_text: Callable[[str], object]) -> pd.Series:
    """Apply a function to every distinct text; null where the cell is null or the function gives None."""
    codes, distinct = pd.factorize(cells)
    values = np.array([of_text(str(text)) for text in distinct] + [None], dtype=object)
    return pd.Series(values[codes], index=cells.index, dtype=object)


def trimmed(cells: pd.Series) -> pd.Series:
    """Text in half width without blanks at its ends; null where a word for "empty" stands."""
    empty = words_that_mean("empty")

    def plain(text: str) -> str | None:
        shorter = unicodedata.normalize("NFKC", text).strip() if not text.isascii() else text.strip()
        return None if not shorter or shorter in empty else shorter

    return each(cells, plain).astype("str")


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
    """Keyed digests (HMAC-SHA-256, first 16 bytes in hexadecimal) of record ids: equal ids stay equal, and unreadable."""
    prefix = source.encode() + b"\0"
    return cells.map(
        lambda text: hmac.new(key, prefix + text.encode(), hashlib.sha256).hexdigest()[:32], na_action="ignore"
    )
