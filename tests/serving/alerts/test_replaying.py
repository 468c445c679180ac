"""Rules are tried on what was published before, by the code that raises; and what came of it is counted."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskwarn.cli import main
from riskwarn.cli.notices import NOTHING_RAISED
from riskwarn.errors import NothingToSimulate
from serving.alerts.origins import origins_of_backtest, origins_of_snapshots
from serving.alerts.plotting import CHINESE, plot_weeks
from serving.alerts.replaying import as_dict, replay
from serving.alerts.teams import Teams, default_teams
from tests.serving.alerts.city import BLOCK, FIRST, City, grid

LEVELS = [{0: "red", 1: "orange", 2: "orange", 3: "orange"}, {0: "red", 4: "red"}, {12: "orange"}, {}, {5: "orange"}]


def told(home: Any, *words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """A command's exit code and its JSON."""
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home.path), "--json", *words])
    out = capsys.readouterr()
    return int(str(ended.value.code)), json.loads(out.out or out.err)


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    for levels in LEVELS:
        city.publish(levels)
    return city


def replayed(configuration: Any, origins: Any, teams: Teams) -> dict[str, Any]:
    """What is told of a replay."""
    return as_dict(replay(configuration, origins, teams))


def nothing_came(_target: str, _horizon: int, _as_of: Any, codes: Any) -> np.ndarray:
    return np.zeros(len(codes))


def test_what_is_replayed_is_what_was_raised(city: City) -> None:
    origins = origins_of_snapshots(city.home, nothing_came)
    assert [origin.said.as_of for origin in origins] == [FIRST + timedelta(weeks=week) for week in range(5)]
    found = replayed(city.home.configuration, origins, default_teams(city.content.places, 3))
    assert found["notices"] == len(city.alerts()) == 6 and found["load"] == {"teams": 5, "mean": 0.24, "most": 3}
    assert found["held"] == {"budget": 1} and found["events"] == 0 and found["capture"] is None
    assert found["notices_by_week"] == {"2026-03-02": 3, "2026-03-09": 1, "2026-03-16": 1, "2026-03-30": 1}


def test_what_came_where_it_was_told_is_caught(city: City) -> None:
    def came(_target: str, _horizon: int, as_of: Any, codes: Any) -> np.ndarray:
        counts = np.zeros(len(codes))
        if as_of == FIRST:
            counts[[0, 1, 30]] = (4, 4, 4)
        return counts

    origins = origins_of_snapshots(city.home, came)
    found = replayed(city.home.configuration, origins, default_teams(city.content.places, 3))
    assert (found["events"], found["caught"], found["missed"], found["capture"]) == (3, 2, 1, 0.667)
    assert [(one["level"], one["grids"], one["precision"]) for one in found["levels"]] == [
        ("orange", None, None), ("red", None, None),
    ], "of six grids no share is told"  # fmt: skip


def test_origins_of_a_back_test_are_replayed_and_too_few_are_refused(city: City, tmp_path: Path) -> None:
    rng, rows = np.random.default_rng(3), []
    for week in range(6):
        probability = rng.beta(1, 10, 36)
        rows.append(
            pd.DataFrame(
                {
                    "grid_id": [grid(number) for number in range(36)], "as_of": FIRST + timedelta(weeks=week), "target": BLOCK[0],
                    "horizon": BLOCK[1], "probability": probability, "expected_count": probability,
                    "observed": rng.binomial(1, probability).astype(float),
                }
            )
        )  # fmt: skip
    pd.concat(rows).to_parquet(tmp_path / "p.parquet")
    origins = origins_of_backtest(city.home, tmp_path / "p.parquet")
    found = replayed(city.home.configuration, origins, default_teams(city.content.places, 1))
    assert found["publications"] == 6 and 0 < found["load"]["most"] <= 1 and found["events"] > 0
    assert replayed(city.home.configuration, origins, default_teams(city.content.places, 1)) == found
    with pytest.raises(NothingToSimulate, match="2 publications, 3 are needed"):
        replayed(city.home.configuration, origins[:2], default_teams(city.content.places, 1))


def test_the_command_line_lists_acts_and_tells(city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, listed = told(city.home, "alerts", "list", "--status", "open", "--level", "red", capsys=capsys)
    assert code == 0 and {one["status"] for one in listed} == {"open"}
    ids = [one["id"] for one in listed]
    code, done = told(
        city.home, "alerts", "do", "close", *ids, "wnothing", "--outcome", "real", "--service", "visit", capsys=capsys
    )
    assert (code == 1 and [one.get("code") for one in done] == [*([None] * len(ids)), "unknown_alert"]) or done[0].get(
        "code"
    )
    code, one = told(city.home, "alerts", "show", ids[0], capsys=capsys)
    assert code == 0 and one["steps"][0]["verb"] == "raised"
    code, made = told(
        city.home, "alerts", "silence", "town:T0000001", "--days", "5", "--because", "集中整治", capsys=capsys
    )
    assert code == 0 and (made["unit"], made["author"]) == ("town", "local")
    assert told(city.home, "alerts", "unsilence", made["id"], capsys=capsys)[1]["ended_by"] == "local"
    assert told(city.home, "alerts", "silences", capsys=capsys)[1][0]["id"] == made["id"]
    assert told(city.home, "alerts", "held", capsys=capsys)[1][0]["reason"] == "budget"
    assert told(city.home, "alerts", "stats", capsys=capsys)[1]["weeks"][0]["alerts"] is None, (
        "nobody knows how many work there"
    )
    code, wrote = told(city.home, "alerts", "tickets", str(tmp_path / "t.csv"), "--week", "2026-03-04", capsys=capsys)
    assert code == 0 and wrote["tickets"] >= 3
    code, done = told(city.home, "alerts", "tick", capsys=capsys)
    assert code == 0 and done["tickets"] == {"rows": 0, "changed": 0, "same": 0, "left": 0, "examples": []}


WORDS = {
    "en": ("notices a week", "6 notices, at most 3 a team and week; - of events caught"),
    "zh": ("每周提示数", "6 条提示，每队每周至多 3 条；涵盖事件 -"),
}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("fonts", [CHINESE, ()], ids=["a Chinese font", "none"])
def test_a_picture_is_drawn_in_the_language_that_is_asked_for(
    city: City, tmp_path: Path, language: str, fonts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, recwarn: Any
) -> None:
    monkeypatch.setattr("serving.alerts.plotting.CHINESE", fonts)
    origins = origins_of_snapshots(city.home, nothing_came)
    found = replayed(city.home.configuration, origins, default_teams(city.content.places, 3))
    plot_weeks(tmp_path / "weeks.svg", found, language)
    drawn = (tmp_path / "weeks.svg").read_text(encoding="utf-8")
    other = WORDS["en" if language == "zh" else "zh"]
    assert all(f">{word}<" in drawn for word in WORDS[language]) and not any(word in drawn for word in other)
    plot_weeks(tmp_path / "weeks.png", found, language)
    assert (tmp_path / "weeks.png").read_bytes().startswith(b"\x89PNG")
    assert not [one for one in recwarn if "Glyph" in str(one.message)]


def test_a_picture_of_points_without_a_chinese_font_is_english(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.alerts.plotting.CHINESE", ())
    origins = origins_of_snapshots(city.home, nothing_came)
    found = replayed(city.home.configuration, origins, default_teams(city.content.places, 3))
    for language in WORDS:
        plot_weeks(tmp_path / f"{language}.png", found, language)
    assert (tmp_path / "zh.png").read_bytes() == (tmp_path / "en.png").read_bytes()


def test_the_command_draws_in_its_language(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "riskwarn.cli.alerts._published", lambda _session: origins_of_snapshots(city.home, nothing_came)
    )
    monkeypatch.setattr("serving.alerts.sources.teams_of", lambda *_: default_teams(city.content.places, 3))
    code, _ = told(city.home, "--lang", "zh", "alerts", "simulate", "--plot", str(tmp_path / "w.svg"), capsys=capsys)
    assert code == 0 and WORDS["zh"][0] in (tmp_path / "w.svg").read_text(encoding="utf-8")


def test_who_tries_rules_that_raise_nothing_is_told_so(
    city: City, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "riskwarn.cli.alerts._published", lambda _session: origins_of_snapshots(city.home, nothing_came)
    )
    monkeypatch.setattr("serving.alerts.sources.teams_of", lambda *_: default_teams(city.content.places, 3))
    for rules, said in (("[]", 1), ("[{on: level}]", 0)):
        (city.home.path / "riskwarn.yaml").write_text(f"alerts: {{rules: {rules}}}\n", encoding="utf-8")
        with pytest.raises(SystemExit):
            main(["--home", str(city.home.path), "--json", "alerts", "simulate"])
        told = capsys.readouterr()
        assert bool(json.loads(told.out)["notices"]) is not bool(said)
        assert told.err.splitlines().count(NOTHING_RAISED) == said
