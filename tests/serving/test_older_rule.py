"""What was made under an earlier rule of disclosure is served without what that told of numbers of records."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from riskwarn.disclosure import RULE
from riskwarn.home import Home
from serving.alerts.tables import ALERTS
from serving.publishing.publish import publish
from serving.snapshots import published
from tests.serving.conftest import running
from tests.worlds import NOW


def noticed(home: Home) -> published.Row:
    """The snapshot of a home, which raised a notice that tells a number."""
    row = published.newest(home)
    assert row is not None and row.told_as_now
    told = {"snapshot": row.id, "target": "conflict", "horizon": 4, "unit": "grid", "code": "G", "level": "red"}
    own = {**told, "score": 0.5, "status": "open", "raised_at": NOW, "reasons": [_reason("3 open disputes")]}
    with home.database.begin() as connection:
        connection.execute(ALERTS.insert().values(**own))
    return row


@pytest.fixture
def later_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules tell less from now on than when anything was published."""
    for where in ("serving.publishing.publish", "serving.snapshots.published"):
        monkeypatch.setattr(f"{where}.RULE", RULE + 1)


def _reason(words: str) -> dict[str, Any]:
    return {
        "feature": "disputes_open", "theme": "waiting", "source": "disputes", "zh": words, "en": words,
        "direction": "raises", "services": [], "effect": 0.1,
    }  # fmt: skip


def answers(api: httpx.Client, as_of: str = "") -> dict[str, Any]:
    """What may tell numbers of records."""
    told = {
        unit: api.get(f"/v1/scores?unit={unit}&limit=1000{as_of}").json()["items"] for unit in ("grid", "community")
    }
    code = told["grid"][0]["code"]
    query = as_of.replace("&", "?")
    return {
        **told,
        "portrait": api.get(f"/v1/grids/{code}{query}").json(),
        "explanation": api.get(f"/v1/grids/{code}/explanation{query}").json(),
        "levels": api.get(f"/v1/levels{query}").json(),
        "alerts": api.get("/v1/alerts").json()["items"],
    }


def test_a_snapshot_of_now_tells_its_numbers(copied: Home) -> None:
    noticed(copied)
    with running(copied, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        told = answers(api)
    assert told["explanation"]["reasons"] and any(one["usual"] for one in told["community"])
    assert told["levels"]["items"] and "3 open disputes" in json.dumps(told["alerts"])


def test_an_older_snapshot_keeps_its_scores_and_tells_no_number(copied: Home, request: pytest.FixtureRequest) -> None:
    old = noticed(copied)
    with running(copied, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        now = answers(api)
    request.getfixturevalue("later_rule")
    with running(copied, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        told = answers(api)
        assert api.get("/readyz").status_code == 200
        text = api.get("/v1/export.csv?lang=en").content.decode()
        assert not any(reason["en"] in text for one in now["grid"] for reason in one["reasons"])
    assert '"reasons": [{' not in json.dumps(told) and told["levels"]["items"] is None
    assert all(one["usual"] is None and one["excess"] is None for one in told["community"])
    for unit in ("grid", "community"):
        for one, was in zip(told[unit], now[unit], strict=True):
            assert all(one[name] == was[name] for name in ("score", "expected_count", "rank", "level", "change"))
    # The same is published anew, and stands for its as-of; nothing is raised twice.
    again = publish(copied, now=NOW)
    assert again.snapshot != old.id and again.current and again.alerts == 0
    with running(copied, lambda: NOW) as address, httpx.Client(base_url=address) as api:
        renewed = answers(api, f"&as_of={again.as_of}")
    assert renewed["explanation"]["reasons"] == now["explanation"]["reasons"]
