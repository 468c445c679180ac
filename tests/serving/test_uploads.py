"""Files that are handed over by the console: bounded, one's own, tried before they are in force, and gone afterwards."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from riskwarn.audit.listing import Chosen, newest
from riskwarn.errors import UnknownUpload, UploadBusy, UploadInvalid, UploadNotReady
from riskwarn.home import Home, make_home
from riskwarn.ingest import ingest
from riskwarn.settings import Settings
from riskwarn.store import ledger
from riskwarn.store.ledger import COUNTS
from serving.access.keys import Asked, create_key
from serving.access.scopes import Scope
from serving.api.app import Application
from serving.api.keeper import Keeper
from serving.api.options import Options
from serving.commands import carrying, uploads
from tests.serving.access.cities import OWN
from tests.waiting import until

LOCAL, TOKEN = "http://localhost", "5f" * 32
MINE = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "zh"}
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

GRIDS = "网格编码,社区,镇街,区县\n" + "".join(f"G{one},河东社区,河街道,江北区\n" for one in range(3))
DISPUTES = (
    "纠纷编号,网格编码,受理时间,纠纷类型,当事人姓名\n"
    "D1,G0,2026-02-02,邻里纠纷,张某某\nD2,G1,2026-02-03,劳资纠纷,李某某\nD3,G2,某日,劳资纠纷,王某某\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home", Settings())


@pytest.fixture
def client(home: Home) -> Iterator[TestClient]:
    with TestClient(Application(home, options=Options(token=TOKEN)), base_url=LOCAL) as client:
        yield client


def hand(client: TestClient, **files: str) -> dict[str, Any]:
    """Hand files over in parts of a few bytes; gives the upload."""
    contents = [(f"{name}.csv", text.encode()) for name, text in files.items()]
    asked = {"files": [{"name": name, "bytes": len(body)} for name, body in contents]}
    told: dict[str, Any] = client.post("/console/uploads", json=asked, headers=MINE).json()
    for number, (_, body) in enumerate(contents):
        for at in range(0, len(body), 100):
            where = f"/console/uploads/{told['id']}/files/{number}?at={at}"
            told = client.post(where, content=body[at : at + 100], headers=MINE).json()
    return told


def ended(client: TestClient, upload: str) -> dict[str, Any]:
    """An upload when nothing works at it any more."""
    until = time.monotonic() + 120
    while (told := client.get(f"/console/uploads/{upload}", headers=MINE).json())["stage"] in uploads.AT_WORK:
        assert time.monotonic() < until, told
        time.sleep(0.1)
    return told  # type: ignore[no-any-return]


@pytest.mark.slow
def test_an_export_is_tried_and_its_account_seen_before_it_is_in_force(client: TestClient, home: Home) -> None:
    told = hand(client, 网格=GRIDS, 矛盾纠纷=DISPUTES)
    place = home.path / uploads.FOLDER / told["id"]
    assert told["stage"] == "received" and told["received"] == len(GRIDS.encode()) + len(DISPUTES.encode())
    assert (place.stat().st_mode & 0o777, (place / "files" / "网格.csv").stat().st_mode & 0o777) == (0o700, 0o600)
    assert client.post(f"/console/uploads/{told['id']}/load", headers=MINE).status_code == 409, "it was not tried"

    client.post(f"/console/uploads/{told['id']}/try", json={"exported_on": "2026-03-01"}, headers=MINE)
    tried = ended(client, told["id"])
    grids, disputes = tried["result"]["accounts"]
    assert tried["stage"] == "tried" and (grids["source"], grids["accepted"]) == ("grids", 3)
    assert (disputes["read"], disputes["accepted"], disputes["quarantined"]) == (3, 2, 1)
    assert disputes["dropped_columns"] == ["当事人姓名"] and len(disputes["examples"]) == 2
    assert not any(name in str(tried) for name in ("张某某", "李某某", "王某某")), "no personal value is told"
    assert any("定位" in note for note in disputes["notes"]), "in the language of who asks"
    assert ledger(home) == [], "nothing is in force"

    client.post(f"/console/uploads/{told['id']}/load", headers=MINE)
    loaded = ended(client, told["id"])
    assert (loaded["stage"], loaded["problem"]) == ("loaded", None) and not (place / "files").exists()
    assert [one.source for one in ledger(home)] == ["grids", "disputes"]
    assert loaded["result"]["accounts"][1]["mapping"].startswith("disputes-"), "not where the home lies"
    assert str(home.path) not in str(loaded)
    assert client.post(f"/console/uploads/{told['id']}/load", headers=MINE).status_code == 409, "not twice"

    [group] = client.get("/console/refused").json()["items"]
    assert (group["file"], group["rows"], group["examples"]) == ("矛盾纠纷.csv", 1, ["4"]) and group["repair"]["zh"]
    mended = hand(client, 矛盾纠纷=DISPUTES.replace("某日", "2026-02-04"))
    for step in ("try", "load"):
        client.post(f"/console/uploads/{mended['id']}/{step}", json={}, headers=MINE)
        assert ended(client, mended["id"])["problem"] is None
    assert client.get("/console/refused").json()["items"] == [], "the row that came in order is settled"
    rows = client.get("/console/loads").json()["items"]
    assert [(one["source"], one["accepted"], one["state"]) for one in rows[:2]] == [
        ("disputes", 1, "in_force"),
        ("disputes", 2, "in_force"),
    ]
    rows_of = [one for one in reversed(newest(home, Chosen(), 100)) if one.action.startswith(("upload", "data"))]
    assert [(one.action, one.object, one.result, one.note) for one in rows_of[:6]] == [
        ("upload.made", told["id"], "done", ""),
        ("upload.tried", told["id"], "done", ""),
        ("upload.loaded", told["id"], "begun", ""),
        ("data.loaded", "grids/1", "done", told["id"]),
        ("data.loaded", "disputes/2", "done", told["id"]),
        ("upload.loaded", told["id"], "done", ""),
    ]
    assert {(one.actor, one.origin) for one in rows_of} == {("local", "unknown")}, "as who asked, from where"
    assert client.delete(f"/console/uploads/{mended['id']}", headers=MINE).status_code == 200
    assert not (home.path / uploads.FOLDER / mended["id"]).exists()


def test_a_load_is_listed_with_the_rows_that_it_did_not_read(client: TestClient, home: Home, tmp_path: Path) -> None:
    lines = [
        *GRIDS.splitlines(),
        "事故编号,网格编码,发生时间,事故类型",
        "S1,G1,2026-02-02,火灾",
        "S2,G2,2026-02-03,火灾",
    ]
    (tmp_path / "网格.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ingest(home, "grids", [tmp_path / "网格.csv"], now=NOW)
    [one] = client.get("/console/loads").json()["items"]
    assert {name: one[name] for name in COUNTS} == {
        "read": 5, "accepted": 3, "duplicates": 0, "corrected": 0, "quarantined": 0, "left_out": 2,
    }  # fmt: skip


def test_what_words_were_read_as_is_said_in_the_language_of_who_asks_also_of_what_is_kept(
    client: TestClient, home: Home, tmp_path: Path
) -> None:
    (tmp_path / "网格.csv").write_text(GRIDS, encoding="utf-8")
    rows = [f"D{one},G1,2026-02-0{one},装修噪音扰民矛盾" for one in range(1, 7)]
    disputes = tmp_path / "矛盾纠纷.csv"
    disputes.write_text("\n".join(["纠纷编号,网格编码,发生时间,纠纷类型", *rows]) + "\n", encoding="utf-8")
    ingest(home, "grids", [tmp_path / "网格.csv"], now=NOW)
    ingest(home, "disputes", [disputes], now=NOW)
    told = {
        language: " ".join(
            client.get("/console/loads", headers={"Accept-Language": language}).json()["items"][0]["notes"]
        )
        for language in ("zh", "en")
    }
    assert "→ 邻里 (6)" in told["zh"] and "neighbourhood" not in told["zh"]
    assert "→ neighbourhood (6)" in told["en"]


@pytest.mark.slow
def test_what_only_a_person_can_say_is_asked_for_and_its_answer_is_used(client: TestClient) -> None:
    told = hand(client, 网格=GRIDS.replace(",区县", "").replace(",江北区", ""))
    client.post(f"/console/uploads/{told['id']}/try", json={}, headers=MINE)
    [needed] = ended(client, told["id"])["result"]["needed"]
    assert (needed["question"], needed["files"]) == ("district", ["网格.csv"])
    client.post(f"/console/uploads/{told['id']}/try", json={"district": "江北区"}, headers=MINE)
    assert ended(client, told["id"])["result"]["needed"] == []
    client.post(f"/console/uploads/{told['id']}/load", headers=MINE)
    assert ended(client, told["id"])["result"]["accounts"][0]["accepted"] == 3


def test_only_tables_are_taken_so_many_and_so_large(home: Home) -> None:
    def refused(*files: tuple[str, int]) -> str:
        with pytest.raises(UploadInvalid) as error:
            uploads.begin(home, "op1", files, now=NOW)
        return str(error.value)

    assert "same name" in refused(("a.csv", 1), ("A.csv", 1)) and "empty" in refused(("a.csv", 0))
    assert "256 MB" in refused(("a.csv", uploads.MOST_BYTES + 1)) and "1 to 12" in refused(
        *((f"{one}.csv", 1) for one in range(13))
    )
    for name in ("a.sql", "a.py", "a", "a.csv.exe"):
        assert "ends in one of" in refused((name, 1)), name
    for name in ("../a.csv", "a/b.csv", "a\\b.csv", ".a.csv", "-a.csv", "a\n.csv", "~a.csv"):
        assert "plain one" in refused((name, 1)), name
    for number in range(uploads.MOST_OWN):
        uploads.begin(home, "op1", [(f"{number}.csv.gz", 1)], now=NOW)
    assert "too many" in refused(("a.csv", 1))
    uploads.begin(home, "op2", [("a.csv", 1)], now=NOW)


def test_an_upload_is_its_owners_and_gone_after_an_hour(home: Home) -> None:
    made = uploads.begin(home, "op1", [("a.csv", 3)], now=datetime.now(UTC))
    for owner, name in (("op2", made.id), ("op1", "up000000000000"), ("op1", "../" + made.id), ("op1", "")):
        with pytest.raises(UnknownUpload):
            uploads.find(home, name, owner)
    assert [one.id for one in uploads.own(home, "op1")] == [made.id] and uploads.own(home, "op2") == []
    uploads.sweep(home, datetime.now(UTC) + uploads.KEPT - timedelta(minutes=1))
    assert uploads.find(home, made.id, "op1") == made
    uploads.sweep(home, datetime.now(UTC) + uploads.KEPT + timedelta(minutes=1))
    assert uploads.own(home, "op1") == []


def aged(home: Home, upload: str) -> None:
    """As if nobody had touched it for an hour."""
    then = time.time() - uploads.KEPT.total_seconds() - 60
    os.utime(uploads.folder_of(home, upload), (then, then))


@pytest.mark.parametrize("stage", ["received", "loading"])
def test_what_is_old_goes_by_the_clock_of_the_server_and_at_a_look(client: TestClient, home: Home, stage: str) -> None:
    first, second = (uploads.begin(home, "local", [("a.csv", 3)], now=datetime.now(UTC)) for _ in range(2))
    for one in (first, second):
        uploads.keep(uploads.folder_of(home, one.id), replace(one, stage=stage))  # of a load that was killed, too
    aged(home, first.id)
    keeper = Keeper(home, lambda: datetime.now(UTC), look_every=0.05)
    keeper.start()
    until(lambda: not uploads.folder_of(home, first.id).exists(), "no timer removes it")
    keeper.stop()
    assert uploads.folder_of(home, second.id).exists()
    aged(home, second.id)
    assert client.get(f"/console/uploads/{second.id}").status_code == 404
    assert not uploads.folder_of(home, second.id).exists()


def test_an_upload_that_comes_slowly_is_not_swept(home: Home) -> None:
    made = uploads.begin(home, "op1", [("a.csv", 5)], now=datetime.now(UTC))
    aged(home, made.id)
    uploads.receive(home, made, 0, 0, b"abc")
    uploads.sweep(home, datetime.now(UTC))
    assert uploads.find(home, made.id, "op1") == made


def test_the_gateways_that_the_documents_show_let_a_part_pass() -> None:
    for page in ("security.md", "operation.md"):
        text = Path(__file__).parents[2].joinpath("docs", page).read_text(encoding="utf-8")
        [size] = re.findall(r"client_max_body_size (\d+)m;", text)
        assert int(size) * 2**20 >= Options().part_bytes, page


def test_a_command_whose_carrier_was_killed_goes_on_holding_the_lock(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The carrier lets go, as if it had died; the command, which waits for a file, still works."""
    made = uploads.begin(home, "op1", [("a.csv", 1)], now=NOW)
    gone = tmp_path / "gone"
    waiting = f"import pathlib, time\nwhile not pathlib.Path({str(gone)!r}).exists(): time.sleep(0.05)"
    monkeypatch.setattr(carrying, "called", lambda *_words: [sys.executable, "-c", waiting])
    place, asked = uploads.folder_of(home, made.id), replace(made, stage="trying")
    with ThreadPoolExecutor(1) as pool:
        with uploads.alone(home) as lock:
            ended = pool.submit(carrying.carried_out, home.path, place, asked, UTC, lock)
            until((place / uploads.SAID).exists)
            time.sleep(0.5)  # until it was started
        try:
            assert uploads.busy(home), "the command works, and another may not begin"
        finally:
            gone.touch()
        ended.result()
    assert not uploads.busy(home)


@pytest.mark.parametrize(("answer", "result"), [(None, "failed"), ({"failed": [], "missing": []}, "done")])
def test_a_load_says_in_the_audit_for_whom_it_was_and_how_it_ended(
    home: Home, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any] | None, result: str
) -> None:
    monkeypatch.setattr(carrying, "carried_out", lambda _home, _place, upload, *_: replace(upload, result=answer))
    made = uploads.begin(home, "op1", [("a.csv", 1)], now=NOW)
    place, acts_for = uploads.folder_of(home, made.id), f"op1 10.20.1.1 planning {made.id}"
    uploads.keep(place, replace(made, stage="loading", acts_for=acts_for))
    with uploads.alone(home) as lock:
        carrying.main(home.path, place, os.dup(lock))
    [row] = newest(home, Chosen(), 100)
    told = (row.action, row.object, row.result, row.actor, row.origin, row.purpose)
    assert told == ("upload.loaded", made.id, result, "op1", "10.20.1.1", "planning")
    assert Settings.from_environment({"RISKWARN_ACTS_FOR": acts_for}).acts_for == acts_for


def test_parts_come_in_order_and_again_and_no_more_than_was_said(home: Home) -> None:
    made = uploads.begin(home, "op1", [("a.csv", 5)], now=NOW)
    assert uploads.receive(home, made, 0, 0, b"abc").stage == "receiving"
    for number, at, part in ((0, 4, b"e"), (0, 3, b"def"), (1, 0, b"a"), (0, 3, b"")):
        with pytest.raises(UploadNotReady):
            uploads.receive(home, made, number, at, part)
    uploads.receive(home, made, 0, 0, b"abc")
    whole = uploads.receive(home, made, 0, 3, b"de")
    assert whole.stage == "received" and (uploads.folder_of(home, made.id) / "files" / "a.csv").read_bytes() == b"abcde"
    with pytest.raises(UploadNotReady):
        uploads.receive(home, whole, 0, 0, b"abc")


def test_one_works_at_a_time_and_what_died_says_so(home: Home) -> None:
    made = uploads.begin(home, "op1", [("a.csv", 1)], now=NOW)
    made = uploads.receive(home, made, 0, 0, b"a")
    with uploads.alone(home), pytest.raises(UploadBusy):
        carrying.try_out(home, made, {})
    begun = uploads.keep(
        uploads.folder_of(home, made.id), uploads.Upload(**{**made.as_dict(), "files": made.files, "stage": "loading"})
    )
    with uploads.alone(home):
        assert uploads.stands(home, begun).stage == "loading"
        with pytest.raises(UploadBusy):
            uploads.remove(home, begun)
    died = uploads.stands(home, begun)
    assert died.stage == "loaded" and died.problem is not None and "list of loads" in died.problem["message"]
    uploads.remove(home, begun)
    assert uploads.own(home, "op1") == []


def test_answers_become_words_of_the_command_and_nothing_else(home: Home) -> None:
    made = uploads.begin(home, "op1", [("江北 --yes.csv", 1)], now=NOW)
    answers = {
        "district": "江北区",
        "coordinates": "gcj02",
        "exported_on": "2026-02-01",
        "columns": {"address": "地址"},
        "force": True,
    }
    tried = uploads.Upload(**{**made.as_dict(), "files": made.files, "stage": "trying", "options": answers})
    assert carrying.words(tried, UTC) == [
        "load", "--district", "江北区", "--coordinates", "gcj02", "--exported-at", "2026-02-02T00:00:00", "--column", "address=地址",
        "--dry-run", "--force", "--", "江北 --yes.csv",
    ]  # fmt: skip
    plain = uploads.Upload(**{**made.as_dict(), "files": made.files, "stage": "loading"})
    assert carrying.words(plain, UTC) == ["load", "--yes", "--", "江北 --yes.csv"]


def test_without_the_token_or_the_whole_city_nothing_is_handed_over(client: TestClient, home: Home) -> None:
    asked = {"files": [{"name": "a.csv", "bytes": 1}]}
    assert client.post("/console/uploads", json=asked).status_code == 403
    long = b"a" * (Options().part_bytes + 1)
    made = client.post("/console/uploads", json={"files": [{"name": "a.csv", "bytes": len(long)}]}, headers=MINE).json()
    assert client.post(f"/console/uploads/{made['id']}/files/0", content=long, headers=MINE).status_code == 413
    assert client.post(f"/console/uploads/{made['id']}/files/0", content=long[:-1], headers=MINE).status_code == 200
    for given, code in ((Asked("program", frozenset((Scope.READ, Scope.ANALYSE)), OWN), "data_of_city"), (Asked("program", frozenset((Scope.READ,))), "scope_needed")):  # fmt: skip
        key = {"Authorization": f"Bearer {create_key(home, given, now=datetime.now(UTC))['key']}"}
        client.app.registry.look()  # type: ignore[attr-defined]
        for method, path in (("POST", "/console/uploads"), ("GET", "/console/uploads"), ("GET", "/console/loads"), ("GET", "/console/refused"), ("GET", "/console/reports/conflict-4-v1")):  # fmt: skip
            told = client.request(method, path, json=asked if method == "POST" else None, headers=key)
            assert (told.status_code, told.json()["type"]) == (403, f"urn:riskwarn:{code}"), path
