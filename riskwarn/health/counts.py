"""What the records of a source are for the rule of a target, in numbers: of the newest version of each, a part at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from riskwarn.arrays import Flags
from riskwarn.periods import Instants
from riskwarn.store.newest import Newest
from riskwarn.store.targets import EventRule, counting, dated, outcome_dates, referred


@dataclass
class Count:
    """What the records of a source are for the rule of a target: numbers of records."""

    rule: EventRule
    known: tuple[np.datetime64, np.datetime64] | None  # the first and the last known time; None of none
    records: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    counting: int = 0  # of a category and severity that counts
    ended: int = 0  # of these, with an outcome that counts; no longer asked once there is an event
    ended_dated: int = 0  # of these, with a date beside it
    closed: int = 0  # with any date to which an outcome may belong
    silent: int = 0  # of these, without an outcome
    dated: int = 0  # with the date of the rule
    referred: int = 0  # that would be events, and are none as their row has it
    events: int = 0
    placed: int = 0  # events that lie in a grid
    learnt: int = 0  # of these, within the time that is learnt

    def add(self, rows: pd.DataFrame, kept: Flags, placed: Flags, span: Instants | None) -> None:
        """Count some more: of some rows those that are `kept`."""
        rule = self.rule
        at, _ = dated(rows, rule)
        events, counts = ~np.isnat(at) & kept, counting(rows, rule) & kept
        ended = referred(rows, rule)
        self.referred += int((events & ended).sum())
        events &= ~ended
        self.records += int(kept.sum())
        self.counting += int(counts.sum())
        if rule.outcomes:
            with_date = ~np.isnat(outcome_dates(rows))
            if not self.events:
                told = counts & rows["outcome"].isin(rule.outcomes).to_numpy(dtype=bool)
                self.ended += int(told.sum())
                self.ended_dated += int((told & with_date).sum())
            closed = with_date & kept
            self.closed += int(closed.sum())
            self.silent += int((closed & rows["outcome"].isna().to_numpy()).sum())
        if rule.date is not None:
            self.dated += int((rows[rule.date].notna().to_numpy() & kept).sum())
        self.events += int(events.sum())
        events &= placed
        self.placed += int(events.sum())
        if span is not None and events.any():
            self.learnt += int((events & (at >= span[0]) & (at < span[1])).sum())


def counted(records: Newest, rules: Sequence[EventRule], span: Instants | None) -> dict[EventRule, Count]:
    """What the newest versions of the records of a source are for each rule, counted a part at a time."""
    counts = {rule: Count(rule, records.known) for rule in rules}
    columns = list(dict.fromkeys(["category", *(name for rule in rules for name in rule.columns)]))
    categories: Counter[str] = Counter()
    for table, kept in records.parts(["grid_id", *columns]):
        placed = table["grid_id"].is_valid().to_numpy()
        rows = table.select(columns).to_pandas()
        for word, number in rows["category"][kept].value_counts().items():
            categories[str(word)] += int(number)
        for count in counts.values():
            count.add(rows, kept, placed, span)
    for count in counts.values():
        count.categories = categories
    return counts
