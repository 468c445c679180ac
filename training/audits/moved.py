"""Records that later exports tell of another grid: where those do that became events, or those that did not, and hardly any other, the place
was written anew because of what came of them.

Only a register that was exported before and after shows it; what one export shows is asked in :mod:`training.audits.places`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskwarn.arrays import Flags, Indices
from riskwarn.messages import Message
from training.audits.leakage import EDITED_SHARE, EDITED_TIMES, LEAST_RECORDS, Leak
from training.audits.odds import Tables, ratios

#: That it is no more than EDITED_TIMES as often is wrongly denied in so large a part of sound registers at most.
ERROR = 0.01


def moved(beliefs: pd.DataFrame, first: pd.DataFrame) -> Flags:
    """(records,) whether a record's grid is another in a later version; `first` are the first versions among the beliefs of its source.

    One that was located at no grid before has not moved, nor one that was told as several from the first (of a grid that was divided).
    """
    again = beliefs["record_id"].duplicated(keep=False).to_numpy()
    several, grids = beliefs[again], first.set_index("record_id")["grid"]
    was, now = several["record_id"].map(grids).to_numpy(), several["grid"].to_numpy()
    at_once = several.duplicated(["record_id", "believed_from"], keep=False).to_numpy()
    ids = several["record_id"]
    gone = set(ids[(was >= 0) & (now >= 0) & (was != now)]) - set(ids[at_once])
    return np.asarray(first["record_id"].isin(gone).to_numpy())


def moved_places(target: str, source: str, gone: Flags, happened: Flags) -> list[Leak]:
    """The finding that records are given another grid because of what came of them; (records,) whether each was `moved`, and became an
    event."""
    events, others = int(happened.sum()), int((~happened).sum())
    tables = Tables(
        *(_one(flags) for flags in (gone & happened, gone & ~happened, ~gone & happened, ~gone & ~happened))
    )
    limit = float(np.log(2 / ERROR))
    for of_others, among in ((False, events), (True, others)):
        number = int((gone & (happened != of_others)).sum())
        share, usual = number / max(1, among), (gone.sum() - number) / max(1, len(gone) - among)
        evidence = float(ratios(tables, 1 / EDITED_TIMES if of_others else EDITED_TIMES).max())
        if number < LEAST_RECORDS or share < EDITED_SHARE or evidence <= limit:
            continue
        told = {"source": source, "target": target, "share": f"{100 * share:.1f}", "usual": f"{100 * usual:.1f}"}
        if of_others:
            sentence = Message(
                "{share} % of the records of {source} that did not become “{target}” bear another grid in a later export than in the first, of "
                "those that did {usual} %: look whether the place is written anew once a record came to nothing (the grid of the office "
                "that settled it), and where it is map the column of where it happened, or leave grid_id out", **told,
            )  # fmt: skip
        else:
            sentence = Message(
                "{share} % of the records of {source} that became “{target}” bear another grid in a later export than in the first, of the others "
                "{usual} %: look whether the place is written anew once a record has become an event (the grid of the police station, or of "
                "the office that took it over), and where it is map the column of where it happened, or leave grid_id out", **told,
            )  # fmt: skip
        return [Leak("edited_after", f"{source}.grid_id", share, EDITED_SHARE, sentence)]
    return []


def _one(flags: Flags) -> Indices:
    return np.array([flags.sum()], dtype=np.int64)
