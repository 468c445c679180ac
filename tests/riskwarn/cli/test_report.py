"""`riskwarn report`: a page about a version or the data, and nobody's file is written over."""

from __future__ import annotations

import pytest

from tests.conftest import Town
from tests.riskwarn.cli.calling import Caller


def test_it_writes_a_page_and_no_file_over_another(call: Caller, town: Town) -> None:
    home = ("--home", town.home.path)
    told = call("report", *home, "--json").document
    assert told == {"of": "conflict-4-v1", "path": str(call.folder / "report-conflict-4-v1.html")}
    page = call.folder / "report-conflict-4-v1.html"
    assert '<html lang="en">' in page.read_text(encoding="utf-8")
    assert call("report", *home, "--json", code=1).error["code"] == "output_refused"
    assert str(page) in call("--lang", "zh", "report", "conflict-4-v1", *home, "--force").out
    assert '<html lang="zh">' in page.read_text(encoding="utf-8")
    call("report", "safety-1-v1", *home, "--out", "mine.htm")
    assert "safety-1-v1" in (call.folder / "mine.htm").read_text(encoding="utf-8")
    assert call("report", *home, "--out", "mine.txt", "--json", code=1).error["code"] == "output_refused"
    assert call("report", "conflict-9-v1", *home, "--json", code=1).error["code"] == "unknown_version"


def test_the_page_of_the_data(call: Caller, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("click.launch", lambda path: opened.append(path))
    told = call("report", "--city", "--open", "--home", town.home.path, "--json").document
    assert opened == [told["path"]] == [str(call.folder / "report-city.html")]
    assert told["of"] == "示例市"
    call("report", "conflict-4-v1", "--city", code=2)
    call("report", "--as-of", "2026-01-05", code=2)
