"""A time of day is the one that was meant, or none: spans, offsets from UTC, parts of the day, times in brackets."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from riskwarn.ingest.values.clock import day_and_time, time_of_day
from riskwarn.ingest.values.dates import instants

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = [
    "2024-07-01 ",
    "2024/7/1 ",
    "2024.7.1 ",
    "20240701 ",
    "2024年7月1日",
    "2024年7月1日 ",
    "1 Jul 2024 ",
    "2024、7、1 ",
]
SPANS = ["20:00-21:00", "08:00-10:00", "8:30-09:30", "14:30-15:10", "08:05-08", "0900-1000", "2000-2100", "9时-11", "9时30-10", "14时30分-15:00"]  # fmt: skip
MARKS = ["-", " - ", "—", "–", "~", "～", "至", "到"]
NO_OFFSETS = ["+99:00", "+14:30", "+15", "-12:30", "-13:00", "+08:20", "+08:05", "-23:59", "+8", "+080"]


def read(text: str, zone: ZoneInfo = SHANGHAI) -> str | None:
    """The local time of a text to the minute; None where it is not read."""
    found, unreadable = instants(pa.array([text]), zone)
    return None if unreadable[0] else str((found[0] + np.timedelta64(8, "h")).astype("datetime64[m]"))


def not_read(texts: list[str]) -> dict[str, str | None]:
    """The texts of which an instant is told all the same."""
    told = {text: read(text) for text in texts}
    return {text: at for text, at in told.items() if at is not None}


@pytest.mark.parametrize("day", DAYS)
def test_a_span_of_times_is_no_time_with_an_offset(day: str) -> None:
    marked = [f"8:00{mark}{end}" for mark in MARKS for end in ("10:00", "10时", "09")]
    assert not_read([f"{day}{span}" for span in [*SPANS, *marked, "9-11", "09-11"]]) == {}


@pytest.mark.parametrize("text", ["20240701-0703", "2024-07-01-0830", "2024-07-01 -08:30", "20240701-20240703", "2024年7月1日-3日", "2024年7月1日(14-16)",
                                  "2024年7月1日 9+08", "2024-07-01 08:00:00-10:00:00"])  # fmt: skip
def test_a_span_of_days_or_of_hours_is_no_day_with_an_offset(text: str) -> None:
    assert read(text) is None


def test_a_span_in_a_column_of_times_is_no_time_of_day() -> None:
    assert [time_of_day(span) for span in SPANS] == [None] * len(SPANS)
    assert day_and_time(pa.array(["2024-07-01"]), pa.array(["20:00-21:00"])).to_pylist() == ["20:00-21:00"]


def test_an_offset_is_one_that_there_is_and_written_as_one() -> None:
    assert not_read([f"2024-07-01{mark}08:05:00{offset}" for mark in " T" for offset in NO_OFFSETS]) == {}
    assert not_read([f"2024年7月1日8时5分3秒{offset}" for offset in NO_OFFSETS]) == {}
    offsets = {"+08": "08:05", "+0800": "08:05", " +08:00": "08:05", "+05:45": "10:20", "+14:00": "02:05", "Z": "16:05", "+00:00": "16:05"}  # fmt: skip
    for offset, at in offsets.items():
        assert read(f"2024-07-01 08:05{offset}") == read(f"2024年7月1日 08:05:00{offset}") == f"2024-07-01T{at}"
    west = ["2024-07-01 08:05:00-05:00", "2024-07-01T08:05-05:00", "20240701T080500-0500", "2024-07-01 08:05:00.250 -05",
            "Mon, 01 Jul 2024 08:05:00 -0500", "Mon Jul 01 2024 08:05:00 GMT-0500 (EST)", "2024-07-01 08:05 UTC-05:00"]  # fmt: skip
    assert {text: read(text) for text in west} == dict.fromkeys(west, "2024-07-01T21:05")
    assert read("2024-07-01+08:00") == "2024-07-01T00:00" and read("2024-07-01 08:05:00-12:00") == "2024-07-02T04:05"


#: Parts of the day: the hours of twelve that are read with each, and the first of them by 24.
HALVES = {
    "上午": (12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    "凌晨": (12, 1, 2, 3, 4, 5, 6),
    "清晨": (3, 4, 5, 6, 7, 8, 9, 10, 11),
    "早上": (3, 4, 5, 6, 7, 8, 9, 10, 11),
    "早": (3, 4, 5, 6, 7, 8, 9, 10, 11),
    "中午": (11, 12, 1, 2),
    "正午": (11, 12, 1, 2),
    "午后": (12, 1, 2, 3, 4, 5, 6),
    "下午": (12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    "傍晚": (4, 5, 6, 7, 8),
    "晚上": (5, 6, 7, 8, 9, 10, 11),
    "晚间": (5, 6, 7, 8, 9, 10, 11),
    "晚": (5, 6, 7, 8, 9, 10, 11),
    "夜间": (7, 8, 9, 10, 11),
    "夜里": (7, 8, 9, 10, 11),
    "深夜": (7, 8, 9, 10, 11),
}
FIRST = {"上午": 0, "凌晨": 0, "清晨": 3, "早上": 3, "早": 3, "中午": 11, "正午": 11, "午后": 12, "下午": 12, "傍晚": 16, "晚上": 17, "晚间": 17, "晚": 17,
         "夜间": 19, "夜里": 19, "深夜": 19}  # fmt: skip


@pytest.mark.parametrize("half", HALVES)
def test_a_part_of_the_day_tells_which_of_two_hours_is_meant_or_none_is_read(half: str) -> None:
    for clock in ("{}{}点30分", "{} {}:30", "{}约{}时30分"):
        told = {hour: read("2024年7月1日" + clock.format(half, hour)) for hour in range(1, 13)}
        meant = {hour: f"2024-07-01T{FIRST[half] + at:02d}:30" for at, hour in enumerate(HALVES[half])}
        assert told == dict.fromkeys(range(1, 13)) | meant


def test_an_hour_of_24_stands_in_its_part_of_the_day_only() -> None:
    right = {"下午14:05": "14:05", "晚上22时5分": "22:05", "夜间18:05": "18:05", "上午0时5分": "00:05", "凌晨0:05": "00:05", "13:05 PM": "13:05", "下午0:05": "12:05"}  # fmt: skip
    assert {text: read(f"2024-07-01 {text}") for text in right} == {text: f"2024-07-01T{at}" for text, at in right.items()}  # fmt: skip
    wrong = ["上午13:05", "凌晨14时", "早上20:00", "中午18:00", "晚上0点", "晚上12点", "晚上1点", "夜间12时", "夜间1时", "夜间6点", "深夜0:30", "傍晚22:00", "13:05 AM",
             "13:05:00 AM", "晚上8:05 PM"]  # fmt: skip
    assert not_read([f"2024-07-01 {text}" for text in wrong]) == {}


def test_what_is_written_of_a_day_and_a_time_in_other_ways_is_read() -> None:
    days = [
        "2024-07-01日",
        "2024.7.1日",
        "2024/7/1号",
        "2024、7、1",
        "2024、7、1日",
        "2024—07—01",
        "2024·7·1",
        "2024——7——1",
    ]
    assert {text: read(text) for text in days} == dict.fromkeys(days, "2024-07-01T00:00")
    times = ["约8时5分", "大约8:05", "早8时5分", "8时5分许", "早上约8:05", "(8:05)", "(8时5分)"]
    said = [f"{day} {time}" for day in [*days, "2024年7月1日", "2024-07-01"] for time in times]
    assert {text: read(text) for text in said} == dict.fromkeys(said, "2024-07-01T08:05")
    assert [read(f"2024年7月1日{time}") for time in ("晚8时", "午后2时")] == ["2024-07-01T20:00", "2024-07-01T14:00"]
    assert [time_of_day(text) for text in ("约8时5分", "晚8时", "8时许")] == ["08:05:00", "20:00:00", "08:00:00"]


def test_no_time_in_brackets_is_lost_in_silence() -> None:
    for day in ("1 Jul 2024", "Jul 1, 2024", "2024-Jul-01", "2024-07-01", "2024年7月1日", "20240701"):
        assert read(f"{day} (8:05)") == "2024-07-01T08:05"
        assert (
            read(f"{day} 8:05 (PM)") is None and read(f"{day} (8:05-9:05)") is None and read(f"{day} (evening)") is None
        )
