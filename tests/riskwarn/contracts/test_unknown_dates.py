"""A column of dates whose heading nobody knows: what it is taken for is said, and an end is never a beginning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from riskwarn.configuration import Configuration
from riskwarn.ingest.mapping_proposal.proposal import Proposal, propose
from tests.worlds import write_csv

MONTHS = {"known": 3, "later": 5, "earlier": 2}


def proposed(tmp_path: Path, dates: Mapping[str, int], source: str = "disputes") -> Proposal:
    """What is proposed for a register of these headings of dates, each with the month in which its dates lie."""
    rows = [
        {"编号": f"D{n}", "纠纷类型": ("邻里", "物业")[n % 2], "网格编码": "010101",
         **{heading: f"2026-{month:02d}-{n % 28 + 1:02d}" for heading, month in dates.items()}}
        for n in range(40)
    ]  # fmt: skip
    return propose(write_csv(tmp_path / "台账.csv", rows), Configuration(), source=source)


def taken(proposal: Proposal) -> dict[str, tuple[str | None, bool]]:
    """Heading of a date -> the field that it is taken for, and whether surely."""
    return {one.heading: (one.field, one.sure) for one in proposal.columns if one.holds.startswith("date")}


@pytest.mark.parametrize("heading", ["办结答复时间", "答复办结日", "已解决的日期", "最终解决那天", "resolved on"])
def test_what_speaks_of_an_end_is_the_end_and_the_registration_dates_the_event(tmp_path: Path, heading: str) -> None:
    found = taken(proposed(tmp_path, {"登记日期": 3, heading: 5}))
    assert found == {"登记日期": ("occurred_at", False), heading: ("closed_at", False)}


@pytest.mark.parametrize(
    "heading", ["办结答复时间", "限时解决的时间", "预计解决的日子", "打印时间", "合同签订的日子", "资料变动那天"]
)
def test_what_speaks_of_no_beginning_is_never_the_event_even_where_it_is_the_only_date(
    tmp_path: Path, heading: str
) -> None:
    seen = proposed(tmp_path, {heading: 5})
    assert taken(seen) == {heading: (None, True)}
    assert any("occurred_at" in group for group in seen.missing)
    assert any(heading in note and "it is not read" in note for note in seen.notes)


@pytest.mark.parametrize("month", MONTHS.values())
def test_beside_a_registration_dates_that_nobody_knows_are_not_read_and_told(tmp_path: Path, month: int) -> None:
    seen = proposed(tmp_path, {"登记日期": 3, "那个日子": month})
    assert taken(seen) == {"登记日期": ("occurred_at", False), "那个日子": (None, True)}
    assert any("那个日子" in note for note in seen.notes)


def test_a_heading_that_speaks_of_what_happened_goes_before_the_registration(tmp_path: Path) -> None:
    found = taken(proposed(tmp_path, {"登记日期": 3, "事情发生的日子": 2}))
    assert found == {"登记日期": ("known_at", True), "事情发生的日子": ("occurred_at", False)}


@pytest.mark.parametrize(("month", "field"), [(2, "occurred_at"), (6, None)])
def test_the_only_dates_are_assumed_to_be_of_the_event_unless_it_ended_before(
    tmp_path: Path, month: int, field: str | None
) -> None:
    found = taken(proposed(tmp_path, {"那个日子": month, "办结日期": 5}))
    assert found == {"那个日子": (field, field is None), "办结日期": ("closed_at", True)}
    alone = proposed(tmp_path, {"那个日子": 3})
    assert taken(alone) == {"那个日子": ("occurred_at", False)}
    assert any("which is assumed" in one.ground for one in alone.columns)


def test_an_end_before_the_event_is_none(tmp_path: Path) -> None:
    assert taken(proposed(tmp_path, {"发生日期": 3, "办结答复时间": 2}))["办结答复时间"] == (None, True)
