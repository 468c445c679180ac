"""The id of a grid may hold any character: it is read from the path as it was sent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from riskwarn.home import Home
from serving.api import answers
from serving.api.app import create_app
from serving.api.routes.ranking import asked_grid
from tests.worlds import NOW

IDS = [
    "G1",
    "a/b",
    "a%2Fb",
    "..",
    "a?b=c",
    "a#b",
    "网 格/1",
    "explanation",
    "a/explanation",
    "'; DROP",
    "%",
    "{grid_id}",
]


@pytest.mark.parametrize("grid", IDS)
def test_an_id_is_taken_from_the_path_as_it_was_sent(grid: str) -> None:
    sent = quote(grid, safe="").encode()
    scope: dict[str, Any] = {"raw_path": b"/v1/grids/" + sent, "path": f"/v1/grids/{grid}"}
    assert asked_grid(scope, grid) == (grid, None)
    for behind in ("explanation", "history"):
        longer = {"raw_path": b"/v1/grids/" + sent + f"/{behind}?target=conflict".encode()}
        assert asked_grid(longer, grid) == (grid, behind)


@pytest.mark.parametrize("spelled", ["/v1/%67rids/", "/v1%2fgrids/", "/v1/grids%2F", "/%76%31/%67%72%69%64%73/"])
def test_what_stands_before_an_id_may_be_encoded_too(client: TestClient, spelled: str) -> None:
    assert client.get(f"{spelled}G1").json() == {"portrait": "G1"}
    assert client.get(f"{spelled}G1/explanation").json() == {"explanation": "G1"}


@pytest.fixture
def client(home: Home, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """An API that answers with what it was asked for."""
    snapshot = SimpleNamespace(valid_until=NOW)
    monkeypatch.setattr("serving.api.app.Current.__call__", lambda *_: snapshot)
    monkeypatch.setattr(answers, "portrait", lambda _snapshot, _now, code: {"portrait": code})
    monkeypatch.setattr(answers, "explanation", lambda _snapshot, _now, code, *_: {"explanation": code})
    application = create_app(home)
    application.registry.look()
    return TestClient(application, base_url="http://localhost")


@pytest.mark.parametrize("grid", [one for one in IDS if one != ".."])
def test_portrait_and_explanation_of_any_id(client: TestClient, grid: str) -> None:
    path = f"/v1/grids/{quote(grid, safe='')}"
    assert client.get(path).json() == {"portrait": grid}
    assert client.get(f"{path}/explanation?target=conflict").json() == {"explanation": grid}
    assert client.get(f"{path}?target=conflict").status_code == 422


def test_slashes_may_stand_as_they_are(client: TestClient) -> None:
    assert client.get("/v1/grids/a/b").json() == {"portrait": "a/b"}
    assert client.get("/v1/grids/a/b/explanation").json() == {"explanation": "a/b"}
