"""A version scores only what it was trained for; what does not change its numbers does not count."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from features import Catalogue
from features.catalogue import version
from riskwarn.configuration import Configuration
from riskwarn.errors import FeaturesChanged, PurposeUnknown, TrainedForOther
from training.registry import purpose as room
from training.registry.purpose import Purpose, check_purpose, purpose, read_purpose

USED = ("disputes_open", "disputes_escalated_26", "hotline_count_4")
THEN = Configuration()


def declared(**changes: Any) -> Configuration:
    return Configuration.model_validate(THEN.model_dump(mode="json") | changes)


def target(**changes: Any) -> dict[str, Any]:
    return {"targets": {"conflict": THEN.targets["conflict"].model_dump(mode="json") | changes}}


def mapping(source: str, **rules: Any) -> dict[str, Any]:
    return {"sources": {source: {"mapping": rules}}}


def check(now: Configuration) -> None:
    check_purpose(Catalogue.of(now), "conflict", "conflict-4-v1", purpose(Catalogue.of(THEN), "conflict", USED))


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"period": "month"}, "period: week → month"),
        ({"timezone": "Asia/Tokyo"}, "timezone: Asia/Shanghai → Asia/Tokyo"),
        (
            target(outcomes=["violence"]),
            r"targets.conflict.outcomes: \[injury, police_intervention, violence\] → \[violence\]",
        ),
        (target(min_severity="major"), r"targets.conflict.severities: - → \[major, extraordinary\]"),
        (target(date=None), "targets.conflict.date: escalated_at → -"),
        (
            {"targets": {"other": {"source": "disputes", "date": "occurred_at"}}},
            "targets.conflict.source: disputes → -",
        ),
        (mapping("disputes", delivery_days=2), r"sources.disputes.mapping.delivery_days: 0 → 2"),
        (mapping("hotline", fixed={"severity": False}), "sources.hotline.mapping.fixed: {} → "),
    ],
)
def test_what_differs_is_told_with_the_way_out(changes: dict[str, Any], differs: str) -> None:
    with pytest.raises(TrainedForOther, match=f"{differs}.*run riskwarn retrain"):
        check(declared(**changes))


def test_levels_names_headings_and_what_is_not_used_do_not_count() -> None:
    check(THEN)
    check(declared(city="渝中", horizons=[1, 2], levels={"red": {"top": 0.5, "times": 1}}, min_residents=10))
    check(declared(**target(zh="别的名称", en="another name", outcomes=["police_intervention", "injury", "violence"])))
    check(declared(**mapping("disputes", columns={"closed_at": "办完"}, words={"outcome": {"打伤": "injury"}})))
    check(declared(**mapping("incidents", delivery_days=9)))
    check(declared(features={"off": ["season", "interventions"], "on": ["proxies"]}))


def test_a_feature_that_is_used_and_changed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FeaturesChanged, match=r"uses 1 features .*\(hotline_count_4\): run riskwarn retrain"):
        check(declared(features={"off": ["counts"]}))
    then = purpose(Catalogue.of(THEN), "conflict", USED)
    another = dict(Catalogue.of(THEN).versions) | {"disputes_open": "another"}
    monkeypatch.setattr(Catalogue, "versions", another)
    with pytest.raises(FeaturesChanged, match="disputes_open"):
        check_purpose(Catalogue.of(THEN), "conflict", "conflict-4-v1", then)
    check_purpose(
        Catalogue.of(THEN), "conflict", "conflict-4-v1", purpose(Catalogue.of(THEN), "conflict", ["hotline_count_4"])
    )


@pytest.mark.parametrize(
    ("patched", "told"),
    [
        ("engine_version", "the engine under them"),
        ("_code", "their code or declaration"),
        ("shipped", "words that they read"),
    ],
)
def test_what_of_its_features_has_changed_is_told(monkeypatch: pytest.MonkeyPatch, patched: str, told: str) -> None:
    """A formula, a word of the vocabulary, or the engine that all features share: each alone."""
    then, known = (
        purpose(Catalogue.of(THEN), "conflict", ["disputes_neighbourhood_decayed_26", "disputes_open"]),
        version.shipped,
    )
    another: dict[str, Any] = {
        "engine_version": lambda: "another",
        "_code": lambda *_: "another",
        "shipped": lambda name: {"disputes": {"neighbourhood": ["别的"]}} if name == "categories" else known(name),
    }
    for module in (version, room):
        if hasattr(module, patched):
            monkeypatch.setattr(module, patched, another[patched])
    with pytest.raises(FeaturesChanged, match=rf"features that have changed in {told} since it was trained"):
        check_purpose(Catalogue.of(THEN), "conflict", "conflict-4-v1", then)


def test_of_a_version_of_before_it_is_not_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = asdict(purpose(Catalogue.of(THEN), "conflict", ["disputes_open"]))
    then = Purpose(**{name: kept[name] for name in ("period", "timezone", "target", "sources", "features")})
    check_purpose(Catalogue.of(THEN), "conflict", "conflict-4-v1", then)
    then.features["disputes_open"] = "another"
    with pytest.raises(FeaturesChanged, match="changed in their code, their declaration or words that they read since"):
        check_purpose(Catalogue.of(THEN), "conflict", "conflict-4-v1", then)


def test_the_history_of_another_target_is_part_of_what_it_uses() -> None:
    then = purpose(Catalogue.of(THEN), "safety", ["conflict_events_26_near"])
    check_purpose(Catalogue.of(THEN), "safety", "safety-4-v1", then)
    with pytest.raises(FeaturesChanged, match="conflict_events_26_near"):
        targets = target(outcomes=["violence"])["targets"] | {"safety": THEN.targets["safety"].model_dump(mode="json")}
        check_purpose(Catalogue.of(declared(targets=targets)), "safety", "safety-4-v1", then)


def test_a_purpose_lies_beside_its_model_and_an_old_version_has_none(tmp_path: Path) -> None:
    with pytest.raises(PurposeUnknown, match="riskwarn retrain"):
        check_purpose(Catalogue.of(THEN), "conflict", "conflict-4-v1", read_purpose(tmp_path))
    saved = purpose(Catalogue.of(THEN), "conflict", USED)
    saved.save(tmp_path)
    assert read_purpose(tmp_path) == saved
