"""All names by which a record can say where it happened, rung by rung."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from riskwarn.contracts.unit_names import stems, without_bracketed, without_persons
from riskwarn.ingest.places.epochs import Epochs
from riskwarn.ingest.places.gazetteer import Gazetteer, Mentions, Place, plain_name, steps_of
from riskwarn.ingest.places.grid_words import as_number, codes_in, is_number, mentioned, numbered
from riskwarn.ingest.places.unit_mentions import UnitMentions
from riskwarn.words import LocatedBy

#: What a row may tell of the units above its grid.
_UNIT_FIELDS = ("community", "community_name", "town", "town_name", "district", "district_name")


class Names:
    """The names of grids, units, places and service areas."""

    def __init__(self, grids: pd.DataFrame, places: pd.DataFrame, areas: pd.DataFrame, epochs: Epochs) -> None:
        """`grids` as :func:`riskwarn.ingest.places.epochs.versions_in_time` gives them; the others as stored."""
        self._codes, self._paths, self._quarters = Gazetteer(), Gazetteer(), Gazetteer()
        self._towns, self._areas, self._mentions = Gazetteer(), Gazetteer(), Mentions()
        self._grid_codes, self._numbered, self._grid_names = Gazetteer(), Gazetteer(), Mentions()
        self._units = UnitMentions()
        self._town_of: dict[str, str] = dict(zip(grids["community"], grids["town"], strict=True))
        self._towns_of: dict[str, set[str]] = {}  # grid -> codes and plain names of its towns
        self._units_of: dict[str, set[str]] = {}  # grid -> codes of its communities and towns
        units = {
            name for unit in ("district_name", "town_name", "community_name") for name in grids[unit].dropna().unique()
        }
        self._known = frozenset(stems(units))
        self._offer_units(grids)
        self._offer_places(places, grids, epochs)
        self._offer_areas(areas, grids, epochs)

    def _offer_units(self, grids: pd.DataFrame) -> None:
        told = {
            name: grids[name].astype(object).where(grids[name].notna(), None).tolist()
            for name in ("grid_id", "name", "district", "town", "community")
        }
        for unit in ("district", "town", "community"):
            names = grids[f"{unit}_name"].astype(object)
            told[f"{unit}_name"] = names.where(names.notna(), grids[unit]).fillna("").tolist()
        seen = set()
        for row in zip(*told.values(), grids["_first"].tolist(), grids["_end"].tolist(), strict=True):
            grid_id, name, district, town, community, district_name, town_name, community_name, first, end = row
            path = (district_name, town_name, community_name)
            name = None if name is None else without_persons(name, self._known)
            grid = Place(grid_id, None, district, LocatedBy.PATH.value)
            self._towns_of.setdefault(str(grid_id), set()).update((str(town), plain_name(town_name)))
            self._units_of.setdefault(str(grid_id), set()).update((str(community), str(town)))
            for start in range(4):
                self._paths.offer(grid, first, end, *path[start:], name or grid_id)
            self._offer_in_addresses(grid, first, end, name, path, (town, community))
            if (*path, town, community, first, end) in seen:
                continue
            seen.add((*path, town, community, first, end))
            below = Place(None, community, district, LocatedBy.COMMUNITY.value)
            above = Place(None, town, district, LocatedBy.TOWN.value)
            self._codes.offer(below, first, end, str(community))
            self._codes.offer(above, first, end, str(town))
            self._units.offer(below, above, first, end, community_name, town_name, district_name)
            self._units.offer(above, above, first, end, town_name, town_name, district_name)
            for start in range(3):
                self._paths.offer(below, first, end, *path[start:])
            for start in range(2):
                self._paths.offer(above, first, end, *path[start:2])
                self._towns.offer(above, first, end, *path[start:2])

    def _offer_in_addresses(
        self, grid: Place, first: int, end: int, name: str | None, path: tuple[str, ...], codes: tuple[str, str]
    ) -> None:
        """Let a grid be found inside an address: by its code, by its number within its community, or by a name of its own."""
        inside = grid._replace(located_by=LocatedBy.ADDRESS.value)
        self._grid_codes.offer(inside, first, end, str(grid.grid_id))
        if not name:
            return
        number = numbered(name, *path)
        if number is None:
            self._grid_names.offer(inside, first, end, name)
            return
        # The number alone is never looked for, but for saying that it is not enough.
        for start in range(4):
            self._numbered.offer(inside, first, end, *path[start:], number)
        town, community = codes
        self._numbered.offer(inside, first, end, str(community), number)
        self._numbered.offer(inside, first, end, str(town), path[2], number)

    def _offer_places(self, places: pd.DataFrame, grids: pd.DataFrame, epochs: Epochs) -> None:
        homes = _homes(grids)
        group = ["name", "community", "town", "district", "valid_from"]
        rows = _newest(places, group)
        firsts, ends = epochs.spans(rows)
        columns = [rows[name].astype(object).where(rows[name].notna(), None).tolist() for name in group]
        spans = zip(rows["grid_id"].tolist(), firsts.tolist(), ends.tolist(), strict=True)
        stated: dict[tuple[str | None, ...], list[tuple[str, int, int]]] = {}
        for key, span in zip(zip(*columns, strict=True), spans, strict=True):
            stated.setdefault(key, []).append(span)
        for (name, community, town, district, _), members in stated.items():
            ids = sorted({grid for grid, _, _ in members if not pd.isna(grid)})
            first, end = min(one for _, one, _ in members), max(one for _, _, one in members)
            place = _place_of(ids, community, town, homes)
            if place is None or name is None:
                continue
            self._quarters.offer(place, first, end, name)
            self._mentions.offer(place, first, end, name)
            for above in (community, town, district):
                if above:
                    self._quarters.offer(place, first, end, above, name)

    def _offer_areas(self, areas: pd.DataFrame, grids: pd.DataFrame, epochs: Epochs) -> None:
        districts = {name: home[2] for name, home in _homes(grids).items()}
        areas = _newest(areas, ["name", "kind", "valid_from"])
        firsts, ends = epochs.spans(areas)
        rows = areas.assign(_first=firsts, _end=ends, _weight=areas["weight"].fillna(1.0))
        for _, members in rows.groupby(["name", "_first", "_end"], sort=True):
            name, first, end = members[["name", "_first", "_end"]].iloc[0]
            weights = members.groupby(members["grid_id"].map(districts))["_weight"].sum()
            district = str(weights.idxmax()) if len(weights) else None
            place = Place(None, str(name), district, LocatedBy.SERVICE_AREA.value)
            self._areas.offer(place, int(first), int(end), str(name))

    def find(self, told: Mapping[str, str], epoch: int) -> Place | None:
        """The place that a row's words tell, by the highest rung that holds; None where none does."""
        told = self._without_persons(told)
        return (
            self._quarter(told, epoch)
            or self._grid_in_address(told, epoch)
            or self._unit(told, epoch)
            or (self._areas.find((told["service_area"],), epoch) if "service_area" in told else None)
        )

    def named_grid(self, told: Mapping[str, str], epoch: int) -> str | None:
        """The grid whose name, or the path down to it, a row's words tell; a number alone, without any unit, names none."""
        told = self._without_persons(told)
        if all(is_number(path) for path in _paths(told)) and not any(name in told for name in _UNIT_FIELDS):
            return None
        place = self._unit(told, epoch)
        return None if place is None else place.grid_id

    def _without_persons(self, told: Mapping[str, str]) -> Mapping[str, str]:
        """What a row tells, its names of grids without persons, as those of the register are kept."""
        cut = {name: without_bracketed(told[name], self._known) for name in ("path", "grid_id") if name in told}
        if "grid_name" in told:
            cut["grid_name"] = without_persons(told["grid_name"], self._known) or told["grid_name"]
        return {**told, **cut}

    def _quarter(self, told: Mapping[str, str], epoch: int) -> Place | None:
        if "place" in told:
            for unit in _UNIT_FIELDS:
                if unit in told and (place := self._quarters.find((told[unit], told["place"]), epoch)):
                    return place
            if place := self._quarters.find((told["place"],), epoch):
                return place
        found = (self._mentions.find(address, epoch) for address in _addresses(told))
        return next((place for place in found if place is not None), None)

    def _grid_in_address(self, told: Mapping[str, str], epoch: int) -> Place | None:
        found = (self._grid_in(address, told, epoch) for address in _addresses(told))
        return next((place for place in found if place is not None), None)

    def _grid_in(self, text: str, told: Mapping[str, str], epoch: int) -> Place | None:
        """A grid's number, name or code inside a text; what the text leaves out of the units above, the row may tell."""
        if place := self._numbered_within(text, told, epoch):
            return place
        for path in _numbers(told, text):
            if len(path) > 1 and (place := self._numbered.find(path, epoch)):
                return place
        for code in codes_in(text):
            if place := self._grid_codes.find((code,), epoch):
                return place
        return self._grid_names.find(text, epoch)

    def _numbered_within(self, text: str, told: Mapping[str, str], epoch: int) -> Place | None:
        """The grid of the one number in a text within the one unit that it names, whatever runs into the unit's name."""
        numbers = {number for path, number in mentioned(text) if path and is_number(number)}
        units = self._meant(text, told, epoch) if len(numbers) == 1 else []
        return self._numbered.find((str(units[0].unit), *numbers), epoch) if len(units) == 1 else None

    def _meant(self, text: str, told: Mapping[str, str], epoch: int) -> list[Place]:
        """The unit that a text names somewhere within it; several where nothing tells them apart."""
        towns = {told["town"]} if "town" in told else set()
        towns |= {plain_name(told["town_name"])} if "town_name" in told else set()
        return [unit.place for unit in self._units.meant(text, epoch, towns)]

    def _agreeing(self, place: Place | None, text: str, told: Mapping[str, str], epoch: int) -> Place | None:
        """A place that a part of a text leads to, unless the text names another unit than its own: 新桥社区 is not 新桥村."""
        if place is None or place.grid_id is None:
            return place
        units = self._meant(text, told, epoch)
        own = self._units_of[str(place.grid_id)]
        return place if not units or any(str(unit.unit) in own for unit in units) else None

    def _unit(self, told: Mapping[str, str], epoch: int) -> Place | None:
        """A path first; then names from the full path down to the community's alone; then codes; then the address."""
        names = [told[name] for name in ("district_name", "town_name", "community_name", "grid_name") if name in told]
        paths = _paths(told)
        found = [
            self._agreeing(self._tail(steps_of(path), epoch), path, told, epoch)
            or self._number_alone(path, told, epoch)
            for path in paths
        ]
        # A register may call its grids 第3网格 or 青山社区第3网格, and a path may be written in one piece.
        inside = (self._grid_in(path, told, epoch) for path in paths)
        found += [place._replace(located_by=LocatedBy.PATH.value) for place in inside if place is not None]
        found += [self._codes.find((told[name],), epoch) for name in ("community", "town") if name in told]
        found.append(self._tail(names, epoch) or self._town_alone(told, epoch))
        found += [
            self._agreeing(self._tail(steps_of(address), epoch, least=2), address, told, epoch)
            for address in _addresses(told)
        ]
        held = [place for place in found if place is not None]
        # A grid is better than the unit above it, whoever tells it.
        if grid := next((place for place in held if place.grid_id), None):
            return grid
        if held and held[0].located_by != LocatedBy.TOWN.value:
            return held[0]
        held += [place for places in self._mentioned(told, epoch) if len(places) == 1 for place in places]
        # So is a community of the town that is told.
        within = (place for place in held[1:] if self._town_of.get(str(place.unit)) == held[0].unit)
        return next(within, held[0]) if held else None

    def _number_alone(self, path: str, told: Mapping[str, str], epoch: int) -> Place | None:
        """The one grid of the city that has a number, where the row tells no unit that may be another.

        Registers call some grids 一网格 and others 青山社区一网格: both have the number. A row that tells a community is found
        by that and the number, or means no grid that is known.
        """
        number = numbered(path) if is_number(path) else None
        if number is None or "community" in told or "community_name" in told:
            return None
        place = self._numbered.find((number,), epoch)
        towns = {
            told[name] if name == "town" else plain_name(told[name]) for name in ("town", "town_name") if name in told
        }
        if place is None or not towns <= self._towns_of[str(place.grid_id)]:
            return None
        return place._replace(located_by=LocatedBy.PATH.value)

    def _town_alone(self, told: Mapping[str, str], epoch: int) -> Place | None:
        """The one town of a name in a column of towns: 荫平 is there 荫平镇, though a community is called so, too."""
        if "town_name" not in told:
            return None
        above = [told["district_name"]] if "district_name" in told else []
        paths = [(*above, told["town_name"]), (told["town_name"],)]
        return next((place for path in paths if (place := self._towns.find(path, epoch))), None)

    def _mentioned(self, told: Mapping[str, str], epoch: int) -> Iterator[list[Place]]:
        """The unit that each address names somewhere within it; several where nothing tells them apart."""
        texts = [*_addresses(told), *([told["place"]] if "place" in told else [])]
        for text in texts:
            yield self._meant(text, told, epoch)

    def _tail(self, steps: list[str], epoch: int, least: int = 1) -> Place | None:
        """The place of the longest run of names that is known; what follows it may be unknown."""
        found = (self._paths.find_plain(plain, written, epoch) for plain, written in _runs(steps, least))
        return next((place for place in found if place is not None), None)

    def fits_several(self, told: Mapping[str, str], epoch: int) -> bool:
        """Whether what a row tells, and led to no place, is the name of several: a grid's number, a quarter, a community."""
        addresses = _addresses(told)
        texts = [*addresses, *_paths(told)]
        numbers = [tuple(map(plain_name, path)) for text in texts for path in _numbers(told, text)]
        if any(self._numbered.fits_several(path, epoch) for path in numbers):
            return True
        if "place" in told and self._quarters.fits_several((plain_name(told["place"]),), epoch):
            return True
        names = [told[name] for name in ("district_name", "town_name", "community_name", "grid_name") if name in told]
        runs = [*_runs(names, 1), *(run for path in _paths(told) for run in _runs(steps_of(path), 1))]
        runs += [run for address in addresses for run in _runs(steps_of(address), 2)]
        if any(self._paths.fits_several(plain, epoch) for plain, _ in runs):
            return True
        return any(len(places) > 1 for places in self._mentioned(told, epoch))


def _numbers(told: Mapping[str, str], address: str) -> Iterator[tuple[str, ...]]:
    """What the numbered grids in an address may be called: names of units from the top down, then the number."""
    own = [told[name] for name in ("district_name", "town_name", "community_name") if name in told]
    communities = [told[name] for name in ("community_name", "community") if name in told]
    towns = [told[name] for name in ("town_name", "town") if name in told]
    for before, number in mentioned(address):
        paths = [before[start:] for start in range(len(before))]
        # 青山石桥社区第3网格: a town without the word for its kind runs into the community; both must be known together.
        joined = before[-1] if before else ""
        paths += [[joined[:cut], joined[cut:]] for cut in range(2, len(joined) - 1)]
        paths += [[town, before[-1]] for town in towns if before]
        paths += [own, *([community] for community in communities), []]
        yield from ((*path, number) for path in paths)


def _runs(steps: Sequence[str], least: int) -> Iterator[tuple[tuple[str, ...], str]]:
    """Runs of names as they are compared, the longest and lowest first, and the last name of each in full.

    The number of a grid is no run by itself: one grid alone may be called so, and others have the number in their names.
    """
    plain = [plain_name(step) for step in steps]
    for end in range(len(steps), 0, -1):
        for start in range(end - least + 1):
            if start == end - 1 and is_number(steps[start]):
                continue
            yield tuple(plain[start:end]), steps[end - 1]


def _newest(rows: pd.DataFrame, group: list[str]) -> pd.DataFrame:
    """The rows of the newest statement of each group: see `riskwarn.ingest.tables.tables_of_places`."""
    load = rows["load_id"].fillna(0)
    newest = load.eq(rows.assign(_load=load).groupby(group, dropna=False)["_load"].transform("max"))
    return rows[newest].drop_duplicates([*group, "grid_id"], keep="last")


def _homes(grids: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Community, town and district of every grid, community and town, as the newest row tells."""
    found: dict[str, tuple[str, str, str]] = {}
    for column in ("town", "community", "grid_id"):
        units = zip(grids["community"], grids["town"], grids["district"], strict=True)
        found.update(zip(grids[column], units, strict=True))
    return found


def _place_of(
    ids: list[str], community: str | None, town: str | None, homes: Mapping[str, tuple[str, str, str]]
) -> Place | None:
    """Where a named place lies: in its grid; in the unit that all its grids share; else in the unit that is told."""
    by = LocatedBy.PLACES.value
    if len(ids) == 1:
        return Place(ids[0], None, homes.get(ids[0], ("", "", ""))[2] or None, by)
    held = [homes[grid] for grid in ids if grid in homes]
    for level, told in ((0, community), (1, town)):
        units = {home[level] for home in held} if held else {told} - {None}
        if len(units) == 1:
            unit = str(units.pop())
            return Place(None, unit, homes.get(unit, ("", "", ""))[2] or None, by)
    return None


def _addresses(told: Mapping[str, str]) -> list[str]:
    return [text for name, text in told.items() if name == "address" or name.startswith("address_")]


def _paths(told: Mapping[str, str]) -> list[str]:
    """What may be a path of names: the column of paths, and what stands where a grid's name or its id should."""
    return [
        as_number(told[name]) if name == "grid_name" else told[name]
        for name in ("path", "grid_id", "grid_name")
        if name in told
    ]
