"""Rows of an event source to records: dates, words, places and numbers, each fault named."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.schema import EVENTS, OWN_TIME_FIELDS
from riskwarn.contracts.vocabulary import (
    category_words,
    is_not_loaded,
    normalised,
    words_that_mean,
)
from riskwarn.ingest import times
from riskwarn.ingest.cells import (
    digests,
    each,
    filled,
    flags,
    no_cells,
    numbers,
    plain,
    rounded,
    where,
)
from riskwarn.ingest.locating import located
from riskwarn.ingest.places import Ladder
from riskwarn.ingest.privacy import flagged_and_banded
from riskwarn.ingest.reading import Reading

#: Columns of stored events by name; those that a batch does not have are null.
Records = dict[str, pa.Array]

#: Days within which the law wants a petition answered, where the export names no due date.
STATUTORY = np.timedelta64(60, "D")

_VOCABULARIES = ("urgency", "kind", "form", "satisfaction", "discovered_by", "outcome")


def records(reading: Reading, ladder: Ladder) -> Records:
    """The records of a batch: every column of the event schema that comes from the row, faulty rows included.

    Faults are left in `reading`; what stands in a faulty row is not to be stored.
    """
    faults, mapping, source = reading.faults, reading.mapping, reading.source
    _refuse(reading)
    occurred, known = times.period(reading) if mapping.period is not None else times.single(reading)
    found = located(reading, ladder, occurred)
    found["category"] = _category(reading, "category")
    found["category_final"] = _category(reading, "category_final")
    if mapping.period is not None:
        found["record_id"] = _aggregate_ids(reading, found, occurred)
    else:
        ids = reading.cell("record_id")
        faults.add(~filled(ids), "missing_record_id", "record_id", "empty")
        faults.add(rounded(ids), "rounded_id", "record_id", "number")
        found["record_id"] = digests(ids, reading.key, source)
    found["occurred_at"], found["known_at"] = _instants(occurred), _instants(known)
    for name in (*OWN_TIME_FIELDS, "updated_at"):
        if name in reading.cells:
            found[name] = _instants(reading.instants(name))
    found.update(_due(reading, occurred))
    found["severity"] = _severity(reading)
    found.update({name: reading.codes(name, name) for name in _VOCABULARIES if name in reading.cells})
    for name in ("is_repeat", "is_joint", "resolved"):
        if name in reading.cells:
            found[name] = pc.equal(plain(reading.codes(name, "flag")), "yes")
    for name in ("repeat_of", "linked_to"):
        if name in reading.cells:
            found[name] = digests(reading.cells[name], reading.key, source)
    withdrawn = words_that_mean("withdrawn")
    void = flags(reading.cell("status"), withdrawn.__contains__)
    found["withdrawn"] = pa.array(void)
    found["status"] = each(reading.cell("status"), lambda text: "withdrawn" if text in withdrawn else None)
    found["count"] = _count(reading)
    found.update(flagged_and_banded(reading))
    reading.not_loaded.add(reading, found)
    return found


def _refuse(reading: Reading) -> None:
    """Rows that are by rule not loaded, before anything else of them is read."""
    for name in ("kind", "category", "category_detail", "category_final", "form", "status", "outcome"):
        if name in reading.cells:
            refused = flags(reading.cells[name], lambda text: is_not_loaded(reading.source, text))
            reading.faults.add(refused, "not_loaded", name, "refused")


def _category(reading: Reading, name: str) -> pa.Array:
    """Codes; an unknown word is kept as a local category, so long as there are not too many."""
    if name not in reading.cells:
        return no_cells(len(reading))
    words = {**category_words(reading.source), **{code: code for code in reading.categories}}
    own = reading.mapping.words.get("category", {})

    def code(text: str) -> str | None:
        word = normalised(own.get(text, own.get(normalised(text), text)))
        for form in (word, word.removesuffix("纠纷"), word.removesuffix("类"), word.removesuffix("问题")):
            if form in words:
                return words[form]
        return reading.local.code(word)

    # What is refused is not even kept as the name of a category.
    sound = ~reading.faults.any
    coarse = each(where(reading.cells[name], sound), code)
    if name != "category" or "category_detail" not in reading.cells:
        return coarse
    fine = each(
        where(reading.cells["category_detail"], sound),
        lambda text: words.get(normalised(own.get(text, text))) or words.get(normalised(text).removesuffix("纠纷")),
    )
    return pc.coalesce(plain(fine), plain(coarse)).dictionary_encode()


def _aggregate_ids(reading: Reading, found: Records, end: npt.NDArray[np.datetime64]) -> pa.Array:
    """A count of a place, category and period is one record, however many rows carry a part of it."""
    parts = zip(*(plain(found[name]).to_pylist() for name in ("grid_id", "unit", "category")), end, strict=True)
    return digests(pa.array(["|".join(map(str, part)) for part in parts], pa.string()), reading.key, reading.source)


def _due(reading: Reading, occurred: npt.NDArray[np.datetime64]) -> Records:
    """When an answer is due; a petition's by law where the export does not say it."""
    if reading.source != "petitions" and "due_at" not in reading.cells:
        return {}
    due = reading.instants("due_at")
    derived = np.isnat(due) if reading.source == "petitions" else np.zeros(len(due), dtype=bool)
    return {"due_at": _instants(np.where(derived, occurred + STATUTORY, due)), "due_derived": pa.array(derived)}


def _severity(reading: Reading) -> pa.Array:
    if "severity" not in reading.cells:
        return no_cells(len(reading))
    order = reading.mapping.order
    ranks: Mapping[str, str] = {}
    if order is not None:
        rising = ["general", "larger", "major", "extraordinary"]
        named = rising if order == "ascending" else rising[::-1]
        ranks = {form: code for digit, code in enumerate(named, start=1) for form in (f"{digit}", f"0{digit}")}
    else:
        reading.faults.add(flags(reading.cells["severity"], str.isdecimal), "severity_digits", "severity", "number")
    return reading.codes("severity", "severity", {**ranks, **reading.mapping.words.get("severity", {})})


def _count(reading: Reading) -> pa.Array:
    if "count" not in reading.cells:
        return pa.array(np.ones(len(reading), dtype=np.int64))
    amount, unreadable, _ = numbers(reading.cells["count"])
    whole = np.isnan(amount) | ((amount >= 0) & (amount == np.floor(amount)))
    reading.faults.add(unreadable | ~whole, "bad_count", "count", "text")
    return pa.array(np.where(np.isnan(amount) | ~whole, 1, amount).astype(np.int64))


def _instants(moments: npt.NDArray[np.datetime64]) -> pa.Array:
    return pa.array(moments, pa.timestamp("us"), from_pandas=True).cast(EVENTS.field("occurred_at").type)
