"""What is exported is the ranking, says what it is, is computed by no spreadsheet, and withholds what the pages withhold."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import openpyxl
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.home import make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.api.routes import exports
from serving.columns.places import Places
from serving.snapshots.files import Content
from tests.serving.conftest import Made
from tests.serving.test_requests import LOCAL

#: Names that a spreadsheet would compute.
DANGEROUS = ('=HYPERLINK("http://evil")', "+1+1", "-2", "@SUM(A1)", "\t=1", "＝1+1")


@pytest.fixture
def client(made: Made) -> Iterator[TestClient]:
    with TestClient(made.application(), base_url=LOCAL) as client:
        yield client


def test_every_form_holds_the_whole_ranking_with_its_label_and_rows(client: TestClient, made: Made) -> None:
    ranking = client.get("/v1/scores?limit=1000").json()["items"]
    text = client.get("/v1/export.csv?lang=en").content.decode("utf-8")
    assert text.startswith("\ufeff")
    (watermark,), headings, *rows = csv.reader(io.StringIO(text[1:]))
    found = [dict(zip(headings, row, strict=True)) for row in rows]
    assert f"internal · {made.first} · conflict/4 · 800 rows" in watermark and "must not be used" in watermark
    table = pq.read_table(io.BytesIO(client.get("/v1/export.parquet").content))
    assert table.schema.metadata[b"rows"] == b"800" and table.schema.metadata[b"label"] == "内部".encode()
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/v1/export.xlsx?lang=en").content)).active
    assert sheet is not None
    cells = list(sheet.iter_rows(values_only=True))
    assert "800 rows" in str(cells[0][0]) and list(cells[1]) == headings and len(cells) == 802
    collection = client.get("/v1/export.geojson").json()
    assert collection["rows"] == len(collection["features"]) == 800
    for item, row, other, cell, feature in zip(
        ranking, found, table.to_pylist(), cells[2:], collection["features"], strict=True
    ):
        assert item["code"] == row["code"] == other["code"] == cell[1] == feature["properties"]["code"]
        assert item["score"] == float(row["score"]) == other["score"] == cell[9]
        assert (item["per_10000"] is None) == (row["per_10000"] == "") == (other["per_10000"] is None)
        assert item["suppressed"] == other["suppressed"] and (not item["suppressed"] or not row["reason_1"])
        assert feature["geometry"]["coordinates"][0] > 100
    assert any(item["suppressed"] for item in ranking)


def test_no_cell_is_computed_by_a_spreadsheet(made: Made) -> None:
    home = make_home(made.home.path.parent / "dangerous", Settings())
    content = made_content(len(DANGEROUS))
    levels = dict(content.places.levels)
    levels[Unit.GRID] = replace(levels[Unit.GRID], names=DANGEROUS)
    publish_made(home, Content(Places(levels), content.scores, content.reasons, content.health), made.as_of, made.now)
    with TestClient(Made.over(home).application(), base_url=LOCAL) as client:
        rows = list(csv.reader(io.StringIO(client.get("/v1/export.csv").text)))[2:]
        assert sorted(row[2] for row in rows) == sorted(f"'{name}" for name in DANGEROUS)
        assert not any(cell[:1] in ("=", "@", "＝", "\t") for row in rows for cell in row)
        sheet = openpyxl.load_workbook(io.BytesIO(client.get("/v1/export.xlsx").content)).active
        assert sheet is not None and all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_part_another_day_and_a_wrong_query(client: TestClient, made: Made) -> None:
    made.publish(7, seed=2)
    inside = client.get("/v1/export.geojson?unit=community&parent=T0000001").json()
    assert inside["rows"] == 12 and {one["properties"]["unit"] for one in inside["features"]} == {"community"}
    answer = client.get(f"/v1/export.csv?as_of={made.as_of}&parent=C0000001")
    assert answer.headers["x-rows"] == "8" and made.first in answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="riskwarn-{made.as_of}-conflict-4-grid.csv"'
    assert client.get("/v1/export.csv?parent=nowhere").status_code == 404
    assert client.get("/v1/export.doc").status_code == 422
    assert client.get(f"/v1/export.csv?as_of={date(1999, 1, 4)}").status_code == 422
    assert client.head("/v1/export.xlsx").headers["x-rows"] == "800"


def test_a_file_is_narrowed_as_the_ranking_is(client: TestClient) -> None:
    for query in ("min_level=orange", "search=第3", "min_level=yellow&search=1&parent=T0000001"):
        shown = client.get(f"/v1/scores?limit=1000&{query}").json()["items"]
        answer = client.get(f"/v1/export.csv?{query}")
        codes = [row[1] for row in list(csv.reader(io.StringIO(answer.text)))[2:]]
        assert codes == [one["code"] for one in shown] and answer.headers["x-rows"] == str(len(shown)), query
    assert client.get("/v1/export.csv?min_level=purple").status_code == 422


def test_no_more_files_are_written_at_once_than_those_who_poll_can_bear(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_AT_ONCE", 1)
    with TestClient(made.application(), base_url=LOCAL) as client:
        for _ in range(3):
            assert client.get("/v1/export.csv").status_code == 200, "each gives its place back"
        asyncio.run(_asked_and_gone(client.app))
        assert client.get("/v1/export.csv").status_code == 200, "also where who asked was gone before its first piece"
    monkeypatch.setattr(exports, "_AT_ONCE", 0)
    with TestClient(made.application(), base_url=LOCAL) as client:
        answer = client.get("/v1/export.csv")
        assert answer.status_code == 503 and answer.headers["retry-after"] == "1"
        assert json.loads(answer.content)["type"] == "urn:riskwarn:too_many_exports"


async def _asked_and_gone(application: ASGIApp) -> None:
    """Ask for a file, and close the connection at once."""
    scope = {
        "type": "http", "method": "GET", "path": "/v1/export.csv", "query_string": b"", "http_version": "1.1",
        "headers": [(b"host", b"localhost")],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        pass

    await application(scope, receive, send)
