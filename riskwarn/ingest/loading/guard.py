"""Whether a file belongs to the source for which it is loaded, and brings what such a file may bring.

Three questions, each asked before anything is stored: do its headings and first rows look like another source; does it
bring many times what the source ever brought in a like span; does it rewrite what was written once at registration. A
load that goes on all the same (`force`) says so in its account.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts import Contract
from riskwarn.contracts.categories import has_rules
from riskwarn.contracts.vocabulary import categories_of
from riskwarn.errors import (
    FileOfAnotherSource,
    LoadStopped,
    LoadTooLarge,
    PetitionsElsewhere,
    PresetOfAnotherSource,
    RecordsRewritten,
)
from riskwarn.ingest.loading.versions import Sorted
from riskwarn.ingest.mapping_proposal.guessing import (
    declared_demand,
    is_shipped,
    likely_source,
    petitions_told,
    resembled,
)
from riskwarn.ingest.mapping_proposal.petitions import brought_to_an_office, came_as, unread
from riskwarn.ingest.mapping_proposal.saying import called, source_of_words
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.sheets import Sheet
from riskwarn.ingest.values.cells import coded
from riskwarn.mapping import Mapping, preset_content
from riskwarn.messages import Listed, Message
from riskwarn.petitions import is_of_visitors
from riskwarn.store import Store

#: Smaller loads are never too large, nor those of a source with a shorter or smaller history.
LARGE, HISTORY, HISTORY_DAYS = 1_000, 100, 56
#: So many times what the source brought in its busiest span of the same length stops a load.
TIMES = 10
#: Fewer records that come again tell nothing; of more, so many are looked at.
REPEATED, LOOKED_AT = 20, 50_000
#: Of these few, a load whose every event has another time numbers others, for instance those of another department.
FEW_REPEATED = 5
#: A load may change the place, category or time of at most this share of the records that it repeats.
REWRITTEN = 0.5
#: A file that repeats a smaller share of what is stored may hold nothing but corrections.
CORRECTIONS = 0.1

_DAY = 86_400_000_000


@dataclass
class Guard:
    """What is asked of one load. Under `force` what would stop it is noted instead."""

    file: str
    contract: Contract
    sources: Collection[str]  # those of the home: a file is sent to no other
    force: bool = False
    settled: bool = False  # its mapping was settled for this source and these headings: they are not asked again
    called_so: bool = field(default=False, init=False)  # its titles say that it is of the source
    forced: list[str] = field(default_factory=list)  # what would have stopped the load
    notes: list[str] = field(default_factory=list)
    like: list[str] = field(default_factory=list)  # other sources of which it looks, and whose rules hold for it, too

    def preset(self, mapping: Mapping) -> None:
        """Raise PresetOfAnotherSource where a mapping builds on the packaged mapping of another shipped source.

        Of a source of one's own a mapping of petitions says that it holds them: PetitionsElsewhere, whatever is forced.
        """
        if mapping.preset is None:
            return
        source = str(preset_content(mapping.preset)["source"])
        if declared_demand(source) and not is_shipped(self.contract.source):
            raise PetitionsElsewhere(file=self.file, why=mapping.preset, source=self.contract.source)
        if source != self.contract.source:
            self.held_to(source, mapping.preset)
        if source != self.contract.source and is_shipped(self.contract.source):
            self._stop(PresetOfAnotherSource(preset=mapping.preset, other=source, source=self.contract.source))

    def titles(self, lines: Sequence[Sequence[str]], sheets: Sequence[str], headings: Sequence[str]) -> None:
        """Raise FileOfAnotherSource where the lines above a table or the titles of its sheets clearly name another source, whatever was settled;
        PetitionsElsewhere where they name petitions, whatever is forced."""
        source = self.contract.source
        if not self.contract.events:
            return
        told = called(lines, sheets, headings)
        self.called_so = set(told) == {source}
        for other, word in told.items():
            if other != source and declared_demand(other):
                raise PetitionsElsewhere(file=self.file, why=word, source=source)
            if other != source and is_shipped(source):
                self._another(other, word)

    def headings(self, headings: Sequence[str]) -> None:
        """Raise FileOfAnotherSource where the headings are clearly those of another source.

        Where they are those of petitions, a right that is counted as unanswered demand and nothing else, PetitionsElsewhere
        is raised, whatever is forced or settled.
        """
        if self.contract.events:
            if (told := petitions_told(self.file, headings, self.contract.source, self._of_visitors)) is not None:
                raise PetitionsElsewhere(file=self.file, why=told, source=self.contract.source)
            if not is_shipped(self.contract.source) and (told := brought_to_an_office(headings)) is not None:
                raise PetitionsElsewhere(file=self.file, why=told, source=self.contract.source)
            for source, why in resembled(self.file, headings, self.contract.source).items():
                self.held_to(source, why)
        if self.settled or self.called_so:
            return
        if (found := likely_source(self.file, headings, self.contract.source)) is not None:
            self._another(*found)

    def rows(self, readings: Iterator[Reading], sheet: Sheet, read: Collection[int]) -> Iterator[Reading]:
        """The batches of a sheet, of which the columns at some positions are read, with the sources whose rules hold.

        Raise FileOfAnotherSource where the categories of the first are those of another source, PetitionsElsewhere where most rows of a
        source of one's own say in any column that they came as petitions do, whatever is forced or settled.
        """
        looked = self.called_so or not self.contract.events
        for number, reading in enumerate(readings):
            if number == 0 and self.contract.events and not is_shipped(self.contract.source):
                self._petitions(reading, sheet, read)
            if not looked and (counted := _words(reading, "category")):
                own = reading.mapping.words.get("category", {})
                if not own and (found := source_of_words(counted, self.contract.source)) is not None:
                    self._another(*found)
            looked = True
            yield replace(reading, like=tuple(self.like))

    def _petitions(self, reading: Reading, sheet: Sheet, read: Collection[int]) -> None:
        columns: Iterable[tuple[dict[str, int], int, str | None]] = chain(
            ((_words(reading, name), len(reading), name) for name in reading.cells),
            ((counted, rows, None) for counted, rows in unread(sheet, read)),
        )
        for column in columns:
            if words := came_as(*column, self._of_visitors):
                why = Message("more than half of its rows came as {words}", words=Listed(words))
                raise PetitionsElsewhere(file=self.file, why=why, source=self.contract.source)

    @property
    def _of_visitors(self) -> bool:
        """Whether a source of one's own, or its file, is called one of visitors of a library or the like."""
        called = (self.file.partition(".")[0], self.contract.source, self.contract.zh, self.contract.en)
        return not is_shipped(self.contract.source) and any(map(is_of_visitors, called))

    def held_to(self, source: str, why: str) -> None:
        """What of another source is by rule not loaded, or no nearer than a unit, holds for this file, whatever it is loaded as."""
        if source in self.like or not has_rules(source):
            return
        self.like.append(source)
        note = Message(
            "it looks like {other} ({why}): what of {other} is by rule not loaded, or placed no nearer than the town, is "
            "treated so here, too",
            other=source, why=why,
        )  # fmt: skip
        self.notes.append(note)

    def versions(self, store: Store, table: pa.Table, told: Sorted, mapping: Mapping) -> None:
        """Look at what a load would store; raise LoadTooLarge, RecordsRewritten."""
        new = told.accepted[told.accepted | told.corrected]
        self.amount(store, table["known_at"].filter(pa.array(new)))
        if mapping.period is None:
            repeated = int(told.corrected.sum() + told.duplicates.sum())
            if told.corrected.sum() > REWRITTEN * repeated:
                self.rewriting(store, table.filter(pa.array(~new)), repeated)

    def amount(self, store: Store, known_at: pa.ChunkedArray) -> None:
        """Raise LoadTooLarge where new records are over ten times what the source ever brought in a span as long.

        `known_at` are the known times of the records that are new.
        """
        if len(known_at) < LARGE:
            return
        parts = [table["known_at"] for table in store.scan(self.contract.source, ["known_at"])]
        stored = np.concatenate([_days(part) for part in parts]) if parts else np.zeros(0, dtype=np.int64)
        if len(stored) < HISTORY or stored.max() - stored.min() < HISTORY_DAYS:
            return
        new = _days(known_at)
        first, last = np.quantile(new, [0.01, 0.99]).astype(np.int64)
        usual = busiest(stored, int(last - first) + 1)
        if len(new) > TIMES * usual:
            found = LoadTooLarge(
                file=self.file,
                source=self.contract.source,
                new=len(new),
                days=int(last - first) + 1,
                usual=round(usual),
            )
            self._stop(found)

    def rewriting(self, store: Store, corrected: pa.Table, repeated: int) -> None:
        """Raise RecordsRewritten where the place, category or time of over half of the repeated records changes.

        `corrected` are the new versions of known records; `repeated` counts the records that were stored before and come again.
        """
        if repeated < FEW_REPEATED or self._corrections(store, corrected, repeated):
            return
        came = corrected.slice(0, LOOKED_AT)
        shares = rewritten(store, self.contract, came)
        if repeated < REPEATED:
            all_moved = shares.get("occurred_at") == 1 and len(corrected) == repeated
            shares = {"occurred_at": 1.0} if all_moved else {}
        for name, share in shares.items():
            if share * len(corrected) > REWRITTEN * repeated:
                found = RecordsRewritten(
                    file=self.file,
                    source=self.contract.source,
                    field=name,
                    share=f"{share * len(corrected) / repeated:.0%}",
                    repeated=repeated,
                )
                self._stop(found)

    def _corrections(self, store: Store, corrected: pa.Table, repeated: int) -> bool:
        """Whether a file brings a few corrections alone, each with the time at which its register made it."""
        if "updated_at" not in corrected.column_names or corrected["updated_at"].null_count:
            return False
        return repeated < CORRECTIONS * store.sources().get(self.contract.source, 0)

    def _another(self, source: str, why: str) -> None:
        self.held_to(source, why)
        if source not in self.sources:
            note = Message(
                "it looks like {other}: declare {other} under sources: in riskwarn.yaml, and load it there",
                other=source,
            )
            self.notes += [] if note in self.notes else [note]
            return
        self._stop(FileOfAnotherSource(file=self.file, source=self.contract.source, other=source, why=why))

    def _stop(self, error: LoadStopped) -> None:
        if not self.force:
            raise error
        self.forced.append(error.noted)


def busiest(days: npt.NDArray[np.int64], span: int) -> float:
    """The most records that ever came within `span` days; of a history that is shorter, at its own pace."""
    counts = np.bincount(days - days.min())
    if span >= len(counts):
        return float(len(days)) * span / len(counts)
    sums = np.concatenate([[0], np.cumsum(counts)])
    return float((sums[span:] - sums[:-span]).max())


def rewritten(store: Store, contract: Contract, came: pa.Table) -> dict[str, float]:
    """Share of the new versions whose place, category or time is another than in the newest stored version.

    What was empty, above the grid, or of no shipped category before may become better without being another; and a grid
    that was re-drawn goes on under other ids.
    """
    source, records = contract.source, came["record_id"].to_numpy()
    names = ["record_id", "version_at", "grid_id", "category", "occurred_at"]
    stored = store.table(source, store.files(source), names, np.unique(records))
    order = np.argsort(_micros(stored["version_at"]), kind="stable")
    held = stored["record_id"].to_numpy()[order]
    newest = len(held) - 1 - np.unique(held[::-1], return_index=True)[1]
    ids = held[newest]
    at = np.clip(np.searchsorted(ids, records), 0, max(len(ids) - 1, 0))
    known = np.flatnonzero(ids[at] == records) if len(ids) else np.zeros(0, dtype=np.int64)
    if len(known) == 0:
        return {}
    before = stored.take(pa.array(order[newest][at[known]]))
    after = came.take(pa.array(known))
    moved = _micros(before["occurred_at"]) != _micros(after["occurred_at"])
    shares = {"occurred_at": float(moved.mean())}
    redrawn = set(store.versions("grid_lineage", ["from_grid_id"])["from_grid_id"])
    shares["grid_id"] = _differs(before, after, "grid_id", redrawn)
    settled = set(contract.categories or categories_of(source)) - {"other"}
    shares["category"] = _differs(before, after, "category", None, settled)
    return shares


def _differs(
    before: pa.Table, after: pa.Table, name: str, never: set[str] | None = None, only: set[str] | None = None
) -> float:
    """Share of rows whose text was one thing and is another now; not those that were of `never`, or not of `only`."""
    # A column that no row of the load has is not there.
    was, now = (
        _texts(table[name]) if name in table.column_names else pa.nulls(len(table), pa.string())
        for table in (before, after)
    )
    counts = was.is_valid().to_numpy(zero_copy_only=False)
    if never:
        counts &= ~pc.is_in(was, pa.array(sorted(never), pa.string())).to_numpy(zero_copy_only=False)
    if only is not None:
        counts &= pc.is_in(was, pa.array(sorted(only), pa.string())).to_numpy(zero_copy_only=False)
    same = pc.fill_null(pc.equal(was, now), False).to_numpy(zero_copy_only=False)
    return float((counts & ~same).mean())


def _texts(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    array = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    return array.cast(pa.string())


def _micros(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return np.asarray(column.cast(pa.timestamp("us")).cast(pa.int64()).fill_null(0).to_numpy())


def _days(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return _micros(column) // _DAY


def _words(reading: Reading, name: str) -> dict[str, int]:
    """Word -> rows of a column that bear it; empty where it is not mapped."""
    if name not in reading.cells:
        return {}
    codes, words = coded(reading.cells[name])
    counts = np.bincount(codes[codes >= 0], minlength=len(words))
    return {word: int(rows) for word, rows in zip(words, counts, strict=True) if word}
