"""Whether a text that somebody writes, and that is kept, holds personal data, however its numbers are written.

Nobody checks such a text with a column of others beside it, so that more is refused here than in a cell: numbers with invisible
characters, marks or blanks between their digits, and digits in Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from riskwarn.contracts.personal import is_resident_id, personal_class, personal_inside, with_check_digit
from riskwarn.errors import PersonalText

_CHINESE = "零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_DIGITS_OF = str.maketrans(_CHINESE, "00012345678912123456789")

#: What stands between the digits of a number that is to be read by people. A comma parts numbers, and stays.
_MARKS = r"./\\_·•・~|*—–‐‑−:\-"

#: So many numerals in a row are a number, and no words.
_NUMERALS = re.compile(rf"[{_CHINESE}0-9](?:[{_MARKS} ]?[{_CHINESE}0-9]){{10,}}")

#: So much may stand between what a number is called and its digits.
_BETWEEN = r"(?:\s?(?:号码|号|卡号|number|no|尾号|后[四六]位))?[\s.:为是(（\[【\"']{0,4}"

#: By what a number is called, and how many digits it has at least: a hotline (12345, 12348) is nobody's.
_CALLED = {
    "resident id": re.compile(rf"(?:身份证|公民身份|证件|护照|ID card|resident id|passport){_BETWEEN}[0-9A-Za-z]{{0,2}}\d[\d{_MARKS} ]{{4,}}", re.IGNORECASE),
    "phone number": re.compile(rf"(?:手机|电话|座机|微信|联系方式|phone|mobile){_BETWEEN}\+?\d[\d{_MARKS} ]{{6,}}", re.IGNORECASE),
    "messenger account": re.compile(rf"(?:(?:微信|wechat)(?!公众|小程序|群){_BETWEEN}(?:ID)?[A-Za-z][A-Za-z0-9_-]{{5,19}}|(?<![A-Za-z])QQ(?!群){_BETWEEN}[1-9]\d{{4,11}})(?![A-Za-z0-9])", re.IGNORECASE),
    "bank card": re.compile(rf"(?:银行卡|卡号|账号|帐号|账户|bank card|account){_BETWEEN}\d[\d{_MARKS} ]{{7,}}", re.IGNORECASE),
}  # fmt: skip
#: Before this year no register numbered its cases so.
_NO_NUMBERS_OF = "2012"

_EIGHTEEN = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")

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
    return personal_inside(told) or next(filter(None, map(_number, _joined(told))), None) or _called(told)


def refuse_personal(text: str, where: str) -> None:
    """Raise PersonalText where a text that is to be kept holds personal data, or is a person's name."""
    if found := personal_written(text) or personal_class(readable(text)):
        raise PersonalText(where=where, what=found)


def _called(text: str) -> str | None:
    """What a number is called right before it, and what is written as an id is with a mistake in it: its check digit proves nothing here."""
    for called, pattern in _CALLED.items():
        if pattern.search(text):
            return called
    numbers = (*_EIGHTEEN.findall(text), *_joined(text))
    return "resident id" if any(map(_may_be_id, numbers)) else None


def _may_be_id(digits: str) -> bool:
    """Whether eighteen places are made as an id is, whatever the last is; a register's numbers begin with a place and a day of late."""
    return len(digits) == 18 and digits[6:10] < _NO_NUMBERS_OF and is_resident_id(with_check_digit(digits))


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
