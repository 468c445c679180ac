"""Whatever is published, done, silenced and withdrawn, by whatever clock, and however often it is restarted: a notice lives one life."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from riskwarn.alert_rules import Alerts, Quiet, Rule
from riskwarn.audit.verifying import verify
from riskwarn.disclosure import week_of
from riskwarn.errors import AlertChanged, AlertStands, WithdrawnBefore
from riskwarn.home import Home, open_home
from serving.alerts.acting import By
from serving.alerts.alert import Alert, head_of, steps_of
from serving.alerts.keeping import keep
from serving.alerts.life import LIFE, LIVE, NEEDS, Outcome, Status, Verb
from serving.alerts.silences import silence, silences_at
from serving.alerts.suspending import resume, suspend
from serving.alerts.teams import kept_teams
from serving.alerts.tickets import follow_tickets
from serving.delivery.tables import MESSAGES
from serving.publishing.withdraw import withdraw
from serving.snapshots import published
from tests.serving.alerts.city import City, grid

#: Grids of two towns, few enough to meet again and again.
NUMBERS = (0, 1, 2, 3, 12, 13)

BUDGET = 3
RULES = Alerts(
    rules=(Rule(on="level"), Rule(on="lasting", periods=2)), notices_a_week=BUDGET, group_from=3, group_most=3, dwell=1, rest_days=7,
    repeat_days=2, quiet=Quiet(),
)  # fmt: skip

#: What is told by rule, and of nothing that is silenced.
BY_RULE = {"raised", "raised_further", "reminded", "escalated", "overdue"}

#: How far somebody has come with a notice.
FORWARD = {"open": 0, "returned": 0, "referred": 0, "acknowledged": 1, "in_progress": 2, "closed": 3}

LEVELS = st.dictionaries(
    st.sampled_from(NUMBERS), st.sampled_from(["red", "red", "orange", "orange", "yellow", "unknown"]), min_size=1
)

#: What ends many notices at once is done seldom: else hardly any lives long enough for anything else to befall it.
SELDOM = st.integers(0, 3)
ELSEWHERE = "T0000002"
SAID: dict[str, Any] = {"note": "已核实", "team_id": "T0000001"}


class Life(RuleBasedStateMachine):
    """One city, its notices, and all that befalls them."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.city = City(Path(self.folder.name), RULES)
        self.publications = 0
        self.said: dict[str, dict[int, str]] = {}  # snapshot -> the levels that it told
        self.silenced: set[str] = set()
        self.seen = 0  # the number of the last message that was looked at
        self.subscribe()
        self.publish({0: "orange", 12: "red"})

    def subscribe(self) -> None:
        """Nobody is told here."""

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.city.home.database.dispose()
            self.folder.cleanup()

    @rule(levels=LEVELS)
    def publish(self, levels: dict[int, str]) -> None:
        self.publications += 1
        self.city.publish(levels, later=timedelta(minutes=self.publications), salt=str(self.publications))
        self.said[self.city.snapshot] = levels

    @rule(levels=LEVELS)
    def publish_the_same_week_anew(self, levels: dict[int, str]) -> None:
        if self.publications:
            self.publications += 1
            self.city.publish(levels, later=timedelta(minutes=1), salt=str(self.publications), again=True)
            self.said[self.city.snapshot] = levels

    def one(self, data: st.DataObject) -> Alert | None:
        """A notice, mostly a live one."""
        alerts = self.city.alerts()
        live = [one for one in alerts if one.live]
        return data.draw(st.sampled_from([*alerts, *live * 4])) if alerts else None

    @precondition(lambda self: self.publications)
    @rule(data=st.data(), outcome=st.sampled_from(list(Outcome)), seldom=SELDOM)
    def do(self, data: st.DataObject, outcome: Outcome, seldom: int) -> None:
        alert = self.one(data)
        if alert is not None:
            verb = data.draw(st.sampled_from([*list(LIFE[Status(alert.status)]) * 3, *Verb]))
            needed, stale = NEEDS.get(verb), seldom == 0
            said = {} if needed is None else {needed: outcome.value if needed == "outcome" else SAID[needed]}
            with suppress(AlertStands, AlertChanged):
                self.city.do(alert, verb, by=By(version=alert.version - stale), **said)
                self.is_asked_above(alert, self.city.alert(alert.id), verb)

    @precondition(lambda self: self.publications)
    @rule(
        data=st.data(), hours=st.sampled_from([-30, -3, 0, 24]),
        status=st.sampled_from(["acknowledged", "in_progress", "closed", "returned", "withdrawn", "overdue", "suspended"]),
    )  # fmt: skip
    def a_ticket_says(self, data: st.DataObject, hours: int, status: str) -> None:
        """It is told like what is done here, and what is older than that takes nothing back."""
        before, now = self.one(data), self.city.now
        if before is None:
            return
        at = now + timedelta(hours=hours)
        row = {"alert_id": before.id, "status": status, "updated_at": at, "outcome": None, "service": None}
        with self.city.home.database.connect() as connection:
            since = [one for one in steps_of(connection, before.id) if one["source"] == "cli" and one["at"] > at]
        follow_tickets(self.city.home, [row], now=now)
        after = self.city.alert(before.id)
        if hours > 0:
            assert after == before, "what is ahead waits for its time"
        if since and before.status in FORWARD and since[-1]["verb"] != "note" and after.status in FORWARD:
            assert FORWARD[after.status] >= FORWARD[before.status]
        self.is_asked_above(before, after, "return" if after.status == "returned" != before.status else "")
        if after.status != before.status and after.status in ("closed", "returned") and before.messages:
            assert after.notify_at is not None or after.messages[-1][0].endswith(f".{after.version}") or after.over(now)

    def is_asked_above(self, before: Alert, after: Alert, verb: str) -> None:
        """What a team gives up is the matter of the unit above, which has its time to take it."""
        if verb in ("return", "refer"):
            with self.city.home.database.connect() as connection:
                above = kept_teams(connection).of(after.units, above=after.team_id)
            assert above is None or above.id in after.co_teams
            assert after.acknowledge_by is not None and after.acknowledge_by > self.city.now and not after.paused
            assert after.escalations == before.escalations + 1

    @precondition(lambda self: self.publications)
    @rule(data=st.data())
    def assign_away(self, data: st.DataObject) -> None:
        """It goes to a team of elsewhere, and whoever had it asks for it no more."""
        live = [
            one for one in self.city.alerts() if one.live and one.team_id != ELSEWHERE and not one.over(self.city.now)
        ]
        if live:
            self.city.do(data.draw(st.sampled_from(live)), "assign", team_id=ELSEWHERE)

    @rule(hours=st.sampled_from([1, 11, 24, 24, 49, 49, 24 * 7, 24 * 30]))
    def time_passes(self, hours: int) -> None:
        self.city.now += timedelta(hours=hours)
        keep(self.city.home, now=self.city.now)

    @rule(hours=st.sampled_from([1, 12, 24 * 8]))
    def the_clock_is_set_back(self, hours: int) -> None:
        self.city.now -= timedelta(hours=hours)
        keep(self.city.home, now=self.city.now)

    @rule(unit=st.sampled_from([("town", "T0000000"), ("grid", grid(12))]))
    def be_silent(self, unit: tuple[str, str]) -> None:
        silence(self.city.home, *unit, None, "a test", self.city.now + timedelta(days=3), now=self.city.now)
        self.silenced |= {grid(number) for number in NUMBERS if number < 12} if unit[0] == "town" else {unit[1]}

    @precondition(lambda self: self.publications)
    @rule(data=st.data(), seldom=SELDOM)
    def withdraw_a_snapshot(self, data: st.DataObject, seldom: int) -> None:
        if seldom > 1:
            return
        home, before = self.city.home, self.city.alerts()
        listed = published.listed(home)  # mostly one that raised a notice and that others followed
        raising = {one.snapshot for one in before if one.live}
        chosen = data.draw(st.sampled_from([*listed, *[one for one in listed[1:] if one.id in raising] * 4]))
        with suppress(WithdrawnBefore):
            withdraw(home, chosen.id, "a test", now=self.city.now)
        assert not any(one.live for one in self.city.alerts(snapshot=chosen.id))
        remaining = [row.id for row in published.listed(home) if row.id not in published.fates(home)]
        for alert in self.city.alerts():
            told = {one["code"]: one["level"] for one in alert.members} or {alert.code: alert.level}
            if alert.live and alert.unit != "district":
                for code, level in told.items():
                    assert level in {self.said[name].get(int(code[1:])) for name in remaining}, (
                        "no snapshot bears it out"
                    )
        current = published.newest(home)
        if current is None or current.sequence < chosen.sequence:
            return
        gone = {one.id for one in before if one.live and not one.over(self.city.now)} - {
            one.id for one in self.city.alerts() if one.live
        }
        for alert in before:
            for code in alert.grids if alert.id in gone else ():
                alone = not any(code in other.grids for other in before if other.id != alert.id)
                if alone and code not in self.silenced:
                    stands = self.said[current.id].get(int(code[1:]))
                    assert stands not in ("red", "orange"), "the current one bears it out"

    @rule(seldom=SELDOM)
    def what_waits_for_the_morning_is_silent_over_the_end_of_the_week(self, seldom: int) -> None:
        """It goes out in the next week, beside what is raised then."""
        if seldom:
            return
        self.end_all()
        self.publish_the_same_week_anew({})
        self.it_is_saturday_evening()
        self.publish_the_same_week_anew({12: "orange", 13: "orange"})
        silence(
            self.city.home, "town", "T0000001", None, "a test", self.city.now + timedelta(days=2), now=self.city.now
        )
        self.silenced |= {grid(12), grid(13)}
        self.time_passes(24 * 2 + 11)
        self.publish_the_same_week_anew(dict.fromkeys((14, 15), "red") | {12: "orange", 13: "orange"})
        self.time_passes(1)

    def it_is_saturday_evening(self) -> None:
        there = self.city.now.astimezone(self.city.home.configuration.calendar.timezone)
        self.city.now += timedelta(days=(5 - there.weekday()) % 7, hours=21.5 - there.hour, minutes=-there.minute)

    @rule(seldom=SELDOM)
    def what_was_closed_is_opened_again(self, seldom: int) -> None:
        """… while a grid of it has a notice of its own."""
        if seldom:
            return
        self.end_all()
        self.publish_the_same_week_anew({})
        self.city.publish({})
        self.said[self.city.snapshot] = {}
        self.publish({0: "orange", 1: "orange", 2: "orange"})
        closed = [one for one in self.city.alerts() if one.live]
        for one in closed:
            self.city.do(one, "close", outcome="false")
        self.time_passes(24 * 8)
        for levels in ({}, {}, {0: "red"}):
            self.publish(levels)
        for one in closed:
            with suppress(AlertStands):
                self.city.do(one, "reopen", note="a test")

    @precondition(lambda self: self.publications)
    @rule(seldom=SELDOM)
    def suspend_and_resume(self, seldom: int) -> None:
        if not seldom:
            self.end_all()

    def end_all(self) -> None:
        """No notice is live after it."""
        suspend(self.city.home, "conflict", "a test", now=self.city.now)
        assert not any(one.live for one in self.city.alerts())
        resume(self.city.home, "conflict", "a test", now=self.city.now)

    @rule()
    def restart(self) -> None:
        home = self.city.home
        home.database.dispose()
        self.city.home = Home(home.path, home.configuration, open_home(home.path, home.settings).settings)
        keep(self.city.home, now=self.city.now)

    @invariant()
    def of_a_unit_and_target_one_is_live(self) -> None:
        if not hasattr(self, "city"):
            return
        live = [one for one in self.city.alerts() if one.live]
        about = [
            (head_of(one.target, one.unit, one.code, one.kind), one.budget_team if one.members else None)
            for one in live
        ]
        assert len(set(about)) == len(live) == len({one.head for one in live})
        grids = Counter(code for one in live for code in one.grids)
        assert not grids or max(grids.values()) == 1, "no grid is told of by two"
        assert all(one.head is None for one in self.city.alerts() if not one.live)

    @invariant()
    def somebody_is_asked_for_what_nobody_has_taken(self) -> None:
        if hasattr(self, "city"):
            taken = ("acknowledged", "in_progress")
            assert all(
                one.acknowledge_by is not None for one in self.city.alerts() if one.live and one.status not in taken
            )

    @invariant()
    def no_team_is_sent_more_than_its_budget(self) -> None:
        if hasattr(self, "city"):
            alerts, zone = self.city.alerts(), self.city.home.configuration.calendar.timezone
            spent = Counter((one.budget_team, one.week) for one in alerts if one.budget_team is not None)
            assert not spent or max(spent.values()) <= BUDGET
            for one in alerts:
                if one.budget_team is not None and one.messages:
                    first = datetime.fromisoformat(one.messages[0][1]).astimezone(zone).date()
                    assert one.week == week_of(first), "it counts in the week in which somebody was told of it first"

    @invariant()
    def every_message_has_its_place(self) -> None:
        """Nobody is woken after the end, or in the night; the first is an Alert, and whoever got it gets the Cancel."""
        if not hasattr(self, "city"):
            return
        with self.city.home.database.connect() as connection:
            messages = [
                dict(one) for one in connection.execute(select(MESSAGES).order_by(MESSAGES.c.sequence)).mappings()
            ]
        zone = self.city.home.configuration.calendar.timezone
        by_alert: dict[str, list[dict[str, Any]]] = {}
        for one in messages:
            by_alert.setdefault(one["alert_id"], []).append(one)
            sent = one["sent_at"]
            if one["kind"] != "Cancel":
                ends = one["expires_at"]
                assert ends is None if one["kind"] == "Outcome" else sent < ends, f"{one['kind']} written after its end"
                assert "07:30" <= sent.astimezone(zone).strftime("%H:%M") < "21:00"
        # A clock that was set back was a month ahead at most.
        forgotten = self.city.now + timedelta(days=31 - self.city.home.configuration.delivery.keep_days)
        for alert in self.city.alerts():
            own = by_alert.get(alert.id, [])
            kinds, names = [one["kind"] for one in own], [name for name, _ in alert.messages]
            # The oldest messages are forgotten in time: those, and no others.
            gone = len(names) - len(own)
            assert all(datetime.fromisoformat(at) < forgotten for _, at in alert.messages[:gone])
            assert gone > 0 or kinds[:1] in ([], ["Alert"])
            assert "Alert" not in kinds[1:] and kinds.count("Cancel") <= 1
            assert [one["id"] for one in own] == names[gone:]
            assert all([name for name, _ in one["cites"]] == names[: gone + row] for row, one in enumerate(own))
            if alert.status == Status.WITHDRAWN:
                assert not own or kinds[-1] == "Cancel"
            assert "Cancel" not in kinds[:-1]
            assert all(one["body"]["text"]["zh"]["head"] for one in own)
            assert all(
                datetime.fromisoformat(one["body"]["ended_at"]) + timedelta(days=14) <= one["sent_at"]
                for one in own
                if one["kind"] == "Outcome"
            )
            assert alert.status in LIVE or alert.notify_at is None or alert.status == Status.CLOSED

    @invariant()
    def of_what_is_silenced_nothing_is_told_by_rule(self) -> None:
        if not hasattr(self, "city"):
            return
        with self.city.home.database.connect() as connection:
            fresh = select(MESSAGES).where(MESSAGES.c.sequence > self.seen).order_by(MESSAGES.c.sequence)
            for one in connection.execute(fresh).mappings():
                self.seen = one["sequence"]
                alert = self.city.alert(one["alert_id"])
                if one["kind"] in ("Alert", "Update") and silences_at(connection, one["sent_at"]).over(
                    alert.target, alert.units
                ):
                    (step,) = (each for each in steps_of(connection, alert.id) if each["version"] == one["version"])
                    assert step["verb"] not in BY_RULE

    @invariant()
    def every_step_is_in_the_audit(self) -> None:
        if hasattr(self, "city"):
            verify(self.city.home)


def lives(examples: int, steps: int) -> settings:
    """So many lives of so many steps; what fails is told as it is, for to make it shorter takes long."""
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True,
        phases=(Phase.generate,),
    )  # fmt: skip


TestLife = Life.TestCase
TestLife.settings = lives(3, 15)


@pytest.mark.slow
class TestLongLife(Life.TestCase):  # type: ignore[misc,name-defined]
    """The same for longer."""

    settings = lives(25, 25)
