"""Rows of an event source to records: dates, words, places and numbers, each fault named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.contracts import declared
from riskwarn.contracts.event_fields import EVENT_FIELDS
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.phrases import code_of
from riskwarn.contracts.schema import EVENTS, OWN_TIME_FIELDS
from riskwarn.contracts.vocabulary import field_words, words_that_mean
from riskwarn.ingest.columns import reads_as_opinion
from riskwarn.ingest.events import times
from riskwarn.ingest.events.categories import category, escalations, lifted, refuse
from riskwarn.ingest.places.ladder import Ladder
from riskwarn.ingest.places.locating import located
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.redaction import kept_heading
from riskwarn.ingest.screening import flagged_and_banded
from riskwarn.ingest.values.cells import (
    coded,
    digests,
    equal,
    filled,
    flags,
    no_cells,
    plain,
    plain_ids,
    rounded,
)
from riskwarn.ingest.values.numbers import MOST_WHOLE
from riskwarn.messages import Message
from riskwarn.words import HARM

#: Columns of stored events by name; those that a batch does not have are null.
Records = dict[str, pa.Array]

#: Words that are stored as codes; severity has a rule of its own.
_VOCABULARIES = tuple(
    field.name for field in EVENT_FIELDS if field.kind is Kind.WORD and field.stored and field.name != "severity"
)

#: What is said of rows whose status is 作废, 撤销 or 误报, or of which somebody found that they tell what is not (不属实).
_WITHDRAWN = Message("are void, or were found untrue on inspection: they count as events no longer")


def records(reading: Reading, ladder: Ladder) -> Records:
    """The records of a batch: every column of the event schema that comes from the row, faulty rows included.

    Faults are left in `reading`; what stands in a faulty row is not to be stored.
    """
    faults, mapping, source = reading.faults, reading.mapping, reading.source
    refuse(reading)
    ids = plain_ids(reading.cell("record_id"))
    if mapping.period is None:
        # Nothing is filled in a row without an id: what it lacks besides is told of rows that have one.
        faults.add(~filled(ids), "missing_record_id", "record_id", "empty")
    occurred, known = times.period(reading) if mapping.period is not None else times.single(reading)
    found = located(reading, ladder, occurred)
    found["category"] = category(reading, "category")
    found["category_final"] = category(reading, "category_final")
    found.update(lifted(reading, found, ladder))
    if mapping.period is not None:
        found["record_id"] = _aggregate_ids(reading, found, occurred)
    else:
        faults.add(rounded(ids), "rounded_id", "record_id", "number")
        found["record_id"] = digests(ids, reading.key, source)
    found["occurred_at"], found["known_at"] = _instants(occurred), _instants(known)
    for name in (*OWN_TIME_FIELDS, "updated_at"):
        if name in reading.cells:
            found[name] = _instants(times.own(reading, name, occurred))
    found.update(_due(reading, occurred))
    found["severity"] = _severity(reading)
    found.update({name: reading.codes(name, name) for name in _VOCABULARIES if name in reading.cells})
    if harmed := escalations(reading):
        found["outcome"] = _gravest(reading, harmed, found.get("outcome"))
    for name in ("is_repeat", "is_joint", "resolved"):
        if name in reading.cells:
            found[name] = pc.equal(plain(reading.codes(name, "flag")), "yes")
    for name in ("repeat_of", "linked_to"):
        if name in reading.cells:
            found[name] = digests(plain_ids(reading.cells[name]), reading.key, source)
    found["withdrawn"] = pa.array(_withdrawn(reading))
    found["count"] = _count(reading)
    found.update(flagged_and_banded(reading))
    for name in ("category", "category_final"):
        reading.local.count(found[name], ~faults.any)
    refused = pa.array(reading.faults.of("not_loaded"))
    reading.not_loaded.add(refused, found["district"], found["known_at"], reading.zone)
    return found


def _aggregate_ids(reading: Reading, found: Records, end: npt.NDArray[np.datetime64]) -> pa.Array:
    """A count of a place, category and period is one record, however many rows carry a part of it."""
    parts = zip(*(plain(found[name]).to_pylist() for name in ("grid_id", "unit", "category")), end, strict=True)
    return digests(pa.array(["|".join(map(str, part)) for part in parts], pa.string()), reading.key, reading.source)


def _due(reading: Reading, occurred: npt.NDArray[np.datetime64]) -> Records:
    """When an answer is due; by law where there is one and the export does not say it."""
    contract = declared(reading.source)
    if not contract.due_by_law and "due_at" not in reading.cells:
        return {}
    due = reading.instants("due_at")
    derived = np.isnat(due) if contract.due_by_law else np.zeros(len(due), dtype=bool)
    lawful = occurred + np.timedelta64(contract.answer_days, "D")
    return {"due_at": _instants(np.where(derived, lawful, due)), "due_derived": pa.array(derived)}


def _severity(reading: Reading) -> pa.Array:
    if "severity" not in reading.cells or _is_opinion(reading):
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


def _gravest(reading: Reading, harmed: Sequence[str], outcome: pa.Array | None) -> pa.Array:
    """The outcome of each row, or the gravest harm where one of the columns `harmed` tells of any.

    Whether a matter turned violent stands beside its result: 调解成功, and 有，打架致伤.
    """
    told = no_cells(len(reading)) if outcome is None else plain(outcome)
    columns = [told, *(plain(reading.codes(name, "escalation")) for name in harmed)]
    found = told
    for harm in reversed(HARM):
        rows = np.any([equal(column, harm.value) for column in columns], axis=0)
        found = pc.if_else(pa.array(rows), pa.scalar(harm.value), found)
    return found.dictionary_encode()


def _is_opinion(reading: Reading) -> bool:
    """Whether the column of severity is an officer's opinion: it may be, and holds another word than those of severity."""
    heading = reading.opinions.get("severity")
    if heading is None or heading in reading.dropped:
        return heading is not None
    own = reading.mapping.words.get("severity", {})
    if not reads_as_opinion(heading, coded(reading.cells["severity"])[1], own):
        return False
    reading.dropped.append(heading)
    reading.notes.append(
        f"{kept_heading(heading)}: an opinion about people or places, for not all of its words are severities; not read"
    )
    return True


def _withdrawn(reading: Reading) -> Flags:
    """Whether a row is void: by its status, a column that says so, or its outcome: untrue, or a word of states and of no outcome."""
    void = words_that_mean("withdrawn")
    own = reading.mapping.words
    # Of a mediation 无效 is its failure.
    unclear = {"无效", "撤销"}
    outcomes = {*unclear, *field_words("outcome"), *own.get("outcome", {})}
    ended = flags(reading.cell("outcome"), lambda word: word in void and word not in outcomes)
    yes = {word for word, code in field_words("flag").items() if code == "yes"} - {"重复"}
    marked = flags(reading.cell("void"), lambda word: word in yes or word in void)
    states, results = own.get("status", {}), own.get("outcome", {})
    stated = flags(reading.cell("status"), lambda word: word in void or code_of("status", word, states) == "withdrawn")
    untrue = flags(reading.cell("outcome"), lambda word: code_of("outcome", word, results) == "unfounded")
    found = np.asarray(stated | ended | marked | untrue)
    reading.moved[_WITHDRAWN] += int((found & ~reading.faults.any).sum())
    return found


def _count(reading: Reading) -> pa.Array:
    if "count" not in reading.cells:
        return pa.array(np.ones(len(reading), dtype=np.int64))
    amount, unreadable, _ = reading.numbers_of("count")
    whole = np.isnan(amount) | ((amount >= 0) & (amount <= MOST_WHOLE) & (amount == np.floor(amount)))
    reading.faults.add(unreadable | ~whole, "bad_count", "count", "text")
    return pa.array(np.where(np.isnan(amount) | ~whole, 1, amount).astype(np.int64))


def _instants(moments: npt.NDArray[np.datetime64]) -> pa.Array:
    return pa.array(moments, pa.timestamp("us"), from_pandas=True).cast(EVENTS.field("occurred_at").type)
