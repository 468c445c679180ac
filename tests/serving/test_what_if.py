"""What if: the same scoring with some features of one grid other than they are."""

from __future__ import annotations

import json

import pytest

from riskwarn.cli import main
from riskwarn.errors import FeatureUnused, FeatureValueInvalid, NoSnapshot, UnknownFeature, UnknownUnit
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.publishing.what_if import WhatIf, what_if
from serving.scoring.sentences import sentences
from serving.snapshots.published import newest
from serving.snapshots.snapshot import load_snapshot
from tests.conftest import Town
from tests.worlds import NOW
from training import load_forecaster

BLOCK = ("conflict", 4)


def asked(town: Town, grid: str, **given: str) -> WhatIf:
    return what_if(town.home, grid, given, target=BLOCK[0], horizon=BLOCK[1], now=NOW)


def calm_grid(town: Town) -> str:
    """The grid of the last rank whose details are told."""
    row = newest(town.home)
    assert row is not None
    snapshot = load_snapshot(town.home, row)
    level, scores = snapshot.places[Unit.GRID], snapshot.scores[BLOCK][Unit.GRID]
    return next(level.codes[place] for place in scores.by_rank[::-1].tolist() if not level.suppressed[place])


def test_a_grid_as_it_is_stands_as_published_and_more_that_waits_raises_it(town: Town) -> None:
    grid = calm_grid(town)
    done = asked(town, grid, disputes_open="30")
    row = newest(town.home)
    assert row is not None and done.snapshot == row.id
    snapshot = load_snapshot(town.home, row)
    place = snapshot.places[Unit.GRID].rows[grid]
    scores = snapshot.scores[BLOCK][Unit.GRID]
    [one] = done.scores
    assert one["before"] == {
        "score": scores.score[place],
        "expected_count": scores.expected_count[place],
        "rank": scores.rank[place],
        "rank_interval": [scores.rank_lower[place], scores.rank_upper[place]],
        "level": scores.level_of(place),
    }
    assert one["after"]["score"] > one["before"]["score"] and one["after"]["rank"] < one["before"]["rank"]
    changed = next(
        reason for reason in one["reasons"] if (reason["theme"], reason["source"]) == ("waiting", "disputes")
    )
    assert changed["change"] > 0
    assert "20–40 open disputes" in changed["after"]["en"] and "未化解" in changed["after"]["zh"]
    assert newest(town.home) == row, "nothing is published"


def test_what_waits_no_more_is_as_where_nothing_waits(town: Town) -> None:
    """No case open and the oldest open for long would be a grid that never was, of which a model says whatever it likes."""
    row = newest(town.home)
    assert row is not None
    snapshot = load_snapshot(town.home, row)
    level, scores = snapshot.places[Unit.GRID], snapshot.scores[BLOCK][Unit.GRID]
    first = next(level.codes[place] for place in scores.by_rank.tolist() if not level.suppressed[place])
    [one] = asked(town, first, disputes_open="0").scores
    assert one["after"]["score"] < one["before"]["score"]
    after = [reason["after"]["en"] for reason in one["reasons"] if reason["after"] is not None]
    assert not any("the oldest of no" in words or "oldest of none" in words for words in after)


def test_nothing_else_supposed_is_nothing_changed(town: Town) -> None:
    grid = calm_grid(town)
    once = asked(town, grid, disputes_open="30").scores[0]
    again = asked(town, grid, disputes_open="30").scores[0]
    assert once == again


def test_more_petitions_call_for_answers_and_are_held_against_nobody(town: Town) -> None:
    names = load_forecaster(town.home, newest(town.home).models[BLOCK]).names  # type: ignore[union-attr]
    name = next(name for name in names if name.startswith("petitions_"))
    done = asked(town, calm_grid(town), **{name: "40"})
    assert done.demand
    for reason in done.scores[0]["reasons"]:
        assert reason["source"] != "petitions", "petitions are told from the community up"
        if reason["theme"] == "rest":
            assert {reason["after"]["zh"], reason["after"]["en"]} == set(sentences()["rest"].values())
        assert "petition" not in str(reason["after"]).replace(sentences()["rest"]["en"], "")


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"dispute_open": "3"}, UnknownFeature, r"'dispute_open' is not a feature of this home \(did you mean disputes_open\?\)"),
        ({"disputes_open": "many"}, FeatureValueInvalid, "disputes_open=many: a number is wanted"),
        ({"disputes_open": "nan"}, FeatureValueInvalid, "a finite number is wanted"),
        ({"disputes_open": "-1"}, FeatureValueInvalid, "it cannot be less than 0"),
        ({"plain_disputes_open": "1"}, UnknownFeature, "is not a feature"),
    ],
)  # fmt: skip
def test_what_cannot_be_supposed_is_said_in_one_sentence(
    town: Town, given: dict[str, str], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        asked(town, calm_grid(town), **given)


def test_a_feature_that_no_champion_uses_and_a_grid_that_is_not_there_are_said(town: Town, home: Home) -> None:
    from features import catalogue

    row = newest(town.home)
    assert row is not None
    used = {name for version in row.models.values() for name in load_forecaster(town.home, version).names}
    unused = next(one.name for one in catalogue(town.home.configuration) if one.name not in used)
    with pytest.raises(FeatureUnused, match=f"uses {unused}, so that no score would differ; of"):
        asked(town, calm_grid(town), **{unused: "1"})
    with pytest.raises(UnknownUnit, match="No grid with the code 'nowhere'"):
        asked(town, "nowhere", disputes_open="1")
    with pytest.raises(NoSnapshot):
        what_if(home, "1", {"disputes_open": "1"}, now=NOW)


def test_the_command_tells_it_in_both_languages(
    town: Town, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(town.home.path), *arguments])
        printed = capsys.readouterr()
        assert ended.value.code == code, printed.err
        return printed.out if code == 0 else printed.err

    monkeypatch.setenv("COLUMNS", "200")
    grid = calm_grid(town)
    told = json.loads(call("whatif", grid, "--set", "disputes_open=30", "--set", "petitions_unanswered=9", "--json"))
    served = {(one.target, one.horizon) for one in town.trained}
    assert {(one["target"], one["horizon"]) for one in told["scores"]} == served
    assert told["set"] == {"disputes_open": 30.0, "petitions_unanswered": 9.0} and told["grid_id"] == grid
    shown = call("whatif", grid, "--set", "disputes_open=30", "--horizon", "4", "--lang", "zh")
    assert "未化解" in shown and "风险" not in shown and "其他网格" in shown
    assert "FEATURE=VALUE is wanted" in call("whatif", grid, "--set", "disputes_open", code=2)
    assert "stands twice" in call("whatif", grid, "--set", "disputes_open=1", "--set", "disputes_open=2", code=2)
    assert "not a declared target" in call("whatif", grid, "--set", "disputes_open=1", "--target", "none", code=1)
