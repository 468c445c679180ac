"""A made-up city whose levels a test sets: 36 grids, 12 a town, 4 a community, and the publications that tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.alert_rules import Alerts, Rule
from riskwarn.audit import recorded
from riskwarn.audit.chain import hold
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.words import Gap, Unit
from serving.access.areas import Area
from serving.alerts.acting import Asked, By, act
from serving.alerts.alert import Alert, alert_named, alerts_where, steps_of
from serving.alerts.candidates import Declared, Said, looked_at
from serving.alerts.held import waiting
from serving.alerts.life import Verb
from serving.alerts.past import Published
from serving.alerts.raising import Publication, Raised, raise_alerts
from serving.alerts.redrawing import released
from serving.alerts.tables import HELD
from serving.alerts.teams import Teams, default_teams
from serving.api.app import Application
from serving.api.options import Options
from serving.columns.gaps import DataGaps, SourceGap
from serving.columns.scores import LEVEL_NUMBERS
from serving.delivery.tables import MESSAGES
from serving.snapshots import published

PARTS = {Unit.GRID: 4, Unit.COMMUNITY: 3, Unit.TOWN: 2, Unit.DISTRICT: 4}
GRIDS = 36
BLOCK = ("conflict", 4)

#: The token of its server's start, and the district of its first two towns.
TOKEN = "ab" * 32
OWN = Area((("district", "D0000000"),))

#: A Monday, as of which the first publication is; it comes out at ten in the morning of that day in the city.
FIRST = date(2026, 3, 2)
TEN = timedelta(hours=2)

#: Entering orange or red, and nothing else; no quiet hours, no groups.
PLAIN = Alerts(rules=(Rule(on="level"),), quiet=None, group_from=99)


def grid(number: int) -> str:
    """The code of a grid; 0 to 11 lie in the first town, 12 to 23 in the second, and both in the first district."""
    return f"G{number:07d}"


class City:
    """A home, and what is published in it."""

    def __init__(self, folder: Path, rules: Alerts = PLAIN, **settings: Any) -> None:
        home = make_home(folder / "home", Settings(**settings))
        self.home = Home(home.path, home.configuration.model_copy(update={"alerts": rules}), home.settings)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(made_snapshot, "PARTS", PARTS)
            self.content = made_content(GRIDS, targets=("conflict",), horizons=(4,))
        self.teams: Teams | None = None
        self.weeks = -1
        self.now = self._at(0)

    def application(self) -> Application:
        """Its application, at the time that it is in the city."""
        return Application(self.home, lambda: self.now, Options(token=TOKEN))

    @property
    def rules(self) -> Alerts:
        return self.home.configuration.alerts

    def with_rules(self, **changes: Any) -> None:
        """Other rules from now on."""
        alerts = self.rules.model_copy(update=changes)
        self.home = Home(
            self.home.path, self.home.configuration.model_copy(update={"alerts": alerts}), self.home.settings
        )

    def _at(self, weeks: int) -> datetime:
        return datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(weeks=weeks) + TEN

    def publish(
        self,
        levels: Mapping[int, str],
        scores: Mapping[int, float] | None = None,
        gap: str | None = None,
        later: timedelta | None = None,
        salt: str = "",
        again: bool = False,
    ) -> Raised:
        """Publish the next week, or the same anew: grids of some levels, the others have none. `gap` is a district that a source fails."""
        self.weeks += not again
        self.now = self._at(self.weeks) if later is None else self.now + later
        return self.publish_as_of(FIRST + timedelta(weeks=self.weeks), levels, scores, gap, salt)

    def publish_as_of(
        self, as_of: date, levels: Mapping[int, str], scores: Mapping[int, float] | None = None, gap: str | None = None, salt: str = ""
    ) -> Raised:  # fmt: skip
        """Publish as of a day, as it is now."""
        own = self.content.scores[BLOCK][Unit.GRID]
        level = np.full(GRIDS, LEVEL_NUMBERS["none"], dtype=np.int8)
        score = np.full(GRIDS, 0.01)
        for number, name in levels.items():
            level[number], score[number] = LEVEL_NUMBERS[name], {"red": 0.4, "orange": 0.3}.get(name, 0.02)
        for number, value in (scores or {}).items():
            score[number] = value
        rank = np.empty(GRIDS, dtype=np.int32)
        rank[np.lexsort((np.arange(GRIDS), -score))] = np.arange(1, GRIDS + 1)
        one = replace(own, level=level, known=level, score=score, expected_count=score, rank=rank)
        content = replace(self.content, scores={BLOCK: {**self.content.scores[BLOCK], Unit.GRID: one}})
        gaps = DataGaps((SourceGap("disputes", Gap.SILENT, gap),)) if gap is not None else DataGaps()
        current = published.newest(self.home)
        said = Said(as_of, content.places, content.scores, gaps, content.reasons)
        configuration = self.home.configuration
        declared = Declared(self.rules, configuration.levels, configuration.calendar)
        before = Published(self.home, as_of, content.places)
        with self.home.database.connect() as connection:
            held = [
                *waiting(connection, None if current is None else current.id),
                *released(connection, content.places, self.now),
            ]
        found = looked_at(said, before, declared, held)
        snapshot = publish_made(self.home, content, as_of, self.now, salt=salt, gaps=gaps)
        teams = self.teams or default_teams(content.places, self.rules.notices_a_week)
        with recorded(self.home) as change:
            hold(change.connection)
            raised = raise_alerts(change.connection, Publication(snapshot, said, configuration, self.now), found, teams)
            change.append(*raised.entries, at=self.now)
        self.snapshot = snapshot
        return raised

    def alerts(self, **where: str) -> list[Alert]:
        """The notices, the oldest first."""
        with self.home.database.connect() as connection:
            found = alerts_where(connection)
        return [one for one in found if all(getattr(one, name) == value for name, value in where.items())]

    def codes(self, **where: str) -> dict[str, str]:
        """Code -> level of the notices."""
        return {one.code: one.level for one in self.alerts(**where)}

    def alert(self, identity: str) -> Alert:
        with self.home.database.connect() as connection:
            return alert_named(connection, identity)

    def verbs(self, identity: str) -> list[str]:
        """The steps of a notice."""
        with self.home.database.connect() as connection:
            return [one["verb"] for one in steps_of(connection, identity)]

    def held(self) -> dict[str, str]:
        """Code -> why it was held back by the last publication."""
        with self.home.database.connect() as connection:
            rows = connection.execute(select(HELD).where(HELD.c.snapshot == self.snapshot)).mappings()
            return {row["code"]: row["reason"] for row in rows}

    def messages(self) -> list[tuple[str, str]]:
        """(kind, id) of all messages, in their order."""
        with self.home.database.connect() as connection:
            rows = connection.execute(select(MESSAGES).order_by(MESSAGES.c.sequence)).mappings()
            return [(one["kind"], one["id"]) for one in rows]

    def do(
        self, alert: Alert | str, verb: str, later: timedelta = timedelta(0), by: By | None = None, **said: Any
    ) -> dict[str, Any]:
        """Do something with a notice."""
        self.now += later
        identity = alert if isinstance(alert, str) else alert.id
        return act(self.home, identity, Asked(Verb(verb), **said), by or By(), now=self.now)
