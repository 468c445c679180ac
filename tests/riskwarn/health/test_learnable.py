"""What is said of a target that cannot be learnt yet: the right reason, what mends it, and before anybody trains."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from riskwarn.configuration import Configuration
from riskwarn.errors import EventsTooLate, HistoryTooShort, TargetSourceMissing
from riskwarn.health import prospects
from riskwarn.health.history import judging_begins
from riskwarn.home import Home, open_home
from riskwarn.periods import Period
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.worlds import NOW, dispute, load, with_grids, write_csv

START = datetime(2024, 1, 1, 9)


def register(weeks: int = 90, **changes: Any) -> Iterator[dict[str, Any]]:
    """A dispute a week, closed after two days without escalating."""
    for number in range(weeks):
        happened = START + timedelta(weeks=number)
        told = {
            "发生时间": happened,
            "登记时间": happened,
            "化解时间": happened + timedelta(days=2),
            "调解结果": "调解成功",
        }
        yield dispute(number, **told) | changes


def said(home: Home, folder: Path, rows: Any, source: str = "disputes") -> str:
    with_grids(home, folder)
    account = load(home, source, write_csv(folder / f"{source}.csv", list(rows)))
    return " ".join(account.targets)


def test_a_register_with_outcomes_and_closings_can_be_learnt(home: Home, tmp_path: Path) -> None:
    rows = [row | ({"调解结果": "转公安"} if number % 3 == 0 else {}) for number, row in enumerate(register())]
    assert said(home, tmp_path, rows) == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {},
            "none of 90 disputes has escalated_at or one of the outcomes injury, police_intervention, violence. Map the columns",
        ),
        ({"调解结果": "派出所接走了"}, "translate their words"),
        (
            {"调解结果": "民转刑", "化解时间": ""},
            "90 of 90 disputes have an outcome that counts, and none of these a date beside it",
        ),
        ({"调解结果": "引导诉讼", "升级时间": ""}, "none of 90 disputes has escalated_at"),
        (
            {"调解结果": "民转刑", "网格编码": "", "社区": "青山0社区"},
            "its 90 events in disputes are located in a community or above",
        ),
    ],
)
def test_each_reason_is_told_with_what_mends_it(
    changes: dict[str, Any], sentence: str, home: Home, tmp_path: Path
) -> None:
    found = said(home, tmp_path, register(**changes))
    assert found.startswith("Target 'conflict that escalates' cannot be learnt yet: ") and sentence in found


def test_what_was_referred_is_no_event_here_either(home: Home, tmp_path: Path) -> None:
    """Labels leave it out: what is foretold is what a fit would find."""
    rows = [row | {"升级时间": row["发生时间"], "调解结果": "引导诉讼"} for row in register()]
    assert "all 90 of 90 disputes that would be its events were referred to court" in said(home, tmp_path, rows)
    rows[:19] = [row | {"调解结果": "民转刑", "更新时间": "2026-02-01"} for row in rows[:19]]
    found = load(home, "disputes", write_csv(tmp_path / "again.csv", rows[:19]), exported_at=NOW + timedelta(hours=1))
    assert "holds 19 of its events in grids, and at least 20 are needed" in " ".join(found.targets)


def test_too_few_events_are_counted_once_for_all_versions_of_a_record(home: Home, tmp_path: Path) -> None:
    rows = list(register())
    rows[:19] = [row | {"调解结果": "民转刑"} for row in rows[:19]]
    assert "holds 19 of its events in grids, and at least 20 are needed" in said(home, tmp_path, rows)
    again = [row | {"纠纷类型": "物业", "更新时间": "2026-02-01"} for row in rows[:19]]
    again += [rows[18] | {"办理状态": "作废", "更新时间": "2026-03-01"}]
    account = load(home, "disputes", write_csv(tmp_path / "again.csv", again), exported_at=NOW, force=True)
    assert account.corrected == 20
    assert "holds 18 of its events" in " ".join(account.targets)


def test_events_that_come_too_late_and_short_histories_are_told_as_such(home: Home, tmp_path: Path) -> None:
    rows = [row | ({"调解结果": "民转刑"} if number > 92 else {}) for number, row in enumerate(register(122))]
    assert "none of its events falls between 2024-06-25, where learning begins, and 2025-" in said(home, tmp_path, rows)
    [one] = prospects(Store(home), home.configuration, targets=["conflict"])
    assert isinstance(one.obstacle, EventsTooLate) and one.events == 29
    short = home.configuration.model_copy(update={"horizons": (40,)})
    [one] = prospects(Store(home), short, targets=["conflict"])
    assert isinstance(one.obstacle, HistoryTooShort)
    assert one.obstacle.fields["origins"] < one.obstacle.fields["needed"]  # type: ignore[operator]


def test_that_no_column_was_taken_as_the_category_is_said_where_none_was(home: Home, tmp_path: Path) -> None:
    rows = [{"事故编号": f"A{n}", "网格编码": "G1", "发生时间": START + timedelta(days=6 * n)} for n in range(20)]
    found = said(home, tmp_path, rows, "incidents")
    assert "none of 20 incidents has a category, for no column was taken as the category" in found
    assert "a word of category" not in found


def test_what_does_not_count_towards_a_default_target_is_said_by_every_load(home: Home, tmp_path: Path) -> None:
    words = ("火灾", "外星人", "其他", "外星人")
    rows = [
        {"事故编号": f"A{n}", "网格编码": "G1", "发生时间": START + timedelta(days=6 * n), "事故类型": words[n % 4]}
        for n in range(120)
    ]
    found = said(home, tmp_path, rows, "incidents")
    assert found == (
        "Warning: 60 of 120 incidents (50.0 %) bear a word of category that nobody knows (外星人) and 30 are other: "
        "they do not count towards “safety incident”; translate them in the mapping (words: category)"
    )
    unknown = [row | {"事故类型": "外星人"} for row in rows]
    other = open_home(home.path, Settings())
    account = load(other, "incidents", write_csv(tmp_path / "unknown.csv", unknown), exported_at=NOW)
    assert "none of 120 incidents is of a category and severity that counts, and 120 bear a word" in account.targets[-1]
    wider = Configuration(
        targets={"any": {"source": "incidents", "date": "occurred_at", "categories": ["fire", "外星人"]}}
    )
    [one] = prospects(Store(home), wider)
    assert one.uncounted is None and one.events == 120, "a target that names its categories leaves nothing out unsaid"
    [missing] = prospects(Store(home), home.configuration, targets=["conflict"])
    assert isinstance(missing.obstacle, TargetSourceMissing)


def test_a_longer_history_never_becomes_too_short() -> None:
    for period in Period:
        for horizon in (1, 4, 12):
            begins = [judging_begins(count, horizon, period) for count in range(1, 400)]
            first = next(index for index, one in enumerate(begins) if one is not None)
            assert all(one is not None and one < count + 1 for count, one in enumerate(begins) if count >= first)


def test_outcomes_that_nobody_knows_are_named_and_one_line_of_the_configuration_mends_them(
    home: Home, tmp_path: Path
) -> None:
    odd = {0: "另行研究", 1: "张三丰", 2: "打架致伤"}
    rows = [row | ({"调解结果": odd[n % 10]} if n % 10 in odd else {}) for n, row in enumerate(register())]
    rows[5] |= {"调解结果": "议而未决"}
    with_grids(home, tmp_path)
    export = write_csv(tmp_path / "disputes.csv", rows)
    account = load(home, "disputes", export)
    # What is borne by one row, or could be a name, is counted and not named; what is read by its parts is told by the list's words.
    assert account.files[0].unknown_words["outcome"] == {"words": 3, "rows": 19, "named": {"另行研究": 9}}
    sentence = (
        "19 of 90 ended disputes bear an outcome that nobody knows, and do not count as “conflict that escalates”: 另行研究 (9); name it in "
        "riskwarn.yaml, under sources: disputes: mapping: words: outcome"
    )
    assert sentence in account.targets
    assert any("致伤 → injury (9)" in note and "打架" not in note for note in account.notes)
    [told] = prospects(Store(home), home.configuration, source="disputes")
    assert told.events == 9 and sentence in told.notes
    assert "张三丰" not in str(account.as_dict()) + str(told.as_dict())

    file = home.path / "riskwarn.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    settings.setdefault("sources", {})["disputes"] = {
        "mapping": {"words": {"outcome": {"另行研究": "violence", "张三丰": "settled"}}}
    }
    file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    mended = open_home(home.path, Settings())
    again = load(mended, "disputes", export)
    assert again.corrected == 18
    [told] = prospects(Store(mended), mended.configuration, source="disputes")
    assert told.events == 18 and told.outcomes is not None and told.outcomes.rows == 1


def test_a_feed_that_began_late_or_paused_says_how_many_origins_are_left(home: Home, tmp_path: Path) -> None:
    def accidents(weeks: Iterator[int] | range) -> list[dict[str, Any]]:
        return [
            {"事故编号": f"A{week}-{n}", "事故时间": START + timedelta(weeks=week, hours=n), "登记时间": START + timedelta(weeks=week, hours=n),
             "事故类型": "火灾", "网格编码": "G1"}
            for week in weeks for n in range(4)
        ]  # fmt: skip

    assert "silent" not in said(home, tmp_path, register())
    late = load(home, "incidents", write_csv(tmp_path / "late.csv", accidents([*range(40, 60), *range(70, 90)])))
    assert not [note for note in late.targets if note.startswith("incidents ")], "a load reads no other source for it"
    health = prospects(Store(home), home.configuration, targets=["safety"])[0]
    found = [note for note in health.notes if note.startswith("incidents ")]
    # After a warm-up of 26 weeks 64 windows of one week: 14 before the feed began, ten while it was silent. Weeks end on the as-of.
    assert found == [
        "incidents begins 2024-10-07, 40 weeks after disputes: “safety incident” can be learnt from only 40 of 64 origins",
        "incidents was silent from 2025-02-18 to 2025-04-29 (10 weeks): “safety incident” can be learnt from only 40 of 64 origins",
    ]
    assert list(health.interrupted) == found and set(found) <= set(health.said(NOW.date()))
