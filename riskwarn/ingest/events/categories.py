"""What a record is about: its category, whether it is loaded at all, and how near to a home it may be placed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.contracts.categories import CategoryWords, counted_only_as, never_below
from riskwarn.contracts.phrases import Heard, code_of
from riskwarn.contracts.ruled_out import TOLD_BY, RuledOut
from riskwarn.contracts.vocabulary import field_words
from riskwarn.ingest.columns import field_of_several
from riskwarn.ingest.places.ladder import Ladder
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.values.cells import coded, each, flags, no_cells, plain, where
from riskwarn.messages import Message
from riskwarn.words import LocatedBy

_DETAIL = "category_detail"


def category_words(reading: Reading) -> CategoryWords:
    """How the words of this export are understood."""
    mapping = reading.mapping
    return CategoryWords(reading.source, reading.categories, mapping.words.get("category"), mapping.codes)


def _words_by_source(reading: Reading) -> dict[str, CategoryWords]:
    """Source whose rules hold -> how it understands the words of this export."""
    own = category_words(reading)
    return {source: replace(own, source=source) for source in reading.ruled_by}


def _levels(reading: Reading) -> list[str]:
    """The levels below the first, the finest first: several columns may be category_detail, category_detail_2 …."""
    return [name for name in reversed(list(reading.cells)) if name.startswith(_DETAIL)]


def escalations(reading: Reading) -> list[str]:
    """The columns that tell whether and how a matter turned violent."""
    return [name for name in reading.cells if field_of_several(name) == "escalation"]


def _categories(reading: Reading) -> list[str]:
    return [name for name in ("category", *_levels(reading), "category_final") if name in reading.cells]


def refuse(reading: Reading) -> None:
    """Rows that are by rule not loaded, before anything else of them is read."""
    words = _words_by_source(reading)
    ruled_out = RuledOut(words)
    kind, *others = TOLD_BY
    for name in (kind, *_categories(reading), *others, *escalations(reading)):
        if name in reading.cells:
            codes, texts = coded(reading.cells[name])
            rules = [None if text is None else ruled_out.told(name, text) for text in texts] + [None]
            for rule, word in filter(None, dict.fromkeys(rules)):
                found = np.array([one == (rule, word) for one in rules])[codes]
                reading.rule_out(found, name, rule, word)
    if "confidential" in reading.cells:
        yes = field_words("flag")
        secret = flags(reading.cells["confidential"], lambda text: yes.get(text) == "yes")
        reading.rule_out(secret, "confidential", "confidential")
    if "kind" in reading.cells:
        for source, known in words.items():
            for kind, within in counted_only_as(source).items():
                reading.rule_out(_counted_elsewhere(reading, known, kind, within), "kind", kind)


def _counted_elsewhere(reading: Reading, words: CategoryWords, kind: str, within: tuple[str, ...]) -> Flags:
    """(rows,) records of a kind in a category in which it does not count: a tip is loaded as a hazard, as nothing else."""
    own = reading.mapping.words.get("kind", {})
    held = np.zeros(len(reading), dtype=bool)
    for name in ("category", *_levels(reading)):
        held |= flags(reading.cell(name), lambda text: words.code(text) in within)
    return ~held & flags(reading.cells["kind"], lambda text: code_of("kind", text, own) == kind)


def category(reading: Reading, name: str) -> pa.Array:
    """Codes; an unknown word is kept as a local category, so long as there are not too many.

    The finest level whose word is listed is taken, then the finest that says one by its parts, else the first. A bare
    number without its list of codes says nothing: it counts as `other`, and that is noted.
    """
    if name not in reading.cells:
        return no_cells(len(reading))
    words = category_words(reading)

    def code(text: str) -> str | None:
        found = words.code(text)
        if found is None and words.is_bare(text):
            reading.notes.append(f"{name}: bare numbers count as other; name their list in the mapping (codes:)")
            return "other"
        return reading.local.code(words.translated(text)) if found is None else found

    # What is refused is not even kept as the name of a category.
    sound = ~reading.faults.any
    cells = where(reading.cells[name], sound)
    coarse = each(cells, code)
    levels = _levels(reading) if name == "category" else []
    guessed = _guessed(words, cells)
    if not levels:
        reading.tallies.add(name, cells, set(), guessed)
        return coarse
    below = [where(reading.cells[level], sound) for level in levels]
    surely = pc.coalesce(*(plain(each(level, words.listed)) for level in (*below, cells)))
    maybe = [plain(each(level, words.code)) for level in below]
    if guessed:
        # Of a row that a listed word or a finer one decided nothing was guessed of this one.
        left = pc.is_null(pc.coalesce(surely, *maybe)).to_numpy(zero_copy_only=False)
        reading.tallies.add(name, where(cells, np.asarray(left, dtype=bool)), set(), guessed)
    open_rows = np.asarray(surely.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    for level in below if open_rows.any() else ():
        reading.tallies.add(name, where(level, open_rows), set(), _guessed(words, level))
    return pc.coalesce(surely, *maybe, plain(coarse)).dictionary_encode()


def _guessed(words: CategoryWords, cells: pa.Array) -> dict[str, Heard]:
    """The words of a column that no list has, with the categories that they say by their parts."""
    return {text: told for text in coded(cells)[1] if text and (told := words.guessed(text)) is not None}


def _of_categories(reading: Reading, words: CategoryWords, listed: Collection[str]) -> Flags:
    """(rows,) records of which any category, coarse, fine or final, is of the list, as written or as the mapping translates it."""
    written = replace(words, own=None)

    def of_the_list(text: str) -> bool:
        return words.code(text) in listed or written.code(text) in listed

    rows = np.zeros(len(reading), dtype=bool)
    for name in _categories(reading):
        rows |= flags(reading.cells[name], of_the_list)
    return rows


def lifted(reading: Reading, found: dict[str, pa.Array], ladder: Ladder) -> dict[str, pa.Array]:
    """Place columns in which what people suffer at home, or do to themselves, is placed on the town and no nearer."""
    rows = np.zeros(len(reading), dtype=bool)
    for source, words in _words_by_source(reading).items():
        if nearest := never_below(source):
            rows |= _of_categories(reading, words, nearest)
    if not rows.any():
        return {}
    at = pa.array(rows)
    grids, units = plain(found["grid_id"]), plain(found["unit"])
    towns = pa.array(ladder.towns(grids.to_pylist(), units.to_pylist()), pa.string())
    by = pc.if_else(towns.is_valid(), pa.scalar(LocatedBy.TOWN.value), pa.scalar(None, pa.string()))
    placed = {
        "grid_id": pc.if_else(at, pa.scalar(None, pa.string()), grids),
        "unit": pc.if_else(at, towns, units),
        "located_by": pc.if_else(at, by, plain(found["located_by"])),
    }
    placed |= {
        name: pc.if_else(at, pa.scalar(None, found[name].type), found[name])
        for name in ("longitude", "latitude")
        if name in found
    }
    reading.moved[Message("tell of a home or a crisis and were placed on the town")] += int(rows.sum())
    return {
        name: cells.dictionary_encode() if pa.types.is_string(cells.type) else cells for name, cells in placed.items()
    }
