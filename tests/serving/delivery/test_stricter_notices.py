"""A stricter `min_residents` reaches what was told in notices as it reaches older snapshots: from the start of who serves or carries them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from experiments.benchmarks.receivers import Receiver
from riskwarn.cli import riskwarn
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.columns.places import Places
from serving.snapshots.current import Current
from tests.serving.access import cities
from tests.serving.delivery.test_one_cut import VALUES, WAYS, city, every_way, program, raised, subscriber, tellers

__all__ = ["city"]

BESIDE = "未化解矛盾纠纷3–4件"


def strict(home: Home, least: int) -> Home:
    """The same home as it is opened where more residents are asked for."""
    return Home(home.path, home.configuration.model_copy(update={"min_residents": least}), home.settings)


def places(home: Home) -> Places:
    current = Current(home)
    current.look()
    return current().places


def by_size(home: Home) -> list[tuple[int, str]]:
    """(residents, code) of the grids of which anything is told."""
    grids = places(home)[Unit.GRID]
    shown = [row for row in range(len(grids.codes)) if not grids.suppressed[row]]
    return sorted((int(grids.residents[row]), grids.codes[row]) for row in shown)


@pytest.mark.parametrize("among", [False, True], ids=["alone", "among others"])
def test_a_notice_of_a_place_that_is_withheld_from_now_on_tells_no_reason(
    city: Home, receiver: Receiver, among: bool
) -> None:
    header, owner = program(city, cities.WHOLE_CITY)
    subscriber(city, receiver, "hook", owner)
    order = by_size(city)
    (people, small), (_, large) = order[0], order[-1]
    later = strict(city, people + 1)
    hidden = places(later)[Unit.GRID]
    assert hidden.suppressed[hidden.rows[small]] and not hidden.suppressed[hidden.rows[large]]
    members = tuple({"code": code, "name": code, "level": "red", "score": 0.4375} for code in (large, small))
    own: dict[str, Any] = {"members": members} if among else {"unit": "grid", "code": small, "members": ()}
    alert = raised(city, **own)
    why = [{**one, "zh": BESIDE, "en": BESIDE} for one in alert.reasons]
    beside = raised(city, unit="grid", code=large, members=(), target="safety", reasons=tuple(why))
    found = every_way(later, receiver, header, alert.id, "hook")
    assert tellers(found, VALUES) == set() and tellers(found, "青山镇") == WAYS
    assert {"list", "stream", "feed", "webhook"} <= tellers(found, BESIDE), "of the others all is told as before"
    assert {"one", "page", "cap"} <= tellers(every_way(later, receiver, header, beside.id, "hook"), BESIDE)
    before = every_way(city, receiver, header, alert.id, "none")
    assert {"list", "one", "page", "stream", "feed", "cap"} <= tellers(before, VALUES), "nothing is lost"


def told(home: Home, *words: str) -> str:
    """What the command line tells a program."""
    done = CliRunner().invoke(
        riskwarn,
        ["--home", str(home.path), "--json", *words],
        env={"RISKWARN_DATABASE_URL": home.settings.database_url},
    )
    assert done.exit_code == 0, done.output
    return done.stdout


def asked_for(home: Home, least: int) -> None:
    """Ask for so many residents from now on."""
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write(f"min_residents: {least}\n")


@pytest.mark.parametrize("among", [False, True], ids=["alone", "among others"])
def test_the_command_line_tells_no_reason_of_it_either(city: Home, tmp_path: Path, among: bool) -> None:
    order = by_size(city)
    (people, small), (_, large) = order[0], order[-1]
    members = tuple({"code": code, "name": code, "level": "red", "score": 0.4375} for code in (large, small))
    own: dict[str, Any] = {"members": members} if among else {"unit": "grid", "code": small, "members": ()}
    alert = raised(city, **own, acknowledge_by=cities.NOW)
    why = [{**one, "zh": BESIDE, "en": BESIDE} for one in alert.reasons]
    raised(city, unit="grid", code=large, members=(), target="safety", reasons=tuple(why), acknowledge_by=cities.NOW)
    ways = {
        "list": ("list",), "show": ("show", alert.id), "week": ("week", "--week", cities.NOW.date().isoformat()),
        "do": ("do", "note", alert.id, "--note", "seen"),
    }  # fmt: skip

    def every(name: str) -> dict[str, str]:
        found = {way: told(city, "alerts", *words) for way, words in ways.items()}
        tickets = tmp_path / f"{name}.csv"
        told(city, "alerts", "tickets", str(tickets), "--week", cities.NOW.date().isoformat())
        return {**found, "tickets": tickets.read_text(encoding="utf-8-sig")}

    assert tellers(every("before"), VALUES) == {*ways, "tickets"}
    asked_for(city, people + 1)
    found = every("after")
    assert tellers(found, VALUES) == set() and tellers(found, alert.id) == {*ways, "tickets"}
    assert tellers(found, BESIDE) == {"list", "week", "tickets"}, "of the others all is told as before"


def named_in(record: dict[str, Any]) -> set[str]:
    """The units that a record names."""
    return {
        one["code"] for row in record["rows"] for name in ("misses", "false_alarms", "districts") for one in row[name]
    }


def test_the_record_names_no_unit_of_it_either(home: Home) -> None:
    cities.build(home, 5)
    was = places(home)
    missed, of_grids = "C0000015", was[Unit.GRID].parents
    people = int(was[Unit.GRID].residents[of_grids == was[Unit.COMMUNITY].rows[missed]].sum())
    with cities.served(home) as (client,):
        assert named_in(client.get("/v1/track-record").json()) == {missed, "D0000000", "D0000001"}
    assert named_in(json.loads(told(home, "track-record"))) == {missed, "D0000000", "D0000001"}
    later = strict(home, people + 1)
    hidden = places(later)
    districts, communities = hidden[Unit.DISTRICT], hidden[Unit.COMMUNITY]
    assert communities.suppressed[communities.rows[missed]]
    names = {code for code in ("D0000000", "D0000001") if not districts.suppressed[districts.rows[code]]}
    assert names
    with cities.served(later) as (client,):
        record = client.get("/v1/track-record").json()
    assert named_in(record) == names and record["rows"][0]["levels"]
    asked_for(home, people + 1)
    assert named_in(json.loads(told(home, "track-record"))) == names
