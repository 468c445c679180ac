"""What a command writes replaces nobody's file, and each of several files is told of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskwarn.errors import FolderMissing, OutputRefused
from riskwarn.files import output_file
from tests.riskwarn.cli.calling import Caller
from tests.worlds import dispute, write_csv


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["template", "disputes"], "台账.xlsx"),
        (["template", "disputes"], "台账.csv"),
        (["template", "disputes", "--schema"], "台账.json"),
        (["quarantine", "export"], "退回.xlsx"),
        (["quarantine", "export"], "退回.csv"),
        (["features", "list", "--page"], "页.html"),
        (["map", "grids.csv", "--to"], "m.yaml"),
    ],
)
def test_no_option_writes_over_a_file(city: Caller, command: list[str], name: str) -> None:
    register = city.folder / name
    register.write_text("1,786 rows", encoding="utf-8")
    told = city("--json", *command, name, code=1).error
    assert told["code"] == "output_refused" and "--force" in told["message"]
    assert register.read_text(encoding="utf-8") == "1,786 rows"
    city(*command, name, "--force")
    assert register.read_bytes()[:10] != b"1,786 rows"


@pytest.mark.parametrize("name", ["退回.xlsx", "退回.csv"])
def test_what_is_exported_for_repair_counts_what_can_be_repaired(city: Caller, name: str) -> None:
    rows = [
        {"信访件编号": f"X{n}", "网格编码": place, "信访日期": "2026-03-03", "信访目的": kind}
        for n, (place, kind) in enumerate((("G1", "检举控告"), ("G2", "检举控告"), ("G9", "求决"), ("G1", "求决")))
    ]
    city("ingest", "petitions", write_csv(city.folder / "信访.csv", rows))
    done = city("quarantine", "export", name)
    assert done.out.startswith("1 rows: ") and "2 more are by rule not loaded" in done.out
    told = city("--json", "quarantine", "export", name, "--force").document
    assert (told["rows"], told["not_loaded"]) == (1, 2)
    if name.endswith(".csv"):
        lines = (city.folder / name).read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 2 and "unknown" not in lines[0] and "no such grid" in lines[1]


def test_the_file_that_is_read_is_never_written_over(city: Caller) -> None:
    register = city.folder / "a.yaml"
    register.write_bytes((city.folder / "grids.csv").read_bytes())
    (city.folder / "link.yaml").symlink_to(register)
    for name in ("a.yaml", "link.yaml"):
        assert "the file that is read" in city("map", "a.yaml", "--to", name, "--force", code=1).last
    assert register.read_bytes() == (city.folder / "grids.csv").read_bytes()


@pytest.mark.parametrize(
    "command",
    [
        ["quarantine", "export", "out.docx"], ["template", "disputes", "t.xls"], ["features", "list", "--page", "p.pdf"],
        ["map", "grids.csv", "--to", "m.xlsx"], ["template", "disputes", "--schema", "s.xlsx"],
    ],
)  # fmt: skip
def test_a_name_that_does_not_fit_what_is_written_is_refused(city: Caller, command: list[str]) -> None:
    assert "its name has to end in ." in city(*command, code=1).last
    assert not list(city.folder.glob("*.docx")) + list(city.folder.glob("*.xls"))


def test_a_file_is_written_where_there_is_none(tmp_path: Path) -> None:
    assert output_file(tmp_path / "new.csv", endings=(".csv",)) == tmp_path / "new.csv"
    assert output_file(tmp_path / "NEW.CSV", endings=(".csv",)) == tmp_path / "NEW.CSV"
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere.csv")
    for taken in (tmp_path, tmp_path / "dangling.csv"):
        with pytest.raises(OutputRefused):
            output_file(taken)
    with pytest.raises(FolderMissing):
        output_file(tmp_path / "none" / "new.csv")


def test_init_replaces_a_configuration_only_when_told_to(call: Caller) -> None:
    call("init")
    mine = call.folder / "riskwarn-home" / "riskwarn.yaml"
    mine.write_text("city: 江北\n", encoding="utf-8")
    other = call.folder / "other.yaml"
    other.write_text("city: 南岸\n", encoding="utf-8")
    assert "--force" in call("init", "--config", other, code=1).last
    assert mine.read_text(encoding="utf-8") == "city: 江北\n"
    call("init", "--config", mine)
    call("init", "--config", other, "--force")
    assert mine.read_text(encoding="utf-8") == "city: 南岸\n"


def test_several_files_are_an_account_each(city: Caller) -> None:
    good = write_csv(city.folder / "a.csv", [dispute(1)])
    later = write_csv(city.folder / "c.csv", [dispute(2), dispute(3)])
    (city.folder / "b.csv").write_text(",".join(dispute(1)) + "\n", encoding="utf-8")
    done = city("ingest", "disputes", "a.csv", "b.csv", "nowhere.csv", "c.csv", code=1)
    assert done.last == "riskwarn: In force: a.csv, c.csv. Not loaded: b.csv, nowhere.csv."
    assert "b.csv was not loaded: b.csv: no rows below the headings" in done.out
    states = [(row["file"], row["accepted"], row["state"]) for row in city("--json", "loads", "list").document[1:]]
    assert states == [(good.name, 1, "in force"), (later.name, 2, "in force")]
    again = city("ingest", "disputes", "a.csv", "b.csv", "--json", code=1)
    assert [file["file"] for file in again.document["files"]] == ["a.csv"] and again.document["duplicates"] == 1
    assert [(one["file"], one["code"]) for one in again.document["errors"]] == [("b.csv", "file_empty")]
    assert again.error["code"] == "some_not_loaded"
    assert json.loads(again.err.splitlines()[-1])["message"] == "In force: a.csv. Not loaded: b.csv."


def test_a_single_file_keeps_its_own_error(city: Caller) -> None:
    done = city("ingest", "disputes", "nowhere.csv", "--json", code=1)
    assert (done.out, done.error["code"]) == ("", "file_missing")


def test_an_export_was_not_taken_in_the_future(city: Caller) -> None:
    write_csv(city.folder / "a.csv", [dispute(1)])
    for command in (("ingest", "disputes", "a.csv"), ("load", "a.csv", "--yes")):
        done = city(*command, "--exported-at", "2199-04-02", "--json", code=1)
        assert done.error["code"] == "export_in_future" and "2199-04-02" in done.error["message"]
    assert city("loads", "list", "--json").document[-1]["source"] == "grids"
