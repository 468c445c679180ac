"""Errors of the tables in files: their sheets and headings."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError
from riskwarn.messages import Message


class ColumnMissing(RiskwarnError):
    """A required field has no column."""

    code = "column_missing"
    template = "{file}: no column for {field!r} ({hint}). {way}, or let riskwarn load find it; riskwarn map FILE shows what it holds."

    def __init__(self, *, field: str, **fields: object) -> None:
        way = Message("Name the column with --mapping FILE (columns: {{{field}: HEADING}})", field=field)
        if field == "record_id":
            way = Message(
                "Name the column with --mapping FILE (columns: {{{field}: HEADING}}), or, where the export has no id, the "
                "headings that tell its rows apart (identity: [HEADING, HEADING])",
                field=field,
            )
        super().__init__(field=field, way=way, **fields)


class HeadingClash(RiskwarnError):
    """Two headings stand for one field."""

    code = "heading_clash"
    template = (
        "{file}: the headings {headings} both stand for {field!r}; say which one: riskwarn load {file} --column "
        "{field}=HEADING, or --mapping FILE (columns: {{{field}: HEADING}})."
    )


class TablesSideBySide(RiskwarnError):
    """Two tables stand beside each other on one sheet: columns of both would be read as one record."""

    code = "tables_side_by_side"
    template = (
        "{file}: {tables} tables stand side by side (they begin with the columns {headings}), and one record is read of a row; put "
        "each on a sheet of its own, and load the file again."
    )


class SheetMissing(RiskwarnError):
    """A sheet was named that the file does not have."""

    code = "sheet_missing"
    template = "{file}: there is no sheet {sheet!r}; there are {sheets}. Name one of them, or its number, with --sheet."


class SheetsDiffer(RiskwarnError):
    """Several sheets of a workbook fit the source, and their headings are not the same."""

    code = "sheets_differ"
    template = (
        "{file}: the sheets {first} and {second} both fit, and their headings are not the same; load one after the "
        "other with --sheet NAME, or as one with --sheet all."
    )


class SheetUnfit(RiskwarnError):
    """All sheets of a workbook were asked for, and one does not fit."""

    code = "sheet_unfit"
    template = "{file}: the sheet {sheet} does not fit ({problem}); there are {sheets}. Leave it out with --sheet NAME."
