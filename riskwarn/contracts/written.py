"""Whether a text that somebody writes, and that is kept, holds personal data, however its numbers are written.

Nobody checks such a text with a column of others beside it, so that more is refused here than in a cell: numbers with invisible
characters, marks or blanks between their digits, and digits in Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from riskwarn.contracts.personal import personal_class, personal_inside
from riskwarn.errors import PersonalText

_CHINESE = "零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_DIGITS_OF = str.maketrans(_CHINESE, "00012345678912123456789")

#: What stands between the digits of a number that is to be read by people. A comma parts numbers, and stays.
_MARKS = r"./\\_·•・~|*—–‐‑−:\-"

#: So many numerals in a row are a number, and no words.
_NUMERALS = re.compile(rf"[{_CHINESE}0-9](?:[{_MARKS} ]?[{_CHINESE}0-9]){{10,}}")

_GROUP = re.compile(r"(?<![0-9A-Za-z])[0-9]+")
_NEXT = re.compile(rf"([{_MARKS}]| )([0-9]+[Xx]?)(?![0-9A-Za-z])")

#: Digits of a mobile and a landline, of a resident id and of a bank card.
_FEWEST, _MOST = 10, 19


def readable(text: str) -> str:
    """A text in its usual form: half width, Arabic digits, one blank for several, nothing that no line shows."""
    plain = unicodedata.normalize("NFKC", text)
    seen = (one for one in plain if one.isspace() or unicodedata.category(one) not in ("Cf", "Cc", "Mn", "Me"))
    digits = "".join(str(unicodedata.decimal(one, one)) for one in seen)
    return re.sub(r"\s+", " ", digits)


def personal_written(text: str) -> str | None:
    """The class of personal data that stands in a text; None where none is seen.

    >>> personal_written("138.0013.8000 asked"), personal_written("一三八〇〇一三八〇〇〇"), personal_written("2026.11.26 14:30")
    ('phone number', 'phone number', None)
    """
    plain = readable(text)
    told = _NUMERALS.sub(lambda found: found[0].translate(_DIGITS_OF), plain)
    return personal_inside(told) or next(filter(None, map(_number, _joined(told))), None)


def refuse_personal(text: str, where: str) -> None:
    """Raise PersonalText where a text that is to be kept holds personal data, or is a person's name."""
    if found := personal_written(text) or personal_class(readable(text)):
        raise PersonalText(where=where, what=found)


def _joined(text: str) -> Iterator[str]:
    """Numbers of a few groups with the same mark between them, written as one."""
    text = re.sub(rf" ?([{_MARKS}]) ?", r"\1", text)
    for start in _GROUP.finditer(text):
        groups, mark, at = [start[0]], None, start.end()
        while (found := _NEXT.match(text, at)) and mark in (None, found[1]):
            groups.append(found[2])
            mark, at = found[1], found.end()
        if mark == "." and _is_address(groups):
            continue
        if len(groups) > 1:
            yield "-".join(groups[:2])  # a landline, behind the code of its city
        for count in range(2, len(groups) + 1):
            joined = "".join(groups[:count])
            if len(joined) > _MOST:
                break
            if len(joined) >= _FEWEST:
                yield joined


def _number(digits: str) -> str | None:
    """What a number of some groups is: a phone, or what has a check digit."""
    found = personal_class(digits)
    return found if found in ("phone number", "resident id", "bank card") else None


def _is_address(groups: list[str]) -> bool:
    """Whether groups between stops are those of an address of IPv4, which is nobody's number."""
    return len(groups) == 4 and all(len(one) <= 3 and int(one) <= 255 for one in groups)
