"""Persons are planted in every position of every format, and the whole chain runs: no byte of them may be found after.

Looked through: every file under the home, unpacked too, free pages of SQLite included; the folder for temporary files;
all that was printed; every answer of the real server.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import open_home
from riskwarn.settings import Settings
from riskwarn.simulate import simulate
from riskwarn.store import Store
from tests import command_line
from tests.riskwarn.privacy.canaries import CANARIES, PERSONAL, REFUSED, everything, forms, search, write
from tests.worlds import dispute

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PLANTED = {heading: CANARIES[name] for heading, name in PERSONAL.items()}


#: A drawn grid with a person among its properties.
FEATURE = json.dumps(
    {
        "type": "Feature",
        "properties": {"负责人": CANARIES["name"], "phone": CANARIES["phone"]},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[106, 29], [107, 29], [107, 30]]],
            "by": CANARIES["latin name"],
        },
    },
    ensure_ascii=False,
)


class Machine:
    """A home used through the command line only, with a folder of its own for temporary files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.printed: list[tuple[str, bytes]] = []
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RISKWARN", "MLFLOW"))}
        self.environment = {**inherited, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary)}  # of the server

    def run(self, *arguments: object, code: int = 0) -> str:
        """Run a command; what it prints is kept for the search."""
        done = command_line.run("--home", self.home, *arguments, cwd=self.folder, TMPDIR=str(self.temporary))
        self.printed += [(f"{arguments[0]}: stdout", done.stdout), (f"{arguments[0]}: stderr", done.stderr)]
        assert done.returncode == code, done.stderr.decode()
        return (done.stdout + done.stderr).decode()

    def assert_clean(self, *, printed: bool = True) -> None:
        sought = forms()
        assert not search(everything(self.home), sought)
        assert not search(everything(self.temporary), sought)
        if printed:
            # A refused word that was given is named where it is refused; it is a word of ours, not of a person.
            persons = [(name, form) for name, form in sought if name not in REFUSED]
            assert not search(self.printed, persons)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A simulated city, loaded."""
    machine = Machine(tmp_path_factory.mktemp("canary"))
    written = simulate(machine.folder / "exports", grids=40, weeks=110)
    (machine.folder / "declared.yaml").write_text("horizons: [4]\n", encoding="utf-8")
    machine.run("init", "--config", machine.folder / "declared.yaml")
    for export in written.exports:
        machine.run("ingest", export.source, written.directory / export.file, "--exported-at", export.exported_at)
    return machine


def rows(machine: Machine, count: int = 6) -> list[dict[str, Any]]:
    """Disputes of the simulated city with a person in every column that may hold one, and in cells that may not."""
    grid = Store(open_home(machine.home, Settings())).versions("grids")["grid_id"].tolist()
    sound = [
        {**dispute(n), "纠纷编号": f"{CANARIES['record id']}-{n}", "网格编码": grid[n], **PLANTED} for n in range(count)
    ]
    awkward = [
        {"纠纷类型": CANARIES["name"]},
        {"纠纷类型": CANARIES["phone"]},
        {"纠纷类型": CANARIES["resident id"]},
        {"纠纷类型": CANARIES["plate"]},
        {"纠纷类型": CANARIES["address"]},
        {"纠纷类型": f"{CANARIES['text']}，吓人"},
        {"纠纷类型": CANARIES["text"]},
        {"纠纷类型": REFUSED[0]},
        {"调解结果": CANARIES["name"]},
        {"调解结果": REFUSED[1]},
        {"办理状态": CANARIES["text"]},
        {"严重程度": CANARIES["name of another"]},
        {"网格编码": CANARIES["phone"]},
        {"网格编码": CANARIES["name"]},
        {"发生时间": CANARIES["name"]},
        {"登记时间": CANARIES["resident id"]},
        {"纠纷编号": CANARIES["resident id"]},
        {"纠纷编号": ""},
    ]
    return sound + [
        {**sound[0], "纠纷编号": f"{CANARIES['record id']}-x{n}", **changes} for n, changes in enumerate(awkward)
    ]


@pytest.mark.parametrize("suffix", [".csv", ".gb.csv", ".csv.gz", ".xlsx", ".parquet", ".jsonl"])
def test_in_every_format(machine: Machine, suffix: str) -> None:
    ragged = [",".join(CANARIES.values()), CANARIES["name"]] if "csv" in suffix else []
    planted = rows(machine)
    if suffix != ".csv":
        planted = [{**row, "纠纷编号": row["纠纷编号"] and row["纠纷编号"] + suffix} for row in planted]
    printed = machine.run("ingest", "disputes", write(machine.folder / f"canary{suffix}", planted, ragged=ragged))
    assert "dropped unread" in printed and "当事人姓名" in printed
    machine.run("--json", "quarantine", "list")
    machine.run("quarantine", "export", machine.home / "refused.xlsx", "--force")
    machine.assert_clean()


def test_in_tables_of_places_and_people(machine: Machine) -> None:
    grid = Store(open_home(machine.home, Settings())).versions("grids").iloc[0]
    units = {"社区": grid["community_name"], "街道": grid["town_name"], "区县": grid["district_name"]}
    grids = [
        {"网格编码": "X1", "网格名称": f"第1网格 {CANARIES['phone']}", **units, "边界": CANARIES["address"]},
        {"网格编码": CANARIES["resident id"], "网格名称": "第2网格", **units, "边界": ""},
        {"网格编码": "X3", "网格名称": CANARIES["name"], **units, "边界": f"{CANARIES['name']} POINT(1 2)"},
        {"网格编码": "X5", "网格名称": "第5网格", **units, "边界": FEATURE},
        {"网格编码": "X4", "网格名称": CANARIES["name of another"], **units, "边界": ""},
    ]
    machine.run("ingest", "grids", write(machine.folder / "more.csv", grids))
    people = [{"网格编码": "X1", "常住人口": CANARIES["name"], "网格员": CANARIES["name"], "统计日期": "2026-01-01"}]
    machine.run("ingest", "demographics", write(machine.folder / "people.csv", people))
    help_ = [{"网格编码": "X1", "措施": CANARIES["name"], "开始时间": "2026-01-01", "处理结果": CANARIES["text"]}]
    machine.run("ingest", "interventions", write(machine.folder / "help.csv", help_))
    machine.assert_clean()


def test_in_the_place_of_headings(machine: Machine) -> None:
    """An export without a row of headings has a person there; a lone person's heading; objects keyed by persons."""
    data = [CANARIES["name"], CANARIES["phone"], CANARIES["resident id"], "2026-03-01", CANARIES["address"]]
    (machine.folder / "bare.csv").write_text("\n".join(",".join(data) for _ in range(3)), encoding="utf-8")
    machine.run("ingest", "disputes", machine.folder / "bare.csv", code=1)
    row = {**rows(machine, 1)[0], CANARIES["name of another"]: "1", CANARIES["text"]: "2", REFUSED[2]: "是"}
    for name in ("keyed.csv", "keyed.jsonl"):
        machine.run("ingest", "disputes", write(machine.folder / name, [{**row, "纠纷编号": name}]))
    machine.assert_clean()


def test_in_files_that_cannot_be_read(machine: Machine) -> None:
    head = ",".join(rows(machine)[0])
    broken = {
        "quote.csv": f'{head}\n"{CANARIES["name"]},{CANARIES["phone"]}\n{CANARIES["text"]}"x"y\n',
        "lines.jsonl": f'{{"{CANARIES["name"]}": "{CANARIES["phone"]}"\n{CANARIES["text"]}\n',
        "not.xlsx": CANARIES["text"],
        "not.parquet": CANARIES["text"],
        "odd.docx": CANARIES["text"],
    }
    for name, content in broken.items():
        (machine.folder / name).write_text(content, encoding="utf-8")
        with_code(machine, "ingest", "disputes", machine.folder / name)
    machine.assert_clean()


def with_code(machine: Machine, *arguments: object) -> None:
    """Run a command that may succeed or refuse, but not fail in another way."""
    try:
        machine.run(*arguments)
    except AssertionError:
        machine.printed = machine.printed[:-2]
        machine.run(*arguments, code=1)


def test_in_what_is_said_of_a_file_before_it_is_loaded(machine: Machine) -> None:
    old = write(machine.folder / "before.csv", rows(machine))
    new = write(machine.folder / "after.csv", [{**row, "栏目十": CANARIES["name"]} for row in rows(machine)])
    machine.run("map", new)
    machine.run("--json", "map", new)
    machine.run("diff", old, new)
    machine.run("--json", "diff", old, new)
    machine.run("health")
    machine.run("quarantine", "retry", "disputes", new)
    machine.assert_clean()


def test_a_mapping_that_claims_them(machine: Machine) -> None:
    planted = write(machine.folder / "claimed.csv", rows(machine))
    for column in ("当事人姓名", "栏目七", "栏目八"):
        (machine.folder / "claim.yaml").write_text(f"columns: {{category: {column}}}\n", encoding="utf-8")
        told = machine.run("ingest", "disputes", planted, "--mapping", machine.folder / "claim.yaml", code=1)
        assert "personal" in told
    machine.assert_clean()


def test_in_the_name_of_a_file(machine: Machine) -> None:
    """The run that loads it shows its name; nothing keeps it."""
    row = rows(machine, 1)[0]
    for name in (f"{CANARIES['name']}身份证.csv", f"纠纷{CANARIES['phone']}.csv", f"{REFUSED[0]}.csv"):
        machine.run(
            "ingest", "disputes", write(machine.folder / name, [{**row, "纠纷编号": ""}, {**row, "纠纷编号": name}])
        )
    machine.printed.clear()
    machine.run("--json", "quarantine", "list")
    machine.run("--json", "loads", "list")
    machine.assert_clean()


def test_after_features_models_and_scores_and_in_every_answer(machine: Machine) -> None:
    machine.run("features", "build")
    machine.run("train", "--target", "conflict")
    machine.run("score")
    machine.assert_clean()
    for path, body in answers(machine):
        machine.printed.append((f"GET {path}", body))
    machine.assert_clean()


def answers(machine: Machine) -> Iterator[tuple[str, bytes]]:
    """Bodies that the real server sends, its errors included."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "riskwarn", "--home", str(machine.home), "serve", "--port", str(port)],
        cwd=machine.folder, env=machine.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{base}/healthz", timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        grid = Store(open_home(machine.home, Settings())).versions("grids")["grid_id"].iloc[0]
        paths = [
            "/", "/docs", "/openapi.json", "/v1/scores?limit=1000", "/v1/scores?unit=town", f"/v1/grids/{grid}",
            f"/v1/grids/{grid}/explanation", "/v1/snapshots", "/v1/alerts?limit=1000", "/v1/scores?parent=nowhere",
            "/v1/nothing", "/v1/health/sources",
        ]  # fmt: skip
        for path in paths:
            try:
                yield path, urllib.request.urlopen(f"{base}{path}", timeout=30).read()
            except urllib.error.HTTPError as error:
                yield path, error.read()
    finally:
        server.terminate()
        log, _ = server.communicate(timeout=30)
    yield "log of the server", log
