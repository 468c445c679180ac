"""When an export was taken, as `riskwarn load` finds it in names, titles, covers and last lines."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from riskwarn.ingest.loading.export_date import export_date
from tests.riskwarn.ingest.commands import run, told
from tests.worlds import dispute, grid_rows, write_csv


@pytest.fixture
def home(tmp_path: Path) -> Path:
    run(tmp_path / "home", "init")
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("name", "titles", "newest", "day"),
    [
        ("工单20260301-20260331", [], date(2026, 3, 31), "2026-04-01"),
        ("工单2026年3月31日", [], date(2026, 3, 1), "2026-04-01"),
        ("工单20260301", [], date(2026, 3, 31), None),  # the first day of what it holds
        ("工单202603", [], date(2026, 1, 1), None),
        ("工单20991231", [], None, None),
        ("台账", ["填报单位：综治中心", "截至2026年3月31日"], date(2026, 3, 30), "2026-04-01"),
        ("台账20260210", ["导出时间：2026-03-31"], date(2026, 3, 30), "2026-04-01"),
        ("台账", ["2026年3月31日会议纪要"], None, None),
        ("12345工单明细_20260331083015", [], date(2026, 3, 30), "2026-04-01"),
        ("工单202603310830", [], date(2026, 3, 30), "2026-04-01"),
        ("工单2026-03-31", [], date(2026, 3, 30), "2026-04-01"),
        ("工单209903310830", [], None, None),
        ("台账", ["导出时间", "2026年3月31日 09:12"], date(2026, 3, 30), "2026-04-01"),
        ("台账", ["数据截止：2026-03-31"], None, "2026-04-01"),
        ("台账", ["制表日期 2026.3.31"], None, "2026-04-01"),
        ("台账", ["统计截止时间：2026年3月31日"], None, "2026-04-01"),
        # The end of a span says no more than that the table was taken later.
        ("台账", ["统计时段：2024年1月1日至2026年3月31日"], date(2026, 3, 30), None),
        ("台账20260310", ["统计时段：2024年1月1日至2026年3月31日"], None, None),
        ("台账", ["统计时段：2024年1月1日至2026年3月31日", "制表日期：2026年4月2日"], None, "2026-04-03"),
        ("台账", ["数据区间：2026-01-01 至 2026-03-31", "导出时间：2026-03-31"], None, "2026-04-01"),
    ],
)
def test_the_day_of_the_export_is_read_from_name_and_title(
    name: str, titles: list[str], newest: date, day: str | None
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    found = export_date(name, titles, newest, datetime(2026, 11, 1, tzinfo=UTC), zone)
    assert (str(found[0].date()) if found else None) == day


def test_the_day_of_the_export_is_read_wherever_it_stands_and_later_rows_are_refused(
    home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "四月"
    folder.mkdir()
    run(home, "load", write_csv(tmp_path / "网格.csv", grid_rows()), "--yes", "--coordinates", "wgs84")
    rows = [dispute(n) for n in range(300)]
    typed = {**dispute(300), "发生时间": "2026-08-02 10:00", "登记时间": "2026-08-02 11:00"}
    with zipfile.ZipFile(folder / "纠纷a.zip", "w") as archive:
        archive.write(write_csv(tmp_path / "x.csv", [*rows, typed]), "export_20260401.csv")
    foot = write_csv(folder / "纠纷b.csv", [dispute(n) for n in range(400, 410)])
    foot.write_text(foot.read_text("utf-8") + "数据截止：2026年4月1日\n", encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.title, table = "封面", book.create_sheet("台账")
    book.active.append(["导出时间", "2026年4月1日 09:12"])
    table.append(list(dispute(0)))
    for n in range(500, 510):
        table.append([str(cell) for cell in dispute(n).values()])
    book.save(folder / "纠纷c.xlsx")
    signed = openpyxl.Workbook()
    for line in (list(dispute(0)), *(list(map(str, dispute(n).values())) for n in range(600, 610))):
        signed.active.append(line)
    signed.active.append(["制表：某某某", None, None, "审核：某某", None, "2026年4月1日"])
    signed.save(folder / "纠纷d.xlsx")
    # The last line stands below texts that name persons, a column that is not read.
    named = openpyxl.Workbook()
    named.active.append([*dispute(0), "事故经过"])
    for n in range(700, 710):
        named.active.append([*map(str, dispute(n).values()), "王建国13812345678" if n % 2 else "李秀英13912345678"])
    named.active.append(["制表：某某某", *[None] * (len(dispute(0)) - 1), "制表日期：2026年4月1日"])
    named.save(folder / "纠纷e.xlsx")
    done = told(home, "load", folder, "--yes")
    taken = {one["files"][0]: one["by"] for one in done["asked"] if one["answer"].startswith("2026-04-02T00:00")}
    assert taken == {
        "纠纷a.zip": "the name of the file in it", "纠纷b.csv": "its last lines", "纠纷c.xlsx": "its cover sheet",
        "纠纷d.xlsx": "its last lines", "纠纷e.xlsx": "its last lines",
    }  # fmt: skip
    accounts = {one["file"]: one for one in done["accounts"]}
    assert accounts["纠纷a.zip"]["reasons"] == {"in_future": 1}, "typed wrong: after the export, though before today"
    assert [accounts[name]["accepted"] for name in ("纠纷a.zip", "纠纷b.csv", "纠纷c.xlsx")] == [300, 10, 10]
