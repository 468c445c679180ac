"""Rows of an event source to records: dates, words, places and numbers, each fault named."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.configuration import Mapping
from riskwarn.contracts.schema import OWN_TIME_FIELDS
from riskwarn.contracts.vocabulary import (
    category_words,
    field_words,
    is_not_loaded,
    normalised,
    words_that_mean,
)
from riskwarn.ingest.cells import digests, each, numbers, translated
from riskwarn.ingest.dates import instants
from riskwarn.ingest.faults import Faults
from riskwarn.ingest.places import Ladder
from riskwarn.ingest.sheets import ROUNDED

#: More local categories than this become `other`.
MOST_LOCAL_CATEGORIES = 50

#: Days within which the law wants a petition answered, where the export names no due date.
STATUTORY_DAYS = 60

_PLACE = (
    "grid_id",
    "community",
    "community_name",
    "path",
    "town",
    "town_name",
    "district",
    "district_name",
    "grid_name",
)
_DAY = np.timedelta64(1, "D")


@dataclass
class Reading:
    """One sheet of one source, being read."""

    source: str
    cells: dict[str, pd.Series]  # field -> trimmed text
    mapping: Mapping
    zone: ZoneInfo
    exported_at: datetime
    key: bytes
    categories: tuple[str, ...]
    faults: Faults
    notes: list[str] = field(default_factory=list)

    def text(self, name: str) -> pd.Series:
        """The cells of a field; all null where the sheet has no such column."""
        return self.cells.get(name, pd.Series([None] * self.faults.rows, dtype="str"))

    def nothing(self) -> pd.Series:
        """A column of nulls."""
        return pd.Series(np.full(self.faults.rows, None, dtype=object))

    def instants(self, name: str) -> npt.NDArray[np.datetime64]:
        """The instants of a field; unreadable ones are faults."""
        if name not in self.cells:
            return np.full(self.faults.rows, np.datetime64("NaT", "us"))
        found, unreadable = instants(self.cells[name], self.zone)
        self.faults.add(unreadable, "bad_date", name, "text")
        return found

    def words(self, name: str, vocabulary: str) -> pd.Series:
        """The codes of a field; unknown words become null and are reported."""
        if name not in self.cells:
            return self.nothing()
        cells = self.cells[name].where(~self.faults.any)
        codes, unknown = translated(cells, field_words(vocabulary), self.mapping.words.get(name, {}))
        self.report(name, len([word for word in unknown if word not in words_that_mean("in_progress")]))
        return codes

    def report(self, name: str, unknown: int) -> None:
        """Say how many words of a field no vocabulary knows."""
        if unknown:
            self.notes.append(
                f"{name}: {unknown} unknown word(s) were read as empty; translate them in the mapping (words:)"
            )


def records(reading: Reading, ladder: Ladder, known_local: set[str]) -> pd.DataFrame:
    """The records of a sheet: every column of the event schema that comes from the row. Faults are left in `reading`."""
    faults, mapping, source = reading.faults, reading.mapping, reading.source
    frame = pd.DataFrame(index=pd.RangeIndex(faults.rows))
    _refuse(reading)
    located = ladder.locate(
        pd.DataFrame({name: reading.cells[name] for name in _PLACE if name in reading.cells}, index=frame.index)
    )
    faults.add(reading.text("grid_id").eq(ROUNDED).to_numpy(dtype=bool), "rounded_id", "grid_id", "number")
    faults.add(located.unknown_grid, "unknown_grid", "grid_id", "id")
    faults.add(pd.isna(located.located_by), "no_place", "grid_id", "empty")
    frame["grid_id"], frame["unit"] = located.grid_id, located.unit
    frame["located_by"], frame["district"] = located.located_by, located.district
    frame["category"] = _category(reading, "category", known_local)
    frame["category_final"] = _category(reading, "category_final", known_local)
    delivery = np.timedelta64(round(mapping.delivery_days * 86_400), "s")
    if mapping.period is not None:
        end = _period_end(reading)
        frame["occurred_at"] = end
        frame["known_at"] = end + delivery
        parts = zip(located.grid_id, located.unit, frame["category"], end, strict=True)
        identity = pd.Series(["|".join(map(str, part)) for part in parts], dtype="str")
        frame["record_id"] = digests(identity, reading.key, source)
    else:
        ids = reading.text("record_id")
        faults.add(ids.isna().to_numpy(dtype=bool), "missing_record_id", "record_id", "empty")
        faults.add(ids.eq(ROUNDED).to_numpy(dtype=bool), "rounded_id", "record_id", "number")
        frame["record_id"] = digests(ids, reading.key, source)
        frame["occurred_at"], frame["known_at"] = _times(reading, delivery)
    for name in OWN_TIME_FIELDS:
        frame[name] = reading.instants(name)
    frame["due_at"] = reading.instants("due_at")
    frame["due_derived"] = False
    if source == "petitions":
        derived = frame["due_at"].isna()
        frame["due_derived"] = derived
        frame.loc[derived, "due_at"] = frame["occurred_at"] + pd.Timedelta(days=STATUTORY_DAYS)
    frame["updated_at"] = reading.instants("updated_at")
    frame["severity"] = _severity(reading)
    for name, vocabulary in (
        ("urgency", "urgency"),
        ("kind", "kind"),
        ("form", "form"),
        ("satisfaction", "satisfaction"),
        ("discovered_by", "discovered_by"),
        ("outcome", "outcome"),
    ):
        frame[name] = reading.words(name, vocabulary)
    for name in ("is_repeat", "is_joint", "resolved"):
        frame[name] = reading.words(name, "flag").map({"yes": True, "no": False}) if name in reading.cells else None
    for name in ("repeat_of", "linked_to"):
        frame[name] = digests(reading.text(name), reading.key, source) if name in reading.cells else None
    status = reading.text("status")
    frame["withdrawn"] = status.isin(words_that_mean("withdrawn")).to_numpy(dtype=bool)
    frame["status"] = each(status, lambda text: "withdrawn" if text in words_that_mean("withdrawn") else None)
    amount, unreadable, _ = numbers(reading.text("count"))
    whole = np.isnan(amount) | ((amount >= 0) & (amount == np.floor(amount)))
    faults.add(unreadable | ~whole, "bad_count", "count", "text")
    frame["count"] = np.where(np.isnan(amount) | ~whole, 1, amount).astype(np.int64)
    if mapping.period is not None:
        good = ~faults.any
        # Two rows of one place, category and period are parts of one count.
        frame.loc[good, "count"] = frame[good].groupby("record_id")["count"].transform("sum")
    return frame


def _refuse(reading: Reading) -> None:
    """Rows that are by rule not loaded, before anything else of them is read."""
    for name in ("kind", "category", "category_detail", "category_final", "form", "status", "outcome"):
        if name not in reading.cells:
            continue
        refused = each(
            reading.text(name),
            lambda text: True if is_not_loaded(reading.source, text) else None,
        )
        reading.faults.add(refused.notna().to_numpy(dtype=bool), "not_loaded", name, "refused")


def _category(reading: Reading, name: str, known_local: set[str]) -> pd.Series:
    """Codes; an unknown word is kept as a local category, so long as there are not too many."""
    words = {**category_words(reading.source), **{code: code for code in reading.categories}}
    own = reading.mapping.words.get("category", {})

    def code(text: str) -> str | None:
        word = normalised(own.get(text, own.get(normalised(text), text)))
        for form in (word, word.removesuffix("纠纷"), word.removesuffix("类"), word.removesuffix("问题")):
            if form in words:
                return words[form]
        if word in known_local or len(known_local) < MOST_LOCAL_CATEGORIES:
            if word not in known_local:
                reading.notes.append(f"{name}: an unknown category is kept as a local one")
            known_local.add(word)
            return word
        return "other"

    if name not in reading.cells:
        return reading.nothing()
    # What is refused is not even kept as the name of a category.
    cells = reading.text(name).where(~reading.faults.any)
    coarse = each(cells, code)
    if name != "category" or "category_detail" not in reading.cells:
        return coarse
    fine = each(
        reading.text("category_detail").where(~reading.faults.any),
        lambda text: words.get(normalised(own.get(text, text))) or words.get(normalised(text).removesuffix("纠纷")),
    )
    return fine.where(fine.notna(), coarse)


def _severity(reading: Reading) -> pd.Series:
    cells = reading.text("severity")
    order = reading.mapping.order
    ranks: Words[str, str] = {}
    if order is not None:
        rising = ["general", "larger", "major", "extraordinary"]
        named = rising if order == "ascending" else rising[::-1]
        ranks = {form: code for digit, code in enumerate(named, start=1) for form in (f"{digit}", f"0{digit}")}
    else:
        digits = cells.str.fullmatch(r"\d+").fillna(False).to_numpy(dtype=bool)
        reading.faults.add(digits, "severity_digits", "severity", "number")
        cells = cells.where(~digits)
    codes, unknown = translated(cells, field_words("severity"), {**ranks, **reading.mapping.words.get("severity", {})})
    reading.report("severity", len(unknown))
    return codes


def _times(reading: Reading, delivery: np.timedelta64) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]]:
    """When each event happened, and when we could have been told of it."""
    faults, mapping = reading.faults, reading.mapping
    occurred = reading.instants("occurred_at")
    faults.add(np.isnat(occurred), "missing_date", "occurred_at", "empty")
    registered = reading.instants("known_at")
    delay = np.timedelta64(round(mapping.delay_days * 86_400), "s")
    known = np.where(np.isnat(registered), occurred + delay, registered)
    faults.add(known < occurred - _DAY, "known_before_event", "known_at", "date")
    known = np.maximum(known, occurred)
    latest = np.datetime64(reading.exported_at.replace(tzinfo=None), "us") + _DAY
    faults.add(known > latest, "in_future", "known_at" if "known_at" in reading.cells else "occurred_at", "date")
    return occurred, np.asarray(known + delivery, dtype="datetime64[us]")


def _period_end(reading: Reading) -> npt.NDArray[np.datetime64]:
    """The last instant of the period that each row of an aggregated export covers."""
    declared = reading.mapping.period
    assert declared is not None
    if declared.start is not None:
        text = reading.text("period_start")
    else:
        year, month = reading.text("period_year"), reading.text("period_month")
        text = (year + "-" + month.str.zfill(2) + "-01").astype("str")
    start, unreadable = instants(text, reading.zone)
    reading.faults.add(unreadable, "bad_date", "period", "text")
    reading.faults.add(np.isnat(start), "missing_date", "period", "empty")
    local = pd.DatetimeIndex(start).tz_localize("UTC").tz_convert(reading.zone).tz_localize(None)
    step = {"day": pd.DateOffset(days=1), "week": pd.DateOffset(days=7), "month": pd.DateOffset(months=1)}
    end = (local + step[declared.unit]).tz_localize(
        reading.zone, ambiguous=np.zeros(len(local), dtype=bool), nonexistent="shift_forward"
    )
    last = end.tz_convert("UTC").tz_localize(None).to_numpy(dtype="datetime64[us]")
    return np.asarray(last - np.timedelta64(1, "us"), dtype="datetime64[us]")
