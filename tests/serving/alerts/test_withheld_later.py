"""A notice goes on telling of a place of which nothing may be told any more: from then on by themes alone, whichever way it is read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.alerts.alert import Alert, alerts_where
from serving.alerts.telling import Writing, told
from serving.delivery.tables import MESSAGES
from serving.publishing.publish import publish
from serving.snapshots import published
from serving.snapshots.files import read_files
from tests.serving.conftest import running
from tests.worlds import NOW

VALUES = "未化解矛盾纠纷5–10件，最久超过1年；同类网格通常1–2件"
SAID = "5–10 open disputes, the oldest over a year; usual in such grids 1–2"


def reason(**changes: Any) -> dict[str, Any]:
    return {
        "feature": "disputes_open", "theme": "waiting", "source": "disputes", "zh": VALUES, "en": SAID,
        "direction": "raises", "services": ["mediation"], "effect": 0.1, **changes,
    }  # fmt: skip


def notice_of(snapshot: str, code: str, **changes: Any) -> Alert:
    rest = {
        "feature": "rest",
        "theme": "rest",
        "source": "",
        "zh": "其余",
        "en": "the rest",
        "services": [],
        "effect": 0.01,
    }
    made: dict[str, Any] = {
        "snapshot": snapshot, "target": "conflict", "horizon": 4, "unit": "grid", "code": code, "name": code, "level": "red",
        "raised_at": NOW, "score": 0.5, "units": (("grid", code, code),), "expires_at": NOW + timedelta(days=20),
        "reasons": (reason(), reason(**rest)), **changes,
    }  # fmt: skip
    return told(Alert(**made), "Alert", NOW)


@pytest.fixture
def noticed(copied: Home) -> tuple[Home, str, str]:
    """A home with notices of its smallest shown grid, of its town and of a large grid, and the codes of both grids."""
    row = published.newest(copied)
    assert row is not None
    grids = read_files(copied.snapshots / row.id, row.manifest["files"]).places[Unit.GRID]
    shown = [place for place in range(len(grids.codes)) if not grids.suppressed[place]]
    order = sorted(shown, key=lambda place: grids.residents[place])
    small, large = grids.codes[order[0]], grids.codes[order[-1]]
    members = (
        {"code": large, "name": large, "level": "red", "score": 0.5},
        {"code": small, "name": small, "level": "red", "score": 0.4},
    )
    with copied.database.begin() as connection:
        said = copied.configuration
        writing = Writing(connection, NOW, said)
        writing.put(None, notice_of(row.id, small), "raised")
        writing.put(None, notice_of(row.id, large), "raised")
        Writing(connection, NOW, None).put(
            None, notice_of(row.id, "T1", unit="town", units=(("town", "T1", "T1"),), members=members), "raised"
        )
    least = int(grids.residents[order[0]]) + 1
    declared = copied.path / "riskwarn.yaml"
    declared.write_text(f"{declared.read_text(encoding='utf-8')}\nmin_residents: {least}\n", encoding="utf-8")
    return open_home(copied.path, Settings()), small, large


@pytest.mark.slow
def test_a_notice_of_a_place_that_is_withheld_now_tells_themes_and_no_values(noticed: tuple[Home, str, str]) -> None:
    home, small, large = noticed
    with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        told = {
            one["code"]
            for one in api.get("/v1/alerts").json()["items"]
            if VALUES in json.dumps(one, ensure_ascii=False)
        }
        assert told == {large}, "the rule of today holds before anything is published"
    with home.database.connect() as connection:
        assert sum(one.reasons[0] == reason() for one in alerts_where(connection)) == 3
    made = publish(home, now=NOW)
    assert made.current
    with home.database.connect() as connection:
        by_code = {one.code: one for one in alerts_where(connection)}
        bodies = {row.body["code"]: row.body for row in connection.execute(select(MESSAGES))}
    cut = reason(
        feature="waiting",
        zh="与矛盾纠纷有关，数值不再显示；使分值偏高",
        en="to do with disputes, whose numbers are told no more; it raises the score",
    )
    for code in (small, "T1"):
        assert by_code[code].reasons[0] == cut and by_code[code].reasons[1]["zh"] == "其余"
        assert bodies[code]["reasons"] == list(by_code[code].reasons)
        assert VALUES not in json.dumps(bodies[code], ensure_ascii=False), "nor in what it says"
    assert by_code[large].reasons[0] == reason() == bodies[large]["reasons"][0]
    with running(home, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        own = by_code[small].id
        texts = [
            api.get(f"/v1/alerts/{own}").text,
            api.get(f"/v1/alerts/{own}/cap.xml").text,
            *(
                json.dumps(one, ensure_ascii=False)
                for one in api.get("/v1/alerts").json()["items"]
                if one["code"] != large
            ),
        ]
    assert len(texts) == 4 and not any(VALUES in text or SAID in text or "disputes_open" in text for text in texts)


def test_what_is_told_of_it_from_then_on_tells_no_more(noticed: tuple[Home, str, str]) -> None:
    """An update, as that somebody acknowledged it, is made of the notice as it stands."""
    home, small, _ = noticed
    publish(home, now=NOW)
    with home.database.begin() as connection:
        [own] = [one for one in alerts_where(connection) if one.code == small]
        Writing(connection, NOW, None).put(own, told(own, "Update", NOW), "acknowledge")
        [last] = [
            row.body for row in connection.execute(select(MESSAGES)) if row.body["code"] == small and row.version == 2
        ]
    assert last["reasons"][0]["zh"].startswith("与矛盾纠纷有关，数值不再显示")


def test_a_data_gap_goes_on_naming_its_sources(noticed: tuple[Home, str, str]) -> None:
    home, small, _ = noticed
    gap = ({"source": "disputes", "zh": "disputes", "en": "disputes"},)
    with home.database.begin() as connection:
        Writing(connection, NOW, None).put(
            None, notice_of("s", small, target="safety", kind="gap", reasons=gap), "raised"
        )
    publish(home, now=NOW)
    with home.database.connect() as connection:
        assert [one.reasons for one in alerts_where(connection) if one.kind == "gap"] == [gap]
