"""``riskwarn audit`` and ``riskwarn verify`` as an administrator meets them."""

from __future__ import annotations

import csv
import hashlib
import inspect
import json
import re
import sqlite3
from pathlib import Path

import click
import pytest

import riskwarn.audit
from riskwarn.audit import Action, Entry, record
from riskwarn.audit.actions import TITLES
from riskwarn.audit.entries import FORM
from riskwarn.cli.audit import command as audit
from riskwarn.home import open_home
from riskwarn.settings import Settings
from tests.riskwarn.audit.changing import AT
from tests.riskwarn.audit.collector import collecting
from tests.riskwarn.cli.calling import Caller
from tests.worlds import dispute, write_csv


@pytest.fixture
def loaded(city: Caller) -> Caller:
    """A city with a load of disputes that was taken back."""
    city("ingest", "disputes", write_csv(city.folder / "disputes.csv", [dispute(n) for n in range(3)]))
    city("loads", "undo", "2", "--because", "a mistaken delivery")
    return city


def database(call: Caller) -> sqlite3.Connection:
    return sqlite3.connect(call.folder / "riskwarn-home" / "riskwarn.db")


def test_what_commands_changed_is_listed_in_both_languages(loaded: Caller) -> None:
    rows = loaded("--json", "audit", "list").document
    assert [(row["sequence"], row["actor"], row["action"], row["object"], row["note"]) for row in rows] == [
        (3, "local", "data.undone", "disputes/2", "a mistaken delivery"),
        (2, "local", "data.loaded", "disputes/2", ""),
        (1, "local", "data.loaded", "grids/1", ""),
    ]
    assert "took a load back" in loaded("audit", "list").out
    assert "撤回" in loaded("--lang", "zh", "audit", "list").out
    assert [row["sequence"] for row in loaded("--json", "audit", "list", "--action", "data.loaded").document] == [2, 1]
    assert [row["sequence"] for row in loaded("--json", "audit", "list", "--action", "data").document] == [3, 2, 1]
    assert [row["sequence"] for row in loaded("--json", "audit", "list", "--object", "disputes/2").document] == [3, 2]
    assert loaded("--json", "audit", "list", "--since", "2100-01-01").document == []
    assert "data.loaded" in loaded("audit", "list", "--action", "data.loadd", code=1).err


def test_a_dry_run_and_a_refused_reason_leave_no_row(loaded: Caller) -> None:
    before = loaded("--json", "audit", "list").document
    file = write_csv(loaded.folder / "more.csv", [dispute(n) for n in range(3, 6)])
    loaded("load", file, "--dry-run", "--yes")
    loaded("loads", "undo", "1", "--because", "维稳", code=1)
    loaded("audit", "export", "a.csv", "--because", "应李小红申请", code=1)
    assert loaded("--json", "audit", "list").document == before and not (loaded.folder / "a.csv").exists()


def test_the_file_has_what_a_stranger_needs_to_walk_the_chain(loaded: Caller) -> None:
    told = loaded("--json", "audit", "export", "audit.jsonl", "--because", "季度检查").document
    lines = [json.loads(line) for line in Path(told["path"]).read_text(encoding="utf-8").splitlines()]
    assert told["rows"] == len(lines) == 4
    assert (lines[-1]["action"], lines[-1]["note"]) == ("audit.exported", "季度检查")
    previous = ""
    for line in lines:  # as docs/security.md tells it
        at = re.fullmatch(r"(.*)\.?(\d{6})?\+00:00", line["at"])
        assert at is not None and line["previous"] == previous
        moment = int(AT.fromisoformat(line["at"]).timestamp()) * 1_000_000 + AT.fromisoformat(line["at"]).microsecond
        names = ("actor", "origin", "action", "object", "result", "purpose", "note", "count", "algorithm", "previous")
        told_of = [FORM, line["sequence"], moment, *(line[name] for name in names)]
        text = json.dumps(told_of, ensure_ascii=False, separators=(",", ":"))
        assert hashlib.new(line["algorithm"], text.encode()).hexdigest() == line["hash"]
        previous = line["hash"]
    loaded("audit", "export", "audit.jsonl", code=1)
    loaded("audit", "export", "audit.xlsx", code=1)
    home = open_home(loaded.folder / "riskwarn-home", Settings())
    record(home, Entry(Action.EXPORT_MADE, '=HYPERLINK("http://x")'), at=AT)
    loaded("audit", "export", "audit.csv")
    with (loaded.folder / "audit.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(row["object"] for row in csv.DictReader(file) if row["action"] == "export.made").startswith("'=")


def test_verify_names_the_first_row_that_is_not_as_it_was_written(loaded: Caller) -> None:
    good = loaded("--json", "audit", "verify").document
    assert (good["rows"], good["last"], good["broken"]) == (3, 3, None)
    assert good["hash"] in loaded("audit", "verify").out
    with database(loaded) as connection:
        connection.execute("UPDATE audit SET note = 'x' WHERE sequence = 3")
        connection.execute("UPDATE audit SET actor = 'op_1' WHERE sequence = 2")
    told = loaded("--json", "audit", "verify", code=1).document
    assert (told["broken"]["row"], told["broken"]["kind"]) == (2, "changed")
    assert "row 2 (changed)" in loaded("audit", "verify", code=1).out
    assert "第 2 行" in loaded("--lang", "zh", "audit", "verify", code=1).out
    whole = {one["part"]: one for one in loaded("--json", "verify", code=1).document}
    assert [name for name, one in whole.items() if one["problems"]] == ["audit"]
    assert "row 2 (changed)" in whole["audit"]["problems"][0]


def test_verify_looks_at_everything_that_is_kept(loaded: Caller) -> None:
    whole = {one["part"]: (one["checked"], one["problems"]) for one in loaded("--json", "verify").document}
    assert whole == {
        "records": (2, []),
        "snapshots": (0, []),
        "track record": (0, []),
        "models": (0, []),
        "audit": (3, []),
        "secrets": (0, []),
    }
    assert "All is as it was written." in loaded("verify").out
    file = next((loaded.folder / "riskwarn-home" / "lake" / "disputes").glob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert file.name in loaded("verify", code=1).out


def test_the_lost_file_is_made_anew_only_by_saying_so(loaded: Caller) -> None:
    (loaded.folder / "riskwarn-home" / "audit.head").unlink()
    assert "riskwarn audit anchor" in loaded("audit", "verify", code=1).out
    told = loaded("--json", "audit", "anchor", "--because", "restored without it").document
    assert told["last"] == 4 and loaded("--json", "audit", "verify").document["hash"] == told["hash"]
    assert loaded("--json", "audit", "list").document[0]["note"] == "restored without it"


def test_what_was_written_is_sent_on_and_a_command_succeeds_without_the_collector(
    city: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as received:
        monkeypatch.setenv("RISKWARN_SYSLOG", f"tcp://127.0.0.1:{received.port}")
        city("audit", "export", "a.jsonl")
    assert [row["action"] for row in received.rows] == ["data.loaded", "audit.exported"]
    told = city("audit", "export", "b.jsonl")
    assert "cannot be reached" in told.err and "RISKWARN_SYSLOG" in told.err


def test_nothing_is_counted_of_those_who_act() -> None:
    """No command groups, counts or sorts rows by who acted, nor chooses those of one person; no code of the room could."""
    offered = {
        option
        for one in audit.commands.values()
        for parameter in one.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert offered == {"--since", "--action", "--object", "--limit", "--because", "--force"}
    for file in Path(inspect.getfile(riskwarn.audit)).parent.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"group_by|func\.(count|sum|avg)|groupby|order_by\([^)]*actor|c\.actor", text), file.name


def test_every_action_has_a_title() -> None:
    assert set(TITLES) == set(Action)
