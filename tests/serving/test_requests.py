"""How the server takes what it is asked: unchanged answers, wrong parameters, methods, limits, faults of its own."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.access.scopes import Scope
from serving.api import answers
from serving.api.app import Application
from serving.api.needs import needs
from serving.api.queries import StreamQuery
from serving.snapshots import published
from tests.serving.conftest import Made

LOCAL = "http://localhost"

#: That of this start, which who changes anything shows.
TOKEN = "5f" * 32

#: What may be sent as a body.
ASKED = {"form": "csv", "reason": "the monthly file"}


@pytest.fixture
def client(made: Made, streams_end: None) -> Iterator[TestClient]:
    with TestClient(made.application(token=TOKEN), base_url=LOCAL, raise_server_exceptions=False) as client:
        yield client


def paths(application: Application) -> list[str]:
    """One address of every route that is described."""
    filled = {
        "grid_id": "G0000003",
        "target": "conflict",
        "name": "0" * 32,
        "form": "csv",
        "approval_id": "ex000000000000",
        "grant_id": "op000000000000",
        "alert_id": "wabcdefghijkl",
        "silence_id": "wabcdefghijkl",
        "verb": "acknowledge",
        "subscription_id": "sb000000000000",
    }
    return [path.format_map(filled) for path in application.openapi()["paths"]]


def test_what_is_unchanged_costs_no_work(client: TestClient, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    ranking = answers.ranking
    monkeypatch.setattr(answers, "ranking", lambda *told: calls.append("") or ranking(*told))
    first = client.get("/v1/scores?limit=100")
    for _ in range(3):
        again = client.get("/v1/scores?limit=100", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"") and again.headers["etag"] == first.headers["etag"]
        assert client.get("/v1/scores?limit=100").content == first.content
    assert len(calls) == 1
    plain = client.get("/v1/scores?limit=100", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers and plain.content == first.content and len(calls) == 2
    tags = f'W/"other", {plain.headers["etag"]}'
    assert client.get("/v1/scores?limit=100", headers={"If-None-Match": tags}).status_code == 304
    assert client.get("/v1/scores?limit=101", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_publication_and_the_end_of_a_snapshot_change_the_answer(made: Made) -> None:
    application = made.application()
    with TestClient(application, base_url=LOCAL) as client:
        first = client.get("/v1/scores")
        assert first.json()["snapshot"]["stale"] is False
        second = made.publish(7, seed=1)
        application.current.look()
        assert client.get("/v1/scores").json()["snapshot"]["id"] == second
        made.withdraw(second)
        application.current.look()
        assert client.get("/v1/scores").content == first.content
        made.now = application.current().valid_until
        ended = client.get("/v1/scores", headers={"If-None-Match": first.headers["etag"]})
        assert ended.status_code == 200 and ended.json()["snapshot"]["stale"] is True


def test_what_is_held_is_bounded_by_bytes(made: Made) -> None:
    from serving.api.repeats import Repeats

    application = made.application()
    repeats = Repeats(application.routes, application.current, lambda: 0.0, most_bytes=60_000)
    with TestClient(repeats, base_url=LOCAL) as client:
        for limit in range(1, 60):
            client.get(f"/v1/scores?limit={limit}")
            assert repeats._bytes <= 60_000
        assert 0 < len(repeats._held) < 59


def test_every_route_refuses_what_it_does_not_know_and_what_is_given_twice(client: TestClient, made: Made) -> None:
    described = made.application().openapi()["paths"]
    for path, asked in zip(described, paths(made.application()), strict=True):
        for method, told in described[path].items():
            own = (
                {"headers": {"Authorization": f"Bearer {TOKEN}"}, "json": ASKED} if method in ("post", "delete") else {}
            )
            answer = client.request(method, f"{asked}?tarqet=conflict", **own)
            assert answer.status_code == 422, path
            assert "tarqet" in [one["parameter"] for one in answer.json()["errors"]], path
            known = [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]
            for name in [*known, "tarqet"]:
                answer = client.request(method, f"{asked}?{name}=1&{name}=1", **own)
                assert answer.status_code == 422 and "more than once" in answer.json()["detail"], (path, name)
    undescribed = {
        "/", "/alerts/{alert_id}", "/docs", "/pages/{name}", "/assets/{name}", "/console/settings", "/console/notices", "/openapi.json",
    }  # fmt: skip
    # A page asks these; what they do not know is in tests/serving/access/test_sign_in.py.
    undescribed |= {
        "/sign-in", "/sign-in/state", "/sign-in/key", "/sign-in/gateway", "/sign-in/oidc", "/sign-in/oidc/callback", "/sign-out",
        "/sign-out/everywhere",
    }  # fmt: skip
    # The console alone asks these, which are in no description; what they refuse is in tests/serving/test_uploads.py.
    undescribed |= {
        "/console/loads", "/console/refused", "/console/reports/{version}", "/console/versions", "/console/uploads",
        "/console/uploads/{upload}", "/console/uploads/{upload}/files/{number}", "/console/uploads/{upload}/try",
        "/console/uploads/{upload}/load",
    }  # fmt: skip
    every = {getattr(route, "path", "") for route in made.application().routes.routes}
    assert every == set(described_paths(described)) | undescribed, "no route escapes this walk"


@pytest.fixture
def taking_anything(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stream takes parameters that it does not know."""
    with monkeypatch.context() as patch:
        patch.setitem(StreamQuery.model_config, "extra", "ignore")
        StreamQuery.model_rebuild(force=True)
        yield
    StreamQuery.model_rebuild(force=True)


def test_a_stream_that_takes_what_it_does_not_know_is_found_and_keeps_nobody_waiting(
    taking_anything: None, client: TestClient, made: Made
) -> None:
    with pytest.raises(AssertionError, match="/v1/alerts/stream"):
        test_every_route_refuses_what_it_does_not_know_and_what_is_given_twice(client, made)


def described_paths(described: dict[str, Any]) -> list[str]:
    return [path.replace("{grid_id}", "{grid_id:path}").replace("{verb}", "{verb:verb}") for path in described]


def test_all_that_is_wrong_is_told_in_the_language_of_who_asks(client: TestClient) -> None:
    english = client.get("/v1/scores?limit=0&unit=person&horizon=x").json()
    assert {one["parameter"] for one in english["errors"]} == {"limit", "unit", "horizon"}
    assert english["instance"] == "/v1/scores" and len(english["request_id"]) == 16
    chinese = client.get("/v1/scores?limit=0", headers={"Accept-Language": "zh-CN,en;q=0.5"}).json()
    assert english["detail"].isascii() and not chinese["detail"].isascii()
    assert not chinese["errors"][0]["problem"].isascii() and not chinese["title"].isascii()
    empty = client.get("/v1/scores?search=", headers={"Accept-Language": "zh"}).json()["errors"]
    assert empty == [{"parameter": "search", "problem": "不能为空"}]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"[]", "it must be a JSON object"),
        (b'{"reason": 3}', "it must be a text"),
        (b'"x"', "it must be a JSON object"),
    ],
)
def test_a_body_of_another_kind_is_told_in_our_words(client: TestClient, body: bytes, problem: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    answer = client.post("/v1/exports", content=body, headers=headers)
    assert answer.status_code == 422
    assert problem in [one["problem"] for one in answer.json()["errors"]], answer.json()


def test_methods_that_are_not_answered_are_named_and_head_is_get_without_its_body(
    client: TestClient, made: Made
) -> None:
    described = made.application().openapi()["paths"].values()
    for path, methods in zip(paths(made.application()), described, strict=True):
        refused = client.put(path, headers={"Authorization": f"Bearer {TOKEN}"})
        allowed = {("get",): "GET, HEAD", ("get", "post"): "GET, HEAD, POST", ("post",): "POST", ("delete",): "DELETE"}[
            tuple(sorted(methods))
        ]
        assert refused.status_code == 405 and refused.headers["allow"] == allowed, path
        if "get" not in methods:
            continue
        query = f"?a={made.first}&b={made.first}" if "compare" in path else "?seconds=0" if "stream" in path else ""
        whole, head = client.get(path + query), client.head(path + query)
        assert (head.status_code, head.content) == (whole.status_code, b""), path
        if path in ("/metrics", "/readyz"):
            continue  # they tell of this moment
        assert head.headers.get("etag") == whole.headers.get("etag"), path
        length = str(len(_sent(whole))) if "content-length" in whole.headers else None
        assert head.headers.get("content-length") == length, path


def _sent(answer: Any) -> bytes:
    packed = answer.headers.get("content-encoding") == "gzip"
    return gzip.compress(answer.content, 6, mtime=0) if packed else bytes(answer.content)


def test_a_fault_of_ours_is_a_problem_without_a_trace_and_is_logged_without_what_was_asked(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_told: Any) -> None:
        raise ZeroDivisionError("G0000003 in the text of an error")

    monkeypatch.setattr(answers, "portrait", broken)
    with caplog.at_level(logging.INFO, "serving"):
        answer = client.get("/v1/grids/G0000003?as_of=2026-03-02")
    problem = answer.json()
    assert answer.status_code == 500 and answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "urn:riskwarn:internal_error" and "ZeroDivision" not in answer.text
    from serving.api.logs import JsonLines

    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    fault = next(one for one in lines if one["level"] == "error")
    assert fault["request_id"] == problem["request_id"] and fault["error"] == "ZeroDivisionError"
    assert any("broken" in place for place in fault["where"]) and fault["route"] == "/v1/grids/{grid_id:path}"
    assert not any("G0000003" in json.dumps(one) or "as_of" in json.dumps(one) for one in lines)
    assert client.get("/v1/scores").status_code == 200


def test_what_cannot_be_answered_now_says_when_to_ask_again(made: Made) -> None:
    application = made.application()
    made.damage(made.first)
    with TestClient(application, base_url=LOCAL) as client:
        answer = client.get("/v1/scores")
        assert answer.status_code == 503 and answer.headers["retry-after"] == "1"
        assert answer.json()["type"] == "urn:riskwarn:snapshot_damaged"
        ready = client.get("/readyz")
        assert ready.status_code == 503 and ready.json()["status"] == "unavailable"


def test_readiness_and_metrics_tell_of_age_end_and_damage(made: Made) -> None:
    application = made.application()
    with TestClient(application, base_url=LOCAL) as client:
        assert client.get("/readyz").json()["status"] == "ok"
        made.damage(made.publish(7))
        application.current.look()
        told = client.get("/readyz")
        assert (told.status_code, told.json()["status"], told.json()["problem"]) == (
            200,
            "degraded",
            "snapshot_damaged",
        )
        assert told.json()["snapshot"] == made.first != told.json()["newest"]
        metrics = client.get("/metrics").text
        assert 'riskwarn_degraded{worker="0"} 1.0' in metrics and 'riskwarn_snapshot_stale{worker="0"} 0.0' in metrics
        assert 'riskwarn_source_gap{source="disputes",worker="0"} 0.0' in metrics
        assert 'riskwarn_requests_total{status="2xx",worker="0"} 2.0' in metrics
        chinese = client.get("/readyz", headers={"Accept-Language": "zh-CN"}).json()["detail"]
        assert chinese.startswith("快照") and not told.json()["detail"].startswith("快照"), (
            "a page says it in its language"
        )
        made.now = application.current().valid_until
        assert client.get("/readyz").json()["stale"] is True


@pytest.mark.slow
def test_where_nothing_is_published_or_kept_it_is_not_ready_but_alive(made: Made, tmp_path: Path) -> None:
    made.withdraw(made.first)
    for home in (make_home(tmp_path / "empty", Settings()), made.home):
        with TestClient(Application(home, lambda: made.now), base_url=LOCAL) as client:
            ready, refused = client.get("/readyz"), client.get("/v1/scores")
            assert (ready.status_code, ready.headers["retry-after"]) == (503, "1")
            told = ready.json()
            assert (told["status"], told["snapshot"], told["newest"]) == ("unavailable", None, None)
            assert (told["problem"], told["detail"]) == ("no_snapshot", refused.json()["detail"])
            assert refused.status_code == 404, "to ask again helps nobody before something is published"
            assert (client.get("/healthz").status_code, client.get("/").status_code) == (200, 200), "nobody restarts it"
            measured = client.get("/metrics").text
            for name in ("degraded", "snapshot_stale"):
                assert f'riskwarn_{name}{{worker="0"}} 1.0' in measured


def test_a_websocket_is_refused(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/v1/scores"):
        pass
    assert refused.value.code == 1008


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"Via": "1.1 gateway"}, "/v1/scores", 403),
        ({"X-Real-IP": "10.0.0.1"}, "/v1/scores", 403),
        ({"X-Long": "x" * 20_000}, "/v1/scores", 431),
        ({}, "/v1/scores?cursor=" + "x" * 20_000, 414),
        ({"Content-Length": "1000000"}, "/v1/scores", 413),
    ],
)
def test_what_is_forwarded_or_too_long_is_refused(
    client: TestClient, headers: dict[str, str], path: str, status: int
) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"]


def test_beyond_its_concurrency_a_server_says_so(made: Made) -> None:
    with TestClient(made.application(concurrency=0), base_url=LOCAL) as client:
        answer = client.get("/v1/scores")
        assert answer.status_code == 503 and answer.headers["retry-after"] == "1"


def test_a_gateway_may_show_it_under_a_path_and_in_a_frame(made: Made) -> None:
    application = made.application(root_path="/apps/riskwarn", frame_ancestors="https://portal.example")
    with TestClient(application, base_url=LOCAL) as client:
        whole = client.get("/apps/riskwarn/v1/scores")
        assert whole.status_code == 200 and client.get("/v1/scores").content == whole.content, "taken away, or not"
        page = client.get("/apps/riskwarn/")
        assert "frame-ancestors https://portal.example" in page.headers["content-security-policy"]
        assert 'href="/' not in page.text and 'src="/' not in page.text
        assert client.get("/apps/riskwarn/openapi.json").json()["servers"] == [{"url": "/apps/riskwarn"}]
        grid = client.get("/apps/riskwarn/v1/grids/G0000003/explanation")
        assert grid.json()["grid_id"] == "G0000003"
        assert client.get("/apps/riskwarning/v1/scores").status_code == 404


def test_no_answer_leads_out_of_the_path_of_a_gateway(made: Made) -> None:
    application = made.application(root_path="/apps/riskwarn")
    with TestClient(application, base_url=LOCAL, follow_redirects=False) as client:
        for path in [*paths(application), "/docs", "/openapi.json", "/pages/page.css"]:
            for root in ("", "/apps/riskwarn"):
                answer = client.get(f"{root}{path}/")
                assert (answer.status_code, answer.headers.get("location")) == (404, None), path
                assert answer.headers["content-type"] == "application/problem+json", path
        bare = client.get("/apps/riskwarn")
        assert (bare.status_code, bare.headers.get("location")) == (307, "riskwarn/"), "its files lie beside it"


def test_a_cursor_goes_on_in_its_snapshot_until_that_is_no_longer_kept(made: Made) -> None:
    application = made.application()
    with TestClient(application, base_url=LOCAL) as client:
        first = client.get("/v1/scores?limit=3").json()
        made.publish(7, seed=9)
        application.current.look()
        following = client.get("/v1/scores", params={"limit": 3, "cursor": first["next"]}).json()
        assert following["snapshot"]["id"] == made.first and [one["rank"] for one in following["items"]] == [4, 5, 6]
        made.withdraw(made.first)
        application.current.look()
        gone = client.get("/v1/scores", params={"limit": 3, "cursor": first["next"]})
        assert gone.status_code == 410 and "start again" in gone.json()["detail"]
        assert f"{made.first} was withdrawn" in gone.json()["detail"]
        assert client.get("/v1/scores?parent=G0000003").status_code == 422, "nothing lies inside a grid"
        assert client.get("/v1/alerts?target=weather").status_code == 422


def test_headers_of_a_refusal_reach_who_is_refused(made: Made) -> None:
    application = made.application()

    @application.routes.get("/v1/limited")
    @needs(Scope.READ)
    def limited() -> None:
        raise HTTPException(429, headers={"Retry-After": "7", "WWW-Authenticate": "Bearer"})

    with TestClient(application, base_url=LOCAL) as client:
        answer = client.get("/v1/limited")
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["www-authenticate"]) == (
        429,
        "7",
        "Bearer",
    )
    assert answer.headers["content-type"] == "application/problem+json"


def test_no_answer_is_taken_for_something_else_and_files_of_the_page_have_tags(client: TestClient, made: Made) -> None:
    asked = [*paths(made.application()), "/", "/docs", "/pages/sign-in.js", "/pages/page.css", "/openapi.json"]
    refused = [("/v1/scores?limit=0", {}), ("/v9", {}), ("/v1/scores", {"Host": "evil.example"}), ("/v1/scores", {"X-Long": "x" * 20_000})]  # fmt: skip
    for path, headers in [*((path, {}) for path in asked), *refused]:
        answer = client.get(path, headers=headers)
        assert answer.headers["x-content-type-options"] == "nosniff", path
    for path in asked[-5:]:
        whole = client.get(path)
        assert whole.headers["cache-control"] == "private, no-cache", path
        again = client.get(path, headers={"If-None-Match": whole.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path


def test_what_was_published_is_listed_from_memory(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list reads no manifest and asks no database, however many there are."""
    second = made.publish(7)
    application = made.application()
    application.current.look()
    application.registry.look()

    def asked(*_told: Any, **_options: Any) -> None:
        raise AssertionError("the database is asked")

    with monkeypatch.context() as patch:
        for name in ("listed", "fates", "_found"):
            patch.setattr(published, name, asked)
        client = TestClient(application, base_url=LOCAL)
        items = client.get("/v1/snapshots").json()["items"]
        assert [one["id"] for one in items] == [second, made.first]
        assert client.get("/v1/scores").status_code == 200 == client.get("/v1/grids/G0000003").status_code


@pytest.mark.parametrize("path", ["/v1/scores", "/v1/levels", "/v1/models/conflict", "/v1/grids/G0000001"])
def test_that_nothing_is_published_is_said_of_a_day_as_of_none(tmp_path: Path, path: str) -> None:
    with TestClient(Application(make_home(tmp_path / "home", Settings())), base_url=LOCAL) as client:
        for asked in ("", "?as_of=2026-03-02"):
            told = client.get(path + asked, headers={"Accept-Language": "zh"})
            assert (told.status_code, told.json()["detail"]) == (404, "尚未发布快照：请先运行 riskwarn score。"), asked
