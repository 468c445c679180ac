"""The first three laws over made-up cities, for every feature of the catalogue; each seen to fail with a fault planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features import build_features
from features.building import shards
from features.catalogue.catalogue import declared
from features.encoding import target_events
from features.encoding.target_events import rules_of
from features.engine.sums import Flow
from features.panel.panel import Panel, Spans
from features.testing import assert_same, check_laws, check_no_leak, check_origins, check_partitions, made_up_city
from riskwarn.configuration import Configuration
from riskwarn.periods import Period

SEEDS = st.integers(0, 2**32 - 1)


PERIODS = st.sampled_from([Period.WEEK, Period.WEEK, Period.DAY, Period.MONTH])
# A seed does not shrink to anything simpler.
PHASES = [Phase.explicit, Phase.generate]


@pytest.mark.slow
@settings(max_examples=4, phases=PHASES)
@given(seed=SEEDS, period=PERIODS, records=st.integers(2, 90))
def test_every_feature_keeps_the_laws(seed: int, period: Period, records: int) -> None:
    keeps_the_laws(seed, period, records)


@pytest.mark.slow
@settings(max_examples=30, phases=PHASES)
@given(seed=SEEDS, period=PERIODS, records=st.integers(2, 90))
def test_every_feature_keeps_the_laws_in_many_cities(seed: int, period: Period, records: int) -> None:
    keeps_the_laws(seed, period, records)


def keeps_the_laws(seed: int, period: Period, records: int) -> None:
    own = {"school_reports": {"fields": ["closed_at", "escalated_at"]}}
    configuration = Configuration.model_validate({"period": period, "features": {"on": ["proxies"]}, "sources": own})
    check_laws(made_up_city(seed, records=records, configuration=configuration))


def test_the_laws_are_held_for_all_that_is_declared() -> None:
    """Nothing that is declared can be left out: the matrix that the laws compare holds every feature, most of them alive."""
    city = made_up_city(3, records=90)
    matrix = build_features(city, [city.as_of])
    assert matrix.names == [row.feature.name for row in declared(city.configuration)]
    alive = [len(np.unique(values[~np.isnan(values)])) > 1 for values in matrix.values]
    assert np.mean(alive) > 0.75


def late_seen(make: Callable[..., Any]) -> Callable[..., Any]:
    """Counts a record when it happened, not when it became known."""

    def spans(self: Panel, source: str) -> Any:
        found = make(self, source)
        happened = np.minimum(np.searchsorted(self.city.days, found.day, side="right") - 1, found.known)
        return replace(found, known=happened, start=happened + 1)

    return spans


def never_corrected(make: Callable[..., Any]) -> Callable[..., Any]:
    """Takes every belief for the last: a correction changes the past."""

    def spans(self: Panel, source: str) -> Any:
        found = make(self, source)
        return replace(found, start=found.known + 1)

    return spans


@pytest.mark.parametrize("fault", [late_seen, never_corrected])
def test_a_leak_is_found(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Panel, "spans", fault(Panel.spans))
    with pytest.raises(AssertionError):
        for seed in range(5):
            city = made_up_city(seed)
            check_no_leak(city, city.calendar.shift(city.as_of, -9))


def by_the_closing_alone(make: Callable[..., Any]) -> Callable[..., Any]:
    """Dates what is known of an outcome by the outcome's own date, as if no record were registered after its closing."""

    def events(frame: Any, rule: Any) -> Any:
        found = make(frame, rule)
        early = np.fmin(found.known_at, found.at)
        return replace(found, known_at=early, seen_from=early)

    return events


def as_if_never_corrected(make: Callable[..., Any]) -> Callable[..., Any]:
    """Takes what a correction says of the place for what was said from the first."""

    def events(frame: Any, rule: Any) -> Any:
        found = make(frame, rule)
        return replace(found, seen_from=found.known_at)

    return events


@pytest.mark.parametrize("fault", [by_the_closing_alone, as_if_never_corrected])
@pytest.mark.slow
def test_a_leak_of_outcomes_is_found(fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen by a target's own history alone: escalations are left out of this catalogue."""
    monkeypatch.setattr(target_events, "events_of", fault(target_events.events_of))
    monkeypatch.setattr(target_events, "rules_of", only_of_targets)
    harm = {"harm": {"source": "disputes", "outcomes": ["injury", "settled"]}}
    others = {row.feature.family for row in declared(Configuration(targets=harm))} - {"target_history"}
    configuration = Configuration(targets=harm, features={"off": sorted(others)})
    with pytest.raises(AssertionError, match="harm_events"):
        for seed in range(5):
            city = made_up_city(seed, records=90, configuration=configuration)
            check_no_leak(city, city.calendar.shift(city.as_of, -9))


def only_of_targets(source: str, configuration: Configuration) -> Any:
    return [pair for pair in rules_of(source, configuration) if not pair[0].startswith("escalations")]


def test_a_window_that_forgets_corrections_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Differences of running sums alone: right for records that never change, wrong for the others."""
    summed = Flow._summed

    def forgetful(self: Flow, spans: Spans) -> Spans:
        return summed(self, spans).rows(np.empty(0, dtype=np.int64))

    monkeypatch.setattr(Flow, "_summed", forgetful)
    with pytest.raises(AssertionError):
        for seed in range(5):
            city = made_up_city(seed)
            check_origins(city, [city.calendar.shift(city.as_of, -9)])


def test_a_piece_without_its_halo_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    divide = shards.divided

    def without_halo(city: Any, parts: Any) -> Any:
        for shard, part in divide(city, parts):
            sources = {
                name: rows.choose(np.flatnonzero(rows["grid"] < len(part.core))) for name, rows in shard.sources.items()
            }
            yield replace(shard, sources=sources if len(parts) > 1 else shard.sources), part

    monkeypatch.setattr("features.building.build.divided", without_halo)
    with pytest.raises(AssertionError):
        check_partitions(made_up_city(1))


def test_a_piece_that_takes_its_own_total_for_the_districts_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.building.build.wide_bases", lambda rows: [])
    with pytest.raises(AssertionError):
        check_partitions(made_up_city(1))


def test_cities_are_the_same_for_the_same_seed() -> None:
    one, other = made_up_city(7), made_up_city(7)
    assert_same(build_features(one, [one.as_of]), build_features(other, [other.as_of]))
