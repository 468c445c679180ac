"""Files of traditional characters in Big5: almost all their bytes are characters of GB18030, too, and mean others there."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from riskwarn.errors import FileUnreadable
from riskwarn.home import Home
from riskwarn.ingest.sheets.encoding import encoding_of
from riskwarn.store import Store
from tests.worlds import dispute, load, with_grids, write_csv

TRADITIONAL = {
    "糾紛編號": "D1",
    "網格編碼": "G1",
    "發生時間": "2026-03-05 09:00:00",
    "糾紛類型": "鄰里糾紛",
    "經過": "兩戶因樓道堆放雜物發生爭執，社區調解員到場勸解。",
}
PAGE = "<html><meta charset={named}><table><tr>{head}</tr><tr>{body}</tr></table></html>"
REFUSED = "its characters are traditional ones in Big5"


def written(path: Path, encoding: str) -> Path:
    """The traditional row, in the form that the name of the file says."""
    cells = ["".join(f"<td>{one}</td>" for one in some) for some in (TRADITIONAL, TRADITIONAL.values())]
    page = PAGE.format(named="big5", head=cells[0], body=cells[1])
    if path.suffix == ".csv":
        return write_csv(path, [TRADITIONAL], encoding)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(write_csv(path.with_suffix(""), [TRADITIONAL], encoding).read_bytes()))
    elif path.suffix == ".jsonl":
        path.write_bytes(json.dumps(TRADITIONAL, ensure_ascii=False).encode(encoding))
    elif path.suffix == ".mht":
        head = b"MIME-Version: 1.0\nContent-Type: text/html\nContent-Transfer-Encoding: 8bit\n\n"
        path.write_bytes(head + page.encode(encoding))
    else:
        path.write_bytes(page.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["big5", "cp950"])
@pytest.mark.parametrize("name", ["d.csv", "d.csv.gz", "d.jsonl", "d.xls", "d.mht"])
def test_a_file_in_big5_is_refused_in_these_words(home: Home, tmp_path: Path, name: str, encoding: str) -> None:
    with_grids(home, tmp_path)
    with pytest.raises(FileUnreadable, match=REFUSED):
        load(home, "disputes", written(tmp_path / name, encoding))
    assert set(Store(home).sources()) == {"grids"}


@pytest.mark.parametrize(
    "text",
    [
        "编号,名称\n1,喆镕堃小区\n",
        "纠纷编号,纠纷类型\nD1,邻里\n",
        "朱镕基,囍\n",
        "№,名\n1,沣\n",
        "糾紛編號,鄰里\n1,樓道堆放雜物發生爭執\n",
        "價格（元）：１２，備註。\n",
    ],
)
def test_simplified_and_rare_characters_and_traditional_ones_in_gb18030_are_read_as_that(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "d.csv"
    file.write_bytes(text.encode("gb18030"))
    assert encoding_of(file) == "gb18030"


def test_a_register_in_gb18030_loads_as_before(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1)], "gb18030"))
    assert account.accepted == 1
