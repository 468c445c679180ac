"""Which records are events of a target, dated when, known when, until when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from features import City, read_city
from riskwarn.configuration import DEFAULT_TARGETS, Target
from riskwarn.contracts.vocabulary import field_words
from riskwarn.errors import ConfigurationInvalid
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.store.targets import events_of, rule_of
from riskwarn.words import Outcome
from tests.worlds import NOW, dispute, load, with_grids, write_csv

CONFLICT = DEFAULT_TARGETS["conflict"]


def city_of(home: Home, folder: Path, *rows: dict[str, Any]) -> City:
    with_grids(home, folder)
    load(home, "disputes", write_csv(folder / "disputes.csv", rows))
    return read_city(home, date(2026, 6, 1))


def ended(number: int, outcome: str, closed: str = "2026-03-10 09:00:00", **more: Any) -> dict[str, Any]:
    return dispute(
        number,
        发生时间="2026-03-02 09:00:00",
        登记时间="2026-03-02 10:00:00",
        化解时间=closed,
        调解结果=outcome,
        办理状态="已办结",
        **more,
    )


def told(city: City, target: Target = CONFLICT) -> list[tuple[str, str, str]]:
    """(date, known, until) of each event, local to the minute; an event that is always believed ends with `-`."""
    events = events_of(city.beliefs[target.source], rule_of(target))

    def local(instant: np.datetime64) -> str:
        text = str((instant + np.timedelta64(8, "h")).astype("datetime64[m]"))
        return "-" if text.startswith("22") else text

    return sorted(
        (local(a), local(b), local(c)) for a, b, c in zip(events.at, events.known_at, events.until, strict=True)
    )


def test_a_register_without_a_date_of_escalation_has_conflicts(home: Home, tmp_path: Path) -> None:
    """民转刑, 转公安 and 肢体冲突 beside a closing date are what most registers hold."""
    words = ("民转刑", "转公安", "肢体冲突", "打架", "致伤", "报警处置")
    rows = [ended(number, word, f"2026-03-1{number} 09:00:00") for number, word in enumerate(words)]
    rows += [ended(7, "调解成功"), ended(8, "引导诉讼"), ended(9, "民转刑", closed=""), ended(10, "办理中")]
    assert told(city_of(home, tmp_path, *rows)) == [
        (f"2026-03-1{number}T09:00", f"2026-03-1{number}T09:00", "-") for number in range(len(words))
    ]


def test_the_date_goes_before_the_outcome_and_an_orderly_end_withdraws_it(home: Home, tmp_path: Path) -> None:
    escalated = {"升级时间": "2026-03-05 09:00:00"}
    city = city_of(
        home,
        tmp_path,
        ended(1, "民转刑", **escalated),
        ended(2, "引导诉讼", **escalated),
        ended(3, "调解成功", **escalated),
    )
    found = told(city)
    assert found == [
        ("2026-03-05T09:00", "2026-03-05T09:00", "-"),
        ("2026-03-05T09:00", "2026-03-05T09:00", "-"),
        ("2026-03-05T09:00", "2026-03-05T09:00", "2026-03-10T09:00"),
    ]
    assert told(city, Target(source="disputes", date="escalated_at")) == found
    # By outcome alone the escalation is but one of the dates to which the outcome may belong.
    assert told(city, Target(source="disputes", outcomes=("violence",))) == [
        ("2026-03-10T09:00", "2026-03-10T09:00", "-")
    ]


def test_an_outcome_is_known_with_delivery_and_dated_without(tmp_path: Path) -> None:
    declared = tmp_path / "declared.yaml"
    declared.write_text("sources: {disputes: {mapping: {delivery_days: 3}}}\n", encoding="utf-8")
    home = make_home(tmp_path / "home", Settings(), declared)
    assert told(city_of(home, tmp_path, ended(1, "民转刑"))) == [("2026-03-10T09:00", "2026-03-13T09:00", "-")]


def test_an_outcome_that_a_later_export_takes_back_is_no_event(home: Home, tmp_path: Path) -> None:
    """The newest outcome holds, as that of every field with a time of its own; a void record is believed until its end."""
    city_of(home, tmp_path, ended(1, "民转刑", 更新时间="2026-03-10 10:00:00"), ended(2, "民转刑"))
    later = [
        ended(1, "调解成功", 更新时间="2026-03-20 10:00:00"),
        {**ended(2, "民转刑", 更新时间="2026-03-25 10:00:00"), "办理状态": "作废"},
    ]
    load(home, "disputes", write_csv(tmp_path / "later.csv", later), exported_at=NOW)
    assert told(read_city(home, date(2026, 6, 1))) == [("2026-03-10T09:00", "2026-03-10T09:00", "2026-03-10T09:00")], (
        "it is known until, and not after, the closing that made it void: never seen"
    )


def test_categories_and_severity_choose_among_outcomes_too(home: Home, tmp_path: Path) -> None:
    city = city_of(home, tmp_path, ended(1, "民转刑", 纠纷类型="物业"), ended(2, "民转刑", 严重程度="重大"))
    assert len(told(city)) == 2, "every dispute counts by default, of whatever category"
    assert len(told(city, CONFLICT.model_copy(update={"categories": ("property_management",)}))) == 1
    assert len(told(city, Target(source="disputes", outcomes=("violence",), min_severity="larger"))) == 1


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ({}, "needs a date"),
        ({"date": "occurred_at", "outcomes": ["violence"]}, "exclude each other"),
        ({"outcomes": ["referred"]}, "orderly end"),
        ({"outcomes": ["withdrawn", "hit"]}, "'violence'"),
        ({"outcomes": []}, "at least one"),
        ({"outcomes": ["injury", "injury"]}, "each once"),
    ],
)
def test_a_target_that_means_nothing_is_refused(declared: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=problem):
        Target(source="disputes", **declared)
    text = "targets:\n  conflict:\n    source: disputes\n" + "".join(
        f"    {key}: {value}\n" for key, value in declared.items()
    )
    (tmp_path / "declared.yaml").write_text(text.replace("'", '"'), encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"line [2-6]"):
        make_home(tmp_path / "home", Settings(), tmp_path / "declared.yaml")


def test_the_words_of_outcome_are_those_of_the_vocabulary() -> None:
    assert [one.value for one in Outcome] == list(dict.fromkeys(field_words("outcome").values()))
