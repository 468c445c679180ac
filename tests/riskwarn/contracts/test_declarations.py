"""One declaration per source: schema, required columns, template and JSON schema all say the same."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from riskwarn.configuration import DEFAULT_SOURCES, Configuration
from riskwarn.contracts import contract, declared, required
from riskwarn.contracts.explained import columns, json_schema
from riskwarn.contracts.fields import Privacy
from riskwarn.contracts.schema import EVENTS, FIXED_FIELDS, OWN_TIME_FIELDS, VERSION_COLUMNS, schema_of
from riskwarn.contracts.sources import EVENT_SOURCES
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.contracts.template import write_template
from riskwarn.contracts.vocabulary import is_personal
from riskwarn.errors import ColumnMissing
from riskwarn.home import Home
from riskwarn.ingest.columns import match, require
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.mapping import Mapping, PeriodColumns
from tests.worlds import load, with_grids

KNOWN = Configuration()
SOURCES = tuple(KNOWN.sources)


@pytest.mark.parametrize("source", SOURCES)
def test_the_store_has_a_column_for_every_stored_field_and_for_nothing_else(source: str) -> None:
    names = {field.name for field in declared(source).fields if field.stored}
    assert set(schema_of(source).names) == names | {name for name, _ in VERSION_COLUMNS}


def test_every_source_that_is_always_there_has_its_contract_and_the_other_way_round() -> None:
    declared_once = [*TABLE_CONTRACTS, *EVENT_SOURCES]
    assert sorted(DEFAULT_SOURCES) == sorted(set(declared_once) - {"police_calls"})
    for source in declared_once:
        found = declared(source)
        assert found.source == source and found.zh and found.en
        assert set(found.identity) <= {field.name for field in found.fields}
        assert found.events == bool(found.records_zh and found.records_en)


def test_what_locates_or_is_only_read_for_topics_has_no_column() -> None:
    for field in declared("disputes").fields:
        if field.privacy is Privacy.LOCATES or field.name == "text":
            assert field.name not in EVENTS.names
    assert EVENTS.field("people").type == pa.string()


def test_fields_are_fixed_or_have_their_own_time_as_the_design_says() -> None:
    assert set(FIXED_FIELDS) == {
        "grid_id", "unit", "located_by", "district", "occurred_at", "known_at", "category", "severity", "kind", "form",
        "discovered_by", "count", "due_at",
    }  # fmt: skip
    assert set(OWN_TIME_FIELDS) == {
        "accepted_at", "assigned_at", "answered_at", "closed_at", "escalated_at", "reopened_at", "ended_at",
    }  # fmt: skip


def test_required_fields_follow_the_mapping() -> None:
    assert required("grids", Mapping()) == [
        ("grid_id",), ("community", "community_name"), ("town", "town_name"), ("district", "district_name"),
    ]  # fmt: skip
    names = [group[0] for group in required("events", Mapping())]
    assert names == ["record_id", "grid_id", "occurred_at"]
    counted = Mapping(period=PeriodColumns(unit="month", start="月份"))
    assert [group[0] for group in required("events", counted)] == ["grid_id", "category", "count"]


def test_one_coordinate_is_no_place() -> None:
    for headings, complete in ((["经度"], False), (["经度", "纬度"], True), (["经纬度"], True), (["小区"], True)):
        found = match(headings, "events", Mapping(), "d.csv")
        place = required("events", Mapping())[1]
        if complete:
            require(found, place, headings, "events", "d.csv")
        else:
            with pytest.raises(ColumnMissing):
                require(found, place, headings, "events", "d.csv")


@pytest.mark.parametrize("source", SOURCES)
def test_a_template_is_read_back_as_the_fields_that_it_was_made_from(source: str, tmp_path: Path) -> None:
    told = contract(source, KNOWN)
    assert write_template(told, tmp_path / "t.xlsx") == len(told.templated)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    headings = [str(cell.value) for cell in book.worksheets[0][1]]
    found = match(headings, told.kind, Mapping(), "t.xlsx")
    assert list(found.positions) == [field.name for field in told.templated]
    assert found.dropped == ()
    explained = [row[0].value for row in book["说明"].iter_rows(min_row=2)]
    assert set(headings) <= set(explained) and len(explained) == len(told.exported)
    write_template(told, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8-sig").strip().split(",") == headings


@pytest.mark.parametrize("source", ["disputes", "petitions", "hotline", "grid_reports", "hazards", "incidents"])
def test_the_example_row_of_a_template_loads(source: str, home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    told = contract(source, KNOWN)
    path = tmp_path / "t.xlsx"
    write_template(told, path)
    book = openpyxl.load_workbook(path)
    row = {column.field: column.example for column in columns(told)} | {"grid_id": "G1"}
    book.worksheets[0].append([row[field.name] or None for field in told.templated])
    book.save(path)
    account = load(home, source, path)
    assert (account.read, account.accepted, account.dropped_columns) == (1, 1, ())


def test_no_heading_that_a_contract_knows_is_personal() -> None:
    for source in SOURCES:
        for column in columns(contract(source, KNOWN)):
            assert not is_personal(plain_heading(column.heading)), column.heading


def test_a_source_of_ones_own_has_the_fields_of_events() -> None:
    known = Configuration.model_validate({"sources": {"pests": {"categories": ["rats", "wasps"]}}, "targets": {
        "rats": {"source": "pests", "date": "occurred_at"}}})  # fmt: skip
    told = contract("pests", known)
    assert told.events and told.categories == ("rats", "wasps", "other")
    assert "rats" in next(column for column in columns(told) if column.field == "category").words


def test_the_json_schema_says_what_is_needed() -> None:
    schema = json_schema(contract("disputes", KNOWN))
    assert schema["required"] == ["record_id", "occurred_at"]
    assert {"required": ["longitude", "latitude"]} in schema["allOf"][0]["anyOf"]
    assert schema["properties"]["longitude"]["maximum"] == 180
    assert {"general", "一般"} <= set(schema["properties"]["severity"]["enum"])
    assert "located_by" not in schema["properties"]
