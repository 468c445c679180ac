"""The last weeks of the demonstration: each is published, told, answered and closed as teams would, in seconds."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import TYPE_CHECKING, Any

from riskwarn.cli.notices import figures_of_all

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from riskwarn.cli.demo_receiver import Receiver
    from riskwarn.home import Home
    from riskwarn.progress import Progress
    from riskwarn.simulate import SimulatedCity
    from serving.alerts.alert import Alert
    from serving.publishing.publish import Published

#: Weeks that are published one after the other.
WEEKS = 12

#: Weeks beyond the last for which the city is simulated: what comes of the last notices, which no office knows yet.
BEYOND = 4

#: One notice of so many is answered by nobody whom it was sent to: it goes up, and who is told then answers it.
UNANSWERED = 8

#: Of the last week's notices none is closed, and so many wait for an answer: whoever looks at the city finds something to do.
WAITING = 2

#: When a week's work is done: days after its Monday, and the hour.
PUBLISHED, ACKNOWLEDGED, STARTED, CLOSED = (0, 10), (0, 15), (2, 11), (4, 16)

#: Notices of each standing that are shown.
SHOWN = 3

#: What is done where the reasons of a notice name nothing.
USUAL = "visit"


@dataclass
class Clock:
    """The time of the demonstration; once it `runs`, that of the machine."""

    now: datetime
    runs: bool = False

    def __call__(self) -> datetime:
        """It."""
        return datetime.now(UTC) if self.runs else self.now


@dataclass(frozen=True)
class Future:
    """What a simulated city holds for the weeks after an as-of."""

    city: SimulatedCity

    def comes(self, target: str, grids: Sequence[str], monday: date, weeks: int) -> bool:
        """Whether there is an event of a target in one of some grids."""
        import numpy as np

        from riskwarn.simulate.exports import grid_ids

        rows = {code: row for row, code in enumerate(grid_ids(self.city.world))}
        cases, column = self.city.incidents, "opened"
        if target == "conflict":
            cases, column = self.city.disputes, "ended"
            cases = cases[cases["how"].eq("escalated") & cases["outcome"].ne("引导诉讼")]
        start, end = np.datetime64(monday, "s"), np.datetime64(monday + timedelta(weeks=weeks), "s")
        there = cases["grid"].isin([rows[one] for one in grids if one in rows])
        return bool((there & (cases[column] >= start) & (cases[column] < end)).any())


@dataclass
class Lived:
    """What was published, told and done."""

    published: list[Published] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)  # verb or rule -> how often


@dataclass
class Office:
    """Those who answer notices, by the clock of the demonstration."""

    home: Home
    future: Future
    clock: Clock
    until: datetime  # the time of this machine, which nothing of the demonstration goes beyond
    lived: Lived = field(default_factory=Lived)
    newest: list[str] = field(default_factory=list)  # the notices of the last week, the newest first

    def live(self, mondays: Sequence[date], told: Callable[[Published], None], progress: Progress) -> Lived:
        """Live through some weeks; `told` is called when a week is over, or as far as it has gone."""
        from serving.publishing.publish import publish

        for monday in mondays:
            self.clock.now = min(self._at(monday, PUBLISHED), self.until)
            published = publish(self.home, monday, now=self.clock.now, progress=progress)
            self.lived.published.append(published)
            if monday == mondays[-1]:
                self.newest = self._raised_by(published.snapshot)
            self._pass()
            for when, answer in ((ACKNOWLEDGED, self._acknowledge), (STARTED, self._start), (CLOSED, self._close)):
                if self._at(monday, when) < self.until:
                    self.clock.now = self._at(monday, when)
                    answer()
                    self._pass()
            told(published)
        return self.lived

    def _at(self, monday: date, when: tuple[int, int]) -> datetime:
        zone: ZoneInfo = self.home.configuration.calendar.timezone
        return datetime.combine(monday + timedelta(days=when[0]), clock(when[1]), zone)

    def _pass(self) -> None:
        """What time does to notices, and the way of messages."""
        from serving.alerts.keeping import keep
        from serving.delivery.dispatcher import Dispatcher

        kept = keep(self.home, now=self.clock.now)
        self.lived.done.update({name: number for name, number in kept.as_dict().items() if name != "sent"})
        asyncio.run(Dispatcher(self.home, self.clock).drain())

    def _raised_by(self, snapshot: str) -> list[str]:
        """The notices of a risk that a publication raised, the newest first."""
        from serving.alerts.alert import alerts_where
        from serving.alerts.tables import ALERTS

        with self.home.database.connect() as connection:
            found = alerts_where(connection, ALERTS.c.snapshot == snapshot, ALERTS.c.kind != "gap")
        return [one.id for one in reversed(found)]

    def _standing(self, status: str) -> list[Alert]:
        """The notices of a risk that stand so, beside those that nobody answers, or not until they go up."""
        from serving.alerts.alert import alerts_where
        from serving.alerts.tables import ALERTS

        with self.home.database.connect() as connection:
            found = alerts_where(connection, ALERTS.c.status == status, ALERTS.c.kind != "gap")
        waiting = self.newest[:WAITING]
        return [one for one in found if one.id not in waiting and (one.sequence % UNANSWERED or one.escalations)]

    def _acknowledge(self) -> None:
        self._do("acknowledge", self._standing("open"))

    def _start(self) -> None:
        by_service: dict[str, list[Alert]] = {}
        for one in self._standing("acknowledged"):
            by_service.setdefault(next(iter(one.services), USUAL), []).append(one)
        for service, alerts in by_service.items():
            self._do("start", alerts, service=service)

    def _close(self) -> None:
        """On the last Friday before it is due: what was looked for was there, or was not. What went up by then is answered, too."""
        from riskwarn.disclosure import week_of

        self._acknowledge()
        self._start()
        zone, next_friday = self.home.configuration.calendar.timezone, self.clock.now + timedelta(weeks=1)
        real: list[Alert] = []
        false: list[Alert] = []
        for one in self._standing("in_progress"):
            monday = week_of(one.raised_at.astimezone(zone).date())
            if one.id not in self.newest and one.due_at is not None and one.due_at <= next_friday:
                comes = self.future.comes(one.target, one.grids, monday, min(one.horizon, BEYOND))
                (real if comes else false).append(one)
        self._do("close", real, outcome="real")
        self._do("close", false, outcome="false")

    def _do(self, verb: str, alerts: Sequence[Alert], **said: Any) -> None:
        from serving.alerts.acting import Asked, By, act_on_many
        from serving.alerts.life import Verb

        asked = Asked(Verb(verb), **said)
        done = act_on_many(self.home, [one.id for one in alerts], asked, By(), now=self.clock.now)
        self.lived.done[verb] += sum("alert" in one for one in done)


def subscribed(home: Home, receiver: Receiver, name: str, now: datetime) -> str:
    """Let a receiver be told of notices; gives the id of its subscription."""
    from riskwarn.secrets.key_file import make
    from serving.access.caller import LOCAL
    from serving.delivery.subscriptions import Asked, create

    make(home, "aes-256-gcm")
    made = create(home, Asked(name, address=receiver.address), LOCAL, "local", lambda _area: True, now=now)
    receiver.secret = made["secret"]
    return str(made["id"])


def unsubscribed(home: Home, subscription: str, *, now: datetime) -> None:
    """Nobody listens any more."""
    from serving.access.caller import LOCAL
    from serving.delivery.subscriptions import remove

    remove(home, subscription, LOCAL, "local", now=now)


def noticed(home: Home) -> dict[str, Any]:
    """`{raised, shown, budget, outcomes, levels}`: how many notices, the newest of each standing, the load of teams, what was found."""
    from sqlalchemy import func, select

    from serving.alerts.alert import newest_alerts
    from serving.alerts.shown import as_dict
    from serving.alerts.tables import ALERTS
    from serving.alerts.teams import kept_teams

    own, number = ALERTS.c, func.count()
    with home.database.connect() as connection:
        standing = connection.execute(select(own.status, own.outcome, number).group_by(own.status, own.outcome)).all()
        some = [
            one
            for status, outcome, _ in standing
            for one in newest_alerts(
                connection, [own.status == status, own.outcome.is_not_distinct_from(outcome)], SHOWN
            )
        ]
        spent = connection.execute(
            select(own.budget_team, number).where(own.budget_team.is_not(None)).group_by(own.budget_team, own.week)
        ).all()
        teams, figures = kept_teams(connection).all, figures_of_all(connection, 1)
    allowed = {one.id: one.notices_a_week for one in teams}
    outcomes = Counter[str]()
    for _, outcome, count in standing:
        if outcome is not None:
            outcomes[outcome] += count
    return {
        "raised": sum(count for *_, count in standing),
        "shown": [as_dict(one) for one in sorted(some, key=lambda one: -one.sequence)],
        "budget": {
            "used": sum(count for _, count in spent),
            "of": sum(allowed.values()) * WEEKS,
            "exceeded": sum(count > allowed[team] for team, count in spent),
        },
        "outcomes": dict(outcomes.most_common()),
        "levels": [one for one in figures["levels"] if one["unit"] == "city"],
    }
