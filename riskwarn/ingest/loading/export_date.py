"""When an export was taken, where its name or the titles above its headings say it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Eight digits, or three numbers with something between them: 202611 is a month.
_DATE = r"(20\d{2})(?:(\d{2})(\d{2})|[-_./年]\s*(\d{1,2})[-_./月]\s*(\d{1,2})日?)"
_IN_NAME = re.compile(rf"(?<!\d){_DATE}(?!\d)")
_IN_TITLE = re.compile(
    rf"(?:导出|制表|填表|填报|截至|截止|统计|更新|export\w*|as of)[^\d]{{0,8}}{_DATE}(?!\d)", re.IGNORECASE
)


def export_date(
    name: str, titles: Iterable[str], newest: date | None, now: datetime, zone: ZoneInfo
) -> tuple[datetime, str] | None:
    """The midnight that ends the day of the export, never later than `now`, and where the day was found.

    A day before the newest record of the file, or after today, is not the day of the export: titles of a month name its
    first day, too.
    """
    # Sheets of several months have a title each, and a name may hold both ends of a span: the last day counts.
    found = [
        (day, "its title") for day in sorted((day for title in titles for day in _days(_IN_TITLE, title)), reverse=True)
    ]
    found += [(day, "its name") for day in sorted(_days(_IN_NAME, name), reverse=True)]
    today = now.astimezone(zone).date()
    for day, ground in found:
        if day <= today and (newest is None or newest <= day):
            return min(datetime.combine(day + timedelta(days=1), time(), zone), now), ground
    return None


def _days(pattern: re.Pattern[str], text: str) -> list[date]:
    days = []
    for match in pattern.finditer(unicodedata.normalize("NFKC", text)):
        try:
            days.append(date(*(int(part) for part in match.groups() if part)))
        except ValueError:
            continue
    return days
