"""``riskwarn doctor``."""

from __future__ import annotations

import json
from datetime import date

import pytest

from riskwarn.cli import main
from riskwarn.cli.notices import NOTHING_RAISED
from riskwarn.home import Home
from serving.publishing.publish import Published


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0), capsys.readouterr().out


def test_a_sound_home_is_found_sound_and_one_that_others_can_read_is_not(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = asked(capsys, "--home", str(home.path), "--json", "doctor")
    found = {one["check"]: one for one in json.loads(out)}
    assert (
        code == 0 and found["database"]["found"].startswith("SQLite") and found["telemetry of MLflow"]["found"] == "off"
    )
    assert found["event loop and parser"]["found"] == "uvloop, httptools"
    assert (found["rules of notices"]["verdict"], found["rules of notices"]["found"]) == ("ok", "4")
    home.path.chmod(0o755)
    code, out = asked(capsys, "--home", str(home.path), "--json", "doctor")
    assert code == 1
    assert {one["check"] for one in json.loads(out) if one["verdict"] == "fault"} == {"permissions of the home"}
    code, out = asked(capsys, "--home", str(home.path), "--lang", "zh", "doctor")
    assert code == 1 and "权限" in out and "0755" in out


def test_rules_that_raise_nothing_are_named(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("alerts: {rules: []}\n")
    code, out = asked(capsys, "--home", str(home.path), "--json", "doctor")
    (found,) = (one for one in json.loads(out) if one["check"] == "rules of notices")
    assert (code, found["verdict"]) == (0, "warning") and found["found"] == NOTHING_RAISED
    code, out = asked(capsys, "--home", str(home.path), "--lang", "zh", "doctor")
    assert code == 0 and "提示规则" in out and "永远不会有提示" in out, "whole, also in a narrow terminal"


@pytest.mark.parametrize(("rules", "said"), [("[]", 1), ("[{on: level}]", 0)])
def test_who_scores_is_told_that_nothing_is_ever_raised(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, rules: str, said: int
) -> None:
    done = Published("s1", date(2026, 3, 2), True, 4, (), 0, 1.0)
    monkeypatch.setattr("serving.publishing.publish.publish", lambda *_, **__: done)
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write(f"alerts: {{rules: {rules}}}\n")
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home.path), "--json", "score"])
    told = capsys.readouterr()
    assert (ended.value.code or 0, json.loads(told.out)["alerts"]) == (0, 0)
    assert told.err.splitlines().count(NOTHING_RAISED) == said
