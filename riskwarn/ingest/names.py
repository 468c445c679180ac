"""All names by which a record can say where it happened, rung by rung."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from riskwarn.ingest.epochs import Epochs
from riskwarn.ingest.gazetteer import Gazetteer, Mentions, Place, steps_of
from riskwarn.words import LocatedBy


class Names:
    """The names of grids, units, places and service areas."""

    def __init__(self, grids: pd.DataFrame, places: pd.DataFrame, areas: pd.DataFrame, epochs: Epochs) -> None:
        """`grids` as :func:`riskwarn.ingest.epochs.versions_in_time` gives them; the others as stored."""
        self._codes, self._paths, self._quarters = Gazetteer(), Gazetteer(), Gazetteer()
        self._areas, self._mentions = Gazetteer(), Mentions()
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
            grid = Place(grid_id, None, district, LocatedBy.PATH.value)
            for start in range(4):
                self._paths.offer(grid, first, end, *path[start:], name or grid_id)
            if (*path, town, community, first, end) in seen:
                continue
            seen.add((*path, town, community, first, end))
            below = Place(None, community, district, LocatedBy.COMMUNITY.value)
            above = Place(None, town, district, LocatedBy.TOWN.value)
            self._codes.offer(below, first, end, str(community))
            self._codes.offer(above, first, end, str(town))
            for start in range(3):
                self._paths.offer(below, first, end, *path[start:])
            for start in range(2):
                self._paths.offer(above, first, end, *path[start:2])

    def _offer_places(self, places: pd.DataFrame, grids: pd.DataFrame, epochs: Epochs) -> None:
        districts = _districts(grids)
        rows = places.drop_duplicates(["name", "grid_id", "community", "town", "valid_from"], keep="last")
        firsts, ends = epochs.spans(rows)
        columns = [rows[name].astype(object).where(rows[name].notna(), None) for name in ("name", "grid_id", "community", "town", "district")]  # fmt: skip
        for name, grid_id, community, town, district, first, end in zip(*columns, firsts, ends, strict=True):
            unit = None if grid_id else community or town
            place = Place(grid_id, unit, districts.get(grid_id or unit or "", district), LocatedBy.PLACES.value)
            self._quarters.offer(place, int(first), int(end), name)
            self._mentions.offer(place, int(first), int(end), name)
            for above in (community, town, district):
                if above:
                    self._quarters.offer(place, int(first), int(end), above, name)

    def _offer_areas(self, areas: pd.DataFrame, grids: pd.DataFrame, epochs: Epochs) -> None:
        districts = _districts(grids)
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
        return (
            self._quarter(told, epoch)
            or self._unit(told, epoch)
            or (self._areas.find((told["service_area"],), epoch) if "service_area" in told else None)
        )

    def _quarter(self, told: Mapping[str, str], epoch: int) -> Place | None:
        if "place" in told:
            for unit in ("community", "community_name", "town", "town_name", "district", "district_name"):
                if unit in told and (place := self._quarters.find((told[unit], told["place"]), epoch)):
                    return place
            if place := self._quarters.find((told["place"],), epoch):
                return place
        return self._mentions.find(told["address"], epoch) if "address" in told else None

    def _unit(self, told: Mapping[str, str], epoch: int) -> Place | None:
        """A path first; then names from the full path down to the community's alone; then codes; then the address."""
        names = [told[name] for name in ("district_name", "town_name", "community_name", "grid_name") if name in told]
        found = [self._tail(steps_of(told["path"]), epoch)] if "path" in told else []
        found += [self._codes.find((told[name],), epoch) for name in ("community", "town") if name in told]
        found.append(self._tail(names, epoch))
        found += [self._tail(steps_of(told["address"]), epoch, least=2)] if "address" in told else []
        held = [place for place in found if place is not None]
        # A grid is better than the unit above it, whoever tells it.
        return next((place for place in held if place.grid_id), held[0] if held else None)

    def _tail(self, steps: list[str], epoch: int, least: int = 1) -> Place | None:
        """The place of the longest run of names that is known; what follows it may be unknown."""
        for end in range(len(steps), 0, -1):
            for start in range(end - least + 1):
                place = self._paths.find(tuple(steps[start:end]), epoch)
                if place is not None:
                    return place
        return None


def _districts(grids: pd.DataFrame) -> dict[str, str]:
    """District of every grid, community and town, as the newest row tells."""
    found: dict[str, str] = {}
    for column in ("town", "community", "grid_id"):
        found.update(zip(grids[column], grids["district"], strict=True))
    return found
