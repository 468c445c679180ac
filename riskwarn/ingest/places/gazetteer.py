"""Names of units and places, and what each meant on a given day.

Offices write one unit in several ways: 青山社区, 青山居委会, 青山; 石桥街道, 石桥镇, 石桥. Names are therefore kept without the word
for their kind; where two places then share a name, the one that is written in full decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

#: The words for the kinds of units, as offices write them behind a name.
KINDS = "(?:社区居民委员会|社区居委会|居民委员会|社区|居委会|村民委员会|村委会|村|街道办事处|街道办|街道|镇人民政府|乡人民政府|镇政府|乡政府|镇|乡)"
_ENDINGS = re.compile(rf"{KINDS}$")
_SEPARATORS = re.compile(r"[/／\\>＞→|,，;；、·\-—]+|\s+")

#: A path that is written without separators, cut after the words for the kinds of units.
_STEPS = re.compile(r".{2,}?(?:社区居委会|居委会|村委会|社区|街道|网格|省|市|区|县|镇|乡|村)")


#: The peoples in the names of autonomous counties (秀山土家族苗族自治县, for short 秀山县), without 族.
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|"
    "布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
_AUTONOMOUS = re.compile(rf"(?:(?:{_PEOPLES})族|(?:哈萨克|塔吉克|锡伯|蒙古))*自治(?=[县旗]$)")
_COUNTY_ENDING = re.compile(r"[区县市旗]$")

#: A name that more places have (第1网格) says nothing by itself.
MOST_OF_ONE_NAME = 64


@lru_cache(maxsize=1 << 16)
def plain_name(name: str) -> str:
    """A unit's name without the word for its kind, which offices write in several ways."""
    shorter = _ENDINGS.sub("", name.strip())
    return shorter or name.strip()


@lru_cache(maxsize=1 << 12)
def county_name(name: str) -> str:
    """The name of a district or county as it is said for short: 秀山县 for 秀山土家族苗族自治县; another stays as it is."""
    shorter = _AUTONOMOUS.sub("", name.strip())
    return shorter if len(shorter) > 2 else name.strip()


def plain_county(name: str) -> str:
    """The same without the word for its kind, unless nothing but a character is left (城区)."""
    shorter = _COUNTY_ENDING.sub("", county_name(name))
    return shorter if len(shorter) > 1 else name


def steps_of(path: str) -> list[str]:
    """The names of a path, from the top down, as they stand."""
    steps = [step for step in _SEPARATORS.split(path) if step]
    if len(steps) > 1:
        return steps
    path = steps[0] if steps else ""
    found = _STEPS.findall(path)
    rest = path[sum(map(len, found)) :].strip()
    return [*found, rest] if rest else found


class Place(NamedTuple):
    """Where a name leads: a grid, or the unit above it."""

    grid_id: str | None
    unit: str | None
    district: str | None
    located_by: str


class Held(NamedTuple):
    """A place, the epochs in which it has the name, and the name as it is written in full."""

    place: Place
    first: int
    end: int  # first epoch in which it has not
    written: str


@dataclass
class Gazetteer:
    """Names of one kind: key (plain names from the top down) -> places."""

    _held: dict[tuple[str, ...], dict[Held, None]] = field(default_factory=dict)

    def offer(self, place: Place, first: int, end: int, *names: str) -> None:
        """Let names lead to a place in the epochs `first` to `end` - 1."""
        if not names or not all(names):
            return
        held = self._held.setdefault(tuple(map(plain_name, names)), {})
        if len(held) <= MOST_OF_ONE_NAME:
            held[Held(place, first, end, names[-1])] = None

    def find(self, names: tuple[str, ...], epoch: int) -> Place | None:
        """The one place of these names in an epoch; None where there is none, or where several cannot be told apart."""
        return self.find_plain(tuple(map(plain_name, names)), names[-1], epoch)

    def find_plain(self, plain: tuple[str, ...], written: str, epoch: int) -> Place | None:
        """The same for names that are plain already; `written` is the last one in full."""
        places = self._meant(plain, written, epoch)
        return places.pop() if len(places) == 1 else None

    def fits_several(self, plain: tuple[str, ...], epoch: int) -> bool:
        """Whether several places bear these plain names in an epoch; asked where none was found."""
        return len(self._now(plain, epoch)) > 1

    def _meant(self, plain: tuple[str, ...], written: str, epoch: int) -> set[Place]:
        """The places of these names, which of more than one are those that are written so in full."""
        if len(self._held.get(plain, ())) > MOST_OF_ONE_NAME:
            return set()
        now = self._now(plain, epoch)
        if len({one.place for one in now}) > 1:
            now = [one for one in now if one.written == written]
        return {one.place for one in now}

    def _now(self, plain: tuple[str, ...], epoch: int) -> list[Held]:
        return [one for one in self._held.get(plain, ()) if one.first <= epoch < one.end]


@dataclass
class NamesWithin:
    """Names of three characters and more, as they are looked for within a text."""

    _names: set[str] = field(default_factory=set)
    _sizes: dict[str, list[int]] = field(default_factory=dict)  # first two characters -> lengths, the longest first

    def add(self, name: str) -> None:
        """Let a name be found."""
        self._names.add(name)
        sizes = {*self._sizes.get(name[:2], ()), len(name)}
        self._sizes[name[:2]] = sorted(sizes, reverse=True)

    def found(self, text: str) -> Iterator[tuple[int, str]]:
        """Where names stand in a text, from its start, the longest at each place first."""
        if not self._names:
            return
        for start in range(len(text) - 2):
            for size in self._sizes.get(text[start : start + 2], ()):
                if (name := text[start : start + size]) in self._names:
                    yield start, name


@dataclass
class Mentions:
    """Names that stand somewhere within an address."""

    _places: Gazetteer = field(default_factory=Gazetteer)
    _names: NamesWithin = field(default_factory=NamesWithin)

    def offer(self, place: Place, first: int, end: int, name: str) -> None:
        """Let a name of at least three characters lead to a place; shorter ones stand in too many words."""
        if len(name) < 3:
            return
        self._places.offer(place, first, end, name)
        self._names.add(name)

    def find(self, address: str, epoch: int) -> Place | None:
        """The place of the longest name in the address that means one place in the epoch."""
        found = sorted(self._names.found(address), key=lambda one: (-len(one[1]), one[0]))
        for _, name in found:
            place = self._places.find((name,), epoch)
            if place is not None:
                return place
        return None
