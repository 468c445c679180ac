"""Grids as people write them into addresses: 青山社区第1网格12号, 青山社区一网格, 1号网格, or the grid's own code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from riskwarn.ingest.places.gazetteer import KINDS, plain_name, steps_of

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100}

#: A numbered grid: its number with or without 第 and 号, and whether it is a small one (微网格).
_NUMBERED = re.compile(r"第?(?P<number>[0-9]{1,4}|[零〇一二两三四五六七八九十百]{1,6})号?(?P<kind>微?网格)")
#: What a column of grids may hold instead: 网格3, or the number alone.
_IN_COLUMN = re.compile(r"(?P<kind>微?网格)?第?(?P<number>[0-9]{1,3}|[一二两三四五六七八九十百]{1,4})号?(?:\.0)?")
_KIND = re.compile(rf"^{KINDS}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{5,31}")


def numbered(name: str, *units: str) -> str | None:
    """A grid's number as it is compared (``第1网格``), out of its name; None where the name has none.

    `units` are the names of the community and the units above: 青山社区第1网格 is the first grid of 青山社区. Any other word
    before the number belongs to the name.
    """
    found = _NUMBERED.search(name)
    if found is None or name[found.end() :].strip():
        return None
    return _after_units(name[: found.start()].strip(), units) + _written(found)


def _after_units(before: str, units: Sequence[str]) -> str:
    """What stands before a number and is no name of the units, each of which may be left out.

    A town and its community may be called alike (梅江镇, 梅江社区): what is left over is the least that any way of reading
    leaves. Another word for the kind of a unit (青山村 for 青山村委会) is read only where nothing is left over.
    """
    left, loosely = {before}, {before}
    for unit in filter(None, units):
        forms = (unit, plain_name(unit))
        left |= {rest.removeprefix(form) for rest in left for form in forms}
        behind = {rest.removeprefix(forms[1]) for rest in loosely if rest.startswith(forms[1])}
        loosely |= behind | {_KIND.sub("", rest) for rest in behind}
    return "" if "" in loosely else min(left, key=len)


def as_number(text: str) -> str:
    """What stands in a column of grids, the number of a grid written as registers write it (``第3网格`` for 网格3 and 3)."""
    found = _IN_COLUMN.fullmatch(text.strip())
    return text if found is None else f"第{_whole(found['number'])}{found['kind'] or '网格'}"


def is_number(name: str) -> bool:
    """Whether the name of a grid is no more than its number."""
    return _NUMBERED.fullmatch(name.strip()) is not None


def mentioned(address: str) -> Iterator[tuple[list[str], str]]:
    """The numbered grids in an address: the names of units before each, from the top down, and its number as compared."""
    for found in _NUMBERED.finditer(address) if "网格" in address else ():
        before = steps_of(address[: found.start()])
        yield before, _written(found)
        if before:
            # 阳光花园第1网格 may be the name of a grid as a whole.
            yield before[:-1], before[-1] + _written(found)


def codes_in(address: str) -> Sequence[str]:
    """What may be the code of a grid in an address: runs of six and more Latin letters and digits."""
    return _CODE.findall(address)


def _written(found: re.Match[str]) -> str:
    return f"第{_whole(found['number'])}{found['kind']}"


def _whole(text: str) -> int:
    """A whole number below a thousand in digits or in Chinese numerals."""
    if text.isdigit():
        return int(text)
    total = pending = 0
    for character in text:
        if character in _TENS:
            total += (pending or 1) * _TENS[character]
            pending = 0
        else:
            pending = pending * 10 + _DIGITS[character] if pending else _DIGITS[character]
    return total + pending
