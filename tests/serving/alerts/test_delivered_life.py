"""The life of a notice as those live it who are told: over restarts, clocks that are set and receivers that do not answer."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import select

from riskwarn.errors import WithdrawnBefore
from riskwarn.home import Home
from serving.alerts.alert import Alert
from serving.alerts.keeping import keep
from serving.alerts.life import Status
from serving.delivery.messages import TO_THE_TOLD, Message
from serving.delivery.outbox import DEAD
from serving.delivery.outcomes import DELIVERED, Outcome
from serving.delivery.tables import DELIVERIES, MESSAGES
from serving.publishing.withdraw import withdraw
from tests.serving.alerts.hearing import carry, subscribe
from tests.serving.alerts.test_life_machine import ELSEWHERE, Life, lives

#: Who is told: of everything, of the highest level alone, of the notices of one team, and of the one above.
ASKED: dict[str, dict[str, Any]] = {
    "all": {},
    "red": {"min_level": "red"},
    "team": {"team_id": "T0000001"},
    "above": {"team_id": "D0000000"},
}


class Heard(Life):
    """One city, and some who are told of its notices."""

    @initialize()
    def begin(self) -> None:
        """Every life begins with what chance seldom brings."""
        super().begin()
        self.nobody_answers_for_a_month()
        self.who_was_told_asks_no_more()
        self.the_service_stands_still_for_a_month()
        assert self.came() == {"past on its way", "given away", "lowered", "past while it waited"}
        self.what_was_said_is_forgotten()

    def came(self) -> set[str]:
        """What befell notices of that which chance seldom brings."""
        cancels = [(ASKED[name], message) for name, message, _ in self.heard if message.kind == "Cancel"]
        with self.city.home.database.connect() as connection:
            past = select(DELIVERIES.c.sequence).where(DELIVERIES.c.problem == "expired")
            befell = {"past on its way": connection.execute(past.limit(1)).first() is not None}
        befell["given away"] = any(asked.get("team_id") not in {None, *one.teams} for asked, one in cancels)
        befell["lowered"] = any(asked.get("min_level") not in (None, one.level) for asked, one in cancels)
        befell["past while it waited"] = any(
            one.status == Status.CLOSED and one.messages and not one.messages[-1][0].endswith(f".{one.version}")
            for one in self.city.alerts()
        )
        return {name for name, found in befell.items() if found}

    def subscribe(self) -> None:
        """Those who are told, from the first notice on."""
        self.heard: list[tuple[str, Message, datetime]] = []
        self.deaf: frozenset[str] = frozenset()
        for name, asked in ASKED.items():
            subscribe(self.city, name, **asked)

    @rule(deaf=st.frozensets(st.sampled_from(list(ASKED))))
    def deliver(self, deaf: frozenset[str]) -> None:
        """What is due is carried; some do not answer, and are told later."""
        self.deaf = deaf
        self._carry()

    @rule()
    def nobody_answers_for_a_month(self) -> None:
        """What was on its way to them is past then."""
        self.deliver(frozenset(ASKED))
        self.time_passes(24 * 30)
        self.everybody_answers()
        self.nobody_is_woken_after_the_end()

    @rule()
    def the_service_stands_still_for_a_month(self) -> None:
        """What waited for the morning is past when it goes on, of live notices and of those that are over."""
        self.it_is(10)
        self.publish({1: "red", 13: "orange"})
        self.it_is(22)
        for one in self.live()[::2]:
            self.city.do(one, "close", outcome="real")
        self.assign_all(ELSEWHERE)
        self.time_passes(24 * 30 + 12)
        self.every_message_has_its_place()

    @rule()
    def who_was_told_asks_no_more(self) -> None:
        """A notice is given to others, and of a lower level than somebody asks for, and withdrawn then: he is told."""
        self.publish({2: "orange", 12: "orange"})
        self.publish({2: "red", 12: "red"})
        self.it_is(10)
        keep(self.city.home, now=self.city.now)
        self.everybody_answers()
        with suppress(WithdrawnBefore):
            withdraw(self.city.home, self.city.snapshot, "a test", now=self.city.now)
        self.assign_all(ELSEWHERE)
        self.end_all()
        self.everybody_answers()

    def what_was_said_is_forgotten(self) -> None:
        """From now on that is kept for a day alone; who heard of a notice is told all the same that it is withdrawn."""
        self.it_is(10)
        self.publish({3: "red"})
        for one in self.live():
            if one.status == Status.OPEN:
                self.city.do(one, "acknowledge")  # so that nothing more is said of it for days
        self.everybody_answers()
        home = self.city.home
        kept = home.configuration.delivery.model_copy(update={"keep_days": 1})
        self.city.home = Home(home.path, home.configuration.model_copy(update={"delivery": kept}), home.settings)
        self.time_passes(49)
        self.everybody_answers()
        self.end_all()
        self.everybody_answers()

    def assign_all(self, team: str) -> None:
        """Every live notice goes to a team."""
        for one in self.live():
            if one.team_id != team:
                self.city.do(one, "assign", team_id=team)

    def live(self) -> list[Alert]:
        """The notices whose window has not passed and that somebody has to do with."""
        return [one for one in self.city.alerts() if one.live and not one.over(self.city.now)]

    def it_is(self, hour: int) -> None:
        """Go on to the next time that it is so late there."""
        there = self.city.now.astimezone(self.city.home.configuration.calendar.timezone).hour
        self.city.now += timedelta(hours=(hour - there) % 24)

    @rule()
    def everybody_answers(self) -> None:
        """Once all have answered, who was told of a notice that is withdrawn was told so, and nothing after it."""
        self.deaf = frozenset()
        for _ in range(3):
            self.city.now += timedelta(hours=2)  # longer than anything waits
            self._carry()
        with self.city.home.database.connect() as connection:
            waiting = connection.execute(select(DELIVERIES.c.due_at).where(DELIVERIES.c.state == "waiting")).scalars()
            rows = select(DELIVERIES.c.subscription, MESSAGES.c.id).join(
                MESSAGES, DELIVERIES.c.sequence == MESSAGES.c.sequence
            )
            given_up = {tuple(one) for one in connection.execute(rows.where(DELIVERIES.c.state == DEAD))}
            assert all(due > self.city.now for due in waiting), "nothing waits but for a clock that was set back"
            later = {
                one
                for (one,) in connection.execute(select(DELIVERIES.c.alert_id).where(DELIVERIES.c.state == "waiting"))
            }
        for alert in self.city.alerts(status=Status.WITHDRAWN.value):
            for name in ASKED:
                own = [message for who, message, _ in self.heard if who == name and message.alert_id == alert.id]
                cancel = alert.messages[-1][0] if alert.messages else ""
                if own and alert.id not in later and (name, cancel) not in given_up:
                    assert own[-1].kind == "Cancel" and own[-1].id == cancel

    @invariant()
    def nobody_is_woken_after_the_end(self) -> None:
        for _, message, at in getattr(self, "heard", ()):
            assert message.kind in TO_THE_TOLD or (message.expires_at is not None and at < message.expires_at)

    @invariant()
    def each_team_is_told_of_what_is_its_matter(self) -> None:
        if not hasattr(self, "heard"):
            return
        with self.city.home.database.connect() as connection:
            on_their_way = {
                tuple(one) for one in connection.execute(select(DELIVERIES.c.subscription, DELIVERIES.c.sequence))
            }
            for one in connection.execute(select(MESSAGES).where(MESSAGES.c.kind.in_(["Alert", "Update"]))).mappings():
                for name, asked in ASKED.items():
                    if asked.get("team_id") in {one["team_id"], *one["body"]["co_teams"]} - {None}:
                        assert (name, one["sequence"]) in on_their_way

    @invariant()
    def each_hears_in_order_and_once(self) -> None:
        for name in ASKED:
            own = [
                (message.alert_id, message.version, message.kind == "Outcome")
                for who, message, _ in getattr(self, "heard", ())
                if who == name
            ]
            assert len(set(own)) == len(own)
            for alert in {one for one, *_ in own}:
                versions = [version for one, version, _ in own if one == alert]
                assert versions == sorted(versions)

    def _carry(self) -> None:
        def hears(who: str, message: Message, at: datetime) -> Outcome:
            if who in self.deaf:
                return Outcome(False, "status_500")
            self.heard.append((who, message, at))
            return DELIVERED

        carry(self.city, hears)


TestHeard = Heard.TestCase
TestHeard.settings = lives(1, 10)


@pytest.mark.slow
class TestLongHeard(Heard.TestCase):  # type: ignore[misc,name-defined]
    """The same for longer."""

    settings = lives(20, 25)
