"""A field of the target's own records that was written because of the outcome is named; what registration can know is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskwarn.contracts.topics import topics
from riskwarn.messages import translated
from riskwarn.store.targets import EventRule
from tests.training.audits.towns import towns_of
from training.audits.leakage import Leak, first_versions, registered_late
from training.audits.own_records import own_records, told, told_apart

DAY = np.timedelta64(86_400_000_000, "us")
FOREVER = np.datetime64("2200-01-01", "us")
ESCALATION = EventRule("disputes", "escalated_at", ("violence",))


def beliefs(records: int = 6000, seed: int = 1) -> pd.DataFrame:
    """Disputes of which 4 % escalate; of the graver ones, which are a fifth, three times as many as of the others."""
    rng = np.random.default_rng(seed)
    began = np.datetime64("2025-01-01", "us") + (np.sort(rng.uniform(0, 400, records)) * DAY).astype("timedelta64[us]")
    grave = rng.random(records) < 0.2
    escalates = rng.random(records) < np.where(grave, 0.087, 0.026)
    escalated = np.where(escalates, began + 20 * DAY, np.datetime64("NaT", "us"))
    nothing = np.full(records, np.datetime64("NaT", "us"))
    return pd.DataFrame(
        {
            "record_id": np.arange(records),
            "grid": np.where(rng.random(records) < 0.9, 3, -1),
            "occurred_at": began,
            "known_at": began,
            "believed_from": began,
            "believed_to": FOREVER,
            "category": rng.choice([f"kind_{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"], records),
            "severity": np.where(grave, "larger", "general"),
            "kind": None,
            "form": rng.choice(["letter", "visit"], records),
            "discovered_by": rng.choice(["patrol", "reported"], records),
            "count": 1,
            "due_at": began + 14 * DAY,
            "topics": rng.integers(0, 8, records),
            "topics_known": began,
            "outcome": None,
            "outcome_known": nothing,
            "closed_at": nothing,
            "ended_at": nothing,
            "escalated_at": escalated,
            "escalated_at_known": escalated,
        }
    )


def found(frame: pd.DataFrame, rule: EventRule = ESCALATION) -> list[Leak]:
    return own_records("conflict", rule, frame, first_versions(frame), towns_of([20]))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("records", [1000, 6000])
def test_what_is_written_at_registration_is_no_finding(records: int, seed: int) -> None:
    assert found(beliefs(records, seed)) == []


def test_a_severity_that_is_written_once_a_dispute_has_escalated_is_named_with_its_shares() -> None:
    frame = beliefs()
    escalated = frame["escalated_at"].notna()
    frame["severity"] = np.where(escalated, "extraordinary", "general")
    [leak] = found(frame)
    assert (leak.check, leak.subject, leak.limit) == ("own_record", "disputes.severity", 0.5)
    assert leak.figure == pytest.approx(1)
    assert leak.sentence.startswith(
        "severity of disputes tells which records become “conflict” (1.00 of 1): 100.0 % of the "
    )
    assert f"the {escalated.sum():,} with extraordinary did, 0.0 % of the others" in leak.sentence
    assert leak.sentence.endswith("declare in the mapping that it is written again (fixed: {severity: false})")
    assert translated(leak.sentence, "zh").endswith("请在映射中声明该字段会被改写（fixed: {severity: false}）")


@pytest.mark.parametrize("share", [0.1, 0.4, 0.8])
def test_it_need_not_be_all_of_them(share: float) -> None:
    """Of the records that escalated a part is written again, and a few others bear the same word."""
    frame, rng = beliefs(), np.random.default_rng(2)
    again = frame["escalated_at"].notna() & (rng.random(len(frame)) < share)
    strays = rng.random(len(frame)) < 0.001
    frame.loc[again | strays, "severity"] = "extraordinary"
    [leak] = found(frame)
    assert leak.subject == "disputes.severity" and "with extraordinary did" in leak.sentence


@pytest.mark.parametrize(
    ("field", "value", "other", "said"),
    [
        ("category", "land", None, "with land did"),
        ("form", "visit", None, "with nothing in it did"),
        ("discovered_by", "patrol", "reported", "with patrol did"),
        ("count", 2, 1, "with 2 did"),
        ("grid", 3, -1, "with something in it did"),
        ("topics", topics()[0].mask, 0, "with something in it did"),
        ("category", "王小明殴打案", "letter", "with a word that is not shown did"),
    ],
)
def test_every_field_of_the_record_is_looked_at(field: str, value: object, other: object, said: str) -> None:
    frame = beliefs()
    escalated = frame["escalated_at"].notna().to_numpy()
    if said == "with nothing in it did":
        value, other = None, "visit"
    frame[field] = [value if happened else other for happened in escalated]
    [leak] = found(frame)
    assert said in leak.sentence
    assert leak.subject.startswith("disputes." + ("grid_id" if field == "grid" else field))


def test_a_term_that_is_set_because_of_the_outcome_is_told_in_weeks() -> None:
    frame = beliefs()
    frame.loc[frame["escalated_at"].notna(), "due_at"] = frame["known_at"] + 70 * DAY
    [leak] = found(frame)
    assert leak.subject == "disputes.due_at" and "with a term of 10 weeks did" in leak.sentence


def test_what_an_earlier_export_showed_holds_and_what_is_said_to_be_written_again_is_not_asked() -> None:
    frame = beliefs()
    escalated = frame["escalated_at"].notna()
    later = frame[escalated].assign(severity="extraordinary", believed_from=lambda one: one["escalated_at"] + DAY)
    earlier = frame.copy()
    earlier.loc[escalated, "believed_to"] = later["believed_from"]
    assert found(pd.concat([earlier, later], ignore_index=True)) == [], "known at registration is the first version"
    unknown = frame.assign(severity=None)
    later = frame.assign(severity=np.where(escalated, "extraordinary", "general"), believed_from=FOREVER - DAY)
    assert found(pd.concat([unknown, later], ignore_index=True)) == [], "nothing was believed of it at first"


def test_a_field_that_makes_the_event_a_target_of_what_occurs_and_a_few_events_are_not_asked() -> None:
    frame = beliefs()
    frame["severity"] = np.where(frame["escalated_at"].notna(), "extraordinary", "general")
    assert found(frame, EventRule("disputes", "escalated_at", severities=("extraordinary",))) == []
    assert found(frame, EventRule("disputes", "occurred_at")) == []
    few = frame["escalated_at"].notna().cumsum().to_numpy() > 29
    assert found(frame[~few | frame["escalated_at"].isna().to_numpy()]) == []


def test_rare_values_tell_nothing_of_themselves() -> None:
    rng = np.random.default_rng(5)
    happened = rng.random(4000) < 0.05
    names = np.array([f"n{one}" for one in rng.integers(0, 2000, 4000)], dtype=object)
    gini, lower = told_apart(np.unique(names, return_inverse=True)[1], happened)
    assert abs(gini) < 0.1 and lower < gini
    assert told("category", names, happened) is None


def test_a_source_that_is_known_half_a_year_after_it_happened_is_told_beside_the_horizon() -> None:
    frame = beliefs(400)
    assert registered_late("incidents", frame, 28.0, 4) == []
    late = frame.assign(occurred_at=frame["occurred_at"] - 182 * DAY)
    [leak] = registered_late("incidents", late, 28.0, 4)
    assert (leak.check, leak.subject, leak.figure, leak.limit) == ("registered_late", "incidents", 182.0, 28.0)
    assert "over 182 days after they happened, and the horizon of 4 periods is 28 days" in leak.sentence
    assert registered_late("incidents", late[:99], 28.0, 4) == [] == registered_late("incidents", late[:0], 28.0, 4)
