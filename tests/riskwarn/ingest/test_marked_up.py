"""What systems call .xls: web pages, pages of one file, and workbooks of XML."""

from __future__ import annotations

import gzip
import html
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from riskwarn.errors import FileUnreadable
from riskwarn.home import Home
from riskwarn.ingest.loading.survey import survey
from riskwarn.ingest.sheets import hidden_sheets, sheet_names, text_grid
from riskwarn.ingest.sheets.excel import tabs_of
from riskwarn.ingest.sheets.html_tokens import Tokens
from riskwarn.store import Store
from tests.riskwarn.ingest.books import table
from tests.worlds import dispute, grid_rows, load, write_csv

NAMESPACES = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"'
DISPUTES = [dispute(number) for number in range(4)]


def page(rows: Sequence[Sequence[Any]], charset: str = "gb2312", before: str = "", after: str = "") -> str:
    """A page as a system writes it: styles and scripts, tags in capitals, cells that are not closed, blanks for nothing."""
    width = len(rows[0])
    body = "".join(
        "<tr>" + "".join(f"<TD x:str style=\"mso-number-format:'\\@'\">{html.escape(str(cell)) or '&nbsp;'}" for cell in row)
        + "</tr>\r\n"
        for row in rows
    )  # fmt: skip
    return (
        f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv=Content-Type content="text/html; charset={charset}">'
        '<style>td{mso-number-format:"\\@";} /* <table><tr><td>不是表 */</style>'
        "<!--[if gte mso 9]><xml><x:Name>Sheet1</x:Name><table><tr><td>注释</td></tr></table></xml><![endif]-->"
        "<script>document.write('<tr><td>脚本</td></tr>')</script></head><body>"
        f"{before}<table border=1><TR><th colspan={width}>石桥街道矛盾纠纷&nbsp;台账</th></TR>{body}</table>{after}</body></html>"
    )


def spelled(path: Path) -> list[list[str | None]]:
    """The cells of the first table."""
    return list(tabs_of(path)[0].cells.iter_rows())  # type: ignore[arg-type]


def saved(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    load(home, "grids", write_csv(tmp_path / "grids.csv", grid_rows(6)))
    return home


@pytest.mark.parametrize(
    ("name", "encoding", "charset"),
    [
        ("d.xls", "gb18030", "gb2312"), ("d.xls", "utf-8", "utf-8"), ("d.xls", "utf-8-sig", "gb2312"), ("d.csv", "gb18030", "gbk"),
        ("d.htm", "utf-16", "unicode"), ("d.xls.gz", "gb18030", "gb2312"),
    ],
)  # fmt: skip
def test_a_page_loads_as_the_table_that_it_is(
    city: Home, tmp_path: Path, name: str, encoding: str, charset: str
) -> None:
    content = page(table(DISPUTES), charset).encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    account = load(city, "disputes", tmp_path / name)
    assert (account.read, account.accepted) == (4, 4)
    if name != "d.htm":
        told = f"{name}: it is called {'.csv' if name == 'd.csv' else '.xls'} and is a web page; it was read as that"
        assert told in account.notes
    again = load(city, "disputes", write_csv(tmp_path / "d2.csv", DISPUTES))
    assert again.duplicates == 4  # every cell is what it is in a CSV


def test_cells_of_a_page_are_what_it_shows(tmp_path: Path) -> None:
    text = (
        "<table><tr><th>编号</th><th>号码<th>说明</th><th>空</tr>"
        "<tr><td>00123</td><td x:num>110106199001011234</td><td>a &lt; b<br/>第二行<p>第三<b>行</b></p></td><td>&nbsp; </td></tr>"
        "<tr><td title=\"it's > 3\" lang='x'y'>1<script>x = '<td>9</td>'</script></td><td>2 < 3</td><td>　甲&nbsp;乙　</td></tr></table>"
    )
    assert spelled(saved(tmp_path / "d.xls", text)) == [
        ["编号", "号码", "说明", "空"],
        ["00123", "110106199001011234", "a < b\n第二行\n第三行", None],
        ["1", "2 < 3", "甲 乙"],
    ]


def test_units_that_reach_over_rows_of_a_page_hold_for_them(home: Home, tmp_path: Path) -> None:
    text = (
        "<table><caption>网格</caption><tr><th rowspan=2>镇街</th><th rowspan=2>社区</th><th colspan=2>网格</th><th rowspan='2'>区县</th></tr>"
        "<tr><th>网格编码</th><th>网格名称</th></tr>"
        "<tr><td rowspan=4>石桥街道</td><td rowspan=2>青山社区</td><td>G01</td><td>一</td><td rowspan=4>江北区</td></tr>"
        "<tr><td>G02</td><td>二</td></tr><tr><td rowspan='2'>绿水社区</td><td>G03</td><td>三</td></tr><tr><td>G04</td><td>四</td></tr></table>"
    )
    account = load(home, "grids", saved(tmp_path / "g.xls", text, "gb18030"))
    assert account.accepted == 4
    stored = Store(home).versions("grids").sort_values("row")
    assert list(stored["community_name"]) == ["青山社区", "青山社区", "绿水社区", "绿水社区"]
    assert set(stored["town_name"]) == {"石桥街道"} and set(stored["district_name"]) == {"江北区"}
    assert list(stored["grid_id"]) == ["G01", "G02", "G03", "G04"]


def test_layout_is_no_table_and_several_tables_are_several_sheets(city: Home, tmp_path: Path) -> None:
    menu = "<table><tr><td>首页</td><td>退出</td></tr></table>"
    first, second = (page(table(rows), "utf-8") for rows in (DISPUTES[:2], DISPUTES[2:]))
    text = f"<html><body>{menu}<table><tr><td>{first}</td></tr><tr><td>{second}</td></tr></table></body></html>"
    path = saved(tmp_path / "d.xls", text)
    assert sheet_names(path) == ("1", "2", "3")
    account = load(city, "disputes", path)
    assert account.accepted == 4
    assert any("2 sheets with the same headings were read as one: '2', '3'" in note for note in account.notes)


MAIL = """MIME-Version: 1.0
X-Document-Type: Workbook
Content-Type: multipart/related; boundary="----=_Next"

------=_Next
Content-Location: file:///C:/sheet001.htm
Content-Transfer-Encoding: quoted-printable
Content-Type: text/html; charset="gb2312"

{page}
------=_Next--
"""


def test_a_page_of_one_file_is_read(city: Home, tmp_path: Path) -> None:
    import quopri

    quoted = quopri.encodestring(page(table(DISPUTES)).encode("gb18030")).decode()
    path = saved(tmp_path / "d.xls", MAIL.format(page=quoted))
    assert load(city, "disputes", path).accepted == 4


def xml(rows: str, more: str = "") -> str:
    """A workbook of XML of one sheet."""
    return f'<?xml version="1.0" encoding="{{encoding}}"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook {NAMESPACES}><Worksheet ss:Name="台账"><Table>{rows}</Table></Worksheet>{more}</Workbook>'


def xml_row(cells: Sequence[Any]) -> str:
    return (
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{html.escape(str(one))}</Data></Cell>' for one in cells)
        + "</Row>"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "utf-16"])
def test_a_workbook_of_xml_loads(city: Home, tmp_path: Path, encoding: str) -> None:
    rows = "".join(map(xml_row, [["石桥街道矛盾纠纷台账"], *table(DISPUTES)]))
    text = xml(rows, '<Worksheet ss:Name="旧"><Table><Row><Cell><Data>x</Data></Cell></Row></Table><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>')  # fmt: skip
    path = saved(tmp_path / "d.xls", text.replace("{encoding}", encoding), encoding)
    assert (sheet_names(path), hidden_sheets(path)) == (("台账",), ("旧",))
    account = load(city, "disputes", path)
    assert account.accepted == 4
    assert "d.xls: it is called .xls and is a workbook of XML; it was read as that" in account.notes


def test_gaps_and_kinds_of_a_workbook_of_xml_are_kept(tmp_path: Path) -> None:
    rows = (
        '<Row ss:Index="2"><Cell ss:Index="2" ss:MergeDown="1"><Data ss:Type="Number">007</Data></Cell>'
        '<Cell ss:Index="5"><Data ss:Type="Number">110106199001011234</Data></Cell></Row>'
        '<Row><Cell><Data ss:Type="DateTime">2024-03-01T08:05:00.000</Data><Comment ss:Author="x"><ss:Data>批注</ss:Data></Comment></Cell>'
        '<Cell><Data ss:Type="DateTime">1899-12-31T08:05:00.000</Data></Cell></Row>'
        '<Row ss:Index="6"><Cell ss:MergeAcross="1"><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>甲</B>&#10;乙</ss:Data></Cell>'
        '<Cell><Data ss:Type="Number">1.10106199001011E+17</Data></Cell><Cell><Data ss:Type="Number">1E-3</Data></Cell></Row>'
    )
    path = saved(tmp_path / "d.xml", xml(rows).replace("{encoding}", "utf-8"))
    assert spelled(path) == [
        [None],
        [None, "007", None, None, "110106199001011234"],
        ["2024-03-01T08:05:00", None, "08:05:00"],
        [None],
        [None],
        ["甲\n乙", None, "\x00rounded", "0.001"],
    ]
    assert tabs_of(path)[0].cells.merged_cell_ranges == [((1, 1), (2, 1)), ((5, 0), (5, 1))]


LOGIN = "<!DOCTYPE html><html><head><title>登录</title></head><body><form><table><tr><td>用户名：</td><td><input name=u></td></tr><tr><td>密码：</td><td><input type=password></td></tr></table></form>会话已过期</body></html>"
WHOLE = page(table(DISPUTES), "utf-8")
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


# fmt: off
REFUSED = [
    pytest.param(LOGIN, "login page", id="a login page"),
    pytest.param("<script>top.location='/login'</script>", "login page", id="a page that leads to the login"),
    pytest.param(WHOLE[: WHOLE.rindex("</tr>") - 30], "middle of a row", id="half a page"),
    pytest.param(WHOLE[: WHOLE.rindex("<TD") + 9], "middle of a row", id="half a tag"),
    pytest.param(WHOLE.replace("</style>", ""), "middle of a row|login page", id="a style that never ends"),
    pytest.param("<table>" * 60 + "<tr><td>1<td>2<td>3", "login page", id="tables in tables"),
    pytest.param("<?xml version='1.0'?><data><row/></data>", "XML, and no workbook", id="another XML"),
    pytest.param(xml(xml_row("甲乙"))[:-40].replace("{encoding}", "utf-8"), "cut off", id="half a workbook of XML"),
    pytest.param(xml(xml_row("甲乙")).replace("{encoding}", "utf-8").replace("<Workbook", BOMB + "<Workbook"), "entities", id="entities"),
    pytest.param(xml('<Row ss:Index="99999999"><Cell><Data>1</Data></Cell></Row>').replace("{encoding}", "utf-8"), "span more than", id="a row far below"),
    pytest.param(xml('<Row><Cell ss:Index="99999"><Data>1</Data></Cell></Row>').replace("{encoding}", "utf-8"), "16,384 columns", id="a column far out"),
]
# fmt: on


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_holds_no_table_of_ours_is_refused(city: Home, tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(FileUnreadable, match=says) as told:
        load(city, "disputes", saved(tmp_path / "d.xls", text))
    assert "passwd" not in str(told.value)


def test_a_file_of_many_rows_or_tables_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_grid, "ROWS", 5)
    with pytest.raises(FileUnreadable, match="more than 5 rows"):
        tabs_of(saved(tmp_path / "d.xls", "<table>" + "<tr><td>1</td><td>2</td></tr>" * 6 + "</table>"))
    with pytest.raises(FileUnreadable, match="more than 500 tables"):
        tabs_of(saved(tmp_path / "e.xls", "<html>" + "<table></table>" * 501))


def test_the_pieces_of_a_page_do_not_change_its_tags() -> None:
    text = page(table(DISPUTES)) + "<td title='it's' lang='a > b'>1 < 2</td><!-- <td> -->x<script>'</td>'</script>y"
    whole = _told(Tokens([text]))
    for size in (1, 3, 7, 64):
        assert _told(Tokens([text[at : at + size] for at in range(0, len(text), size)])) == whole


def test_a_picture_in_a_cell_is_passed_over() -> None:
    text = f"<td><img src='data:image/png;base64,{'A' * 300_000}'/>甲</td>"
    pieces = [text[at : at + 100_000] for at in range(0, len(text), 100_000)]
    told = _told(Tokens(pieces))
    assert (told[1], told[3][:4], told[4:]) == ("<td>", "<img", ["甲", "</td>", ""])


def _told(tokens: Tokens) -> list[str]:
    """Tags and the text between them, wherever text is divided."""
    found = [""]
    for text, end, name, attributes in tokens:
        found[-1] += text
        if name:
            found += [f"<{end}{name}{attributes}>", ""]
    return found


def test_a_page_of_a_folder_is_recognised_and_its_columns_of_persons_are_not_read(city: Home, tmp_path: Path) -> None:
    folder = tmp_path / "over"
    folder.mkdir()
    rows = [{**one, "当事人": "欧阳锦程", "联系电话": "13983770001"} for one in DISPUTES]
    saved(folder / "矛盾纠纷台账.xls", page(table(rows), after=LOGIN), "gb18030")
    saved(folder / "工单.xls", LOGIN, "gb18030")
    plan = survey(city, [folder], now=datetime(2026, 10, 5, tzinfo=UTC))
    assert [(one.file.name, one.source) for one in plan.tables] == [("矛盾纠纷台账.xls", "disputes")]
    unread = {one.heading for one in plan.tables[0].proposal.columns if one.field is None}
    assert {"当事人", "联系电话"} <= unread
    assert [(one.file, "login page" in str(one.error)) for one in plan.failed] == [("工单.xls", True)]
    account = load(city, "disputes", folder / "矛盾纠纷台账.xls")
    assert {"当事人", "联系电话"} <= set(account.dropped_columns)
