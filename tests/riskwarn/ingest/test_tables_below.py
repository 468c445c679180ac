"""A second table beneath the first is read by its own headings where it is of the same source, else left out and told; beside it none is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from riskwarn.contracts.vocabulary import field_of, is_personal
from riskwarn.errors import HeadingClash, TablesSideBySide
from riskwarn.home import Home
from riskwarn.ingest.heading_words import is_heading, plain_heading
from riskwarn.ingest.loading.account import Account
from riskwarn.store import Store
from tests.riskwarn.ingest.books import book
from tests.riskwarn.ingest.commands import run, stored
from tests.worlds import dispute, load, write_csv

FIRST = ["纠纷编号", "网格编码", "发生时间", "登记时间", "纠纷类型", "化解结果", "化解时间"]
SWAPPED = ["纠纷编号", "网格编码", "登记时间", "发生时间", "化解结果", "纠纷类型", "化解时间"]
ACCIDENTS = ["事故编号", "网格编码", "发生时间", "事故类型"]


def row(headings: list[str], number: int) -> list[Any]:
    told = {
        "纠纷编号": f"D{number}", "网格编码": f"G{number % 4}", "发生时间": f"2026-03-{number % 28 + 1:02d} 08:00",
        "登记时间": f"2026-03-{number % 28 + 1:02d} 09:00", "纠纷类型": "邻里纠纷", "化解结果": "民转刑", "化解时间": "2026-04-20 10:00",
        "事故编号": f"S{number}", "事故类型": "火灾", "纠纷简述": "漏水", "备注": "漏水", "序号": str(number),
    }  # fmt: skip
    return [told.get(heading, "x") for heading in headings]


@pytest.mark.parametrize("titled", [True, False])
def test_a_table_of_the_same_source_is_read_by_its_own_headings(city: Home, tmp_path: Path, titled: bool) -> None:
    title = [["二月"]] if titled else []
    lines = [FIRST, *(row(FIRST, n) for n in range(30)), *title, SWAPPED, *(row(SWAPPED, n) for n in range(30, 50))]
    account = load(city, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": lines}))
    assert (account.read, account.accepted, account.quarantined) == (50, 50, 0)
    stored = Store(city).versions("disputes")
    assert set(stored["category"]) == {"neighbourhood"} and set(stored["outcome"]) == {"violence"}
    hours = (stored["known_at"] - stored["occurred_at"]).dt.total_seconds() / 3600
    assert set(hours) == {1.0}
    assert any(note.startswith(f"row {33 if titled else 32} holds other headings (纠纷编号") for note in account.notes)


def test_a_third_table_and_one_with_more_columns_are_read_too(city: Home, tmp_path: Path) -> None:
    more = [*SWAPPED, "纠纷简述"]
    lines = [FIRST, *(row(FIRST, n) for n in range(5)), SWAPPED, *(row(SWAPPED, n) for n in range(5, 9))]
    lines += [more, *(row(more, n) for n in range(9, 12)), FIRST, *(row(FIRST, n) for n in range(12, 15))]
    wide = [[*line, *[None] * (8 - len(line))] for line in lines]
    wide[0][7] = "备注"
    account = load(city, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": wide}))
    assert (account.read, account.accepted, account.quarantined) == (15, 15, 0)
    assert set(Store(city).versions("disputes")["category"]) == {"neighbourhood"}


def test_a_line_of_text_that_is_broken_within_is_no_heading(city: Home, tmp_path: Path) -> None:
    rows = "\n".join("\t".join(row(FIRST, n)) for n in range(30))
    broken = "\t".join([*row(FIRST, 30)[:4], "邻里\r纠纷", "", "", "", ""])
    file = tmp_path / "d.tsv"
    file.write_bytes(("\t".join(FIRST) + f"\n{rows}\n{broken}\n").encode("gb18030"))
    account = load(city, "disputes", file)
    assert account.accepted == 30 and account.read >= 31


@pytest.mark.parametrize("of_text", [True, False])
def test_a_short_table_above_one_with_more_headings_is_no_title(city: Home, tmp_path: Path, of_text: bool) -> None:
    first = [FEWER, *(row(FEWER, n) for n in range(5))]
    second = [FIRST, *(row(FIRST, n) for n in range(5, 9))]
    if of_text:
        file = lines_of(tmp_path / "d.csv", first, second)
    else:
        file = book(tmp_path / "d.xlsx", {"台账": [*([*line, None] for line in first), *second]})
    account = load(city, "disputes", file)
    assert (account.read, account.accepted, account.quarantined) == (9, 9, 0)
    assert Store(city).versions("disputes")["record_id"].nunique() == 9


def test_a_table_of_another_source_is_left_out_and_told(city: Home, tmp_path: Path) -> None:
    lines = [
        ["纠纷表"],
        FIRST,
        *(row(FIRST, n) for n in range(10)),
        ["小计", None, None, "10件"],
        [None],
        ["事故表"],
        ACCIDENTS,
    ]
    lines += [row(ACCIDENTS, n) for n in range(5)]
    account = load(city, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": lines}))
    assert (account.read, account.accepted, account.quarantined, account.left_out) == (15, 10, 0, 5)
    [said] = [note for note in account.notes if "another table" in note]
    assert said.startswith(
        "row 16 holds the headings of another table (事故编号, 网格编码, 发生时间, 事故类型): 5 row(s) below it were NOT read"
    )
    assert Store(city).versions("disputes")["record_id"].nunique() == 10
    # The sheet behind it goes on.
    sheets = {"一": lines[1:], "二": [FIRST, *(row(FIRST, n) for n in range(10, 20))]}
    account = load(city, "disputes", book(tmp_path / "两表.xlsx", sheets))
    assert (account.read, account.accepted + account.duplicates, account.left_out) == (25, 20, 5)


def test_so_is_it_in_a_file_of_text(city: Home, tmp_path: Path) -> None:
    rows = [dict(zip(FIRST, row(FIRST, n), strict=True)) for n in range(10)]
    rows += [dict(zip(FIRST, line, strict=True)) for line in (SWAPPED, *(row(SWAPPED, n) for n in range(10, 14)))]
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert (account.read, account.accepted) == (14, 14)
    assert set(Store(city).versions("disputes")["category"]) == {"neighbourhood"}


FEWER = ["纠纷编号", "网格编码", "登记时间", "发生时间", "化解结果", "纠纷类型"]


def lines_of(path: Path, *tables: list[list[str]], quoted: bool = False) -> Path:
    """Tables one beneath the other, each line with as many cells as its table has."""
    mark = '"' if quoted else ""
    lines = [",".join(f"{mark}{cell}{mark}" for cell in line) for table in tables for line in table]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("quoted", [True, False])
def test_a_second_table_of_text_with_fewer_cells_is_read_by_its_own_headings(
    city: Home, tmp_path: Path, quoted: bool
) -> None:
    first = [FIRST, *(row(FIRST, n) for n in range(10))]
    second = [FEWER, *(row(FEWER, n) for n in range(10, 14))]
    again = [FIRST, *(row(FIRST, n) for n in range(14, 16))]
    account = load(city, "disputes", lines_of(tmp_path / "d.csv", first, second, again, quoted=quoted))
    assert (account.read, account.accepted, account.quarantined) == (16, 16, 0)
    assert set(Store(city).versions("disputes")["category"]) == {"neighbourhood"}
    assert set(Store(city).versions("disputes")["outcome"]) == {"violence"}
    assert any(note.startswith("row 12 holds other headings (纠纷编号") for note in account.notes)


@pytest.mark.parametrize("quoted", [True, False])
def test_one_of_another_source_with_fewer_cells_is_told_and_left_out(city: Home, tmp_path: Path, quoted: bool) -> None:
    first = [FIRST, *(row(FIRST, n) for n in range(10))]
    second = [ACCIDENTS, *(row(ACCIDENTS, n) for n in range(5))]
    account = load(city, "disputes", lines_of(tmp_path / "d.csv", first, second, quoted=quoted))
    assert (account.read, account.accepted, account.quarantined, account.left_out) == (15, 10, 0, 5)
    [said] = [note for note in account.notes if "another table" in note]
    assert said.startswith(
        "row 12 holds the headings of another table (事故编号, 网格编码, 发生时间, 事故类型): 5 row(s) below it were NOT read"
    )


MORE = [*SWAPPED, "备注"]


@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("headings", [MORE, [*FIRST, "备注"], ["序号", *SWAPPED]])
def test_a_second_table_of_text_with_more_cells_is_read_by_its_own_headings(
    city: Home, tmp_path: Path, headings: list[str], quoted: bool
) -> None:
    first = [FIRST, *(row(FIRST, n) for n in range(24))]
    second = [headings, *(row(headings, n) for n in range(24, 28))]
    again = [FIRST, *(row(FIRST, n) for n in range(28, 30))]
    file = lines_of(tmp_path / "d.csv", first, second, again, [row(headings, 30)], quoted=quoted)
    account = load(city, "disputes", file)
    assert (account.read, account.accepted, dict(account.reasons)) == (31, 30, {"ragged_row": 1})
    stored = Store(city).versions("disputes")
    assert set(stored["category"]) == {"neighbourhood"} and set(stored["outcome"]) == {"violence"}
    assert set((stored["known_at"] - stored["occurred_at"]).dt.total_seconds() / 3600) == {1.0}
    assert f"row 26 holds other headings ({', '.join(headings)}): the rows below it are read by these" in account.notes


@pytest.mark.parametrize("quoted", [True, False])
def test_one_of_another_source_with_more_cells_is_told_and_left_out(city: Home, tmp_path: Path, quoted: bool) -> None:
    first = [FEWER[:4] + FEWER[5:], *(row(FEWER[:4] + FEWER[5:], n) for n in range(24))]
    more = [*ACCIDENTS, "死亡人数", "受伤人数"]
    second = [more, *([*row(ACCIDENTS, n), "0", "1"] for n in range(5))]
    account = load(city, "disputes", lines_of(tmp_path / "d.csv", first, second, quoted=quoted))
    assert (account.read, account.accepted, account.quarantined, account.left_out) == (29, 24, 0, 5)
    [said] = [note for note in account.notes if "another table" in note]
    assert said.startswith(
        "row 26 holds the headings of another table (事故编号, 网格编码, 发生时间, 事故类型, 死亡人数, 受伤人数): 5 row(s) below it were NOT read"
    )


@pytest.mark.parametrize("quoted", [True, False])
def test_tables_of_more_and_of_fewer_cells_are_read_by_pieces(
    city: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quoted: bool
) -> None:
    monkeypatch.setattr("riskwarn.ingest.sheets.delimited.PIECE", 600)
    tables = [
        [headings, *(row(headings, 24 * at + n) for n in range(24))]
        for at, headings in enumerate((FIRST, MORE, FEWER, MORE))
    ]
    account = load(city, "disputes", lines_of(tmp_path / "d.csv", *tables, quoted=quoted))
    assert (account.read, account.accepted, account.quarantined) == (96, 96, 0)
    assert set(Store(city).versions("disputes")["outcome"]) == {"violence"}


def test_a_row_that_is_too_long_is_no_table(city: Home, tmp_path: Path) -> None:
    lines = [FIRST, *(row(FIRST, n) for n in range(24)), row(MORE, 24), [*row(MORE, 25), "", ""]]
    account = load(city, "disputes", lines_of(tmp_path / "d.csv", lines))
    assert (account.read, account.accepted, dict(account.reasons)) == (26, 24, {"ragged_row": 2})


def test_a_row_that_is_too_short_is_no_table(city: Home, tmp_path: Path) -> None:
    lines = [FIRST, *(row(FIRST, n) for n in range(10)), row(ACCIDENTS, 3), row(FEWER, 4)]
    account = load(city, "disputes", lines_of(tmp_path / "d.csv", lines))
    assert (account.read, account.accepted, dict(account.reasons)) == (12, 10, {"ragged_row": 2})


def test_records_whose_words_are_headings_are_records(city: Home, tmp_path: Path) -> None:
    odd = [dispute(1), dispute(2, 纠纷类型="事故类型", 严重程度="隐患等级", 办理状态="网格名称"), dispute(3)]
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", odd))
    assert (account.read, account.accepted) == (3, 3)


BESIDE = "化解时间（问王建国13912345678）"


@pytest.mark.parametrize("odd", ["下步打算", BESIDE, "本月进展（三季度）", "调解员", "2026年进展", "化解期限1"])
@pytest.mark.parametrize("kind", ["book", "text", "narrower"])
def test_most_cells_that_are_headings_are_enough_to_read_a_table_by_them(
    city: Home, tmp_path: Path, odd: str, kind: str
) -> None:
    fewer = ["纠纷编号", "网格编码", "发生时间", "化解结果", "纠纷类型", odd]
    other = fewer if kind == "narrower" else [*SWAPPED[:-1], odd]
    lines = [FIRST, *(row(FIRST, n) for n in range(20)), other, *(row(other, n) for n in range(20, 40))]
    file = book(tmp_path / "纠纷.xlsx", {"台账": lines}) if kind == "book" else lines_of(tmp_path / "纠纷.csv", lines)
    account = load(city, "disputes", file)
    assert (account.read, account.accepted, account.quarantined) == (40, 40, 0)
    found = Store(city).versions("disputes")
    assert set(found["category"]) == {"neighbourhood"} and set(found["outcome"]) == {"violence"}
    assert any(note.startswith("row 22 holds other headings (纠纷编号") for note in account.notes)
    assert "王建国" not in str(account.as_dict()) and "13912345678" not in str(account.as_dict())


def test_headings_with_a_telephone_in_both_tables_are_those_of_two_tables(city: Home, tmp_path: Path) -> None:
    first = [BESIDE if one == "化解时间" else one for one in FIRST]
    other = ["化解结果", BESIDE, *(one for one in SWAPPED if one not in ("化解结果", "化解时间"))]
    told = {BESIDE: "2026-04-20 10:00"}

    def line(headings: list[str], n: int) -> list[Any]:
        return [told.get(heading) or row([heading], n)[0] for heading in headings]

    lines = [first, *(line(first, n) for n in range(20)), other, *(line(other, n) for n in range(20, 40))]
    account = load(city, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": lines}))
    assert (account.read, account.accepted, account.quarantined) == (40, 40, 0)
    found = Store(city).versions("disputes")
    assert set(found["category"]) == {"neighbourhood"} and set(found["outcome"]) == {"violence"}
    assert found["closed_at"].notna().all()


def test_a_table_that_lacks_what_its_source_needs_is_left_out_and_told(city: Home, tmp_path: Path) -> None:
    other = ["网格编码", "化解结果", "纠纷类型", "下步打算", "督办", "说法", "化解时间"]
    lines = [FIRST, *(row(FIRST, n) for n in range(10)), other, *(row(other, n) for n in range(10, 14))]
    account = load(city, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": lines}))
    assert (account.read, account.accepted, account.quarantined, account.left_out) == (14, 10, 0, 4)
    [said] = [note for note in account.notes if "another table" in note]
    assert "4 row(s) below it were NOT read" in said


def test_words_of_a_mapping_in_another_order_are_headings(city: Home, tmp_path: Path) -> None:
    own = {"record_id": "甲号", "occurred_at": "何时", "category": "何事", "outcome": "何果", "grid_id": "何处"}
    first, other = ["甲号", "何处", "何时", "何事", "何果"], ["甲号", "何处", "何时", "何果", "何事"]
    told = {"甲号": "D{n}", "何处": "G1", "何时": "2026-03-02 08:00", "何事": "邻里纠纷", "何果": "民转刑"}
    lines = [first, *([told[one].format(n=n) for one in first] for n in range(10))]
    lines += [other, *([told[one].format(n=n) for one in other] for n in range(10, 20))]
    mapping = tmp_path / "m.yaml"
    mapping.write_text(yaml.safe_dump({"columns": own}, allow_unicode=True), encoding="utf-8")
    account = load(city, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": lines}), mapping=mapping)
    assert (account.read, account.accepted, account.quarantined) == (20, 20, 0)
    found = Store(city).versions("disputes")
    assert set(found["category"]) == {"neighbourhood"} and set(found["outcome"]) == {"violence"}


def test_records_most_of_whose_words_are_headings_are_records(city: Home, tmp_path: Path) -> None:
    names = ["纠纷编号", "网格编码", "发生时间", "纠纷类型", "化解结果", "办理状态", "反映方式"]
    odd = ["事故类型", "处理结果", "网格名称", "联系电话"]
    rows = [dict(zip(names, [f"D{n}", "G1", "2026-03-02 08:00", *odd], strict=True)) for n in range(6)]
    rows.append({**rows[0], "纠纷编号": "D9", "发生时间": ""})
    told = ["D7", "G1", "2026-03-02 08:00", "邻里纠纷", "调解成功", "已办结", "电话"]
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", [dict(zip(names, told, strict=True)), *rows]))
    assert (account.read, account.quarantined) == (8, 1)


@pytest.mark.parametrize("right", [FIRST, ACCIDENTS])
@pytest.mark.parametrize("titles", [True, False])
def test_tables_side_by_side_are_refused_and_no_column_of_them_is_offered(
    city: Home, tmp_path: Path, right: list[str], titles: bool
) -> None:
    above = [["一月", *[None] * len(FIRST), "二月", *[None] * (len(right) - 1)]] if titles else []
    lines = [*above, [*FIRST, None, *right], *([*row(FIRST, n), None, *row(right, n + 20)] for n in range(12))]
    file = book(tmp_path / "并排.xlsx", {"台账": lines})
    with pytest.raises(TablesSideBySide, match="2 tables stand side by side"):
        load(city, "disputes", file)
    said = run(city.path, "load", file, "--yes", code=1)
    assert "--column" not in said.output and "side by side" in said.output + repr(said.exception)
    assert "disputes" not in stored(city.path)


def test_a_register_with_two_numbers_of_a_case_is_one_table(city: Home, tmp_path: Path) -> None:
    rows = [{**dispute(n), "案件编号": f"A{n}", "结案日期": "2026-04-01"} for n in range(5)]
    with pytest.raises(HeadingClash):
        load(city, "disputes", write_csv(tmp_path / "d.csv", rows))


NUMBERED = ["{n}.{h}", "{n}、{h}", "{n}．{h}", "{n}){h}", "{n}）{h}", "({n}){h}", "（{n}）{h}", "{n}-{h}", "{n}: {h}", "{n} {h}", "{n}{h}",
            "0{n}.{h}", "{circled}{h}", "{circled} {h}", "{dark}{h}", "{han}、{h}", "（{han}）{h}", "{bracketed}{h}", "{pointed}{h}"]  # fmt: skip


def numbered(headings: list[str], form: str) -> list[str]:
    """Headings with the number of their column before them."""
    marks = [dict(zip(("circled", "dark", "han", "bracketed", "pointed"), one, strict=True))
             for one in zip("①②③④⑤⑥⑦", "❶❷❸❹❺❻❼", "一二三四五六七", "⑴⑵⑶⑷⑸⑹⑺", "⒈⒉⒊⒋⒌⒍⒎", strict=True)]  # fmt: skip
    return [form.format(n=at + 1, h=heading, **marks[at]) for at, heading in enumerate(headings)]


def both_read(city: Home, folder: Path, first: list[str], second: list[str]) -> Account:
    """Load two tables of twenty rows, the second beneath the first with its columns in another order; every row is read by its own headings."""
    lines = [first, *(row(FIRST, n) for n in range(20)), second, *(row(SWAPPED, n) for n in range(20, 40))]
    account = load(city, "disputes", book(folder / "纠纷.xlsx", {"台账": lines}))
    assert (account.read, account.accepted, account.quarantined) == (40, 40, 0)
    found = Store(city).versions("disputes")
    assert set(found["category"]) == {"neighbourhood"} and set(found["outcome"]) == {"violence"}
    assert set((found["known_at"] - found["occurred_at"]).dt.total_seconds() / 3600) == {1.0}
    assert set(found["closed_at"].astype(str)) == {"2026-04-20 02:00:00"}
    return account


@pytest.mark.parametrize("of_both", [True, False])
@pytest.mark.parametrize("form", NUMBERED)
def test_headings_with_the_numbers_of_their_columns_are_looked_for_as_they_are_read(
    city: Home, tmp_path: Path, form: str, of_both: bool
) -> None:
    first, second = numbered(FIRST, form) if of_both else FIRST, numbered(SWAPPED, form)
    account = both_read(city, tmp_path, first, second)
    assert any(note.startswith("row 22 holds other headings (") for note in account.notes)


@pytest.mark.parametrize(
    "heading", ["1月", "2级", "3号楼", "1网格", "2社区", "1 街道", "1月份", "3季度数", "12345", "4人"]
)
def test_a_number_that_counts_or_names_is_none_of_a_column(heading: str) -> None:
    assert field_of(plain_heading(heading), "events") is None and not is_heading(heading)


SPANS = [
    "第3季度{}",
    "三季度{}",
    "2026年{}",
    "2026年度{}",
    "2026年3月{}",
    "3月{}",
    "1-3月{}",
    "上半年{}",
    "{}2026",
    "{}2026年",
    "2.2026年{}",
]


@pytest.mark.parametrize("span", SPANS)
def test_headings_with_a_year_or_months_are_looked_for_as_they_are_read(city: Home, tmp_path: Path, span: str) -> None:
    first, second = ([span.format(one) for one in headings] for headings in (FIRST, SWAPPED))
    both_read(city, tmp_path, first, second)


@pytest.mark.parametrize("figures", ["第1批", "Q1", "202603", "2026年第13周"])
def test_headings_of_a_mapping_with_figures_are_looked_for_as_they_are_printed(
    city: Home, tmp_path: Path, figures: str
) -> None:
    own = {"record_id": "甲号", "occurred_at": "何时", "category": "何事", "outcome": "何果", "grid_id": "何处"}
    own = {field: heading if field == "record_id" else figures + heading for field, heading in own.items()}
    told = dict(zip(own.values(), ("D{n}", "2026-03-{day:02} 08:00", "邻里纠纷", "民转刑", "G{grid}"), strict=True))
    lines: list[list[str]] = []
    for headings, numbers in ((list(own.values()), range(20)), ([*own.values()][::-1], range(20, 40))):
        lines.append(headings)
        lines += [[told[one].format(n=n, day=1 + n % 28, grid=n % 4) for one in headings] for n in numbers]
    mapping = tmp_path / "m.yaml"
    mapping.write_text(yaml.safe_dump({"columns": own}, allow_unicode=True), encoding="utf-8")
    account = load(city, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": lines}), mapping=mapping)
    assert (account.read, account.accepted, account.quarantined) == (40, 40, 0)
    found = Store(city).versions("disputes")
    assert set(found["category"]) == {"neighbourhood"} and set(found["outcome"]) == {"violence"}


def test_one_heading_for_each_year_is_no_clash_and_neither_is_read(city: Home, tmp_path: Path) -> None:
    both = [*FIRST[:5], "2025年化解结果", "2026年化解结果"]
    account = load(city, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": [both, *(row(FIRST, n) for n in range(4))]}))
    assert (account.read, account.accepted) == (4, 4)
    assert Store(city).versions("disputes")["outcome"].isna().all()
    assert any("none is read until a mapping says which" in note for note in account.notes)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("2026年当事人姓名", True),
        ("2026年联系电话", True),
        ("2024年龄", True),
        ("2024年年龄", True),
        ("2026年纠纷类型", False),
    ],
)
def test_a_year_hides_no_person(heading: str, field: bool) -> None:
    assert is_personal(plain_heading(heading)) is field


HAZARDS = ["隐患编号", "所在网格编码", "排查日期", "隐患类别", "隐患等级", "整改期限", "整改完成日期", "整改情况"]
MOVED = ["隐患编号", "隐患类别", "隐患等级", "排查日期", "所在网格编码", "整改完成日期", "整改期限", "整改情况"]


def hazard(headings: list[str], number: int) -> list[Any]:
    told = {
        "隐患编号": f"H{number}", "所在网格编码": f"G{number % 4}", "排查日期": f"2026-03-{number % 28 + 1:02d}",
        "隐患类别": ["私拉电线", "外墙脱落"][number % 2], "隐患等级": "一般隐患", "整改期限": "2026-06-01", "整改完成日期": "2026-05-01",
        "整改情况": "已整改",
    }  # fmt: skip
    return [told[heading] for heading in headings]


@pytest.mark.parametrize("month", [1, 2])
@pytest.mark.parametrize(
    ("first", "second"), [("{}.", "{}."), ("", "{}."), ("{}.", ""), ("（{}）", "{}、"), ("2026年", "2025年")]
)
def test_a_settled_mapping_finds_its_headings_whatever_number_the_second_table_gives_them(
    city: Home, tmp_path: Path, first: str, second: str, month: int
) -> None:
    above, beneath = (
        [form.format(n) + one for n, one in enumerate(headings, start=1)]
        for form, headings in ((first, HAZARDS), (second, MOVED))
    )
    for one in range(month):
        numbers = range(40 * one, 40 * one + 40)
        lines = [above, *(hazard(HAZARDS, n) for n in numbers[:20]), ["二、企业自查"], beneath]
        lines += [hazard(MOVED, n) for n in numbers[20:]]
        run(city.path, "load", book(tmp_path / f"隐患{one}.xlsx", {"台账": lines}), "--yes")
    found = Store(city).versions("hazards")
    assert len(found) == 40 * month
    assert set(found["due_at"].astype(str).str[:10]) == {"2026-05-31"}
    assert set(found["closed_at"].astype(str).str[:10]) == {"2026-04-30"}


@pytest.mark.parametrize("command", ["load", "ingest"])
def test_the_last_line_says_what_of_the_file_was_left_out_and_how_to_load_it(
    city: Home, tmp_path: Path, command: str
) -> None:
    lines = [FIRST, *(row(FIRST, n) for n in range(30)), ACCIDENTS, *(row(ACCIDENTS, n) for n in range(5))]
    file = book(tmp_path / "纠纷.xlsx", {"台账": lines})
    done = run(city.path, *(["load", file, "--yes"] if command == "load" else ["ingest", "disputes", file]))
    told = (
        "save the 5 row(s) below other headings that were NOT read (see the notes) as a file of their own, and load it."
    )
    assert done.stdout.rstrip().splitlines()[-1].endswith(f"Next: {told}")


GRIDS = ["网格编码", "社区名称", "街道名称", "区县名称", "户数"]


@pytest.mark.parametrize("beneath", [GRIDS[:4], [*GRIDS[:4][::-1]], [*GRIDS, "网格名称"]])
def test_a_second_table_of_grids_need_not_have_every_column_of_the_first(
    city: Home, tmp_path: Path, beneath: list[str]
) -> None:
    told = {
        "社区名称": "青山社区",
        "街道名称": "洪家楼街道",
        "区县名称": "江北区",
        "户数": "120",
        "网格名称": "专属网格",
    }
    lines = [[told.get(one, f"W{n}") for one in GRIDS] for n in range(5)]
    lines += [beneath, *([told.get(one, f"W{n}") for one in beneath] for n in range(5, 8))]
    account = load(city, "grids", book(tmp_path / "网格.xlsx", {"网格": [GRIDS, *lines]}))
    assert (account.read, account.accepted, account.quarantined, account.left_out) == (8, 8, 0, 0)
    found = Store(city).versions("grids").set_index("grid_id")
    assert set(found.loc[[f"W{n}" for n in range(8)], "community_name"]) == {"青山社区"}
