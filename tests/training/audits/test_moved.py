"""Records that a later export tells of another grid because of what came of them are found; corrections of a register are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskwarn.arrays import Flags
from tests.training.audits.test_own_records import DAY, ESCALATION, beliefs, found
from tests.training.audits.towns import towns_of
from training.audits.leakage import Leak, first_versions
from training.audits.moved import moved
from training.audits.own_records import own_records


def again(frame: pd.DataFrame, some: Flags, grid: int = 7) -> pd.DataFrame:
    """The beliefs with a later one of some records, of another grid."""
    later = frame[some].assign(grid=grid, believed_from=lambda one: one["known_at"] + 40 * DAY)
    earlier = frame.copy()
    earlier.loc[some, "believed_to"] = later["believed_from"]
    return pd.concat([earlier, later]).sort_values("known_at", kind="stable", ignore_index=True)


def parts(seed: int = 1) -> tuple[pd.DataFrame, Flags, np.ndarray]:
    frame = beliefs(seed=seed).assign(grid=3)
    return frame, frame["escalated_at"].notna().to_numpy(), np.random.default_rng(seed).random(len(frame))


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_events_that_went_to_an_office_are_named(share: float) -> None:
    frame, escalated, chance = parts()
    [leak] = found(again(frame, escalated & (chance < share)))
    assert (leak.check, leak.subject, leak.limit) == ("edited_after", "disputes.grid_id", 0.05)
    assert leak.figure == pytest.approx(share, abs=0.07)
    assert "that became “conflict” bear another grid" in leak.sentence and "of the others 0.0 %" in leak.sentence


def test_records_that_came_to_nothing_and_went_to_an_office_are_named() -> None:
    frame, escalated, chance = parts()
    [leak] = found(again(frame, ~escalated & (chance < 0.6)))
    assert (
        "that did not become “conflict” bear another grid" in leak.sentence and "those that did 0.0 %" in leak.sentence
    )


@pytest.mark.parametrize("seed", range(10))
def test_corrections_are_no_finding_though_events_are_looked_at_twice_as_often(seed: int) -> None:
    frame, escalated, chance = parts(seed)
    assert found(again(frame, chance < np.where(escalated, 0.2, 0.1))) == []
    assert found(again(frame, chance < 0.04)) == []


def test_a_record_that_is_located_better_has_not_moved_nor_one_that_is_several_from_the_first() -> None:
    frame, escalated, _ = parts()
    first = first_versions(frame)
    assert moved(again(frame, escalated), first).sum() == escalated.sum()
    assert not moved(again(frame.assign(grid=-1), escalated), first_versions(frame.assign(grid=-1))).any()
    divided = pd.concat([frame, frame.assign(grid=8)]).sort_values("known_at", kind="stable", ignore_index=True)
    assert not moved(divided, first_versions(divided)).any()
    assert not moved(frame, first).any()


def test_the_place_of_the_first_version_is_what_is_asked_where_it_stands() -> None:
    """What went away later lies where it happened at first: the grids themselves are no finding beside it."""
    frame, escalated, _ = parts()
    spread = frame.assign(grid=np.random.default_rng(2).integers(0, 20, len(frame)))
    twice = again(spread, escalated, 0)
    leaks: list[Leak] = own_records("conflict", ESCALATION, twice, first_versions(twice), towns_of([20]))
    assert [leak.check for leak in leaks] == ["edited_after"]
