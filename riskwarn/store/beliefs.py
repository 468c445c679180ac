"""What was believed when: the stored versions of records, each with the span of instants in which it held.

The rules of known times stand here and nowhere else. A *belief* is one content of the fixed fields of one record. It is
in force at the instant `t` where ``believed_from < t <= believed_to``: what is known strictly before `t` may be used.
Fields with a time of their own carry their newest value in every belief of the record, beside the instant from which
that value could be known; a reader masks it until then. So one full export and many monthly ones give the same beliefs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskwarn.contracts import Contract
from riskwarn.contracts.identity import newest_of_each
from riskwarn.contracts.schema import FIXED_FIELDS, OWN_TIME_FIELDS
from riskwarn.geography import Geography
from riskwarn.mapping import Mapping
from riskwarn.periods import FOREVER, Calendar
from riskwarn.store.crosswalk import crosswalk
from riskwarn.store.targets import OUTCOME_DATES

#: Contents that a later version may correct; a change of any of them is a new belief.
_CONTENT = tuple(name for name in FIXED_FIELDS if name not in ("known_at", "located_by", "district"))

#: Of these a mapping may say that they are written again; without the others a record has no place in a panel.
MAY_CHANGE = ("category", "severity", "kind", "form", "discovered_by", "due_at")

#: Columns of a beliefs table beside ``<field>`` and ``<field>_known`` of the own-time fields.
COLUMNS = (
    "record_id",
    "grid",
    "above",
    "occurred_at",
    "known_at",
    "believed_from",
    "believed_to",
    "category",
    "category_final",
    "severity",
    "kind",
    "form",
    "discovered_by",
    "count",
    "due_at",
    "outcome",
    "outcome_known",
    *(column for name in ("satisfaction", "topics") for column in (name, f"{name}_known")),
)

#: Fields that may be written again at any time; of each the newest value is told, and when it could be known.
_REVISED = ("satisfaction", "topics")

_ALL = (*COLUMNS, *OWN_TIME_FIELDS, *(f"{name}_known" for name in OWN_TIME_FIELDS))


def beliefs(versions: pd.DataFrame, places: Geography, mapping: Mapping) -> pd.DataFrame:
    """The beliefs of one event source.

    Parameters
    ----------
    versions : every stored version (columns of :data:`riskwarn.contracts.schema.EVENTS`), sorted by load and row;
        instants are naive UTC datetime64[us].
    places : the geography that gives `grid` (int64 index of a grid in force, -1 where a record is located above the grid)
        and `above` (int64 index of its place above the grid, -1 where it has a grid).
    mapping : the source's mapping; its delivery lag is added to the known times of own-time fields.

    Returns
    -------
    One row per belief, sorted by known time; :data:`COLUMNS` and the own-time fields, each with ``<field>_known``.
    """
    frame = versions.reset_index(drop=True)
    frame["_record"] = pd.factorize(frame["record_id"])[0]
    frame = frame.sort_values(["_record", "version_at"], kind="stable").reset_index(drop=True)
    first = ~frame["_record"].duplicated()
    record = frame["_record"].to_numpy()
    # The record became known once, with its first version; a later one cannot move that instant.
    known = frame.loc[first, "known_at"].to_numpy(dtype="datetime64[us]")[record]
    frame["known_at"] = known
    frame["believed_from"] = np.where(
        first, known, np.maximum(frame["version_at"].to_numpy(dtype="datetime64[us]"), known)
    )
    frame = _withdrawals(frame)
    frame = _claims_withdrawn(frame, mapping)
    frame = _newest_own_times(frame, mapping)
    changed = _content_changed(frame) | ~frame["_record"].duplicated().to_numpy()
    frame = frame[changed].copy()
    following = frame["believed_from"].shift(-1)
    last = frame["_record"].ne(frame["_record"].shift(-1))
    frame["believed_to"] = following.where(~last, pd.Timestamp(FOREVER)).astype("datetime64[us]")
    frame = frame[~frame["withdrawn"] & (frame["believed_from"] < frame["believed_to"])]
    delivery = np.timedelta64(round(mapping.delivery_days * 86_400), "s")
    frame = crosswalk(frame, places, delivery)
    return frame.sort_values("known_at", kind="stable")[list(_ALL)].reset_index(drop=True)


def empty_beliefs() -> pd.DataFrame:
    """The beliefs of a source of which nothing is known."""
    typed = {
        name: "datetime64[us]" for name in _ALL if name.endswith(("_at", "_known", "believed_from", "believed_to"))
    }
    return pd.DataFrame(columns=list(_ALL)).astype(
        {**typed, "topics": "Int64", "record_id": np.int64, "grid": np.int64, "above": np.int64, "count": np.int64}
    )


def _claims_withdrawn(frame: pd.DataFrame, mapping: Mapping) -> pd.DataFrame:
    """Split first versions whose mapping says that a field was *not* written once at registration.

    An export shows such a field as it stands on its day. Of the first version it is believed from the earliest instant at
    which it can have stood there: the row's change, the export, or the closing where no later version is known; until
    then nothing is believed of it. Later versions are dated by their own change already.
    """
    names = [name for name, fixed in mapping.fixed.items() if not fixed and name in MAY_CHANGE]
    if not names or frame.empty:
        return frame
    first = ~frame["_record"].duplicated()
    following = frame["believed_from"].shift(-1).where(frame["_record"].eq(frame["_record"].shift(-1)))
    dates = frame[["updated_at", "exported_at"]].assign(closed_at=frame["closed_at"].where(following.isna()))
    stood = dates.min(axis=1)
    split = first & (stood > frame["believed_from"])
    before = frame[split].copy()
    before[names] = None
    after = frame[split & ~(stood >= following)]
    after = after.assign(believed_from=stood[after.index])
    both = pd.concat([frame[~split], before, after])
    return both.sort_values(["_record", "believed_from"], kind="stable").reset_index(drop=True)


def _withdrawals(frame: pd.DataFrame) -> pd.DataFrame:
    """Split a version that says "void" into what was believed of it before and the end of that belief.

    A full export shows only the final status, but before the record was voided it was believed like any other. The
    end is the earliest instant at which the void can have been known: the row's change, the export, the closing.
    """
    frame["withdrawn"] = frame["withdrawn"].fillna(False).astype(bool)
    void = frame[frame["withdrawn"]]
    if void.empty:
        return frame
    ends = void[["updated_at", "exported_at", "closed_at"]].min(axis=1)
    ends = ends.where(ends > void["known_at"], void["known_at"])
    lone = ~void["_record"].duplicated() & ~frame["_record"].duplicated()[void.index]
    before = void[lone & (ends > void["known_at"])].assign(withdrawn=False)
    after = void.assign(believed_from=ends)
    both = pd.concat([frame[~frame["withdrawn"]], before, after])
    return both.sort_values(["_record", "believed_from", "withdrawn"], kind="stable").reset_index(drop=True)


def _newest_own_times(frame: pd.DataFrame, mapping: Mapping) -> pd.DataFrame:
    """Give every row of a record the own-time fields of its newest version, with their known times."""
    newest = frame.groupby("_record", sort=False).tail(1).set_index("_record")
    delivery = pd.Timedelta(days=mapping.delivery_days)
    known = frame["known_at"]
    for name in (*OWN_TIME_FIELDS,):
        frame[name] = frame["_record"].map(newest[name]).astype("datetime64[us]")
        later = frame[name] + delivery
        frame[f"{name}_known"] = later.where(later > known, known).where(frame[name].notna()).astype("datetime64[us]")
    for name in ("outcome", "category_final"):
        frame[name] = frame["_record"].map(newest[name])
    for name in _REVISED:
        value = frame["_record"].map(newest[name])
        told = known if mapping.fixed.get(name) else _revised_known(frame, name, value, delivery)
        frame[f"{name}_known"] = told.where(value.notna())
        frame[name] = value
    dates = [f"{name}_known" for name in OUTCOME_DATES]
    frame["outcome_known"] = frame[dates].max(axis=1).where(frame["outcome"].notna()).astype("datetime64[us]")
    frame["outcome"] = frame["outcome"].where(frame["outcome_known"].notna())
    return frame


def _revised_known(frame: pd.DataFrame, name: str, value: pd.Series, delivery: pd.Timedelta) -> pd.Series:
    """When the newest value of a revised field could be known: the first change or export that carried it, or the closing."""
    carried = pd.concat([frame["updated_at"] + delivery, frame["exported_at"]], axis=1).min(axis=1)
    first = carried.where(frame[name].eq(value).fillna(False)).groupby(frame["_record"]).transform("min")
    earliest = pd.concat([first, frame["closed_at_known"]], axis=1).min(axis=1)
    known: pd.Series = earliest.where(~(earliest < frame["known_at"]), frame["known_at"]).astype("datetime64[us]")
    return known


def _content_changed(frame: pd.DataFrame) -> np.ndarray:
    """Rows whose fixed content, or whether they are void, differs from the row before."""
    changed = np.zeros(len(frame), dtype=bool)
    for name in (*_CONTENT, "withdrawn"):
        codes = pd.factorize(frame[name])[0]
        changed[1:] |= codes[1:] != codes[:-1]
    return changed


def table_rows(
    versions: pd.DataFrame, places: Geography, calendar: Calendar, contract: Contract, mapping: Mapping
) -> pd.DataFrame:
    """A table that is not an event source, by its contract, with `grid` (index, known grids only) and `known_at` (NaT: for all time).

    `valid_from` (or `started_at`) + delivery is when a row is known; the newest version of a row holds.
    """
    delivery = pd.Timedelta(days=mapping.delivery_days)
    start = "valid_from" if "valid_from" in versions else "started_at"
    newest = newest_of_each(versions, contract)
    if start == "valid_from":
        newest = places.carry_numbers(newest)
    moment = pd.to_datetime(newest[start])
    newest["grid"] = _grids(newest, places, start)
    if start == "valid_from":
        # A date is known from its local midnight.
        local = moment.dt.tz_localize(calendar.timezone, nonexistent="shift_forward", ambiguous=True)
        moment = local.dt.tz_convert("UTC").dt.tz_localize(None)
    newest["known_at"] = (moment + delivery).astype("datetime64[us]")
    return (
        newest[newest["grid"] >= 0]
        .sort_values(["grid", "known_at"], kind="stable", na_position="first")
        .reset_index(drop=True)
    )


def _grids(rows: pd.DataFrame, places: Geography, start: str) -> np.ndarray:
    """The grid in force of every row; an intervention goes whole to one successor of its grid."""
    if start == "valid_from":
        return places.index_of(rows["grid_id"])
    told = rows["grid_id"] + rows["kind"].fillna("") + rows[start].astype(str)
    identity = rows["record_id"].astype(object).where(rows["record_id"].notna(), told)
    one = np.ones(len(rows), dtype=np.int64)
    return places.carry(rows["grid_id"], rows[start].to_numpy(dtype="datetime64[us]"), identity, one).grid
