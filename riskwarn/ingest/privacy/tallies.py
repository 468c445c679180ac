"""What a load counts of rows and words that are not kept: rows that by rule are not loaded, local categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.contracts.personal import may_name_category
from riskwarn.contracts.persons import may_name_somebody
from riskwarn.ingest.privacy.word_tallies import commonest
from riskwarn.ingest.values.cells import coded, strings
from riskwarn.messages import Joined, Message

#: More local categories of a source than this become `other`.
MOST_LOCAL_CATEGORIES = 50


class NotLoaded:
    """Counts rows that by rule are not loaded, by district and quarter: all that is kept of them."""

    def __init__(self) -> None:
        self._rows: Counter[tuple[str, str]] = Counter()

    def add(self, refused: pa.Array, districts: pa.Array, known_at: pa.Array, zone: ZoneInfo) -> None:
        """Count the rows of a batch that are refused, by their district and the local quarter in which they became known.

        All of (rows,): `refused` bool, `districts` text, `known_at` instants.
        """
        if not pc.any(refused).as_py():
            return
        local = pc.local_timestamp(known_at.filter(refused).cast(pa.timestamp("us", zone.key)))
        years, quarters = pc.year(local).to_pylist(), pc.quarter(local).to_pylist()
        places = strings(districts.filter(refused)).to_pylist()
        for district, year, quarter in zip(places, years, quarters, strict=True):
            self._rows[district or "", "" if year is None else f"{year}Q{quarter}"] += 1

    def rows(self) -> list[dict[str, object]]:
        """One row a district and quarter."""
        return [
            {"district": where, "quarter": when, "rows": rows} for (where, when), rows in sorted(self._rows.items())
        ]


class LocalCategories:
    """Decides which unknown words may live on as local categories; counts those that may not, and tells none of them."""

    def __init__(self, known: Collection[str] = (), most: int = MOST_LOCAL_CATEGORIES) -> None:
        self.known = set(known)
        self._most = most
        self._kept: Counter[str] = Counter()  # new local category -> rows
        self._hidden: set[str] = set()

    def code(self, word: str) -> str:
        """The word itself, or `other` where it may not be kept or there are too many already."""
        if word in self._hidden or not may_name_category(word) or may_name_somebody(word):
            self._hidden.add(word)
            return "other"
        if word in self.known:
            return word
        if len(self.known) >= self._most:
            return "other"
        self.known.add(word)
        self._kept[word] = 0
        return word

    def count(self, categories: pa.Array, sound: Flags) -> None:
        """Count the `sound` rows of a batch that bear each of the new local categories; of the others nothing is stored."""
        if not self._kept:
            return
        codes, words = coded(categories)
        rows = np.bincount(codes[(codes >= 0) & sound], minlength=len(words))
        for word, number in zip(words, rows.tolist(), strict=False):
            if word in self._kept:
                self._kept[word] += number

    def notes(self) -> list[str]:
        """What the account says of them."""
        told: list[str] = []
        if borne := +self._kept:
            told.append(_told_kept(borne))
        if self._hidden:
            said = (
                "category: {words} unknown word(s) that look personal, or like a sentence, count as other; translate them in the "
                "mapping (words:)"
            )
            told.append(Message(said, words=len(self._hidden)))
        return told


def _told_kept(kept: Counter[str]) -> str:
    """The new local categories that stored records bear; those are named that are borne by several and may be shown."""
    shown = commonest(kept)
    if not shown:
        return Message("category: {words} unknown word(s) are kept as local categories", words=len(kept))
    named = Joined(", ", [f"{word} ({rows:,})" for word, rows in shown])
    said = "category: {words} unknown word(s) are kept as local categories: {named}"
    return Message(said, words=len(kept), named=named)
