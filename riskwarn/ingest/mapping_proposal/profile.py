"""What a file looks like, column by column: how full it is, what its cells hold, in which forms dates are written.

Columns that are personal by their heading are not read at all. Of the others only words of closed lists are ever told;
everything else is told as a class.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from riskwarn.contracts.personal import LOOKED_AT, may_name_category, personal_column
from riskwarn.contracts.persons import names_somebody
from riskwarn.contracts.strangers import may_hold_name
from riskwarn.contracts.vocabulary import field_words, is_personal
from riskwarn.ingest.heading_finder import heading_finder
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.mapping_proposal.titles import TitlesSeen
from riskwarn.ingest.sheets import ROUNDED, Sheet, open_sheet, sheet_names
from riskwarn.ingest.values.cells import series, trimmed
from riskwarn.ingest.values.dates import instants
from riskwarn.ingest.values.orders import ORDERED, DateForm, form_of
from riskwarn.mapping import Mapping as Rules
from riskwarn.messages import Message
from riskwarn.refused import refused_word

#: A list of words is closed where it has no more words than this, and each stands in so many rows on the average.
MOST_WORDS, ROWS_A_WORD = 60, 3
#: The class of a column of addresses.
ADDRESSES = Message("personal ({what}, by its values)", what="address")
#: A class holds of a column where so great a share of its filled cells is of it.
MOST = 0.95

#: Rows at the end of a table that may say when it was taken.
LAST = 10

#: Forms of dates: what is shown, and its pattern. Those that the reader does not understand are shown with "!" before.
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("YYYY-MM-DD", r"\d{4}-\d{1,2}-\d{1,2}"),
        ("YYYY-MM-DD hh:mm", r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}"),
        ("YYYY-MM-DD hh:mm:ss", r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}:\d{2}(?:\.\d+)?"),
        ("YYYY-MM-DDThh:mm:ss", r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?"),
        (
            "YYYY-MM-DDThh:mm:ss+hh:mm",
            r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?\s?(?:Z|[+-]\d{2}(?::?\d{2})?)",
        ),
        ("YYYY/M/D", r"\d{4}/\d{1,2}/\d{1,2}"),
        ("YYYY/M/D h:mm", r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}(?::\d{2})?"),
        ("YYYY年M月D日", r"\d{4}年\d{1,2}月\d{1,2}日"),
        ("YYYY年M月D日 h时m分", r"\d{4}年\d{1,2}月\d{1,2}日\s*(?:上午|下午)?\s*\d{1,2}[:时点].*"),
        ("YYYY.M.D", r"\d{4}\.\d{1,2}\.\d{1,2}"),
        ("YYYYMMDD", r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"),
        ("YYYYMMDDhhmmss", r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d"),
        ("上午/下午", r"\d{4}[-/]\d{1,2}[-/]\d{1,2}\s*(?:上午|下午|[AaPp][Mm])\s*\d{1,2}:\d{2}.*"),
        ("YYYYMMDD, with a time in another way", r"(?:19|20)\d{6}(?:[ T]\d|\s*[一-鿿]).*"),
        ("epoch seconds", r"1[0-9]\d{8}"),
        ("epoch milliseconds", r"1[0-9]\d{11}"),
        ("year, month and day in Chinese, in another way", r"[^A-Za-z]{2,4}年[^A-Za-z]{1,3}月.*"),
        (
            "with the month in letters",
            r"(?:[A-Z][a-z]{2,8},? )?(?:\d{1,2}[- ][A-Za-z]{3,9}[- ,]|[A-Z][a-z]{2,8}\.? \d{1,2},? ).*\d{2}.*",
        ),
        ("YYYY-MM-DD, with a time in another way", r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]|[一-鿿]).*"),
    )
)
#: Whether a date can be read hangs on no zone; only the names of zones in it do.
_ANY_ZONE = ZoneInfo("Asia/Shanghai")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_DECIMAL = re.compile(r"-?\d{1,3}\.\d{3,}")
_PAIR = re.compile(r"[^\d-]{0,12}-?\d{1,3}\.\d{2,}[^\d.-]{1,3}-?\d{1,3}\.\d{2,}[^\d]{0,3}")
_CODE = re.compile(r"[A-Za-z0-9_./#()（）\-]{3,40}")


@dataclass(frozen=True)
class Column:
    """One column of a file."""

    position: int
    heading: str
    holds: str  # the class of its cells
    empty: float  # share of rows in which nothing stands, 0 … 1
    forms: tuple[str, ...] = ()  # forms of its dates, the most frequent first; "!" marks one that is not read
    words: Mapping[str, int] | None = None  # word -> rows, of a closed list of words; None where it is none
    first: float = 0.0  # for dates: mean instant as a number that can be compared; for numbers: the mean
    distinct: float = 0.0  # distinct cells as a share of the filled ones

    @property
    def personal(self) -> bool:
        """Whether it holds persons, by its heading or by its values."""
        return self.holds.startswith("personal")


@dataclass(frozen=True)
class Profile:
    """A file, looked at."""

    file: str
    headings: tuple[str, ...]
    rows: int  # rows that were looked at
    ragged: int
    columns: tuple[Column, ...]
    cells: pd.DataFrame  # (rows, …) text of the columns that are not personal, by position; never shown or stored
    encoding: str | None
    separator: str | None
    notes: tuple[str, ...]
    titles: tuple[str, ...] = ()  # cells above the headings, and these; never stored
    lines: tuple[tuple[str, ...], ...] = ()  # of each sheet those that stand alone above the headings; never stored
    sheets: tuple[str, ...] = ()  # the titles of the sheets that were looked at; never stored
    last: tuple[
        tuple[str, ...], ...
    ] = ()  # what stands in the last rows, where all were looked at; never shown or stored
    begins: tuple[int, ...] = (0,)  # the rows with which the sheets begin


def look_at(
    path: Path,
    kind: str,
    mapping: Rules,
    *,
    most_rows: int,
    database: str | None = None,
    sheet: str | None = None,
    known: Collection[str] = (),
) -> Profile:
    """Look at up to `most_rows` rows of a file through the readers that load it.

    Raises FileMissing, FileUnreadable, FileEmpty, SettingInvalid, SheetMissing, SheetsDiffer, SheetUnfit. `sheet` is that
    of a workbook, as `open_sheet` takes it. `known` are names of units and places, which are no names of persons: a set,
    for each text is looked for among them.
    """
    finder = TitlesSeen(heading_finder(kind, mapping))
    table = open_sheet(path, finder, database, sheet=sheet)
    cells, ragged, begins = first_cells(table, most_rows)
    columns = [
        column_of(table.headings, cells, index, known, mapping.dates)
        if index in cells
        else Column(index, heading, Message("personal (by its heading)"), 0.0)
        for index, heading in enumerate(table.headings)
        if heading
    ]
    personal = [column.position for column in columns if column.personal and column.position in cells]
    return Profile(
        file=path.name,
        headings=tuple(table.headings),
        rows=len(cells),
        ragged=ragged,
        columns=tuple(columns),
        cells=cells.drop(columns=personal),
        encoding=getattr(table, "encoding", None),
        separator=getattr(table, "separator", None),
        notes=tuple(table.notes),
        titles=finder.above(table.headings),
        lines=finder.lines(table.headings),
        sheets=tuple(table.titles) or (sheet_names(path) if sheet is None else ()),
        last=_told(cells.tail(LAST)) if len(cells) < most_rows else (),
        begins=begins,
    )


def _told(rows: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    """What stands in some rows, without their empty cells."""
    lines = rows.itertuples(index=False, name=None)
    return tuple(tuple(str(cell) for cell in line if isinstance(cell, str)) for line in lines)


def first_cells(table: Sheet, most_rows: int) -> tuple[pd.DataFrame, int, tuple[int, ...]]:
    """Trimmed text of up to `most_rows` rows, of the columns whose heading is not personal, by position.

    Beside it how many ragged rows lay there, and the rows with which the sheets begin.
    """
    open_to_sight = [index for index, heading in enumerate(table.headings) if not is_personal(plain_heading(heading))]
    parts, rows, ragged = [], 0, 0
    begins: dict[str, int] = {}
    for batch in table.top(open_to_sight):
        taken = min(most_rows - rows, len(batch.numbers))
        if taken:
            begins.setdefault(table.origin(int(batch.numbers[0]))[0], rows)
        texts = {p: series(trimmed(cell.slice(0, taken))) for p, cell in batch.cells.items()}
        parts.append(pd.DataFrame(texts, index=range(taken)))
        rows, ragged = rows + taken, ragged + len(batch.ragged)
        if rows >= most_rows:
            break
    cells = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return cells, ragged, tuple(begins.values()) or (0,)


def column_of(
    headings: Sequence[str], table: pd.DataFrame, position: int, known: Collection[str], dates: object
) -> Column:
    """What the column at a position holds, by the cells (rows, …) that were looked at."""
    heading, cells = headings[position], table[position]
    filled = cells.dropna()
    empty = 1 - len(filled) / len(cells) if len(cells) else 1.0
    if filled.empty:
        return Column(position, heading, "nothing", empty)
    counts = filled.value_counts()
    texts = [str(text) for text in counts.index]
    distinct = len(texts) / len(filled)
    if ROUNDED in texts[:LOOKED_AT]:
        return Column(position, heading, Message("id that Excel has rounded"), empty, distinct=distinct)
    order = form_of(texts, dates)
    forms = _forms(texts, counts.tolist(), order)
    if forms:
        readable = [name for name in forms if not name.startswith("!")]
        clock = any("h" in name or "epoch" in name or "午" in name for name in readable)
        holds = ("date and time" if clock else "date") if readable else "date in a form that is not read"
        return Column(position, heading, holds, empty, forms, first=_mean_date(texts, order), distinct=distinct)
    personal = personal_column(texts, counts.tolist(), known)
    if personal is not None:
        return Column(
            position, heading, Message("personal ({what}, by its values)", what=personal), empty, distinct=distinct
        )
    holds, mean = _class(texts[:LOOKED_AT], distinct, len(filled))
    words = None
    if holds in ("word", "yes or no", "whole number") and _closed(texts, len(filled)):
        words = {str(text): int(rows) for text, rows in counts.items() if _is_word(str(text))}
    return Column(position, heading, holds, empty, words=words, first=mean, distinct=distinct)


def may_be_told(word: str) -> bool:
    """Whether a word of a file may be shown: no number of a person, no sentence, no refused word, and nothing that could be a name."""
    return _is_word(word) and not may_hold_name(word)


def _is_word(word: str) -> bool:
    """Whether a cell is looked at as a word: no name, no number of a person, no sentence, no refused word."""
    return refused_word(word) is None and may_name_category(word) and not names_somebody(word)


def _closed(texts: Sequence[str], filled: int) -> bool:
    return len(texts) <= MOST_WORDS and filled >= ROWS_A_WORD * len(texts)


def _forms(texts: Sequence[str], counts: Sequence[int], order: DateForm) -> tuple[str, ...]:
    """The forms of dates in a column; none where it holds something else."""
    found: Counter[str] = Counter()
    looked, some = sum(counts[:LOOKED_AT]), list(texts[:LOOKED_AT])
    _, unreadable = instants(pa.array(some, pa.string()), _ANY_ZONE, lambda _: order.order)
    for text, rows, bad in zip(some, counts[:LOOKED_AT], unreadable, strict=True):
        name = next((name for name, pattern in _FORMS if pattern.fullmatch(text)), None)
        name = order.name if name is None and ORDERED.match(text) else name
        if name is not None:
            found[f"!{name}" if bad else name] += rows
    if sum(found.values()) < MOST * looked:
        return ()
    return tuple(name for name, _ in found.most_common())


def _class(texts: Sequence[str], distinct: float, filled: int) -> tuple[str, float]:
    """The class of cells that are no dates and no persons, and the mean of numbers."""

    def share(pattern: re.Pattern[str]) -> float:
        return sum(1 for text in texts if pattern.fullmatch(text)) / len(texts)

    if share(_PAIR) >= MOST:
        return "pair of coordinates", 0.0
    if set(texts) <= set(field_words("flag")):
        return "yes or no", 0.0
    if share(_DECIMAL) >= MOST and all(abs(float(text)) <= 180 for text in texts if _DECIMAL.fullmatch(text)):
        values = [float(text) for text in texts if _DECIMAL.fullmatch(text)]
        return "coordinate", sum(values) / len(values)
    if share(_NUMBER) >= MOST:
        values = [float(text) for text in texts if _NUMBER.fullmatch(text)]
        mean = sum(values) / len(values)
        if all("." not in text for text in texts):
            long = sum(len(text) >= 5 for text in texts) >= MOST * len(texts)
            return ("id" if distinct >= MOST and long and filled > 1 else "whole number"), mean
        return "number", mean
    if sum(1 for text in texts if text.endswith("%")) >= MOST * len(texts):
        return "percentage", 0.0
    if distinct >= MOST and share(_CODE) >= MOST and any(any(c.isdigit() for c in text) for text in texts):
        return "id", 0.0
    length = sum(map(len, texts)) / len(texts)
    spaced = sum(" " in text or "，" in text or "。" in text for text in texts) / len(texts)
    if length > 24 or (distinct > 0.2 and (length > 12 or spaced > 0.5)):
        return "text", 0.0
    return "word", 0.0


def _mean_date(texts: Sequence[str], order: DateForm) -> float:
    """A number by which columns of dates can be ordered: the mean of their days since 1970; 0 where none can be read."""
    moments, _ = instants(pa.array(list(texts[:LOOKED_AT]), pa.string()), _ANY_ZONE, lambda _: order.order)
    days = moments[~np.isnat(moments)].astype("datetime64[D]").astype(np.int64)
    return float(days.mean()) if len(days) else 0.0
