"""Whatever an office writes, in whatever order and file: accounts add up, and loading again changes nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError

from riskwarn.contracts.reasons import REASONS
from riskwarn.errors import RiskwarnError
from riskwarn.home import Home
from riskwarn.ingest import Account
from riskwarn.store import Store
from tests.riskwarn.ingest.department import believed
from tests.worlds import dispute, load

NewCity = Callable[[], Home]
Row = dict[str, Any]
USUAL = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

#: Field -> sound values and faulty ones. A faulty value alone makes the row be refused.
FAULTY = {
    "纠纷编号": ["", "无", "--"],
    "网格编码": ["", "G77", "青山0社区"],
    "发生时间": ["", "去年", "2026-02-30", "未知", "2037-01-01"],
    "登记时间": ["2025-01-01"],
    "纠纷类型": ["群体性事件", "集 体 访", "维稳"],
    "严重程度": ["1", "04", "３"],
    "办理状态": ["已稳控", "重点人"],
}
SOUND = {
    "网格编码": ["G0", "G1", "Ｇ2", " G3 "],
    "发生时间": ["2026-03-01 09:00:00", "2026/3/1 9:00", "2026年3月2日", "46083", "20260303", "2026-03-04T08:00:00Z"],
    "登记时间": ["", "2026-03-05 10:00:00", "2026.3.9", "-", "2038-01-01", "明天"],
    "纠纷类型": ["邻里", "物业纠纷", "", "祖坟迁移", "欠薪", "其他"],
    "严重程度": ["", "一般", "重大", "说不清"],
    "化解时间": [
        "",
        "2026-04-01",
        "2026年5月1日 8时5分",
        "无",
        "不详",
        "2026-13-01",
        "31/12/2026",
        "1970-01-01 08:00:00",
    ],
    "升级时间": ["", "2026-04-02"],
    "办理状态": ["", "调解中", "作废", "第三阶段"],
    "调解结果": ["", "调解成功", "办理中", "握手言和", "引导诉讼"],
}


@st.composite
def sound_rows(draw: st.DrawFn, cases: int = 6) -> Row:
    """A row that loads: one of a few cases, so that the same case comes again with the same or another content."""
    return dispute(
        draw(st.integers(0, cases - 1)), **{name: draw(st.sampled_from(some)) for name, some in SOUND.items()}
    )


@st.composite
def faulty_rows(draw: st.DrawFn) -> Row:
    """A row that is refused."""
    row = draw(sound_rows())
    for name in draw(st.lists(st.sampled_from(sorted(FAULTY)), min_size=1, max_size=3, unique=True)):
        row[name] = draw(st.sampled_from(FAULTY[name]))
    return row


@st.composite
def mixed_rows(draw: st.DrawFn) -> tuple[list[Row], int]:
    """Rows in random order, and how many of them are faulty."""
    sound = draw(st.lists(sound_rows(), max_size=12))
    faulty = draw(st.lists(faulty_rows(), max_size=6))
    rows = draw(st.permutations([*sound, *faulty, dispute(50)]))
    return rows, len(faulty)


def save(path: Path, rows: list[Row], form: str) -> Path:
    """Rows in one of the forms in which offices save them."""
    headings = list(rows[0])
    if form == "xlsx":
        path = path.with_suffix(".xlsx")
        pd.DataFrame(rows, columns=headings).to_excel(path, index=False)
    elif form == "parquet":
        path = path.with_suffix(".parquet")
        pd.DataFrame(rows, columns=headings).to_parquet(path)
    else:
        encoding, delimiter = form.split("/")
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter={"tab": "\t"}.get(delimiter, delimiter)).writerows(
            [headings, *(row.values() for row in rows)]
        )
        path.write_bytes(stream.getvalue().encode(encoding))
    return path


forms = st.sampled_from(["utf-8/,", "utf-8-sig/;", "gb18030/tab", "gb18030/|", "xlsx", "parquet"])


def checked(account: Account) -> Account:
    """An account that adds up in every file, with known reasons only."""
    for one in (account, *account.files):
        assert one.read == one.accepted + one.duplicates + one.corrected + one.quarantined
        assert one.quarantined == sum(one.reasons.values())
        assert set(one.reasons) <= set(REASONS)
    return account


def versions(home: Home) -> pd.DataFrame:
    return Store(home).versions("disputes")


@USUAL
@given(drawn=mixed_rows(), form=forms)
@pytest.mark.slow
def test_accounts_add_up_and_twice_is_once(
    new_city: NewCity, tmp_path: Path, drawn: tuple[list[Row], int], form: str
) -> None:
    rows, faulty = drawn
    home = new_city()
    path = save(tmp_path / "d.csv", rows, form)
    first = checked(load(home, "disputes", path))
    assert (first.read, first.quarantined) == (len(rows), faulty)
    stored, told = versions(home), Store(home).quarantined()
    assert len(stored) == first.accepted + first.corrected
    assert first.accepted == stored["record_id"].nunique()
    assert Counter(row["reason"] for row in told) == first.reasons
    again = checked(load(home, "disputes", path))
    assert (again.duplicates, again.quarantined) == (len(rows) - faulty, faulty)
    pd.testing.assert_frame_equal(versions(home), stored)


@USUAL
@given(drawn=mixed_rows(), cuts=st.lists(st.integers(1, 18), max_size=3), form=forms, one_call=st.booleans())
@pytest.mark.slow
def test_files_may_be_split(
    new_city: NewCity, tmp_path: Path, drawn: tuple[list[Row], int], cuts: list[int], form: str, one_call: bool
) -> None:
    """Parts of a file, in any number of calls, account for as many rows; every part again is nothing new."""
    rows, faulty = drawn
    home = new_city()
    edges = sorted({0, *(cut for cut in cuts if cut < len(rows)), len(rows)})
    parts = [save(tmp_path / f"part{start}.csv", rows[start:end], form) for start, end in pairwise(edges)]
    calls = [parts] if one_call else [[part] for part in parts]
    told = [checked(load(home, "disputes", *call)) for call in calls]
    assert sum(one.read for one in told) == len(rows)
    assert sum(one.quarantined for one in told) == faulty
    stored = versions(home)
    assert sum(one.accepted for one in told) == stored["record_id"].nunique()
    assert sum(one.accepted + one.corrected for one in told) == len(stored)
    for part in reversed(parts):
        again = checked(load(home, "disputes", part))
        assert again.accepted == again.corrected == 0
    pd.testing.assert_frame_equal(versions(home), stored)


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Rows of a register that writes down when a row was changed: of each case several contents, one an instant."""
    rows = []
    for number in range(draw(st.integers(1, 4))):
        happened = draw(st.sampled_from(["2026-03-01 09:00:00", "2026-03-02 10:00:00"]))
        days = draw(st.lists(st.integers(4, 28), min_size=1, max_size=4, unique=True))
        for day in sorted(days):
            rows.append(
                dispute(
                    number,
                    发生时间=happened,
                    登记时间="2026-03-03 08:00:00",
                    更新时间=f"2026-03-{day:02d} 12:00:00",
                    纠纷类型=draw(st.sampled_from(["邻里", "物业", "欠薪"])),
                    化解时间=draw(st.sampled_from(["", "2026-05-01"])),
                )
            )
    return rows


@USUAL
@given(rows=histories(), data=st.data())
@pytest.mark.slow
def test_the_order_of_rows_and_files_does_not_matter_where_rows_say_when_they_changed(
    new_city: NewCity, tmp_path: Path, rows: list[Row], data: st.DataObject
) -> None:
    one, other = new_city(), new_city()
    checked(load(one, "disputes", save(tmp_path / "all.csv", rows, "utf-8/,")))
    mixed = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows) - 1))
    for name, part in (("a.csv", mixed[:cut]), ("b.csv", mixed[cut:])):
        if part:
            checked(load(other, "disputes", save(tmp_path / name, part, "utf-8/,")))
    pd.testing.assert_frame_equal(believed(one)["disputes"], believed(other)["disputes"])


cells = st.one_of(
    st.sampled_from(["", "G0", "2026-03-01", "邻里", "作废", "维稳", "46083", "-", "1e400", "\u200b", "=1+1"]),
    st.text(max_size=8).filter(lambda text: not set("\r\x00") & set(text)),
)


@settings(USUAL, max_examples=25)
@given(rows=st.lists(st.lists(cells, min_size=11, max_size=11), min_size=1, max_size=8), form=forms)
@pytest.mark.slow
def test_whatever_stands_in_the_cells(new_city: NewCity, tmp_path: Path, rows: list[list[str]], form: str) -> None:
    home = new_city()
    table = [dispute(0), *(dict(zip(dispute(0), row, strict=True)) for row in rows)]
    try:
        path = save(tmp_path / "d.csv", table, form)
    except (UnicodeEncodeError, ValueError, IllegalCharacterError):
        return  # not every text can be written in every form
    account = checked(load(home, "disputes", path))
    assert account.accepted >= 1
    stored = versions(home)
    assert checked(load(home, "disputes", path)).duplicates == account.read - account.quarantined
    pd.testing.assert_frame_equal(versions(home), stored)


@settings(USUAL, max_examples=40)
@given(content=st.binary(max_size=300), suffix=st.sampled_from([".csv", ".csv.gz", ".xlsx", ".parquet", ".jsonl"]))
def test_no_bytes_at_all_end_in_more_than_a_sentence(city: Home, tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"d{suffix}"
    path.write_bytes(content)
    with pytest.raises(RiskwarnError) as told:
        load(city, "disputes", path)
    assert 10 < len(str(told.value)) < 600
    assert Store(city).sources().keys() == {"grids"}


@settings(USUAL, max_examples=40)
@example(form="parquet", places=[(946, 0)], kept=1)
@example(form="parquet", places=[(115, 128)], kept=1)
@given(
    form=forms,
    places=st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 255)), max_size=4),
    kept=st.sampled_from([1, 1, 1, 0.99, 0.5, 0.05]),
)
@pytest.mark.slow
def test_a_damaged_file_adds_up_or_is_told(
    new_city: NewCity, tmp_path: Path, form: str, places: list[tuple[int, int]], kept: float
) -> None:
    """Bytes that a disk or a mail program changed or cut off."""
    home = new_city()
    path = save(tmp_path / "d.csv", [dispute(number) for number in range(5)], form)
    content = bytearray(path.read_bytes())
    for place, byte in places:
        content[place % len(content)] = byte
    path.write_bytes(content[: int(kept * len(content))])
    try:
        account = checked(load(home, "disputes", path))
    except RiskwarnError as error:
        assert len(str(error)) < 800 and "\n" not in str(error)
        assert Store(home).sources().keys() == {"grids"}
    else:
        assert len(versions(home)) == account.accepted + account.corrected
