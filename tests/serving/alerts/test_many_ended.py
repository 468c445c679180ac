"""What quiets a unit after a notice of it has ended, and that it is found among many at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from riskwarn.alert_rules import Alerts
from riskwarn.words import Level, Unit
from serving.alerts.alert import Alert
from serving.alerts.calm import Decision, Standing, decide
from serving.alerts.candidates import Candidate
from serving.alerts.held import Reason
from serving.alerts.teams import Team, Teams

NOW = datetime(2026, 6, 29, 2, tzinfo=UTC)
TEAMS = Teams((Team("T", "town", "T", "a town", 100),))


def candidate(code: str) -> Candidate:
    lineage = (("grid", code, code), ("town", "T", "a town"))
    return Candidate("conflict", 4, Unit.GRID, code, Level.RED, "level", 0.5, lineage, score=0.5, expected_count=0.7)


def ended(code: str, unit: str = "grid", target: str = "conflict", kind: str = "level", members: tuple[str, ...] = ()) -> Alert:  # fmt: skip
    named = tuple({"code": one, "name": one, "level": "red", "score": 0.5} for one in members)
    moments = {"raised_at": NOW - timedelta(days=3), "ended_at": NOW - timedelta(days=1)}
    return Alert(
        "s", target, 4, unit, code, code, "red", kind=kind, members=named, score=0.5, status="closed",
        expires_at=NOW + timedelta(days=20), **moments,
    )  # fmt: skip


def decided(codes: list[str], over: list[Alert]) -> Decision:
    when = NOW, NOW.date()
    return decide([candidate(one) for one in codes], Standing(ended=over, teams=TEAMS), Alerts(), lambda _: when, NOW)


def test_what_ended_a_short_while_ago_rests_whether_it_was_told_of_alone_or_among_others() -> None:
    over = [
        ended("G1"),
        ended("T", "town", members=("G2", "G3")),
        ended("G4", target="safety"),
        ended("T", "town", kind="gap", members=("G5",)),
        ended("G6", "community"),
    ]
    made = decided(["G1", "G2", "G3", "G4", "G5", "G6"], over)
    assert {one.code: one.reason for one in made.held} == dict.fromkeys(("G1", "G2", "G3"), Reason.REST)
    assert [one.code for notice in made.notices for one in notice.members] == ["G4", "G5", "G6"]


def test_each_notice_that_ended_is_looked_at_once_however_many_units_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def head(self: Alert) -> str:
        looked_at.append(self.code)
        return f"{self.target}/{self.unit}/{self.code}"

    monkeypatch.setattr(Alert, "own_head", property(head))
    codes = [f"G{number}" for number in range(40)]
    made = decided(codes, [ended(one) for one in codes])
    assert len(made.held) == 40 and looked_at == codes
