"""When an export was taken, where its titles, its cover sheet, its last lines, its name or that of the file packed in it say it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from riskwarn.errors import ExportInFuture
from riskwarn.messages import Message

#: Eight digits, also with a time of day behind them (20260401083015), or three numbers with something between them: 202611
#: is a month.
_DATE = r"(20\d{2})(?:(\d{2})(\d{2})(?:\d{6}|\d{4})?|[-_./年]\s*(\d{1,2})[-_./月]\s*(\d{1,2})日?)"
_IN_NAME = re.compile(rf"(?<!\d){_DATE}(?!\d)")
_SAYS = r"(?:导出|制表|填表|填报|打印|截至|截止|统计|更新|export\w*|as of)"
_IN_TITLE = re.compile(rf"{_SAYS}[^\d]{{0,8}}{_DATE}(?!\d)", re.IGNORECASE)
#: A span that a table tells of: 统计时段：2024年1月1日至2026年10月31日. It was taken at the end of it or later.
_SPAN = re.compile(
    rf"(?:统计|数据|报告)?(?:时段|区间|期间|周期|范围|时间)[^\d]{{0,4}}20\d{{2}}[-_./年\d\s月日]{{2,12}}[^\d]{{1,3}}{_DATE}(?!\d)"
)
#: A label whose date stands in the next cell.
_LABEL = re.compile(rf"[^\d]{{0,6}}{_SAYS}[^\d]{{0,8}}", re.IGNORECASE)

#: Clocks differ, and the day of an export ends later than it was taken.
_SLACK = timedelta(days=1)


def refuse_future(exported_at: datetime | None, now: datetime) -> None:
    """Raise ExportInFuture where somebody says that an export was taken later than now."""
    if exported_at is not None and exported_at > now + _SLACK:
        clock = now.astimezone(exported_at.tzinfo)
        raise ExportInFuture(value=f"{exported_at:%Y-%m-%d %H:%M}", now=f"{clock:%Y-%m-%d %H:%M}")


def export_date(
    name: str,
    titles: Iterable[str],
    newest: date | None,
    now: datetime,
    zone: ZoneInfo,
    others: Mapping[str, Sequence[str]] | None = None,
    packed: str = "",
) -> tuple[datetime, str] | None:
    """The midnight that ends the day of the export, never later than `now`, and where the day was found.

    A day before the newest record of the file, or after today, is not the day of the export: titles of a month name its
    first day, too. Nor is one before the end of a span that the table tells of (统计时段), which is no day of an export itself:
    nobody knows how long after it the table was taken. `others` are cells that may say it as titles do, by where they stand; `packed` is the name of the file
    in an archive.
    """
    # Sheets of several months have a title each, and a name may hold both ends of a span: the last day counts.
    said: dict[str, Sequence[str]] = {Message("its title"): list(titles), **(others or {})}
    found = [(day, ground) for ground, cells in said.items() for day in _latest(_IN_TITLE, _with_answers(cells))]
    found += [(day, Message("its name")) for day in _latest(_IN_NAME, [name])]
    found += [(day, Message("the name of the file in it")) for day in _latest(_IN_NAME, [packed])]
    today = now.astimezone(zone).date()
    spans = [day for cells in said.values() for day in _latest(_SPAN, cells) if day <= today]
    least = max([*spans, *([newest] if newest else [])], default=None)
    for day, ground in found:
        if day <= today and (least is None or least <= day):
            return min(datetime.combine(day + timedelta(days=1), time(), zone), now), ground
    return None


def says_day(cell: str) -> bool:
    """Whether a cell is a day and nothing else."""
    return _IN_NAME.fullmatch(unicodedata.normalize("NFKC", cell).strip().removesuffix(" 00:00:00")) is not None


def _with_answers(cells: Sequence[str]) -> list[str]:
    """The cells, and each label together with the cell beside it."""
    pairs = pairwise(cells)
    return [*cells, *(f"{label}:{answer}" for label, answer in pairs if _LABEL.fullmatch(label.strip()))]


def _latest(pattern: re.Pattern[str], texts: Iterable[str]) -> list[date]:
    return sorted((day for text in texts for day in _days(pattern, text)), reverse=True)


def _days(pattern: re.Pattern[str], text: str) -> list[date]:
    days = []
    for match in pattern.finditer(unicodedata.normalize("NFKC", text)):
        try:
            days.append(date(*(int(part) for part in match.groups() if part)))
        except ValueError:
            continue
    return days
