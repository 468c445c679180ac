"""Events of targets and escalations as records of their own: made by the one rule that also gives the labels.

They stand among the encoded sources under names of their own, so that a panel counts them like any others.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.encoding.clock import Clock
from features.encoding.records import Records
from riskwarn.configuration import Configuration
from riskwarn.store.targets import EventRule, Events, escalation_rule, events_of, rule_of

Chosen = npt.NDArray[np.int64]

#: Columns that labels need beside those of features, in microseconds: when an event happened, could first be told, could be told as it
#: stands, and until when it is believed.
INSTANTS = ("happened_at", "counted_at", "seen_from", "until")


def events_name(target: str) -> str:
    """The name under which the events of a target stand among the records."""
    return f"events of {target}"


def escalations_name(source: str) -> str:
    """The name under which the escalations of a source stand among the records."""
    return f"escalations of {source}"


def rules_of(source: str, configuration: Configuration) -> Iterator[tuple[str, EventRule]]:
    """Name and rule of what is encoded of a source beside its records: its escalations, and the events of its targets."""
    yield escalations_name(source), escalation_rule(source)
    for name, target in configuration.targets.items():
        if target.source == source:
            yield events_name(name), rule_of(target)


def encode_target_events(
    source: str, frame: pd.DataFrame, configuration: Configuration, clock: Clock
) -> dict[str, tuple[Records, Records]]:
    """Name -> (events that have a grid, those located only above it: `grid` is their place there) of a source's beliefs."""
    found = {}
    for name, rule in rules_of(source, configuration):
        events = events_of(frame, rule)
        grid, above = (frame[place].to_numpy(dtype=np.int32)[events.row] for place in ("grid", "above"))
        high = (grid < 0) & (above >= 0)
        found[name] = (
            _encoded(frame, events, np.flatnonzero(grid >= 0), grid, clock),
            _encoded(frame, events, np.flatnonzero(high), above, clock),
        )
    return found


def _encoded(frame: pd.DataFrame, events: Events, chosen: Chosen, grid: npt.NDArray[np.int32], clock: Clock) -> Records:
    """Events count in the period in which they became known, and are seen from then on as long as they are believed."""
    row = events.row[chosen]
    columns = {
        "grid": grid[chosen],
        "count": frame["count"].to_numpy(dtype=np.int64)[row],
        "known": clock.period(events.known_at[chosen]),
        "start": clock.period(events.seen_from[chosen]) + np.int32(1),
        "stop": clock.period(events.until[chosen]),
        "day": clock.day(events.at[chosen]),
    }
    if "record_id" in frame:
        columns["record"] = frame["record_id"].to_numpy(dtype=np.int64)[row]
    instants = (events.at, events.known_at, events.seen_from, events.until)
    columns |= {name: one[chosen].view(np.int64) for name, one in zip(INSTANTS, instants, strict=True)}
    return Records(columns)
