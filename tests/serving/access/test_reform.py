"""A town left the district: what was kept of the district before is of something outside, too, though its code is still there."""

from __future__ import annotations

import pytest

from serving.delivery.view import View
from tests.serving.access import cities
from tests.serving.access.asked import Pair, Two, leaks


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["all of them", "by the code of today"])
def test_a_roll_up_that_is_told_by_its_code_is_found(two: Two, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """What was kept of the district by the older tree is of a town, too, that lies outside today."""
    faults = {
        "all of them": lambda *_: True,
        "by the code of today": lambda view, unit, code, _: view.holds(unit, code),
    }
    monkeypatch.setattr(View, "held", faults[fault])
    homes, headers, ids = two
    with cities.served(*homes) as clients:
        found = leaks((clients, headers, ids))
    assert {
        "/v1/track-record", "/v1/alerts", "/v1/alerts/wd0", "/v1/alerts/held", "/v1/alerts/stats", "/v1/alerts/feed.atom",
        "/v1/alerts/stream?seconds=0",
    } <= set(found)  # fmt: skip


def test_of_the_district_as_it_is_today_all_is_told(
    pair: Pair,
) -> None:
    (client, _), (header, _), (older, newer) = pair
    rows = client.get("/v1/track-record", headers=header).json()["rows"]
    told = {one["snapshot"]: [(each["code"], each["observed"]) for each in one["districts"]] for one in rows}
    assert told == {newer: [("D0000000", "40")], older: []}
    assert client.get("/v1/alerts/wd1", headers=header).json()["score"] == 0.09
    assert [client.get(f"/v1/alerts/{one}", headers=header).status_code for one in ("wd0", "wt", "wb0")] == [404] * 3
    [level] = client.get("/v1/alerts/stats", headers=header).json()["levels"]
    assert (level["code"], level["grids"], level["precision"]) == ("D0000000", 50, 0.4)
