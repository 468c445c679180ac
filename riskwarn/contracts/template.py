"""The empty form of a source: a workbook with Chinese headings and a sheet that explains them, or a CSV of headings."""

from __future__ import annotations

import csv
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from riskwarn.contracts.contract import Contract
from riskwarn.contracts.explained import Column, columns
from riskwarn.contracts.fields import Kind
from riskwarn.files import atomic

#: Excel takes a list of choices in a cell's rule up to this length.
_LONGEST_CHOICE = 255
_ROWS = 2000
_TITLES = ("列名", "字段 field", "必填 required", "说明", "meaning", "可用词语 words", "示例 example")


def write_template(contract: Contract, file: Path) -> int:
    """Write the template of a source, CSV where the name ends so, else a workbook; return the number of its columns."""
    told = columns(contract)
    form = told[: len(contract.templated)]
    with atomic(file) as temporary:
        if file.suffix.lower() == ".csv":
            with temporary.open("w", encoding="utf-8-sig", newline="") as stream:
                csv.writer(stream).writerow([column.heading for column in form])
        else:
            _workbook(contract, form, told).save(temporary)
    return len(form)


def _workbook(contract: Contract, form: list[Column], told: list[Column]) -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = contract.zh[:31]
    sheet.append([column.heading for column in form])
    _heads(sheet)
    for index, column in enumerate(form, start=1):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = max(14, 2.2 * len(column.heading))
        if contract.field(column.field).kind in (Kind.ID, Kind.DIGEST):
            # Text cells: Excel rounds a number of more than 15 digits.
            sheet.column_dimensions[letter].number_format = "@"
        choice = f'"{",".join(column.words)}"'
        if column.words and len(choice) <= _LONGEST_CHOICE:
            rule = DataValidation(type="list", formula1=choice, allow_blank=True, showErrorMessage=False)
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{_ROWS}")
    explained = book.create_sheet("说明")
    explained.append(list(_TITLES))
    _heads(explained)
    for number, column in enumerate(told):
        need = "是 yes" if column.required == "yes" else column.required.replace("one of", "任填其一 one of")
        extra = "" if number < len(form) else "（可另加此列）"
        explained.append(
            [column.heading, column.field, need, column.zh + extra, column.en, "、".join(column.words), column.example]
        )
    for letter, width in zip("ABCDEFG", (18, 20, 26, 44, 50, 60, 26), strict=True):
        explained.column_dimensions[letter].width = width
    for row in explained.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    return book


def _heads(sheet: Worksheet) -> None:
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", start_color="FFE8EEF4")
    sheet.freeze_panes = "A2"
