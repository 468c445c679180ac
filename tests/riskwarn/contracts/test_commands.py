"""`riskwarn template`, `map`, `diff` and `ingest --preset` as an analyst meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from riskwarn.cli import riskwarn
from riskwarn.home import Home
from tests.worlds import dispute, grid_rows, with_grids, write_csv


def run(home: Path, *arguments: object, code: int = 0) -> Result:
    done = CliRunner().invoke(riskwarn, ["--home", str(home), "--json", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done


def told(home: Path, *arguments: object) -> Any:
    return json.loads(run(home, *arguments).stdout)


def test_a_template_needs_no_home(tmp_path: Path) -> None:
    written = told(tmp_path / "none", "template", "hotline", tmp_path / "热线.xlsx")
    assert Path(written["path"]).is_file() and written["columns"] > 15
    explained = told(tmp_path / "none", "template", "hotline")
    assert {"heading", "field", "required", "zh", "en", "words", "example"} == set(explained[0])
    assert told(tmp_path / "none", "template", "grids", "--schema")["required"] == ["grid_id"]
    told(tmp_path / "none", "template", "grids", tmp_path / "grids.json", "--schema")
    assert json.loads((tmp_path / "grids.json").read_text(encoding="utf-8"))["title"] == "grids"


def test_from_a_strange_file_to_a_load(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "init")
    run(home, "ingest", "grids", write_csv(tmp_path / "grids.csv", grid_rows()))
    rows = [
        {"线索编号": f"W{n}", "片区": f"G{n % 4}", "反映时间": f"2026-03-{n % 28 + 1:02d}", "核实结果": "已清欠"}
        for n in range(30)
    ]
    path = write_csv(tmp_path / "欠薪线索.csv", rows, "gb18030")
    seen = told(home, "map", path)
    assert (seen["source"], seen["preset"]) == ("disputes", "wage")
    mapping = tmp_path / "m.yaml"
    proposed = told(home, "map", path, "--preset", "wage", "--to", mapping)
    assert proposed["missing"] == [] and proposed["mapping"]["columns"] == {"grid_id": "片区"}
    assert told(home, "ingest", "disputes", path, "--mapping", mapping)["accepted"] == 30
    again = write_csv(tmp_path / "4月.csv", [{**row, "核实结果": "谈妥了"} for row in rows])
    found = told(home, "diff", path, again, "--source", "disputes", "--mapping", mapping)
    assert found["words"]["核实结果"] == {"new": ["谈妥了"], "gone": ["已清欠"]}
    assert found["verdict"] == "the new file loads, and 1 thing(s) differ"


def test_a_preset_may_stand_for_the_source(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run(home, "init")
    run(home, "ingest", "grids", write_csv(tmp_path / "grids.csv", grid_rows()))
    rows = [{"线索编号": "W1", "网格编码": "G1", "反映时间": "2026-03-02", "核实结果": "已清欠"}]
    path = write_csv(tmp_path / "w.csv", rows)
    account = told(home, "ingest", path, "--preset", "wage")
    assert (account["source"], account["accepted"]) == ("disputes", 1)
    run(home, "ingest", "disputes", code=2)


@pytest.mark.parametrize("command", ["map", "diff"])
def test_people_get_lines_and_not_only_documents(tmp_path: Path, command: str) -> None:
    rows = [{"纠纷编号": f"D{n}", "网格编码": "G1", "发生时间": "2026-03-02", "姓名": "王建国"} for n in range(5)]
    path = write_csv(tmp_path / "d.csv", rows)
    files = [path, path] if command == "diff" else [path]
    done = CliRunner().invoke(riskwarn, ["--home", str(tmp_path / "none"), command, *map(str, files)])
    assert done.exit_code == 0 and "王建国" not in done.output
    assert "disputes" in done.output.splitlines()[0]


def test_ingest_foretells_once_for_all_files_what_cannot_be_learnt(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    files = [write_csv(tmp_path / f"{n}.csv", [dispute(n)]) for n in range(2)]
    done = CliRunner().invoke(riskwarn, ["--home", str(home.path), "--json", "ingest", "disputes", *map(str, files)])
    told = json.loads(done.stdout)
    assert len(told["targets"]) == 1 and told["targets"][0].startswith(
        "Target 'conflict that escalates' cannot be learnt yet"
    )
