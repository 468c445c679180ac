"""Which district a table is of, where its title, the name of its file or a cover beside it says it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from riskwarn.home import open_home
from riskwarn.ingest.loading.district import district_said
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.riskwarn.ingest.commands import run, told

_COORDINATES = ("--coordinates", "wgs84")


@pytest.mark.parametrize(
    ("titles", "name", "beside", "said"),
    [
        (["永川区网格基本情况一览表"], "底册", [], ("永川区", "its title")),
        (["填报单位：重庆市永川区综治中心"], "底册", [], ("永川区", "its title")),
        (["填报单位重庆市永川区综治中心", "2026年永川区网格表"], "底册", [], ("永川区", "its title")),
        ([], "永川区网格底册202610", [], ("永川区", "its name")),
        (["网格一览表"], "底册", ["重庆市彭水苗族土家族自治县网格台账"], ("彭水苗族土家族自治县", "its cover sheet")),
        (["忠县网格一览表"], "底册", ["江北区是示例", "忠县"], ("忠县", "its title")),
        (["永川区网格"], "江津区网格", [], None),
        (["永川区网格"], "底册", ["江津区综治中心"], None),
        ([], "底册", ["永川区", "江津区"], None),
        # An autonomous county in full and for short is one, called as it is in full.
        (["秀山土家族苗族自治县网格表"], "秀山县网格表", [], ("秀山土家族苗族自治县", "its title")),
        (["填报单位（盖章）：中共秀山县委政法委员会"], "底册", ["秀山土家族苗族自治县"], ("秀山县", "its title")),
        (["网格表"], "彭水县网格表", ["彭水苗族土家族自治县"], ("彭水县", "its name")),
        (["秀山县网格表"], "酉阳土家族苗族自治县网格表", [], None),
        (["三都县网格表"], "三都水族自治县网格表", [], ("三都水族自治县", "its name")),
        (["居民小区网格", "青山社区", "全区网格底册", "工业区", "（区综治中心）"], "网格区台账", [], None),
    ],
)
def test_one_district_is_taken_from_where_it_stands_and_several_are_none(
    titles: list[str], name: str, beside: list[str], said: tuple[str, str] | None
) -> None:
    assert district_said(titles, name, beside, pd.DataFrame()) == said


def test_rows_of_another_district_contradict_a_title() -> None:
    rows = pd.DataFrame({0: ["江津区几江街道", "重庆市江津区白沙镇", None], 1: ["第1网格", "第2网格", "第3网格"]})
    assert district_said(["永川区网格一览表"], "底册", [], rows) is None
    rows[0] = ["永川区大安街道", "江津区白沙镇", None]
    assert district_said(["永川区网格一览表"], "底册", [], rows) == ("永川区", "its title")


def test_an_autonomous_county_is_one_district_however_its_files_call_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "init")
    first = _register(tmp_path / "a" / "秀山县网格.xlsx", "秀山土家族苗族自治县网格表")
    run(home, "load", first, "--yes", *_COORDINATES)
    other = run(home, "load", _register(tmp_path / "b" / "网格.xlsx", "秀山县网格表"), "--yes").output
    assert "was settled for these headings" not in other
    names = Store(open_home(home, Settings())).versions("grids")["district_name"]
    assert set(names) == {"秀山土家族苗族自治县"}
    run(home, "load", first, "--yes", "--district", "秀山县")
    calls = tmp_path / "12345热线.csv"
    places = ["秀山县大安街道某处", "重庆市秀山土家族苗族自治县大安街道", "酉阳县大安街道某处"]
    rows = [f"G{n},2026-10-0{n + 1} 09:00,投诉,噪声,{place}" for n, place in enumerate(places)]
    calls.write_text("\n".join(["工单编号,来电时间,工单类型,诉求类别,诉求地址", *rows]), encoding="utf-8")
    (account,) = told(home, "load", calls, "--yes")["accounts"]
    assert (account["accepted"], account["quarantined"]) == (2, 1)


def _register(path: Path, title: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ([title], ["镇街", "社区", "网格编码", "网格名称", "经度", "纬度"]):
        sheet.append(row)
    for n in range(6):
        sheet.append(["大安街道", "大安社区", f"{title[:2]}{n:04d}", f"第{n + 1}网格", 105.9 + n / 100, 29.3])
    book.save(path)
    return path.parent


def test_a_district_that_the_table_says_is_not_asked_shown_and_not_kept_for_another(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "init")
    loaded = run(home, "load", _register(tmp_path / "a" / "网格.xlsx", "永川区网格一览表"), "--yes", *_COORDINATES)
    assert "网格.xlsx, grids: ? district 永川区: its title" in loaded.output
    again = told(home, "load", _register(tmp_path / "b" / "网格.xlsx", "江津区网格一览表"), "--yes")
    said = next(one for one in again["asked"] if one["question"] == "district")
    assert (said["answer"], said["by"], again["failed"]) == ("江津区", "its title", [])
    store = Store(open_home(home, Settings()))
    assert store.versions("grids")["district_name"].value_counts().to_dict() == {"永川区": 6, "江津区": 6}
    run(home, "load", _register(tmp_path / "c" / "网格.xlsx", "巴南区网格一览表"), "--yes", "--district", "璧山区")
    assert set(store.versions("grids")["district_name"]) == {"永川区", "江津区", "璧山区"}, "an answer goes before it"


def test_a_title_that_contradicts_what_was_answered_for_its_headings_is_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "init")
    first = _register(tmp_path / "a" / "网格.xlsx", "永川区网格一览表")
    run(home, "load", first, "--yes", "--district", "璧山区", *_COORDINATES)
    other = run(home, "load", _register(tmp_path / "b" / "网格.xlsx", "江北区网格一览表"), "--yes").output
    assert "its title says district 江北区, and 璧山区 was settled for these headings in mappings/grids-" in other
