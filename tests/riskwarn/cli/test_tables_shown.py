"""Tables as wide as the terminal, whole where a program reads them."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from riskwarn.cli.options import asked_language, global_options_first, wants_json
from riskwarn.cli.tables import Table, cell, local_time, shortened, text_width
from riskwarn.contracts.phrases import Heard
from riskwarn.ingest.privacy.word_tallies import WordTallies
from riskwarn.messages import translated
from tests.riskwarn.cli.calling import Caller
from tests.worlds import dispute, write_csv

ROWS = [
    {"load": 1, "source": "disputes", "file": "江北区矛盾纠纷排查化解工作台账2024年第三季度.xlsx", "accepted": 123456},
    {"load": 2, "source": "hotline", "file": "b.csv", "accepted": None},
]
COLUMNS = ("load", "source", "file", "accepted")


def test_nothing_is_cut_where_no_terminal_reads() -> None:
    assert (
        Table(ROWS, COLUMNS).lines()[1] == "1     disputes  江北区矛盾纠纷排查化解工作台账2024年第三季度.xlsx  123456"
    )


@pytest.mark.parametrize("width", [40, 50, 60, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = Table(ROWS, COLUMNS).lines(width=width)
    assert max(map(text_width, lines)) <= width and len(lines) == 3
    assert "123456" in lines[1]
    assert ("…" in lines[1]) is (width < 71)


def test_an_id_is_never_cut_for_it_is_typed_again() -> None:
    rows = [{"id": "wabcdefghijkl", "name": "青山社区第一网格", "target": "conflict"}]
    lines = Table(rows, ("id", "name", "target")).lines(width=40)
    assert lines[1] == "wabcdefghijkl  青山社区第一网…  conflict"
    assert Table(rows, ("name", "id", "target")).lines(width=40)[1] == "青山社区第一网…  wabcdefghijkl  conflict"


def test_columns_go_before_texts_become_unreadable() -> None:
    row = {f"column_{letter}": f"{letter}" * 12 for letter in "abcdefgh"}
    lines = Table([row], tuple(row)).lines(width=60)
    assert lines[1].startswith("aaaaaaaaaaaa  bbbbbbbbbbbb") and "not shown" in lines[2] and "column_h" in lines[2]


def test_titles_are_in_the_language_of_the_reader() -> None:
    assert Table(ROWS, COLUMNS).lines("zh")[0].split() == ["加载", "数据", "文件", "接收"]
    assert (cell(True, "zh"), cell(None), cell(0.123456)) == ("是", "-", "0.1235")


def test_a_text_is_cut_by_cells_not_characters() -> None:
    assert [text_width(text) for text in ("历城区（村）", "e\u0301", "a\u200bb", "…")] == [12, 1, 2, 1]
    columns = Table([{"a": "历城区（村）", "b": 1}, {"a": "e\u0301\u200b", "b": 1}], ("a", "b")).lines()
    assert {text_width(line.rstrip()) for line in columns} == {15}
    assert [shortened("江北区台账", width) for width in (10, 9, 6, 5)] == ["江北区台账", "江北区台…", "江北…", "江北…"]


def test_times_are_those_of_the_city() -> None:
    moment = datetime(2026, 3, 1, 16, 30, 15, 123456, tzinfo=UTC).isoformat()
    assert local_time(moment, ZoneInfo("Asia/Shanghai")) == "2026-03-02 00:30"
    assert local_time(None, ZoneInfo("Asia/Shanghai")) is None


def test_the_ledger_is_readable(city: Caller) -> None:
    city.locale(COLUMNS="80")
    write_csv(city.folder / "d.csv", [dispute(1)])
    city("ingest", "disputes", "d.csv", "--exported-at", "2026-03-02T08:05:00")
    lines = city("loads", "list").out.splitlines()
    assert max(map(text_width, lines)) <= 80
    assert "d.csv" in lines[2] and "2026-03-02 08:05" in lines[2] and "in force" in lines[2]
    assert city("loads", "list", "--json").document[1]["exported_at"] == "2026-03-02T08:05:00+08:00"


def test_features_are_found_by_a_word(city: Caller) -> None:
    found = city("features", "list", "--search", "纠纷", "--json").document
    assert found and all("纠纷" in row["zh"] for row in found)
    assert city("features", "list", "--search", "no such word").out.splitlines()[-1] == "0 features"


def test_options_of_the_program_stand_anywhere() -> None:
    line = ["train", "--json", "--lang=zh", "--home", "x", "--target", "a", "--lang", "en"]
    assert global_options_first(line) == [
        "--json", "--lang=zh", "--home", "x", "--lang", "en", "train", "--target", "a",
    ]  # fmt: skip
    assert global_options_first(["ingest", "s", "--", "--json"]) == ["ingest", "s", "--", "--json"]
    assert (wants_json(["a", "--json"]), wants_json(["a", "--", "--json"])) == (True, False)
    assert [asked_language(words) for words in (["a", "--lang", "zh"], ["--lang=en"], ["--lang"], ["--", "--lang=zh"])] == [
        "zh", "en", None, None,
    ]  # fmt: skip


def test_codes_are_called_by_their_names_in_chinese_and_stand_in_english() -> None:
    rows = [
        {"source": "disputes", "best_baseline": "poisson_regression 0.123", "kind": "model", "file": "disputes"},
        {"source": "school_reports", "best_baseline": "my_own 0.2", "kind": None, "file": "b.csv"},
    ]
    shown = Table(rows, tuple(rows[0]))
    assert [line.split() for line in shown.lines("zh")[1:]] == [
        ["矛盾纠纷", "九项回归", "0.123", "模型", "disputes"],
        ["school_reports", "my_own", "0.2", "-", "b.csv"],
    ]
    assert shown.lines("en")[1].split() == ["disputes", "poisson_regression", "0.123", "model", "disputes"]


def test_words_that_were_read_by_their_parts_are_told_with_the_name_of_their_code() -> None:
    tallies = WordTallies()
    cells = pa.array(["已转办"] * 6).dictionary_encode()
    tallies.add("outcome", cells, set(), {"已转办": Heard("transferred", by="转办")})
    tallies.add(
        "category",
        pa.array(["债权债务纠纷"] * 6).dictionary_encode(),
        set(),
        {"债权债务纠纷": Heard("finance_lending", by="债务")},
    )
    told = tallies.notes("disputes")
    assert "转办 → transferred (6)" in told[0] and "债务 → finance_lending (6)" in told[1]
    chinese = [translated(pickle.loads(pickle.dumps(note)), "zh") for note in told]
    assert "转办 → 移交 (6)" in chinese[0] and "债务 → 金融借贷 (6)" in chinese[1]
