"""``riskwarn erase`` as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import Home
from riskwarn.store import Store
from tests import command_line
from tests.orders import ROOT
from tests.worlds import dispute, load, with_grids, write_csv


def erase(home: Home, *arguments: str, text: str = "", code: int = 0, yes: bool = True) -> Any:
    asked = ["--yes"] if yes else []
    done = command_line.run("--json", "--home", home.path, "erase", *arguments, *asked, cwd=ROOT, text=text)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout if code == 0 else done.stderr.strip().splitlines()[-1])


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "disputes.csv", [dispute(n) for n in range(5)]))
    return home


@pytest.mark.slow
def test_a_record_and_a_load(city: Home) -> None:
    told = erase(city, "--because", "法院决定", "--record", "disputes", "-", text="D3\n")
    assert (told["kind"], told["rows"], told["proof"]["hits"]) == ("record", 1, [])
    assert told["proof"]["files"] >= 4
    again = erase(city, "--because", "法院决定", "--record", "disputes", "D3", code=1)
    assert again["code"] == "unknown_record" and "D3" not in again["message"]
    told = erase(city, "--because", "a mistaken delivery", "--load", "2")
    assert (told["kind"], told["rows"], told["files_rewritten"], told["proof"]["hits"]) == ("load", 4, 1, [])
    assert Store(city).versions("disputes").empty
    assert erase(city, "--because", "again", "--load", "2", code=1)["code"] == "load_erased"


@pytest.mark.slow
def test_wrong_usage_and_wrong_reasons(city: Home) -> None:
    erase(city, "--because", "x", code=2)
    erase(city, "--because", "x", "--load", "2", "--record", "disputes", "D1", code=2)
    erase(city, "--load", "2", code=2)
    assert erase(city, "--because", "维稳", "--load", "2", code=1)["code"] == "refused_word"
    for naming in ("王小明", "张三的要求", "应李小红申请", "王女士来电"):
        assert "without naming anyone" in erase(city, "--because", naming, "--load", "2", code=1)["message"]
    assert erase(city, "--because", "x" * 501, "--load", "2", code=1)["code"] == "reason_too_long"
    assert "nosuch" in erase(city, "--because", "x", "--record", "nosuch", "D1", code=1)["message"]
    assert len(Store(city).versions("disputes")) == 5


@pytest.mark.slow
def test_nothing_is_erased_where_nobody_can_be_asked(city: Home) -> None:
    assert "add --yes" in erase(city, "--because", "x", "--load", "2", code=2, yes=False)["message"]
    assert len(Store(city).versions("disputes")) == 5


@pytest.mark.slow
def test_an_erasure_that_is_not_proven_is_finished_by_the_same_command(city: Home, tmp_path: Path) -> None:
    """A copy that somebody left in the home holds what was erased, until it is removed."""
    file = next((city.lake / "disputes").iterdir())
    copy = city.artifacts / "copy.parquet"
    copy.write_bytes(file.read_bytes())
    asked = ["--because", "a mistaken delivery", "--load", "2"]
    for _ in range(2):
        left = erase(city, *asked, code=1)
        assert left["code"] == "erasure_not_proven" and "artifacts/copy.parquet" in left["message"]
    copy.unlink()
    assert erase(city, *asked)["proof"]["hits"] == []
    assert erase(city, *asked, code=1)["code"] == "load_erased"


@pytest.mark.slow
def test_a_record_that_still_stands_in_a_copy_is_looked_for_again(city: Home) -> None:
    copy = city.artifacts / "copy.parquet"
    copy.write_bytes(next((city.lake / "disputes").iterdir()).read_bytes())
    asked = ["--because", "a mistaken delivery", "--record", "矛盾纠纷", "D3"]
    assert erase(city, *asked, code=1)["code"] == "erasure_not_proven"
    copy.unlink()
    assert erase(city, *asked)["proof"]["hits"] == []
    assert erase(city, *asked, code=1)["code"] == "unknown_record"


def test_a_file_name_that_is_part_of_another_hinders_no_proof(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    load(home, "disputes", write_csv(tmp_path / "矛盾纠纷台账.csv", [dispute(1)]))
    load(home, "disputes", write_csv(tmp_path / "修复-矛盾纠纷台账.csv", [dispute(2)]))
    assert erase(home, "--because", "a mistaken delivery", "--load", "2")["proof"]["hits"] == []
