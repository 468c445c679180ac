"""Every shape in which an office saves a table, and exactly what becomes of it: one line a shape."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from riskwarn.errors import ColumnMissing, FileEmpty, FileUnreadable, HeadingClash, RiskwarnError
from riskwarn.home import Home
from riskwarn.ingest.sheets import packing, workbook_limits
from riskwarn.store import Store
from tests.worlds import dispute, load

ROWS = [dispute(number) for number in range(4)]
HEADINGS = list(ROWS[0])
TITLE = "江北区石桥街道矛盾纠纷台账（2026年3月）"
Cells = list[list[Any]]


def cells(rows: list[dict[str, Any]] = ROWS) -> Cells:
    """Headings and rows."""
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def written(table: Cells, delimiter: str = ",", ending: str = "\r\n") -> str:
    """A CSV text."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=ending).writerows(table)
    return stream.getvalue()


def edited(old: str, new: str) -> str:
    """The usual CSV with a change."""
    text = written(cells())
    assert old in text
    return text.replace(old, new)


def renamed(**names: str) -> str:
    """The usual CSV under other headings."""
    return written([[names.get(name, name) for name in HEADINGS], *cells()[1:]])


def workbook(*rows: list[Any], merged: tuple[str, ...] = (), sheets: tuple[Cells, ...] = ()) -> bytes:
    """An Excel file of one sheet, and of more."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    for more in sheets:
        other = book.create_sheet()
        for row in more:
            other.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(files: dict[str, bytes], *, locked: bool = False) -> bytes:
    """A zip; `locked` marks its files as encrypted."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    made = bytearray(stream.getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = made.find(mark)
        while locked and start >= 0:
            made[start + at] |= 1
            start = made.find(mark, start + 4)
    return bytes(made)


def parquet(table: pa.Table) -> bytes:
    """A Parquet file."""
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def typed(kind: pa.DataType, name: str, values: list[Any]) -> bytes:
    """The usual rows as Parquet, one column of another type."""
    table = pa.Table.from_pylist(ROWS)
    return parquet(table.set_column(table.column_names.index(name), name, pa.array(values, kind)))


def lines(*rows: object) -> str:
    """JSON lines."""
    return "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)


def shape(name: str, file: str, content: str | bytes | Callable[[], bytes], accepted: int = 4, **reasons: int) -> Any:
    """One line of the table: the file, how many rows are accepted, and how many are refused for which reason."""
    return pytest.param(file, content, accepted, reasons, id=name)


PLAIN = written(cells())
INSTANTS = [datetime(2026, 3, number + 1, 9) for number in range(4)]
RARE = written(cells([{**row, "纠纷类型": "𠮷㐂口"} for row in ROWS]))
GROUPED = [
    [TITLE] + [None] * 10,
    ["纠纷编号", "网格编码", "时间", None, "纠纷类型", "严重程度", "办理", None, None, None, None],
    [None, None, "发生时间", "登记时间", None, None, "化解时间", "升级时间", "更新时间", "办理状态", "调解结果"],
    *cells()[1:],
]

# fmt: off
TEXTS = [
    shape("UTF-8", "d.csv", PLAIN.encode()),
    shape("UTF-8 with a byte order mark", "d.csv", PLAIN.encode("utf-8-sig")),
    shape("GB18030", "d.csv", PLAIN.encode("gb18030")),
    shape("GB18030 with characters of four bytes", "d.csv", RARE.encode("gb18030")),
    shape("GB18030 with a four-byte character over every cut", "d.csv", written(cells([dispute(n, 纠纷类型="𠮷" * (n % 7 + 1)) for n in range(3000)])).encode("gb18030"), 3000),
    shape("UTF-16, tabs, as Excel's \"Unicode text\"", "d.txt", written(cells(), "\t").encode("utf-16")),
    shape("tabs", "d.txt", written(cells(), "\t").encode("gb18030")),
    shape("semicolons", "d.csv", written(cells(), ";")),
    shape("pipes", "d.csv", written(cells(), "|")),
    shape("lines that end as on Unix", "d.csv", written(cells(), ending="\n")),
    shape("no end of the last line", "d.csv", PLAIN.rstrip()),
    shape("line breaks and commas inside quotes", "d.csv", written(cells([{**row, "案情": '先吵，\n后"打"\r\n,完'} for row in ROWS]))),
    shape("every cell in quotes", "d.csv", "\n".join(",".join(f'"{cell}"' for cell in row) for row in cells())),
    shape("a quote inside a word", "d.csv", edited("邻里", '邻"里')),
    shape("a quotation mark that never closes", "d.csv", PLAIN + written([["D9", "Q", *cells()[1][2:]]])[:-2].replace("Q", '"G1') + "\r\n" + written([["E" + row[0], *row[1:]] for row in cells()[1:]]), 8, ragged_row=1),
    shape("compressed", "d.csv.gz", gzip.compress(PLAIN.encode("gb18030"))),
    shape("blank lines between", "d.csv", PLAIN.replace("\r\n", "\r\n\r\n")),
    shape("blank rows of commas", "d.csv", PLAIN.replace("\r\n", "\r\n" + "," * 10 + "\r\n", 3) + "," * 10),
    shape("a comma too many in every row", "d.csv", PLAIN.replace("\r\n", ",\r\n")),
    shape("a row that is too short", "d.csv", PLAIN + "D9,G1\r\n", ragged_row=1),
    shape("a row that is too long", "d.csv", PLAIN + PLAIN.splitlines()[1].replace("D0", "D8") + ",多,余\r\n", ragged_row=1),
    shape("a title above", "d.csv", TITLE + "\r\n" + PLAIN),
    shape("two titles and a blank row above", "d.csv", f"{TITLE}\r\n填报单位：石桥街道,填报人\r\n\r\n{PLAIN}"),
    shape("a title as wide as the table", "d.csv", TITLE + "," * 10 + "\r\n" + PLAIN),
    shape("a line that tells the separator", "d.csv", "sep=;\r\n" + written(cells(), ";")),
    shape("more commas in the text than tabs between cells", "d.txt", written(cells([{**row, "案情": "吵,又吵,再吵," * 9} for row in ROWS]), "\t")),
    shape("UTF-16 without a mark", "d.txt", written(cells(), "\t").encode("utf-16-le")),
    shape("NUL bytes in empty cells", "d.csv", PLAIN.encode("gb18030").replace(b",,", b",\x00,")),
    shape("CSV called Excel", "d.xlsx", PLAIN.encode("gb18030")),
    shape("tabs called Excel", "d.xls", written(cells(), "\t").encode("gb18030")),
    shape("CSV called Parquet", "d.parquet", PLAIN),
    shape("CSV called JSON", "d.jsonl", PLAIN),
    shape("a zip of one CSV", "d.zip", lambda: zipped({"三月/纠纷.csv": PLAIN.encode("gb18030"), "__MACOSX/三月/._纠纷.csv": b"x"})),
    shape("a zip that is called CSV", "d.csv", lambda: zipped({"d": PLAIN.encode()})),
    shape("a compressed CSV that is called CSV", "d.csv", gzip.compress(PLAIN.encode())),
    shape("a sum below", "d.csv", PLAIN + "合计,G1,,,,,,,,,4\r\n", missing_date=1),
]
HEADS = [
    shape("headings in full width, with blanks", "d.csv", renamed(网格编码="网格ＩＤ", 发生时间=" 发 生 时 间 ", 纠纷编号="纠纷编号　")),
    shape("headings with marks and units", "d.csv", renamed(纠纷编号="*纠纷编号", 发生时间="发生时间（年月日）", 网格编码="网格编码：", 登记时间="登记时间(必填)", 纠纷类型="【必填】纠纷类型")),
    shape("headings broken over lines", "d.csv", renamed(发生时间="发生\n时间", 登记时间="登记\r\n时间")),
    shape("English names", "d.csv", renamed(纠纷编号="record_id", 网格编码="grid_id", 发生时间="occurred_at", 登记时间="known_at")),
    shape("a running number is no id", "d.csv", written([["序号", *HEADINGS], *([str(n), *row] for n, row in enumerate(cells()[1:], 1))])),
    shape("the same unread heading twice", "d.csv", written([[*HEADINGS, "甲", "甲"], *([*row, "1", "2"] for row in cells()[1:])])),
    shape("columns in another order", "d.csv", written([row[::-1] for row in cells()])),
]
BOOKS = [
    shape("Excel", "d.xlsx", lambda: workbook(*cells())),
    shape("Excel with typed dates", "d.xlsx", lambda: workbook(HEADINGS, *([*row[:2], INSTANTS[n], INSTANTS[n], *row[4:]] for n, row in enumerate(cells()[1:])))),
    shape("Excel with dates of no format", "d.xlsx", lambda: workbook(HEADINGS, *([*row[:2], 46082 + n / 4, None, *row[4:]] for n, row in enumerate(cells()[1:])))),
    shape("Excel with numbers as ids", "d.xlsx", lambda: workbook(HEADINGS, *([500103202600 + n, *row[1:]] for n, row in enumerate(cells()[1:])))),
    shape("Excel with rounded ids", "d.xlsx", lambda: workbook(HEADINGS, *([5001032026030112300 + n, *row[1:]] for n, row in enumerate(cells()[1:]))), 0, rounded_id=4),
    shape("Excel with a title and merged headings", "d.xlsx", lambda: workbook(*GROUPED, merged=("A1:K1", "C2:D2", "G2:K2", "A2:A3", "B2:B3", "E2:E3", "F2:F3"))),
    shape("Excel with blank rows and columns", "d.xlsx", lambda: workbook([None] * 12, *([None, *row] for row in cells()), *([[None] * 12] * 40))),
    shape("Excel whose first sheet is empty", "d.xlsx", lambda: workbook(sheets=(cells(),))),
    shape("Excel with a second sheet", "d.xlsx", lambda: workbook(*cells(), sheets=([["说明"], ["勿动"]],))),
    shape("Excel called CSV", "d.csv", lambda: workbook(*cells())),
    shape("new Excel called old Excel", "d.xls", lambda: workbook(*cells())),
    shape("new Excel called binary Excel", "d.xlsb", lambda: workbook(*cells())),
    shape("Excel in a zip", "d.zip", lambda: zipped({"d.xlsx": workbook(*cells())})),
    shape("Excel, compressed", "d.xlsx.gz", lambda: gzip.compress(workbook(*cells()))),
    shape("Excel with errors in cells that are not read", "d.xlsx", lambda: workbook([*HEADINGS, "公式"], *([*row, "=1/0"] for row in cells()[1:]))),
]
TYPED = [
    shape("Parquet", "d.parquet", lambda: parquet(pa.Table.from_pylist(ROWS))),
    shape("Parquet with instants", "d.parquet", lambda: typed(pa.timestamp("us"), "发生时间", INSTANTS)),
    shape("Parquet with instants to the nanosecond", "d.parquet", lambda: typed(pa.timestamp("ns"), "发生时间", INSTANTS)),
    shape("Parquet with zoned instants", "d.parquet", lambda: typed(pa.timestamp("ms", "Asia/Shanghai"), "发生时间", [one.replace(tzinfo=UTC) for one in INSTANTS])),
    shape("Parquet with dates", "d.parquet", lambda: typed(pa.date32(), "登记时间", [date(2026, 3, 1 + n) for n in range(4)])),
    shape("Parquet with words by number", "d.parquet", lambda: parquet(pa.Table.from_pandas(pd.DataFrame(ROWS).astype({"纠纷类型": "category"})))),
    shape("Parquet with ids as numbers", "d.parquet", lambda: typed(pa.int64(), "纠纷编号", [5001032026030112300 + n for n in range(4)])),
    shape("Parquet with ids as floats", "d.parquet", lambda: typed(pa.float64(), "纠纷编号", [5e18 + n for n in range(4)]), 0, rounded_id=4),
    shape("Parquet with ids as decimals", "d.parquet", lambda: typed(pa.decimal128(20, 0), "纠纷编号", [Decimal(7000 + n) for n in range(4)])),
    shape("Parquet with nothing in a column", "d.parquet", lambda: typed(pa.null(), "化解时间", [None] * 4)),
    shape("Parquet called CSV", "d.csv", lambda: parquet(pa.Table.from_pylist(ROWS))),
    shape("Parquet in a zip", "d.zip", lambda: zipped({"d": parquet(pa.Table.from_pylist(ROWS))})),
    shape("JSON lines", "d.jsonl", lines(*ROWS)),
    shape("JSON lines called text", "d.txt", lines(*ROWS)),
    shape("JSON lines in a zip", "d.zip", lambda: zipped({"d.jsonl": lines(*ROWS).encode()})),
    shape("JSON lines, some broken", "d.jsonl", lines(*ROWS[:3], "{half a row", "[1, 2]", "", ROWS[3]), ragged_row=2),
    shape("JSON lines with keys that come and go", "d.jsonl", lines(*({**row, **({"备注": {"a": [1]}} if n else {})} for n, row in enumerate(ROWS)))),
]
# fmt: on


@pytest.mark.parametrize(("file", "content", "accepted", "reasons"), [*TEXTS, *HEADS, *BOOKS, *TYPED])
def test_every_shape_has_its_account(
    city: Home, tmp_path: Path, file: str, content: Any, accepted: int, reasons: dict[str, int]
) -> None:
    path = saved(tmp_path / file, content)
    account = load(city, "disputes", path)
    assert (account.accepted, account.duplicates, account.corrected) == (accepted, 0, 0)
    assert account.reasons == reasons
    assert account.read == accepted + sum(reasons.values())
    assert load(city, "disputes", path).duplicates == accepted
    stored = Store(city).versions("disputes")
    assert stored["grid_id"].notna().all() and stored["occurred_at"].notna().all()


# fmt: off
WRONG = [
    pytest.param("d.csv", b"", FileEmpty, "nothing was loaded", id="nothing"),
    pytest.param("d.csv", b"\xef\xbb\xbf\r\n\r\n", FileEmpty, "nothing was loaded", id="a mark and blank lines"),
    pytest.param("d.csv", ",".join(HEADINGS), FileEmpty, "nothing was loaded", id="headings only"),
    pytest.param("d.xlsx", lambda: workbook(HEADINGS), FileEmpty, "nothing was loaded", id="Excel with headings only"),
    pytest.param("d.xlsx", lambda: workbook(), FileEmpty, "nothing was loaded", id="Excel with nothing"),
    pytest.param("d.csv", renamed(登记时间="事发时间"), HeadingClash, "事发时间", id="two columns for one field"),
    pytest.param("d.csv", edited("网格编码", "纠纷编号"), HeadingClash, "纠纷编号", id="one heading twice"),
    pytest.param("d.csv", b"\x81\x00\xff" * 50, FileUnreadable, "UTF-8", id="no text at all"),
    pytest.param("d.csv.gz", b"\x1f\x8b\x08broken", FileUnreadable, "damaged", id="a damaged archive"),
    pytest.param("d.csv.gz", gzip.compress(PLAIN.encode())[:-40], FileUnreadable, "damaged", id="half an archive"),
    pytest.param("d.xls", b"\xd0\xcf\x11\xe0 short", FileUnreadable, "not an Excel workbook", id="a damaged old Excel"),
    pytest.param("d.xls", "<html><table><tr><td>纠纷编号</td></tr></table></html>", FileUnreadable, "web page", id="a web page called Excel"),
    pytest.param("d.json", json.dumps([ROWS[0]], indent=1), FileUnreadable, "one JSON document", id="one JSON document"),
    pytest.param("d.csv", b"SQLite format 3\x00" + bytes(90), FileUnreadable, "database", id="a database called CSV"),
    pytest.param("d.zip", lambda: zipped({"a.csv": b"1", "b.csv": b"2"}), FileUnreadable, "holds 2 files", id="a zip of two tables"),
    pytest.param("d.zip", lambda: zipped({}), FileUnreadable, "archive", id="a zip of nothing"),
    pytest.param("d.zip", lambda: zipped({"a.csv": PLAIN.encode()}, locked=True), FileUnreadable, "password", id="a locked zip"),
    pytest.param("d.zip", lambda: zipped({"a.zip": zipped({"a.csv": PLAIN.encode()})}), FileUnreadable, "another archive", id="a zip in a zip"),
    pytest.param("d.csv.gz", gzip.compress(gzip.compress(PLAIN.encode())), FileUnreadable, "another archive", id="compressed twice"),
    pytest.param("d.zip", lambda: zipped({"a.csv": PLAIN.encode()})[:-30], FileUnreadable, "damaged", id="half a zip"),
    pytest.param("d.csv", b"PK\x03\x04 short", FileUnreadable, "damaged", id="a broken zip called CSV"),
    pytest.param("d.xlsx", lambda: workbook(*cells())[:-900], FileUnreadable, "workbook is damaged", id="half a workbook"),
    pytest.param("d.docx", lambda: zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), FileUnreadable, "text document", id="a text document"),
    pytest.param("d.pdf", b"%PDF", FileUnreadable, "pdf", id="another kind"),
]
# fmt: on


@pytest.mark.parametrize(("name", "content", "error", "says"), WRONG)
def test_a_file_that_cannot_be_a_table_is_told_and_leaves_no_trace(
    city: Home, tmp_path: Path, name: str, content: Any, error: type[RiskwarnError], says: str
) -> None:
    before = Store(city).version()
    with pytest.raises(error, match=says) as told:
        load(city, "disputes", saved(tmp_path / name, content))
    assert "\n" not in str(told.value)
    assert Store(city).version() == before
    assert not Store(city).quarantined()


def test_what_is_called_otherwise_than_it_is_is_told(city: Home, tmp_path: Path) -> None:
    notes = load(city, "disputes", saved(tmp_path / "d.csv", lambda: workbook(*cells()))).notes
    assert "d.csv: it is called .csv and is a workbook; it was read as that" in notes
    notes = load(city, "disputes", saved(tmp_path / "e.csv.gz", gzip.compress(PLAIN.encode()))).notes
    assert not [note for note in notes if "called" in note]
    notes = load(city, "disputes", saved(tmp_path / "f.csv", PLAIN.encode().replace(b",,", b",\x00,"))).notes
    assert [note for note in notes if "NUL" in note]


def test_the_mapping_may_say_what_stands_between_cells(city: Home, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text('separator: "^"\n')
    path = saved(tmp_path / "d.csv", written(cells(), "^").encode("gb18030"))
    with pytest.raises(ColumnMissing):
        load(city, "disputes", path)
    assert load(city, "disputes", path, mapping=tmp_path / "m.yaml").accepted == 4


def test_a_cell_in_a_far_corner_is_told(city: Home, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in cells():
        book.active.append(row)
    book.active["FA9000"] = "x"
    book.save(tmp_path / "wide.xlsx")
    assert load(city, "disputes", tmp_path / "wide.xlsx").accepted == 4
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "d.xlsx")
    with pytest.raises(FileUnreadable, match="spans 1,048,576 rows and 16,384 columns"):
        load(city, "disputes", tmp_path / "d.xlsx")


@pytest.mark.parametrize("name", ["d.csv.gz", "d.zip", "d.xlsx", "d.xlsx.gz"])
def test_a_small_file_that_unpacks_to_very_much_is_refused(
    city: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The limits are made small; a part that is larger than the archive says fails its checksum."""
    for limit, most in (("FREE", 1 << 16), ("RATIO", 20), ("HELD", 1 << 12)):
        monkeypatch.setattr(packing, limit, most)
    monkeypatch.setattr(workbook_limits, "WORKBOOK", 1 << 16)
    long = (PLAIN + "D9,G1,2026-03-01,,邻里,,,,,,\r\n" * 5000).encode()
    made = {
        "d.csv.gz": lambda: gzip.compress(long),
        "d.zip": lambda: zipped({"d.csv": long}),
        "d.xlsx": lambda: workbook(HEADINGS, *([["D9"] * 11] * 3000)),
        "d.xlsx.gz": lambda: gzip.compress(workbook(*cells())),
    }
    with pytest.raises(FileUnreadable, match="unpacked"):
        load(city, "disputes", saved(tmp_path / name, made[name]))


def saved(path: Path, content: str | bytes | Callable[[], bytes]) -> Path:
    """Write a content of the tables."""
    made = content() if callable(content) else content
    path.write_bytes(made.encode() if isinstance(made, str) else made)
    return path
