"""What programs of the governance centre see: shapes, paging, freshness, clear refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.scoring.initials import initials_of
from tests.conftest import Town
from tests.serving.conftest import running
from tests.worlds import NOW

REASON = {"feature", "theme", "source", "zh", "en", "direction", "services", "effect"}
ITEM = {
    "unit", "code", "name", "rank", "rank_interval", "score", "expected_count", "per_10000", "interval", "level",
    "change", "change_noise", "change_beyond_noise", "entered", "usual", "excess", "data_gap", "suppressed", "reasons",
}  # fmt: skip


def get(api: httpx.Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = api.get(path)
    assert answer.status_code == status, answer.text
    content: dict[str, Any] = answer.json()
    return content


def test_the_ranking_has_its_shape(api: httpx.Client, town: Town) -> None:
    ranking = get(api, "/v1/scores?target=conflict&horizon=4&limit=50")
    assert set(ranking) == {"snapshot", "target", "horizon", "stability", "items", "next"}
    assert set(ranking["snapshot"]) == {
        "id",
        "as_of",
        "published_at",
        "valid_until",
        "stale",
        "model",
        "interval_level",
    }
    assert ranking["snapshot"]["id"] == town.published.snapshot
    assert ranking["snapshot"]["model"] == "conflict-4-v1"
    assert ranking["snapshot"]["interval_level"] == 0.8
    assert ranking["snapshot"]["published_at"] == NOW.isoformat()
    assert ranking["snapshot"]["valid_until"].endswith("T00:00:00+08:00"), "a midnight of the city"
    assert len(ranking["items"]) == 50
    for rank, item in enumerate(ranking["items"], 1):
        assert set(item) == ITEM
        assert item["rank"] == rank
        assert 0 <= item["score"] <= item["expected_count"]
        assert item["score"] == round(item["score"], 6)
        assert item["interval"][0] <= item["interval"][1]
        assert item["rank_interval"][0] <= item["rank_interval"][1]
        assert item["change"] is None
        assert all(set(reason) == REASON for reason in item["reasons"])
    scores = [item["score"] for item in ranking["items"]]
    assert scores == sorted(scores, reverse=True)


def test_pages_follow_each_other_without_gap_or_repeat(api: httpx.Client) -> None:
    seen: list[str] = []
    path = "/v1/scores?target=safety&limit=23"
    page = get(api, path)
    while True:
        seen += [item["code"] for item in page["items"]]
        if page["next"] is None:
            break
        page = get(api, f"{path}&cursor={page['next']}")
    assert len(seen) == len(set(seen)) == 60


def test_what_nobody_asked_for_is_the_usual(api: httpx.Client) -> None:
    ranking = get(api, "/v1/scores")
    assert (ranking["target"], ranking["horizon"], len(ranking["items"])) == ("conflict", 4, 50)


def test_a_champion_that_is_a_baseline_gives_reasons_too(api: httpx.Client) -> None:
    ranking = get(api, "/v1/scores?target=safety&horizon=4")
    assert any(item["reasons"] for item in ranking["items"])
    shown = next(item for item in ranking["items"] if item["reasons"])
    why = get(api, f"/v1/grids/{shown['code']}/explanation?target=safety&horizon=4")
    assert all(reason["zh"] and reason["en"] for reason in why["reasons"])
    # Its terms are told like features: of what is forecast, by what came before.
    assert {"escalation", "volume", "waiting"} & {reason["theme"] for reason in why["reasons"]}


def _level_of(grids: list[str]) -> str:
    """The level of a unit with such grids, by the usual rules."""
    for level, share in (("red", 0.04), ("orange", 0.09), ("yellow", 0.2), ("blue", 0.3)):
        higher = ["red", "orange", "yellow", "blue"]
        if sum(one in higher[: higher.index(level) + 1] for one in grids) >= share * len(grids) - 1e-9:
            return level
    return "none"


def test_a_town_is_found_by_the_initials_of_its_name_and_by_its_level(api: httpx.Client) -> None:
    towns = get(api, "/v1/scores?unit=town")["items"]
    named = towns[0]["name"]
    (initials,) = initials_of([named])
    assert initials.isascii() and not named.isascii()
    found = get(api, f"/v1/scores?unit=town&search={initials.upper()}")["items"]
    assert named in [one["name"] for one in found] and all(initials in initials_of([one["name"]])[0] for one in found)
    raised = get(api, "/v1/scores?unit=town&min_level=blue")["items"]
    assert raised == [one for one in towns if one["level"] in ("red", "orange", "yellow", "blue")]


def test_units_above_sum_their_parts(api: httpx.Client) -> None:
    grids = get(api, "/v1/scores?limit=1000")["items"]
    city = get(api, "/v1/scores?unit=city")["items"][0]
    assert city["expected_count"] == pytest.approx(sum(item["expected_count"] for item in grids), abs=1e-4)
    assert city["score"] is None and city["level"] is None
    for unit in ("community", "town", "district"):
        for above in get(api, f"/v1/scores?unit={unit}&limit=1000")["items"]:
            inside = get(api, f"/v1/scores?limit=1000&parent={above['code']}")["items"]
            assert inside
            assert above["level"] == _level_of([item["level"] for item in inside])
            assert above["expected_count"] == pytest.approx(sum(item["expected_count"] for item in inside), abs=1e-4)


def test_the_portrait_names_where_a_grid_lies(api: httpx.Client) -> None:
    code = get(api, "/v1/scores?limit=1")["items"][0]["code"]
    portrait = get(api, f"/v1/grids/{code}")
    assert {"community", "town", "district", "residents", "suppressed", "scores"} <= set(portrait)
    assert {(row["target"], row["horizon"]) for row in portrait["scores"]} == {
        (target, horizon) for target in ("conflict", "safety") for horizon in (1, 4)
    }


def test_reasons_of_a_small_grid_are_kept_back_but_not_its_rank(api: httpx.Client) -> None:
    items = get(api, "/v1/scores?limit=1000")["items"]
    small = [item for item in items if item["suppressed"]]
    for item in small:
        assert item["reasons"] == [] and item["score"] is not None and item["rank"] >= 1
        assert get(api, f"/v1/grids/{item['code']}")["residents"] is None
    for item in items:
        assert not any(reason["feature"].startswith("petitions") for reason in item["reasons"])


def test_an_unchanged_answer_is_304(api: httpx.Client) -> None:
    first = api.get("/v1/scores?limit=5")
    tag = first.headers["etag"]
    again = api.get("/v1/scores?limit=5", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert api.get("/v1/scores?limit=6", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/v1/scores?tarqet=conflict", 422, "tarqet: there is no such parameter"),
        ("/v1/scores?target=petitioning", 422, "served are conflict, safety"),
        ("/v1/scores?horizon=3", 422, "served for conflict; served are 1, 4"),
        ("/v1/scores?limit=1001", 422, "limit"),
        ("/v1/scores?limit=0", 422, "limit"),
        ("/v1/scores?unit=person", 422, "unit"),
        ("/v1/scores?min_level=purple", 422, "red, orange, yellow, blue"),
        ("/v1/scores?parent=nowhere", 404, "nowhere"),
        ("/v1/scores?cursor=xyz", 422, "cursor"),
        ("/v1/scores?as_of=2001-01-01", 422, "the nearest are as of"),
        ("/v1/grids/no-such-grid", 404, "no-such-grid"),
        ("/v1/grids/no-such-grid/explanation", 404, "no-such-grid"),
        ("/v1/persons", 404, "/docs"),
    ],
)
def test_refusals_are_problem_documents(api: httpx.Client, path: str, status: int, told: str) -> None:
    answer = api.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code == status
    assert {"type", "title", "detail"} <= set(problem)
    assert told in problem["detail"]


def test_a_cursor_belongs_to_its_query_and_snapshot(api: httpx.Client) -> None:
    import base64

    page = get(api, "/v1/scores?limit=5")
    assert len(get(api, f"/v1/scores?limit=7&cursor={page['next']}")["items"]) == 7, (
        "another length of answers is no other query"
    )
    assert get(api, f"/v1/scores?target=conflict&horizon=4&cursor={page['next']}")["items"], (
        "nor are the usual ones by name"
    )
    for other in ("unit=town", "target=safety", "horizon=1", "min_level=red"):
        assert "another query" in get(api, f"/v1/scores?{other}&cursor={page['next']}", 422)["detail"]
    for made_up in (b"2020-01-06-abcdefabcdef:0123456789abcdef:10", b"s1:-5", b"s:q:-5", b"s:q:0"):
        cursor = base64.urlsafe_b64encode(made_up).decode()
        assert "`next`" in get(api, f"/v1/scores?cursor={cursor}", 422)["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
        {"X-Forwarded-For": "10.0.0.1"},
        {"Forwarded": "for=10.0.0.1"},
        {"x-forwarded-host": "localhost"},
    ],
)
def test_only_the_local_operator_is_let_in(api: httpx.Client, headers: dict[str, str]) -> None:
    assert api.get("/v1/scores", headers=headers).status_code in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:99", "127.0.0.1:1", "[::1]:8000", "[::1]"])
def test_local_names_are_answered(api: httpx.Client, host: str) -> None:
    assert api.get("/healthz", headers={"Host": host}).json() == {"status": "ok"}


def test_a_stale_snapshot_says_so(api: httpx.Client, town: Town) -> None:
    assert get(api, "/v1/scores")["snapshot"]["stale"] is True
    with (
        running(town.home, lambda: datetime(2026, 6, 30, tzinfo=UTC)) as address,
        httpx.Client(base_url=address) as fresh,
    ):
        assert get(fresh, "/v1/scores")["snapshot"]["stale"] is False


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings())
    with running(home, lambda: datetime.now(UTC)) as address, httpx.Client(base_url=address) as client:
        assert "riskwarn score" in get(client, "/v1/scores", 404)["detail"]
        assert get(client, "/v1/snapshots") == {"items": [], "suspended": []}


def test_notices_say_what_they_are_not_for(api: httpx.Client) -> None:
    notice = get(api, "/v1/alerts")["notice"]
    assert (
        notice["zh"]
        == "内部工作提示，不是突发事件预警信息。不得据此登记、约谈、劝返、稳控任何人，不得作为处罚、考核依据。"
    )
    assert "must not be used" in notice["en"]


def test_the_reference_and_the_page_name_no_other_host(api: httpx.Client) -> None:
    for path in ("/", "/docs", "/pages/sign-in.js", "/pages/page.css"):
        answer = api.get(path)
        assert answer.status_code == 200
        text = answer.text.replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text and "//cdn" not in text
    documented = get(api, "/openapi.json")["paths"]
    assert {
        "/v1/scores",
        "/v1/grids/{grid_id}",
        "/v1/grids/{grid_id}/explanation",
        "/v1/snapshots",
        "/v1/alerts",
        "/v1/health/sources",
        "/healthz",
    } <= set(documented)
