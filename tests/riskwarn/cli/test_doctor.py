"""``riskwarn doctor``."""

from __future__ import annotations

import json

import pytest

from riskwarn.cli import main
from riskwarn.home import Home


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
    home.path.chmod(0o755)
    code, out = asked(capsys, "--home", str(home.path), "--json", "doctor")
    assert code == 1
    assert {one["check"] for one in json.loads(out) if one["verdict"] == "fault"} == {"permissions of the home"}
    code, out = asked(capsys, "--home", str(home.path), "--lang", "zh", "doctor")
    assert code == 1 and "权限" in out and "0755" in out
