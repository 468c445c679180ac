"""`riskwarn models`, and the names that `promote` knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from riskwarn.home import make_home
from riskwarn.settings import Settings
from tests.riskwarn.cli.calling import Caller
from training.models.baselines import Rate
from training.registry.registration import register
from training.registry.runs import embedded
from training.registry.series import Series
from training.registry.versions import set_alias

KEYS = {
    "target", "horizon", "version", "family", "kind", "alias", "as_of", "trained_at", "best_baseline", "metrics",
}  # fmt: skip


def _three(folder: Path) -> None:
    home = make_home(folder / "riskwarn-home", Settings())
    made = {"as_of": "2026-03-02", "kind": "climatology", "best_baseline": "all_history",
            "trained_at": "2026-03-02T16:30:00+00:00"}  # fmt: skip
    for target, horizon, loss in (("safety", 4, 0.4), ("conflict", 4, 0.6), ("conflict", 4, 0.5), ("conflict", 1, 0.2)):
        version, _ = register(home, target, horizon, Rate("climatology", 4, 0.1), made, {"log_loss": loss})
        if version in ("conflict-4-v1", "safety-4-v1"):
            set_alias(home, version, "champion")
    set_alias(home, "conflict-4-v2", "challenger")


def test_versions_are_listed_with_their_figures(call: Caller) -> None:
    assert "No model is registered yet" in (call("init"), call("models"))[1].out
    _three(call.folder)
    listed = call("models", "--json").document
    assert [(row["version"], row["alias"]) for row in listed] == [
        ("conflict-1-v1", None), ("conflict-4-v2", "challenger"), ("conflict-4-v1", "champion"), ("safety-4-v1", "champion"),
    ]  # fmt: skip
    assert all(set(row) == KEYS for row in listed)
    assert listed[1] == {
        "target": "conflict", "horizon": 4, "version": "conflict-4-v2", "family": None, "kind": "climatology",
        "alias": "challenger", "as_of": "2026-03-02", "trained_at": "2026-03-02T16:30:00+00:00",
        "best_baseline": "all_history", "metrics": {"log_loss": 0.5},
    }  # fmt: skip
    assert [row["version"] for row in call("models", "--target", "safety", "--json").document] == ["safety-4-v1"]
    shown = call("--lang", "zh", "models").out
    assert "现用" in shown and "2026-03-03 00:30" in shown
    refused = call("promote", "conflict-4-v9", "--json", code=1).error
    assert refused["code"] == "unknown_version"
    assert all(row["version"] in refused["message"] for row in listed)
    for strange in ("conflict-4-v1' OR 1=1", "x", "conflict-4-v01", "../conflict-4-v1", "conflict-4-v١"):
        assert call("promote", strange, "--json", code=1).error["code"] == "unknown_version"


@pytest.mark.parametrize("command", ["health", "models", "score", "doctor"])
def test_a_family_that_is_not_there_is_named_by_every_command_that_rests_on_features(
    call: Caller, command: str
) -> None:
    call("init")
    declared = call.folder / "riskwarn-home" / "riskwarn.yaml"
    usual = declared.read_text(encoding="utf-8")
    for choice in ("off: [baklog]", "on: [baklog]"):
        declared.write_text(f"{usual}features: {{{choice}}}\n", encoding="utf-8")
        refused = call(command, "--json", code=1).error
        assert (
            refused["code"] == "unknown_target" and "'baklog'" in refused["message"] and "backlog" in refused["message"]
        )
    declared.write_text(f"{usual}features: {{off: [backlog], on: [proxies]}}\n", encoding="utf-8")
    if command == "models":
        assert call(command, "--json").document == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "file", ["report.json", "plots/capture.svg", "audits/groups.json", "series.json", "model/model.json"]
)
@pytest.mark.parametrize("gone", [False, True])
def test_verify_reads_every_file_of_a_model_that_has_a_checksum(call: Caller, file: str, gone: bool) -> None:
    home = make_home(call.folder / "riskwarn-home", Settings())
    series = Series(4, (date(2026, 3, 2),), {"climatology": {"log_loss": np.array([0.5])}})
    texts = {"report.json": "{}", "plots/capture.svg": "<svg/>", "audits/groups.json": "{}"}
    forecaster = Rate("climatology", 4, 0.1)
    version, run = register(home, "safety", 4, forecaster, {}, {"log_loss": 0.5}, series=series, files=texts)
    models = {one["part"]: one for one in call("verify", "--json").document}["models"]
    assert models == {"part": "models", "checked": 1, "problems": [], "unchecked": None}
    kept = embedded(home, run) / file
    kept.unlink() if gone else kept.write_text(kept.read_text() + " ")
    models = {one["part"]: one for one in call("verify", "--json", code=1).document}["models"]
    [problem] = models["problems"]
    assert problem.startswith(f"{version}: {file.removeprefix('model/')} does not match its checksum")
