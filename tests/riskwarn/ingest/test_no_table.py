"""A file that holds no table is called what it is, with the way out: broken, locked, of another program, a picture."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.heading_finder import heading_finder
from riskwarn.ingest.sheets import open_sheet, sheet_names
from riskwarn.mapping import Mapping
from riskwarn.messages import translated
from tests.riskwarn.ingest.commands import run, told

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def noise(count: int) -> bytes:
    """What is encrypted or overwritten looks like it."""
    return random.Random(7).randbytes(count)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["纠纷编号", "登记时间", "纠纷类型", "网格编码"])
    for n in range(40):
        sheet.append([f"JF{n:04d}", "2026-03-02 10:00", "邻里纠纷", "G1"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive(*names: str, locked: bool = False) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        for name in names:
            zipped.writestr(name, "纠纷编号,登记时间\n" * 9)
    made = bytearray(stream.getvalue())
    if locked:
        made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def container(*names: str) -> bytes:
    """A container of Office with such things in it."""
    made = bytearray(
        OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        + struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
        + struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    )  # fmt: skip
    for name in ("Root Entry", *names):
        text = name.encode("utf-16-le") + b"\0\0"
        kind = 5 if name == "Root Entry" else 2
        made += text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + b"\xff" * 12 + bytes(36 + 12)
    return bytes(made.ljust(2048, b"\0"))


FILES: Sequence[tuple[str, bytes, str]] = (
    ("截断.xlsx", workbook()[:2500], "the workbook is damaged, for instance cut off"),
    ("截断.et", workbook()[:2500], "the workbook is damaged"),
    ("空.xlsx", b"", "it has no bytes"),
    ("空.zip", b"", "it has no bytes"),
    ("零.xls", bytes(3000), "nothing but zeros"),
    ("零.zip", bytes(3000), "nothing but zeros"),
    ("乱码.xlsx", noise(3000), "it is not a workbook, nor any text: it is damaged, or a program that protects"),
    ("乱码.xls", noise(3000), "it is not a workbook, nor any text"),
    ("乱码.zip", noise(3000), "it is not an archive, nor any text"),
    ("乱码.csv", noise(3000), "it is not text with separators, nor any text"),
    ("保护.xlsx", b"b\x14#e\x00E-SafeNet\x00" + noise(500), "encrypted by a program that protects documents"),
    ("密码.xlsx", container("EncryptionInfo", "EncryptedPackage"), "locked with a password"),
    ("密码.et", container("EncryptedPackage"), "locked with a password"),
    ("截断.xls", OLE + noise(900), "not an Excel workbook"),
    ("截断.zip", archive("a.csv")[:60], "the archive is damaged"),
    ("密码.zip", archive("a.csv", locked=True), "the archive is locked with a password"),
    ("空包.zip", archive(), "the archive is empty"),
    ("两份.zip", archive("a.csv", "b.csv"), "the archive holds 2 files"),
    ("请示.doc", container("WordDocument"), "it is a text document"),
    ("请示.xls", container("WordDocument"), "it is a text document"),
    ("请示.wps", container("WordDocument"), "it is a text document"),
    ("请示.docx", archive("[Content_Types].xml", "word/document.xml"), "it is a text document"),
    ("汇报.pptx", archive("[Content_Types].xml", "ppt/slides.xml"), "it is a presentation"),
    ("汇报.ppt", container("PowerPoint Document"), "it is a presentation"),
    ("转发.msg", container("__substg1.0_0037001F"), "it is a mail"),
    ("扫描.pdf", b"%PDF-1.4\n%\xe2\xe3", "it is a pdf"),
    ("扫描.xlsx", b"%PDF-1.4\n%\xe2\xe3", "it is a pdf"),
    ("打包.rar", b"Rar!\x1a\x07\x01\x00", "it is a RAR archive"),
    ("打包.zip", b"7z\xbc\xaf\x27\x1c", "it is a 7z archive"),
    ("打包.tar", b"a" * 257 + b"ustar\0" + bytes(500), "an archive of a kind that is not read"),
    ("台账.png", b"\x89PNG\r\n\x1a\n", "it is a picture"),
    ("台账.jpg", b"\xff\xd8\xff\xe0", "it is a picture"),
    ("台账.bmp", b"BM\x10\x20\x00\x00" + bytes(48), "it is a picture"),
    ("台账.heic", b"\0\0\0\x18ftypheic", "it is a picture"),
    ("台账.xlsx", b"RIFF\x10\0\0\0WEBP", "it is a picture"),
    ("台账.mdb", b"\0\1\0\0Standard Jet DB\0", "it is a database"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "content", "problem"), FILES, ids=[f"{name} {what}" for name, _, what in FILES])
def test_a_file_without_a_table_is_called_what_it_is(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(FileUnreadable) as raised:
        if sheet_names(file):
            list(open_sheet(file, heading_finder("events", Mapping())).batches([0]))
    assert problem in str(raised.value)
    assert "GB18030" not in str(raised.value), "that is said of text"
    chinese = translated(raised.value.message, "zh").removeprefix(name)
    assert not any(word in chinese for word in ("it ", "the ", " is ", "again")), chinese


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_text_is_no_noise(tmp_path: Path, encoding: str) -> None:
    """Whatever it is called, and with the zeros that some systems put into empty cells."""
    for name in ("台账.csv", "台账.xls", "台账.csv.gz"):
        file = tmp_path / name
        rows = "".join(f"JF{n},2026-03-02,,网格{n}\n" for n in range(60))
        text = ("纠纷编号,登记时间,备注,网格编码\n" + rows).encode(encoding)
        file.write_bytes(text if "16" in encoding else text.replace(b",,", b",\0\0,"))
        assert list(open_sheet(file, heading_finder("events", Mapping())).headings)[:2] == ["纠纷编号", "登记时间"]


def test_a_folder_says_it_of_each(tmp_path: Path) -> None:
    """What is called a table and is none counts as not loaded; the others are passed over and named."""
    home, folder = tmp_path / "home", tmp_path / "exports"
    run(home, "init")
    folder.mkdir()
    for name, content, _ in FILES:
        (folder / name).write_bytes(content)
    done = told(home, "load", folder, "--yes", code=1)
    failed = {one["file"]: one["message"] for one in done["failed"]}
    assert {"截断.et", "密码.et", "保护.xlsx", "零.xls"} <= set(failed)
    skipped = {one["file"] for one in done["skipped"]}
    assert {"请示.docx", "扫描.pdf", "台账.png", "打包.rar"} <= skipped
    assert set(failed) | skipped == {name for name, _, _ in FILES}
    assert "加密" in run(home, "--lang", "zh", "load", folder, "--yes", code=1).output


@pytest.mark.parametrize("name", ["../../../etc/x.csv", "./台账.csv", "交换\\台账.csv"])
def test_where_a_table_lies_in_an_archive_does_not_matter(tmp_path: Path, name: str) -> None:
    file = tmp_path / "台账.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(name, "纠纷编号,登记时间,网格编码\nJF1,2026-03-02,G1\n")
        packed.writestr("__MACOSX/._x.csv", "")
    before = set(tmp_path.rglob("*"))
    assert list(open_sheet(file, heading_finder("events", Mapping())).headings) == ["纠纷编号", "登记时间", "网格编码"]
    assert set(tmp_path.rglob("*")) == before, "nothing is unpacked beside it"


def test_an_archive_that_tells_of_too_much_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "台账.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "纠纷编号,登记时间\n" + "x" * 5_000_000)
    monkeypatch.setattr("riskwarn.ingest.sheets.packing.FREE", 1 << 20)
    monkeypatch.setattr("zipfile.ZipExtFile.read", lambda *_: pytest.fail("it was read"))
    with pytest.raises(FileUnreadable, match="unpacked it would have more than 1 MiB"):
        open_sheet(file, heading_finder("events", Mapping()))


def test_a_row_without_an_end_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "台账.csv"
    file.write_bytes("纠纷编号,登记时间\n".encode() + b"x" * (20 << 20))
    with pytest.raises(FileUnreadable, match="one of its rows has more than 16 MiB"):
        list(open_sheet(file, heading_finder("events", Mapping())).batches([0]))
