"""What is told from its value to be personal, and what is not."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.contracts.personal import (
    is_resident_id,
    may_name_category,
    personal_class,
    personal_column,
    personal_inside,
)
from riskwarn.contracts.vocabulary import category_words
from riskwarn.errors import PrivateColumn
from riskwarn.ingest.privacy.faults import Faults
from riskwarn.ingest.privacy.tallies import LocalCategories
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.redaction import kept_name, shown_headings
from riskwarn.ingest.screening import refuse_personal_columns, screened
from riskwarn.mapping import Mapping
from tests.worlds import NOW

KEY = b"a key of the tests"


def resident_id(area: str, born: str, number: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    first = area + born + number
    return first + "10X98765432"[sum(w * int(d) for w, d in zip(weights, first, strict=True)) % 11]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (resident_id("500103", "19900101", "123"), "resident id"),
        (" " + resident_id("110105", "19491231", "002").lower(), "resident id"),
        ("500103650101123", "resident id"),
        ("13983771234", "phone number"),
        ("+86 139-8377-1234", "phone number"),
        ("１３９８３７７１２３４", "phone number"),
        ("023-67651234", "phone number"),
        ("6222 0212 3456 7890 128", "bank card"),
        ("渝A12345", "number plate"),
        ("渝A·D12345", "number plate"),
        ("粤B12345D", "number plate"),
        ("zhang.san@example.cn", "e-mail address"),
        ("欧阳锦程", "name"),
        ("王小明", "name"),
        ("李某某", "name"),
        ("张*", "name"),
        ("阿布都·热合曼", "name"),
        ("红锦大道12号3栋502室", "address"),
        ("G0001", None),
        ("500103001002", None),
        ("500103001002001", None),
        ("2026030110000123", None),
        ("邻里", None),
        ("高空坠物", None),
        ("金融借贷", None),
        ("石桥街道", None),
        ("王家坝", None),
        ("10楼", None),
    ],
)
def test_the_class_of_a_value(text: str, kind: str | None) -> None:
    assert personal_class(text) == kind


def test_no_word_of_a_vocabulary_looks_personal() -> None:
    for source in ("disputes", "petitions", "hotline", "grid_reports", "hazards", "incidents"):
        for word in category_words(source):
            assert may_name_category(word), word


@given(st.dates(max_value=date(2025, 1, 1)), st.integers(0, 999), st.integers(0, 9))
def test_a_wrong_check_digit_is_no_resident_id(born: object, number: int, wrong: int) -> None:
    right = resident_id("500103", str(born).replace("-", ""), f"{number:03d}")
    plausible = str(born) >= "1900-01-01"
    assert is_resident_id(right) is plausible
    assert is_resident_id(right[:17] + str(wrong)) is (plausible and str(wrong) == right[17])


def test_numbers_are_found_inside_a_text() -> None:
    assert personal_inside("第3网格（联系13983771234）") == "phone number"
    assert personal_inside(f"张三{resident_id('500103', '19900101', '123')}号") == "resident id"
    assert personal_inside("停放的渝A12345小车") == "number plate"
    assert personal_inside("第3网格 2026-03-01") is None


def test_a_column_of_names_is_told_from_a_column_of_words() -> None:
    names = ["王小明", "李建国", "张伟", "欧阳锦程", "陈丽华", "周杰", "徐静雯", "胡*"]
    assert personal_column(names, [1] * 8) == "name"
    words = ["邻里", "物业", "金融借贷", "高空坠物", "安全生产", "林权", "养老", "黄金", "方言"]
    assert personal_column(words, [3] * 9) is None
    places = ["石桥街道", "江北区", "龙湖花园", "王家坝", "李家沟村", "黄泥磅社区"]
    assert personal_column(places, [1] * 6) is None
    assert personal_column(names, [1] * 8, known=names) is None, "names of units that are loaded"
    assert personal_column(["13983771234", "023-67651234", "a@b.cn"], [1, 1, 1]) in ("phone number", "personal numbers")


def test_a_mapping_cannot_claim_a_personal_column() -> None:
    cells = {"category": pa.array(["王小明", "李建国", "张伟"] * 5), "occurred_at": pa.array(["2026-03-01"] * 15)}
    with pytest.raises(PrivateColumn, match=r"'对象'.*\(name, by its values\)"):
        refuse_personal_columns(cells, {"category": "对象", "occurred_at": "日子"}, "m.yaml")
    refuse_personal_columns(cells, {"occurred_at": "日子"}, "m.yaml")


def table(source: str, **cells: list[str | None]) -> Reading:
    rows = len(next(iter(cells.values())))
    arrays = {name: pa.array(texts, pa.string()) for name, texts in cells.items()}
    common = {"mapping": Mapping(), "zone": ZoneInfo("Asia/Shanghai"), "exported_at": NOW, "key": KEY, "categories": ()}
    return Reading(source=source, cells=arrays, faults=Faults(rows), **common)


def test_places_that_are_phones_ids_or_persons_are_not_stored() -> None:
    reading = table(
        "grids",
        grid_id=["G1", "13983771234", resident_id("500103", "19900101", "123")],
        name=["第1网格", "第2网格 联系人 13983771234", None],
    )
    kept = screened(reading)
    assert [(row, fault.reason, fault.column) for row, fault in reading.faults] == [
        (1, "personal_value", "grid_id"),
        (2, "personal_value", "grid_id"),
    ]
    assert kept.cells["name"].to_pylist() == ["第1网格", None, None]
    assert len(reading.notes) == 1 and not any("1398" in note or "王小明" in note for note in reading.notes)


def test_grids_called_after_persons_lose_their_names_and_units_keep_theirs() -> None:
    names = ["王小明", "李建国", "张伟", "欧阳锦程"]
    assert screened(table("grids", name=names)).cells["name"].null_count == 4
    assert screened(table("grids", community_name=names)).cells["community_name"].null_count == 0
    assert screened(table("breaks", reason=["系统切换", "王小明", "集 体 访"])).cells["reason"].to_pylist() == [
        "系统切换",
        None,
        None,
    ]


def test_codes_of_grids_that_look_like_phones_are_codes() -> None:
    codes: list[str | None] = [f"1301020{number:04d}" for number in range(50)]
    assert all(personal_class(str(code)) == "phone number" for code in codes)
    reading = table("grids", grid_id=codes, neighbours=[f"{codes[0]};{codes[1]}"] * 50)
    screened(reading)
    assert not reading.faults.any.any()


def test_unknown_categories_are_kept_counted_or_hidden() -> None:
    local = LocalCategories({"养犬"}, most=3)
    told = [local.code(word) for word in ("养犬", "占道经营", "王小明", "13983771234", "他说，要来找我算账")]
    assert told == ["养犬", "占道经营", "other", "other", "other"]
    assert [local.code("祖坟迁移"), local.code("油烟扰民")] == ["祖坟迁移", "other"]
    assert len(local.notes()) == 1, "of words that no stored record bears nothing is told"
    local.count(pa.array(["占道经营", "祖坟迁移", "油烟扰民"]).dictionary_encode(), np.array([True, False, True]))
    notes = local.notes()
    assert notes[0] == "category: 1 unknown word(s) are kept as local categories"
    assert len(notes) == 2 and not any("王小明" in note for note in notes)


def test_headings_that_are_data_are_not_named() -> None:
    assert shown_headings(["编号", "心情", "网格编码"]) == ("编号", "心情", "网格编码")
    shown = shown_headings(["D1", "王小明", "13983771234", "2026-03-01", "邻里"])
    assert not any("王小明" in heading or "1398" in heading for heading in shown)
    assert "欧阳锦程" not in "".join(shown_headings(["编号", "欧阳锦程"]))


@pytest.mark.parametrize(
    "name", ["3月纠纷.xlsx", "disputes_2026.csv.gz", "2026年上半年矛盾纠纷台账.csv", "第一季度信访导出.csv"]
)
def test_names_of_files_that_say_what_is_in_them_are_kept(name: str) -> None:
    assert kept_name(name, KEY) == name


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("张三身份证.csv", "张三"),
        ("欧阳锦程的纠纷.xlsx", "欧阳锦程"),
        ("司马云飞的纠纷.xlsx", "飞"),
        ("纠纷13983771234.csv", "13983771234"),
        ("a.zhang@example.cn.csv", "zhang"),
        ("维 稳台账.csv", "稳"),
    ],
)
def test_names_of_files_that_may_name_a_person_are_not_kept(name: str, hidden: str) -> None:
    kept = kept_name(name, KEY)
    assert hidden not in kept
    assert kept.endswith(name[name.rindex(".") :])
    assert kept == kept_name(name, KEY) != kept_name("另" + name, KEY)
    assert kept_name("江北区石桥街道纠纷.csv", KEY, ["江北区", "石桥街道"]) == "江北区石桥街道纠纷.csv"


@pytest.mark.parametrize(
    "name", ["网格台账-修复.xlsx", "网格台账_加区县.xlsx", "矛盾纠纷台账更正后.csv", "工单补报.csv"]
)
def test_people_know_their_files_again(name: str) -> None:
    assert kept_name(name, KEY) == name
