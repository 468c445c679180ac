"""A ranking as a file: CSV, Parquet, GeoJSON, XLSX. What is withheld in an answer is withheld here; no cell is a formula."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.parquet as pq

from riskwarn.files import uncomputed
from riskwarn.words import NOTICE_EN, NOTICE_ZH, Level, Unit
from serving.api.answers import item, narrowed
from serving.columns.reasons import REASONS_SHOWN
from serving.columns.scores import Block
from serving.snapshots.snapshot import Snapshot

#: Rows that are written at once.
_PIECE = 1_000
_READ = 65_536

#: Column -> (Chinese heading, type of Arrow).
COLUMNS: dict[str, tuple[str, pa.DataType]] = {
    "unit": ("层级", pa.string()),
    "code": ("编码", pa.string()),
    "name": ("名称", pa.string()),
    "community": ("社区", pa.string()),
    "town": ("镇街", pa.string()),
    "district": ("区县", pa.string()),
    "rank": ("排名", pa.int32()),
    "rank_from": ("排名下限", pa.int32()),
    "rank_to": ("排名上限", pa.int32()),
    "score": ("概率", pa.float64()),
    "expected_count": ("预期件数", pa.float64()),
    "interval_from": ("件数下限", pa.int32()),
    "interval_to": ("件数上限", pa.int32()),
    "per_10000": ("每万人", pa.float64()),
    "level": ("关注等级", pa.string()),
    "change": ("变化", pa.float64()),
    "change_noise": ("变化噪声", pa.float64()),
    "data_gap": ("缺数据", pa.string()),
    "suppressed": ("细节不显示", pa.bool_()),
    "reason_1": ("原因一", pa.string()),
    "reason_2": ("原因二", pa.string()),
    "reason_3": ("原因三", pa.string()),
}
_NAMES = tuple(COLUMNS)


@dataclass(frozen=True)
class Export:
    """What is written: the units of a kind by rank, of the city or inside the unit `parent`, as a ranking narrows them, and what stands over them."""

    snapshot: Snapshot
    block: Block
    unit: Unit
    parent: str | None
    lang: str
    made_at: str
    request_id: str
    min_level: str | None = None
    search: str | None = None

    @property
    def label(self) -> str:
        """Whom the file is for."""
        return "内部" if self.lang == "zh" else "internal"

    @cached_property
    def rows(self) -> Sequence[int]:
        """The rows of the units, the first rank first. Raises UnknownUnit, QueryInvalid."""
        scores = self.snapshot.scores[self.block][self.unit]
        found: Sequence[int] = narrowed(
            self.snapshot, scores, self.unit, self.parent, self.min_level, self.search
        ).tolist()
        return found

    @property
    def inside(self) -> str:
        """A digest of the codes of the units."""
        codes = self.snapshot.places[self.unit].codes
        return hashlib.sha256("\n".join(sorted(codes[row] for row in self.rows)).encode()).hexdigest()

    def query(self, form: str) -> dict[str, Any]:
        """What is asked for, as an approval is bound to it: the same whether the usual target is named or not."""
        target, horizon = self.block
        narrowed = {"min_level": self.min_level, "search": self.search}
        return {
            "form": form, "target": target, "horizon": horizon, "unit": self.unit.value, "parent": self.parent, "lang": self.lang,
            **{name: value for name, value in narrowed.items() if value is not None},
        }  # fmt: skip

    @property
    def watermark(self) -> str:
        """The line that says what the file is, so that a copy of it can be traced."""
        (target, horizon), rows = self.block, len(self.rows)
        head = (self.label, self.snapshot.id, f"{target}/{horizon}")
        if self.lang == "zh":
            return " · ".join((*head, f"{rows} 行", f"生成于 {self.made_at}", f"请求 {self.request_id}", NOTICE_ZH))
        return " · ".join((*head, f"{rows} rows", f"made at {self.made_at}", f"request {self.request_id}", NOTICE_EN))

    def headings(self) -> list[str]:
        """Of the columns."""
        return [zh if self.lang == "zh" else name for name, (zh, _) in COLUMNS.items()]

    def values(self, row: int) -> list[Any]:
        """One unit, in the order of the columns."""
        told, places = item(self.snapshot, self.block, self.unit, row), self.snapshot.places
        above = {upper.value: name for upper, _, name in places.lineage(self.unit, row)}
        rank_from, rank_to = told["rank_interval"] or (None, None)
        reasons = [one[self.lang] for one in told["reasons"]]
        level = told["level"]
        return [
            told["unit"], told["code"], told["name"],
            *(above.get(one.value) for one in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT)),
            told["rank"], rank_from, rank_to, told["score"], told["expected_count"], *told["interval"], told["per_10000"],
            Level(level).zh if level is not None and self.lang == "zh" else level,
            told["change"], told["change_noise"], " ".join(told["data_gap"]), told["suppressed"], *reasons, *[None] * (REASONS_SHOWN - len(reasons)),
        ]  # fmt: skip


def as_csv(export: Export) -> Iterator[bytes]:
    """CSV with a byte-order mark, for Excel and WPS; its first line is the watermark, its second the headings."""
    rows = export.rows
    yield "\ufeff".encode()
    yield _lines([[export.watermark], export.headings()])
    for start in range(0, len(rows), _PIECE):
        yield _lines([uncomputed(value) for value in export.values(row)] for row in rows[start : start + _PIECE])


def _lines(rows: Any) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode()


def as_geojson(export: Export) -> Iterator[bytes]:
    """RFC 7946; a unit without a known point has no geometry."""
    rows = export.rows
    head = {"label": export.label, "rows": len(rows), "watermark": export.watermark}
    yield (json.dumps({"type": "FeatureCollection", **head}, ensure_ascii=False)[:-1] + ', "features": [').encode()
    points = export.snapshot.places[export.unit].points
    for start in range(0, len(rows), _PIECE):
        features = []
        for row in rows[start : start + _PIECE]:
            at = None if points is None else points[row].tolist()
            known = at is not None and at[0] == at[0]
            feature = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": at} if known else None,
                "properties": dict(zip(_NAMES, export.values(row), strict=True)),
            }
            features.append(json.dumps(feature, ensure_ascii=False))
        yield ((", " if start else "") + ", ".join(features)).encode()
    yield b"]}"


def as_parquet(export: Export) -> Iterator[bytes]:
    """Parquet; label, rows and watermark stand in the metadata of its schema."""
    rows = export.rows
    told = {"label": export.label, "rows": str(len(rows)), "watermark": export.watermark}
    schema = pa.schema([(name, kind) for name, (_, kind) in COLUMNS.items()], metadata=told)
    with tempfile.TemporaryFile() as stream:
        with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
            for start in range(0, len(rows), _PIECE * 10):
                values = zip(*(export.values(row) for row in rows[start : start + _PIECE * 10]), strict=True)
                columns = [pa.array(column, kind) for column, (_, kind) in zip(values, COLUMNS.values(), strict=True)]
                writer.write_table(pa.table(columns, schema))
        yield from _read(stream)


def as_xlsx(export: Export) -> Iterator[bytes]:
    """XLSX with one sheet: the watermark, the headings, then a row a unit. Its texts are texts, never formulas."""
    rows = export.rows
    with tempfile.TemporaryFile() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for name, text in _FRAME.items():
                book.writestr(name, text)
            with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
                sheet.write(_SHEET.encode())
                sheet.write(_row([export.watermark]) + _row(export.headings()))
                for start in range(0, len(rows), _PIECE):
                    sheet.write(b"".join(_row(export.values(row)) for row in rows[start : start + _PIECE]))
                sheet.write(b"</sheetData></worksheet>")
        yield from _read(stream)


def _row(values: Sequence[Any]) -> bytes:
    return f"<row>{''.join(map(_cell, values))}</row>".encode()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    printable = "".join(mark for mark in value if mark.isprintable() or mark in "\t\n")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(printable)}</t></is></c>'


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(_READ):
        yield piece


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OOXML = "http://schemas.openxmlformats.org"
_MAIN = quoteattr(f"{_OOXML}/spreadsheetml/2006/main")
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATED = quoteattr(f"{_OOXML}/package/2006/relationships")
_OFFICE = f"{_OOXML}/officeDocument/2006/relationships"
_SHEET = f"{_XML}<worksheet xmlns={_MAIN}><sheetData>"
_FRAME = {
    "[Content_Types].xml": f"{_XML}<Types xmlns={quoteattr(f'{_OOXML}/package/2006/content-types')}>"
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KINDS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KINDS}.worksheet+xml"/></Types>',
    "_rels/.rels": f"{_XML}<Relationships xmlns={_RELATED}>"
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns={_MAIN} xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="riskwarn" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f"{_XML}<Relationships xmlns={_RELATED}>"
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
