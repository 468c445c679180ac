"""A scoring in mid-week says once, among the reasons of a place, until when the records are counted that they tell of."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from features import Catalogue, read_city
from features.panel.panel import encoded
from riskwarn.disclosure import week_of
from riskwarn.periods import Calendar, Period, day_named
from riskwarn.words import Unit
from serving.columns.reasons import AllReasons
from serving.scoring.city import Before
from serving.scoring.score import score
from tests.conftest import Town
from training import champions, load_champion


@pytest.mark.parametrize(
    ("period", "as_of", "until"),
    [
        (Period.WEEK, date(2026, 3, 4), date(2026, 3, 1)), (Period.WEEK, date(2026, 3, 2), None),
        (Period.DAY, date(2026, 3, 4), None), (Period.MONTH, date(2026, 3, 1), None),
    ],
)  # fmt: skip
def test_numbers_stand_as_of_the_last_monday(period: Period, as_of: date, until: date | None) -> None:
    assert Calendar(period, ZoneInfo("Asia/Shanghai")).counted_until(as_of) == until


def test_a_day_is_named_in_both_languages() -> None:
    assert (day_named(date(2026, 3, 1), "zh"), day_named(date(2026, 3, 1), "en")) == ("3月1日", "1 March")


def reasons_as_of(town: Town, days: int) -> tuple[AllReasons, date]:
    monday = week_of(read_city(town.home).as_of - timedelta(days=7))
    city = read_city(town.home, monday + timedelta(days=days))
    catalogue = Catalogue.of(town.home.configuration)
    loaded = [(one, load_champion(town.home, one, catalogue)) for one in champions(town.home)]
    return score(town.home, catalogue, city, encoded(city), loaded, Before(), health=list).scored.reasons, monday


@pytest.mark.slow
def test_the_reasons_of_a_place_say_so_once_the_first_of_those_that_raise_it(town: Town) -> None:
    reasons, monday = reasons_as_of(town, 2)
    sunday = monday - timedelta(days=1)
    zh, en = (
        f"（各项记录数到{sunday.month}月{sunday.day}日为止）",
        f" (records are counted to the end of {sunday.day} {sunday:%B})",
    )
    told_of = 0
    for block, own in reasons.blocks.items():
        for row in range(len(own.starts) - 1):
            told = reasons.of(block, row)
            places = [place for place, why in enumerate(told) if zh in why["zh"]]
            assert places == [place for place, why in enumerate(told) if en in why["en"]]
            of_place = [place for place, why in enumerate(told) if why["theme"] not in ("city", "rest")]
            raising = [place for place in of_place if told[place]["direction"] == "raises" and place < 2]
            assert places == (raising or of_place)[:1]
            assert len([why for why in reasons.of(block, row, 3) if zh in why["zh"]]) == len(places)
            told_of += len(places)
    assert told_of > 60
    assert any(zh in why["zh"] for block in reasons.blocks for why in reasons.of(block, 0, unit=Unit.TOWN))


def test_as_of_a_monday_nothing_is_added(town: Town) -> None:
    reasons, _ = reasons_as_of(town, 0)
    assert reasons.texts and not [one for one in reasons.texts if "为止" in one["zh"] or "counted" in one["en"]]
