"""Towns and communities as people write them into addresses: 七塘镇双星大道42号, 家住青山社区三组, 重庆市江北区石桥街道旁.

A name counts where it stands with the word for its kind and nothing runs into it (大青山社区 is not 青山社区), and where no
other county or city is named before it: towns of one name lie in many counties.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from riskwarn.ingest.places.gazetteer import NamesWithin, Place, plain_county, plain_name

_HAN = re.compile(r"[㐀-鿿]")

#: The words for its kind with which a town or a community may be written.
TOWN, COMMUNITY = ("街道", "镇", "乡"), ("社区", "居委会", "村")

#: After these a name begins: the words for units, for parts of an address, and those that lead to a place.
_BEGINS = frozenset("省市区县旗州镇乡道村会组队号栋楼路街巷弄苑园场站厂店旁边侧处近口在住于位至到从由往的和与及、")
#: 石桥街道路 is 石桥街 and 道路; 青山村路12号 and 青山村大道 are roads, and lead anywhere.
_NO_TOWN = re.compile(r"路(?!灯)")
_NO_COMMUNITY = re.compile(r"(?:大道|大街|路|街|巷)(?:[东南西北中上下]|[一二三四五六七八九十0-9]|$)")

#: Names of counties and cities, and what ends like one and is none.
_COUNTY = re.compile(r"[㐀-鿿]+?(?:自治县|自治旗|区(?![域间委])|县(?![城道委])|旗(?!舰)|市(?![场政民集委花部]|中心))")
_NO_COUNTY = re.compile(
    r"(?:[小社园景片厂校院营辖街镇乡新]区|(?:开发|高新|经开|工业|示范|保税|度假|风景|自贸|住宅|商业|自治|合作|安置|生活)区"
    r"|[超集菜夜]市|[本我全该][区县市]|^[在住]?[主老]?[城山库矿郊]区)$"
)
#: Cities that are provinces: in an address they are no other place than their districts.
_MUNICIPALITIES = ("重庆", "北京", "上海", "天津")

#: So many readings of what stands before names are kept.
_MOST_BEGINNINGS = 1 << 14


class Unit(NamedTuple):
    """A town or community that has a name in the epochs `first` to `end` - 1."""

    place: Place
    town: Place  # the town that it lies in, or is
    first: int
    end: int
    written: str
    town_name: str  # plain
    county: str  # the name of its district without 区, 县, 市


@dataclass
class UnitMentions:
    """Names of towns and communities that stand somewhere within an address."""

    _units: dict[str, dict[Unit, None]] = field(default_factory=dict)  # name as it may be written -> units
    _names: NamesWithin = field(default_factory=NamesWithin)
    _counties: set[str] = field(default_factory=set)  # names of the districts, plain
    _towns: set[str] = field(default_factory=set)  # plain names of towns, which may stand right before a community
    _beginnings: dict[str, frozenset[str] | None] = field(
        default_factory=dict
    )  # what stood before names, as it was read

    def offer(self, place: Place, town: Place, first: int, end: int, name: str, town_name: str, district: str) -> None:
        """Let a name lead to a town or community, with the word for its kind in any of the ways in which offices write it."""
        plain, kinds = plain_name(name), TOWN if place == town else COMMUNITY
        county = plain_county(district) if _HAN.search(district) else ""
        unit = Unit(place, town, first, end, name, plain_name(town_name), county)
        if county:
            self._counties.add(county)
        if len(unit.town_name) > 1:
            self._towns.add(unit.town_name)
        if not _HAN.search(name):
            return
        forms = {f"{plain}{kind}" for kind in kinds} if len(plain) > 1 else set()
        # A name of two characters stands in too many words.
        for form in forms | ({name} if name != plain and len(name) > 2 else set()):
            self._units.setdefault(form, {})[unit] = None
            self._names.add(form)

    def meant(self, address: str, epoch: int, towns: Collection[str] = ()) -> list[Unit]:
        """The unit that an address names, several where nothing tells them apart, none where it names none of the city.

        The lowest is meant; of communities of one town their town. `towns` are codes and plain names of the towns that
        the row tells elsewhere.
        """
        named = [
            (name, here)
            for start, name in self._found(address)
            if (here := self._here(name, address[:start], epoch)) is not None
        ]
        above = [unit for _, units in named for unit in units if unit.place == unit.town]
        held = {unit.town for unit in above}
        below = [_told_apart([unit for unit in units if unit.place != unit.town], held, towns) for _, units in named]
        communities = [unit for units in below for unit in units if not held or unit.town in held]
        if len({unit.place for unit in communities}) > 1 and len({unit.town for unit in communities}) == 1:
            communities = [communities[0]._replace(place=communities[0].town)]
        return _distinct(communities or above)

    def _found(self, address: str) -> Iterator[tuple[int, str]]:
        """Where names stand in an address, from its start, the longest at each place, and no name within another."""
        free = 0
        for start, name in self._names.found(address):
            end = start + len(name)
            if start >= free and self._stands_alone(name, address[:start], address[end:]):
                yield start, name
                free = end

    def _stands_alone(self, name: str, before: str, after: str) -> bool:
        """Whether a name is no part of a longer one, before it or after it."""
        if name.endswith("街道") and _NO_TOWN.match(after):
            return False
        if name.endswith(COMMUNITY) and _NO_COMMUNITY.match(after):
            return False
        if not before or before[-1] in _BEGINS or not _HAN.fullmatch(before[-1]):
            return True
        return any(
            before[-size:] in self._counties or before[-size:] in self._towns or before[-size:] in _MUNICIPALITIES
            for size in range(2, min(len(before), 8) + 1)
        )

    def _here(self, name: str, before: str, epoch: int) -> list[Unit] | None:
        """The units of a name, after the county that the address names before it; None where that is another."""
        units = [unit for unit in self._units[name] if unit.first <= epoch < unit.end]
        told = self._counties_in(before)
        if told is None:
            return None
        units = [unit for unit in units if not told or not unit.county or unit.county in told]
        if len({unit.place for unit in units}) > 1:
            units = [unit for unit in units if unit.written == name] or units
        return units or None

    def _counties_in(self, before: str) -> frozenset[str] | None:
        """The counties of the city that are named; None where one of elsewhere is. Few beginnings stand before many names."""
        if before not in self._beginnings:
            if len(self._beginnings) >= _MOST_BEGINNINGS:
                self._beginnings.clear()
            self._beginnings[before] = self._counties_read(before)
        return self._beginnings[before]

    def _counties_read(self, before: str) -> frozenset[str] | None:
        told: set[str] = set()
        city = False
        for found in _COUNTY.finditer(before):
            plain = plain_county(found[0])
            own = next((county for county in self._counties if plain.endswith(county)), None)
            if own is not None:
                told.add(own)
            elif _NO_COUNTY.search(found[0]) or plain.endswith(_MUNICIPALITIES):
                continue
            elif found[0].endswith("市"):
                city = True
            elif self._counties:
                return None
        # A city alone may be another; before one of our districts it is ours.
        return None if city and self._counties and not told else frozenset(told)


def _told_apart(units: list[Unit], above: set[Place], towns: Collection[str]) -> list[Unit]:
    """Of several units of one name those in the towns that the address, or the row, tells."""
    if len({unit.place for unit in units}) < 2 or (not above and not towns):
        return units
    near = [unit for unit in units if unit.town in above or unit.town.unit in towns or unit.town_name in towns]
    return near or units


def _distinct(units: list[Unit]) -> list[Unit]:
    return list({unit.place: unit for unit in units}.values())
