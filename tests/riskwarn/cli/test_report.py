"""`riskwarn report`: a page about a version or the data, and nobody's file is written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Town
from tests.riskwarn.cli.calling import Caller

pytestmark = pytest.mark.slow


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
    monkeypatch.setattr("riskwarn.cli.report.opened_in_browser", lambda path: opened.append(str(path)) or True)
    told = call("report", "--city", "--open", "--home", town.home.path, "--json").document
    assert opened == [told["path"]] == [str(call.folder / "report-city.html")]
    assert told["of"] == "示例市"
    call("report", "conflict-4-v1", "--city", code=2)
    call("report", "--as-of", "2026-01-05", code=2)


def test_that_no_browser_opened_the_page_is_said(
    call: Caller, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is there that opens it, or what is there fails with words of its own."""
    home = ("--home", town.home.path)
    said = f"No browser could be opened: open {call.folder / 'report-city.html'} yourself."
    place = tmp_path
    for number, body in enumerate(("", "#!/bin/sh\necho xdg-open: no method available >&2\nexit 3\n")):
        place = tmp_path / f"bin{number}"
        place.mkdir()
        if body:
            (place / "xdg-open").write_text(body)
            (place / "xdg-open").chmod(0o755)
        monkeypatch.setenv("PATH", f"{place}:/bin" if body else str(place))
        told = call("report", "--city", "--open", *home, "--force", code=1)
        assert said in told.err and "no method" not in told.err
        assert "report of 示例市" in told.out, "the page is there"
    (place / "xdg-open").write_text("#!/bin/sh\necho opened >&2\n")
    assert (
        "No browser" not in (said := call("report", "--city", "--open", *home, "--force").err) and "opened" not in said
    )
