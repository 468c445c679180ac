"""``riskwarn backup`` and ``riskwarn restore`` as an administrator meets them: by cron, at a drill, on the bad day."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from riskwarn.home import ID_KEY, Home, open_home
from riskwarn.settings import Settings
from tests.conftest import Town
from tests.riskwarn.cli.calling import Caller
from tests.serving.access import cities

pytestmark = pytest.mark.slow


@pytest.fixture
def published(call: Caller, town: Town) -> Home:
    """The home of the command line: a copy of a city that was trained and published."""
    town.home.database.dispose()
    shutil.copytree(town.home.path, call.folder / "riskwarn-home")
    return open_home(call.folder / "riskwarn-home", Settings(threads=1))


def bodies(home: Home) -> list[bytes]:
    """What the server of a home answers, as its local operator is answered."""
    with cities.served(home) as [client]:
        answers = [client.get(path) for path in ("/v1/scores?limit=200", "/v1/scores?unit=town", "/v1/snapshots")]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        return [answer.content for answer in answers]


def test_a_drill_gives_a_home_that_answers_the_same_bytes(call: Caller, published: Home) -> None:
    before = bodies(published)
    key = call.folder / "safe" / "id.key"
    key.parent.mkdir()
    key.write_bytes((published.path / ID_KEY).read_bytes())
    made = call("--json", "backup", "monday").document
    assert (made["linked"], made["damaged"], made["left_out"]) == (0, [], [])
    assert made["keys"] == [str(published.path / ID_KEY)] and made["folder"] == str(call.folder / "monday")
    again = call("--json", "backup", "tuesday", "--previous", "monday").document
    assert again["linked"] >= 10 and again["files"] == made["files"]
    assert call("--json", "restore", "tuesday", "--check").document["files"] == made["files"]
    assert "monday" in call("restore", "monday", "--check", "--id-key", key).out
    published.database.dispose()
    published.path.rename(call.folder / "lost")
    told = call("--json", "--home", "drill", "restore", "tuesday", "--id-key", key).document
    assert told["problems"] == [] and told["backup"] == again["id"] and told["home"] == str(call.folder / "drill")
    assert bodies(open_home(call.folder / "drill", Settings(threads=1))) == before
    assert {one["part"]: one["problems"] for one in call("--json", "--home", "drill", "verify").document} == {
        part: [] for part in ("records", "snapshots", "track record", "models", "audit", "secrets")
    }


def test_what_is_wrong_is_one_sentence_in_both_languages(city: Caller) -> None:
    home = city.folder / "riskwarn-home"
    (home / "notes.txt").write_text("mine", encoding="utf-8")
    told = city("backup", "b")
    assert "notes.txt" in told.out and str(home / ID_KEY) in told.out and "copying files" in told.err
    assert city("--json", "backup", "b", code=1).error["code"] == "backup_refused"
    assert "没有备份" in city("--lang", "zh", "backup", "b", code=1).err
    assert "--id-key" in city("restore", "b", code=2).err
    assert city("--json", "--home", "x", "restore", "b", "--id-key", "no.key", code=1).error["code"] == "file_missing"
    assert (
        city("--json", "--home", "x", "restore", ".", "--id-key", home / ID_KEY, code=1).error["code"]
        == "backup_missing"
    )
    (city.folder / "b" / "riskwarn.yaml").write_text("city: x", encoding="utf-8")
    damaged = city("--lang", "zh", "restore", "b", "--check", code=1)
    assert "riskwarn.yaml" in damaged.err and "已损坏" in damaged.err
    assert not (city.folder / "x").exists()
    file = next((home / "lake" / "grids").glob("*.parquet"))
    file.write_bytes(file.read_bytes() + b"x")
    assert file.name in city("backup", "c", code=1).out
    refused = city("--home", "x", "restore", "c", "--id-key", home / ID_KEY, code=1).err
    assert file.name in refused and "--with-problems" in refused
    taken = city("--home", "x", "restore", "c", "--id-key", home / ID_KEY, "--with-problems")
    assert file.name in taken.out and Path("x", "riskwarn.yaml").is_file()
