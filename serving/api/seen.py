"""What a caller sees of all that is published: a route asks here and nowhere else, so that it cannot forget for whom it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from riskwarn.errors import NoSnapshot, QueryInvalid, TargetSuspended
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from riskwarn.words import Unit
from serving.access.areas import WHOLE_CITY, Area, areas_named
from serving.access.caller import Caller
from serving.alerts.alert import Alert
from serving.alerts.telling import as_seen, told_to
from serving.api.cursors import Cursor
from serving.delivery.view import View
from serving.snapshots.current import Current
from serving.snapshots.cut import Cuts, Inside, manifest_inside
from serving.snapshots.lost import lost
from serving.snapshots.publications import Publications
from serving.snapshots.published import WITHDRAWN, Row
from serving.snapshots.snapshot import OF_MODELS, Snapshot
from serving.snapshots.suspensions import models_without

#: What an area is named by, to who may see a part of the city.
OF_AREA = Message("it takes codes of units that you see, with their kind where several bear one: town:CODE")

_OF_MANIFEST = ("inputs", "previous", "models", "gaps", "files", "period", "names")

#: Figures over the whole city in the record of how forecasts went.
_RECORD: dict[str, Any] = {
    "counted": False, "events": None, "events_between": None, "events_before_publication": None, "unknown_grids": None,
    "levels": {}, "misses": [], "false_alarms": [], "chain": None,
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """For one caller."""

    caller: Caller
    home: Home
    current: Current
    cuts: Cuts

    @property
    def whole(self) -> bool:
        """Whether the caller sees the whole city."""
        return self.caller.area.whole

    @property
    def inside(self) -> Inside | None:
        """What lies inside the caller's area today; None is the whole city."""
        return None if self.whole else self.cuts.inside(self.current(), self.caller.area.units)

    def covers(self, area: Area) -> bool:
        """Whether the caller sees all of an area, by the tree of today."""
        if self.whole or area == self.caller.area:
            return True
        inside = self.inside
        if area.whole or inside is None:
            return False
        grids = self.cuts.inside(self.current(), area.units).grids
        return bool(grids) and grids <= inside.grids

    def saw(self, area: Area, snapshot: str | None) -> bool:
        """Whether the caller sees all of an area, by the tree of today and by that of a snapshot."""
        return self.covers(area) and (self.whole or all(self.held(*unit, snapshot) for unit in area.units))

    def unchanged(self, area: Area, snapshot: str | None) -> bool:
        """Whether the units of an area hold the same grids today as in a snapshot; not where none is named."""
        if area.whole or snapshot is None:
            return area.whole
        then, now = (self.current.trees.extents(one) for one in (snapshot, self.current().id))
        return all(then.get(unit) == now.get(unit) for unit in area.units)

    def area(self, codes: Sequence[str] | None) -> Area:
        """The area of some codes of units that the caller sees; all that he sees where none is given.

        Of what lies outside nothing is told, not even that it is there. Raises UnknownArea and AreaAmbiguous, whose sentences are for who sees
        the whole city; NoSnapshot where nothing is published yet.
        """
        if not codes:
            return WHOLE_CITY if self.whole else self.caller.area
        inside, places = self.inside, self.current().places
        if inside is None:
            known = {unit: {*places[unit].rows} for unit in Unit}
        else:
            known = {unit: {code for kind, code in inside.units if kind == unit} for unit in Unit}
        return areas_named(codes, known)

    def snapshot(self, as_of: date | None = None, cursor: Cursor | None = None) -> Snapshot:
        """The snapshot that a query is of: the current one, that of an as-of, or the one that a traversal began with."""
        if cursor is None:
            return self._cut(self.current(as_of))
        try:
            snapshot = self.current.named(cursor.snapshot)
        except NoSnapshot as error:
            raise QueryInvalid(
                parameter="cursor", problem="it is not one that a ranking gave as `next`: start again without it"
            ) from error
        if as_of is not None and snapshot.as_of != as_of:
            raise QueryInvalid(parameter="cursor", problem="it belongs to another query; start again without it")
        return self._cut(snapshot)

    def named(self, parameter: str, snapshot: str) -> Snapshot:
        """A snapshot by its id, which a parameter names. Raises QueryInvalid, SnapshotGone, SnapshotDamaged."""
        try:
            return self._cut(self.current.named(snapshot))
        except NoSnapshot as error:
            raise QueryInvalid(
                parameter=parameter, problem="there is no such snapshot; GET /v1/snapshots lists them"
            ) from error

    def _cut(self, snapshot: Snapshot) -> Snapshot:
        return snapshot if self.whole else self.cuts(snapshot, self.current(), self.caller.area.units)

    @property
    def publications(self) -> Publications:
        """All publications: which there are is no secret of a place, what they were made from is told by `published`."""
        return self.current.publications

    def published(self, limit: int) -> list[dict[str, Any]]:
        """The publications, the newest first."""
        return [self._publication(row) for row in self.publications.rows[:limit]]

    def _publication(self, row: Row) -> dict[str, Any]:
        publications, zone = self.publications, self.home.configuration.calendar.timezone
        held, inside = self.current.held, self.inside if publications.kept else None
        manifest = {**row.manifest, **self._models(row)}
        if not self.whole:
            # Its gaps are of the districts as they were; one that is outside today is not named for what it held then.
            trees, districts = self.current.trees, frozenset[str]()
            if inside is not None and held is not None:
                districts = trees.districts(row.id, inside) & trees.districts(held.id, inside)
            manifest = manifest_inside(manifest, districts)
        return {
            "id": row.id,
            "as_of": row.as_of.isoformat(),
            "published_at": row.published_at.isoformat(),
            "valid_until": row.valid_until.astimezone(zone).isoformat(),
            "current": held is not None and row.id == held.id,
            "withdrawn": publications.fates.get(row.id, {}).get("fate") == WITHDRAWN,
            "kept": row.id not in publications.fates,
            **{name: manifest.get(name) for name in _OF_MANIFEST},
            "chain": row.chain if self.whole else None,
            "not_replayable": lost(row.manifest, publications.losses) if self.whole else None,
        }

    def _models(self, row: Row) -> dict[str, Any]:
        """What is told by `target/horizon` of a publication, without what is suspended."""
        left = {name: models_without(row.manifest.get(name, {}), self.current.suspended) for name in OF_MODELS}
        inputs, served = row.manifest["inputs"], {*left["models"].values()}
        models = {version: digest for version, digest in inputs.get("models", {}).items() if version in served}
        return {**left, "inputs": {**inputs, "models": models}}

    def declared(self, target: str | None) -> None:
        """Raise QueryInvalid where a target is asked for that is not declared: of it there would be nothing for ever, and nobody told why."""
        known = self.home.configuration.targets
        if target is not None and target not in known:
            problem = Message("{target!r} is not declared; declared are {known}", target=target, known=Listed(known))
            raise QueryInvalid(parameter="target", problem=problem)

    def served(self, target: str | None) -> list[str]:
        """The targets that are suspended and left out of a list of all. Raises TargetSuspended where one of them is asked for."""
        if target in self.current.suspended:
            raise TargetSuspended(target=self.home.configuration.target_named(target))
        return sorted(self.current.suspended)

    @property
    def without_figures(self) -> list[str]:
        """The targets of which the current snapshot tells nothing: they are suspended, or were when it was published."""
        held = self.current.held
        return sorted(self.current.suspended | (held.suspended if held is not None else frozenset()))

    def record(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """How forecasts went, as `track_record` gives it; of a part of the city no figure is kept, but what came of its districts."""
        if self.whole:
            return dict(found)
        view = self.view if any(one["districts"] for one in found["rows"]) else None

        def own(row: Mapping[str, Any]) -> list[dict[str, Any]]:
            every, snapshot = row["districts"], row["snapshot"]
            return [one for one in every if view is not None and view.held(Unit.DISTRICT, one["code"], snapshot)]

        return {
            **found,
            "rows": [{**one, **_RECORD, "districts": own(one)} for one in found["rows"]],
            "summary": [{**one, "counted": 0, "events": None, "levels": {}} for one in found["summary"]],
        }

    @property
    def view(self) -> View:
        """What of notices is seen. Raises NoSnapshot where a part is seen of what there is not yet."""
        return self.view_of(self.inside)

    def view_of(self, inside: Inside | None) -> View:
        """The same of something inside."""
        trees = self.current.trees
        then = View.then if inside is None else partial(trees.inside, inside=inside)
        granted = () if inside is None else (frozenset(self.caller.area.units),)
        return View(
            inside, self.current.suspended, self._told_by_an_earlier_rule, then, self.current.withholds, granted
        )

    def _told_by_an_earlier_rule(self, snapshot: str) -> bool:
        row = self.publications.by_id.get(snapshot)  # None where it was published since the last look
        return row is not None and not row.told_as_now

    def alerts(
        self, pages: Iterator[list[Alert]], limit: int, chosen: Callable[[Alert], bool] = lambda _alert: True
    ) -> list[dict[str, Any]]:
        """The first notices of those that lie inside and are `chosen`, out of pages of all, the newest first."""
        found: list[Alert] = []
        for page in pages:
            found += [one for one in page if self.of_alert(one) and chosen(one)]
            if len(found) >= limit:
                break
        return [self.alert(one) for one in found[:limit]]

    def of_alert(self, alert: Alert) -> bool:
        """Whether a notice lies inside."""
        return self.view.sees(alert.unit, alert.code, alert.members, alert.snapshot)

    def as_told(self, alert: Alert) -> Alert | None:
        """A notice with the level and the terms that the caller is told; None where it does not lie inside."""
        return as_seen(alert, self.view) if self.of_alert(alert) else None

    def holds(self, unit: str, code: str) -> bool:
        """Whether a unit lies inside, by the tree of today."""
        return self.view.holds(unit, code)

    def held(self, unit: str, code: str, snapshot: str | None) -> bool:
        """Whether a unit, as it was when a snapshot was published, lies inside today."""
        return self.view.held(unit, code, snapshot)

    def alert(self, alert: Alert, full: bool = False) -> dict[str, Any]:
        """A notice as it is told to the caller; of its text the head, or `full` all."""
        return told_to(alert, self.view, self.home.configuration, full)
