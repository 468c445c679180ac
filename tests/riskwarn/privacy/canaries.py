"""Planted persons: what a department's export may hold of them, in every format, and the search for any trace."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")

#: Never may any of these be found, wherever they were planted.
CANARIES: Mapping[str, str] = {
    "name": "欧阳锦程",
    "name of another": "司徒雅雯",
    "resident id": "500103198507129073",
    "phone": "13983770417",
    "card": "6222020200112233446",
    "plate": "渝A9K7Q2",
    "e-mail": "jincheng.ouyang@example.cn",
    "address": "红锦大道199号7栋1203室",
    "text": "再不解决就拿菜刀去找隔壁老罗",
    "record id": "KY-2026-REG-77104",
    "latin name": "Wilhelmina Featherstonehaugh",
}
REFUSED = ("群体性事件", "进京访", "重点人员")

#: Columns that hold them under headings that say so, under headings that say nothing, and where a place or text stands.
PERSONAL = {
    "当事人姓名": "name",
    "身份证号码": "resident id",
    "联系电话": "phone",
    "银行卡号": "card",
    "车牌号": "plate",
    "邮箱": "e-mail",
    "家庭住址": "address",
    "栏目七": "name of another",
    "栏目八": "phone",
    "栏目九": "text",
    "Contact": "latin name",
    "事件简述": "text",
    "详细地址": "address",
}


@dataclass(frozen=True)
class Found:
    """A canary that was found: which, and where."""

    what: str
    where: str


def forms(words: Mapping[str, str] | None = None) -> list[tuple[str, bytes]]:
    """Every canary as bytes in every encoding, and as JSON escapes it."""
    chosen = {**CANARIES, **{word: word for word in REFUSED}} if words is None else words
    found = [(name, word.encode(encoding)) for name, word in chosen.items() for encoding in ENCODINGS]
    return found + [(name, json.dumps(word).strip('"').encode()) for name, word in chosen.items()]


def search(contents: Iterable[tuple[str, bytes]], sought: Sequence[tuple[str, bytes]]) -> set[Found]:
    """Which canaries stand in which contents."""
    return {Found(what, where) for where, content in contents for what, form in sought if form in content}


def everything(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Each file of a folder: its name, its bytes, and what is inside where it is compressed."""
    for file in sorted(folder.rglob("*")):
        name = str(file.relative_to(folder))
        yield f"the name of {name}", name.encode()
        if not file.is_file():
            continue
        content = file.read_bytes()
        yield name, content
        if content[:2] == b"\x1f\x8b":
            yield f"{name} (unpacked)", gzip.decompress(content)
        if content[:4] == b"PAR1":
            table = pq.read_table(io.BytesIO(content))
            for column in table.column_names:
                cells = table[column].cast(pa.string()) if _is_text(table[column].type) else None
                told = "\n".join(word or "" for word in cells.to_pylist()) if cells is not None else ""
                yield f"{name} (column {column})", told.encode()


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def write(path: Path, rows: Sequence[Mapping[str, Any]], *, ragged: Sequence[str] = ()) -> Path:
    """Write rows in the format of the name: .csv, .gb.csv (GB18030), .csv.gz, .xlsx, .parquet, .jsonl."""
    kind = "".join(path.suffixes)
    if kind.endswith((".csv", ".csv.gz")):
        told = io.StringIO()
        writer = csv.DictWriter(told, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        text = told.getvalue() + "".join(f"{line}\r\n" for line in ragged)
        content = text.encode("gb18030" if ".gb" in kind else "utf-8")
        path.write_bytes(gzip.compress(content) if kind.endswith(".gz") else content)
    elif kind == ".xlsx":
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = CANARIES["name of another"]
        sheet.append([f"矛盾纠纷台账（填报人：{CANARIES['name']} {CANARIES['phone']}）"])
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([row[name] for name in rows[0]])
        second = book.create_sheet(CANARIES["name"])
        second.append([CANARIES["resident id"], CANARIES["phone"]])
        book.save(path)
    elif kind == ".parquet":
        pq.write_table(pa.table({name: [row[name] for row in rows] for name in rows[0]}), path)
    else:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
