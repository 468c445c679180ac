"""`riskwarn promote` and `riskwarn rollback`."""

from __future__ import annotations

from datetime import date

import pytest

from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.publishing.publish import Published
from tests.riskwarn.cli.calling import Caller
from tests.training.registry.families import BASELINE, CHALLENGER, family, losses, standing
from training.registry.versions import set_alias


@pytest.mark.slow
def test_a_family_is_promoted_with_a_reason_and_led_back_from(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(call.folder / "riskwarn-home", Settings())
    first = standing(home)
    new = family(home, "second", CHALLENGER, {CHALLENGER: losses(0.4, 20), BASELINE: losses(0.6, 20, 3)})
    refused = call("promote", new[1], "--json", code=1).error
    assert refused["code"] == "promotion_refused" and "--because" in refused["message"]
    # A reason is kept, so that it names nobody.
    for naming in (("promote", new[1], "--because", "应李小红申请"), ("rollback", "safety", "--because", "王女士来电")):
        assert call(*naming, "--json", code=1).error["code"] == "personal_text"
    said = call("--lang", "zh", "promote", new[1], "--because", "试用").out
    assert new[0] in said and "现用模型" in said and "family" not in said
    assert call("rollback", "safety", "--json").document["champions"] == first
    refused = call("rollback", "safety", "--json", code=1).error
    assert refused["code"] == "nothing_to_return_to"
    # The registry is no part of the database: each is told before and after.
    rows = call("--json", "audit", "list", "--action", "model").document
    assert [(row["action"], row["object"], row["result"], row["note"]) for row in reversed(rows)] == [
        ("model.promoted", new[1], "refused", ""),
        ("model.promoted", new[1], "begun", "试用"),
        ("model.promoted", new[1], "done", "试用"),
        ("model.rolled_back", rows[0]["object"], "begun", ""),
        ("model.rolled_back", rows[0]["object"], "done", ""),
    ]
    assert rows[0]["object"] in first
    # Of two families, the horizons need not agree: `score` says so once, and scores.
    made = Published("2026-10-05-abc", date(2026, 10, 5), True, 4, tuple(first), 0, 0.1)
    monkeypatch.setattr("serving.publishing.publish.publish", lambda *arguments, **named: made)
    assert call("score", "--json").err == ""
    set_alias(home, new[1], "champion")
    told = call("score", "--json")
    assert told.document["snapshot"] == "2026-10-05-abc"
    assert [line for line in told.err.splitlines() if "need not agree" in line and first[0] in line and new[1] in line]
