"""``riskwarn update`` as cron and a person see it: what was done is told even where it could not be ended."""

from __future__ import annotations

import pytest

from riskwarn.store.writing import routine
from serving.publishing.update import NIGHTLY
from tests.riskwarn.cli.calling import Caller
from tests.worlds import dispute, write_csv


@pytest.fixture
def inbox(city: Caller) -> Caller:
    """A home with four grids, and a month of disputes in its inbox."""
    folder = city.folder / "riskwarn-home" / "inbox"
    folder.mkdir()
    write_csv(folder / "纠纷.csv", [dispute(number) for number in range(1, 21)])
    return city


@pytest.mark.slow
def test_an_update_tells_what_it_loaded_and_why_nothing_is_scored(inbox: Caller) -> None:
    first = inbox("update", "--json", code=1)
    [account] = first.document["accounts"]
    assert (account["file"], account["accepted"], first.document["score"]) == ("纠纷.csv", 20, None)
    assert first.document["features"]["rows"] == 4
    assert first.error["code"] == "no_champion"
    again = inbox("update", "--json", code=1)
    assert (again.document["known"], again.document["accounts"]) == (1, [])
    chinese = inbox("--lang", "zh", "update", code=1)
    assert "装入 0 张表，0 张未能装入，1 个文件此前已装入" in chinese.out


@pytest.mark.slow
def test_of_the_tables_of_features_that_nobody_built_the_newest_stays(inbox: Caller) -> None:
    features = inbox.folder / "riskwarn-home" / "features"
    inbox("features", "build", code=1)  # nothing is known before the first dispute
    inbox("update", code=1)
    [nightly] = features.glob("*.parquet")
    late = [dispute(number, 登记时间="2026-05-02 10:00:00") for number in range(21, 30)]
    write_csv(inbox.folder / "五月.csv", late)
    inbox("ingest", "disputes", inbox.folder / "五月.csv")
    inbox("features", "build")
    [built] = set(features.glob("*.parquet")) - {nightly}
    inbox("update", code=1)
    assert set(features.glob("*.parquet")) == {built} and (features / NIGHTLY).read_text() == ""
    later = [dispute(number, 登记时间="2026-06-02 10:00:00") for number in range(31, 40)]
    for name, number in (("六月.csv", 0), ("六月更多.csv", 40)):
        rows = [{**row, "纠纷编号": f"E{number + index}"} for index, row in enumerate(later)]
        write_csv(inbox.folder / "riskwarn-home" / "inbox" / name, rows)
        inbox("update", code=1)
    assert built in set(features.glob("*.parquet")) and len(set(features.glob("*.parquet"))) == 2


def test_who_comes_second_is_told(inbox: Caller) -> None:
    from riskwarn.home import open_home
    from riskwarn.settings import Settings

    home = open_home(inbox.folder / "riskwarn-home", Settings())
    with routine(home):
        assert inbox("update", "--json", code=1).error["code"] == "home_busy"
    with routine(home, alone=True):
        for command in ("update", "score", "train", "retrain"):
            assert inbox(command, "--json", code=1).error["code"] == "home_busy"
    assert inbox("update", "nowhere", "--json", code=1).error["code"] == "inbox_missing"
