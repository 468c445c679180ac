"""The command line as a person meets it: fast help, one clear sentence for every mistake, documented shapes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from riskwarn.cli import COMMANDS, global_options_first
from tests import command_line
from tests.conftest import Town
from tests.worlds import dispute, grid_rows, write_csv


def riskwarn(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    done = command_line.run(*arguments, cwd=cwd, **environment)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def told(*arguments: object, cwd: Path, **environment: str) -> Any:
    """The JSON document of a command that succeeds."""
    done = riskwarn("--json", *arguments, cwd=cwd, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(*arguments: object, cwd: Path, code: int = 1, **environment: str) -> str:
    """The one sentence of a command that fails."""
    done = riskwarn(*arguments, cwd=cwd, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert len(sentence) < 400
    return sentence


@pytest.mark.slow
def test_a_full_disk_is_named() -> None:
    script = "import sys, riskwarn.cli\nriskwarn.cli.main(['template', 'disputes', '--schema'])"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-u", "-c", script],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
    assert done.returncode == 1
    assert "the disk is full: make room, then run the command again; what was being written is not kept." in done.stderr


@pytest.mark.parametrize("arguments", [("template", "disputes", "--schema"), ("features", "list")])
def test_long_documents_are_printed_in_chinese_too(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = riskwarn("init", cwd=tmp_path), riskwarn("--lang", "zh", *arguments, cwd=tmp_path)
    assert [one.returncode for one in done] == [0, 0], done[1].stderr


def test_help_opens_none_of_the_heavy_rooms(tmp_path: Path) -> None:
    """Help takes tenths of a second because nothing is imported that takes longer."""
    script = "import sys\ntry:\n import riskwarn.cli\n riskwarn.cli.main(['--help'])\nexcept SystemExit: pass\n"
    script += "print(sorted({'pandas','numpy','lightgbm','mlflow','fastapi','sklearn','sqlalchemy','pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip().endswith("[]")
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str, tmp_path: Path) -> None:
    done = riskwarn(command, "--help", cwd=tmp_path)
    assert done.returncode == 0 and "Usage: riskwarn" in done.stdout


def test_global_options_stand_anywhere() -> None:
    assert global_options_first(["train", "--json", "--home", "x", "--target", "a"]) == [
        "--json", "--home", "x", "train", "--target", "a",
    ]  # fmt: skip
    assert global_options_first(["ingest", "s", "--", "--json"]) == ["ingest", "s", "--", "--json"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["ingest", "grids", "x.csv"], ["quarantine", "list"], ["features", "list"], ["features", "build"], ["train"],
        ["backtest"], ["promote", "conflict-4-v1"], ["score"], ["serve"],
    ],
)  # fmt: skip
def test_without_a_home_one_is_told_to_make_one(arguments: list[str], tmp_path: Path) -> None:
    assert "run riskwarn init" in refused(*arguments, cwd=tmp_path)


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    assert "No such command" in refused("predict", cwd=tmp_path, code=2)
    assert "Missing argument" in refused("ingest", cwd=tmp_path, code=2)
    assert "20x6-01-01" in refused("train", "--as-of", "20x6-01-01", cwd=tmp_path, code=2)


def test_a_home_is_made_once_and_never_over_strangers(tmp_path: Path) -> None:
    first = told("init", cwd=tmp_path)
    assert first == {
        "home": str(tmp_path / "riskwarn-home"),
        "configuration": str(tmp_path / "riskwarn-home" / "riskwarn.yaml"),
    }
    key = (tmp_path / "riskwarn-home" / "id.key").read_bytes()
    assert told("init", cwd=tmp_path) == first
    assert (tmp_path / "riskwarn-home" / "id.key").read_bytes() == key
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").touch()
    assert "thesis.doc" in refused("--home", tmp_path / "other", "init", cwd=tmp_path)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("city: x\nhorizon: [1]\n", encoding="utf-8")
    assert refused("--home", tmp_path / "new", "init", "--config", wrong, cwd=tmp_path) == (
        "riskwarn: wrong.yaml, line 2: horizon: there is no such setting."
    )
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_wrong_files_are_told_apart(tmp_path: Path) -> None:
    riskwarn("init", cwd=tmp_path)
    grids = write_csv(tmp_path / "grids.csv", grid_rows())
    early = write_csv(tmp_path / "d.csv", [dispute(1)])
    assert "riskwarn ingest grids" in refused("ingest", "disputes", early, cwd=tmp_path)
    assert told("ingest", "grids", grids, cwd=tmp_path)["accepted"] == 4
    assert "no such file" in refused("ingest", "disputes", "nowhere.csv", cwd=tmp_path)
    assert "is not a source" in refused("ingest", "gossip", early, cwd=tmp_path)
    bare = dispute(1)
    del bare["发生时间"]
    assert "no column for 'occurred_at'" in refused(
        "ingest", "disputes", write_csv(tmp_path / "bare.csv", [bare]), cwd=tmp_path
    )
    empty = tmp_path / "empty.csv"
    empty.write_text(",".join(dispute(1)) + "\n", encoding="utf-8")
    assert "no rows below the headings" in refused("ingest", "disputes", empty, cwd=tmp_path)
    torn = tmp_path / "torn.xlsx"
    torn.write_bytes(b"PK\x03\x04 not really")
    assert "torn.xlsx" in refused("ingest", "disputes", torn, cwd=tmp_path)
    torn_parquet = tmp_path / "torn.parquet"
    torn_parquet.write_bytes(b"PAR1")
    assert "torn.parquet" in refused("ingest", "disputes", torn_parquet, cwd=tmp_path)
    assert "this is a folder" in refused("ingest", "disputes", tmp_path, cwd=tmp_path)
    assert told("ingest", "disputes", early, cwd=tmp_path)["accepted"] == 1


@pytest.mark.slow
def test_an_account_adds_up_and_says_what_was_dropped(tmp_path: Path) -> None:
    riskwarn("init", cwd=tmp_path)
    told("ingest", "grids", write_csv(tmp_path / "grids.csv", grid_rows()), cwd=tmp_path)
    rows = [{**dispute(number), "当事人姓名": "张三"} for number in range(5)]
    rows += [rows[0], {**dispute(9), "当事人姓名": "李四", "发生时间": "去年冬天"}]
    path = tmp_path / "d.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(path)
    account = told("ingest", "disputes", path, cwd=tmp_path)
    shape = {
        "source",
        "read",
        "accepted",
        "duplicates",
        "corrected",
        "quarantined",
        "dropped_columns",
        "seconds",
        "files",
    }
    assert shape <= set(account)
    assert (account["read"], account["accepted"], account["duplicates"], account["quarantined"]) == (7, 5, 1, 1)
    assert account["dropped_columns"] == ["当事人姓名"]
    listed = told("quarantine", "list", cwd=tmp_path)
    assert (
        len(listed) == 1
        and listed[0]["column"] == "发生时间"
        and "去年冬天" not in json.dumps(listed, ensure_ascii=False)
    )
    told("quarantine", "export", "refused.xlsx", cwd=tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "refused.xlsx")["d"]
    assert [cell.value for cell in sheet[2]][:3] == [8, "发生时间", "日期无法识别"]
    told("quarantine", "export", "refused.csv", cwd=tmp_path)
    assert len((tmp_path / "refused.csv").read_text(encoding="utf-8-sig").splitlines()) == 2


@pytest.mark.slow
def test_a_full_chain_on_an_existing_city_prints_its_documents(town: Town, tmp_path: Path) -> None:
    home = town.home.path
    built = told("features", "build", "--home", home, cwd=tmp_path)
    assert set(built) == {"as_of", "rows", "n_features", "path"} and built["rows"] == 60
    import pandas as pd

    frame = pd.read_parquet(built["path"])
    assert list(frame.columns[:2]) == ["grid_id", "as_of"] and frame.shape == (60, built["n_features"] + 2)
    catalogue = told("features", "list", "--home", home, cwd=tmp_path)
    assert [row["name"] for row in catalogue] == list(frame.columns[2:])
    scored = told("score", "--home", home, cwd=tmp_path)
    assert set(scored) == {"snapshot", "as_of", "current", "grids", "models", "alerts", "seconds"}
    assert scored["snapshot"] == town.published.snapshot
    assert "1, 4" in refused("--home", home, "train", "--horizon", "3", cwd=tmp_path)
    assert "conflict-4-v1" in refused("--home", home, "promote", "conflict-4-v44", cwd=tmp_path)
    refusal = riskwarn("--home", home, "serve", "--host", "0.0.0.0", cwd=tmp_path)
    assert (refusal.returncode, "loopback" in refusal.stderr, "http://" in refusal.stderr) == (1, True, False)
    assert "lies in the future" in refused("--home", home, "score", "--as-of", "2199-01-01", cwd=tmp_path)
    backwards = ["backtest", "--from", "2040-01-01", "--to", "2039-01-01"]
    assert "lies after --to" in refused("--home", home, *backwards, cwd=tmp_path, code=2)
    beyond = ["backtest", "--from", "2039-01-01", "--to", "2040-01-01"]
    assert "no origin with a ripe label lies there" in refused("--home", home, *beyond, cwd=tmp_path)
    listed = told("models", "--home", home, cwd=tmp_path)
    assert {(row["target"], row["horizon"]) for row in listed if row["alias"] == "champion"} == {
        (one.target, one.horizon) for one in town.trained if one.champion
    }


@pytest.mark.slow
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the load's file does not fit."""
    riskwarn("init", cwd=tmp_path)
    told("ingest", "grids", write_csv(tmp_path / "grids.csv", grid_rows()), cwd=tmp_path)
    path = write_csv(tmp_path / "d.csv", [dispute(number) for number in range(20_000)])
    limited = ["bash", "-c", 'trap "" XFSZ; ulimit -f 300; exec "$@"', "-"]
    done = subprocess.run(
        [*limited, sys.executable, "-m", "riskwarn", "ingest", "disputes", str(path)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr and "riskwarn: " in done.stderr.splitlines()[-1]
    assert told("ingest", "disputes", path, cwd=tmp_path)["accepted"] == 20_000


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    assert "RISKWARN_DATABASE_URL" in refused("init", cwd=tmp_path, RISKWARN_DATABASE_URL=nowhere)
    secret = refused("init", cwd=tmp_path, RISKWARN_DATABASE_URL="oracle9i://me:secret@there/x")
    assert "RISKWARN_DATABASE_URL" in secret and "me:secret" not in secret


def test_settings_of_the_machine_are_checked(tmp_path: Path) -> None:
    assert "RISKWARN_THREADS" in refused("init", cwd=tmp_path, RISKWARN_THREADS="many")
