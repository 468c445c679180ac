"""Every load says where its records landed, and what would bring more of them to a grid."""

from __future__ import annotations

from pathlib import Path

from riskwarn.home import Home
from riskwarn.ingest.places.landing import landed
from tests.worlds import dispute, load, with_grids, write_csv


def test_a_load_says_where_its_records_lie(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    addresses = ["青山0社区第1网格8号", "青山1社区4网格", "青山1社区某处", ""]
    elsewhere = [dispute(n, 网格编码="", 社区编码="C1", 地址=addresses[n % 4]) for n in range(1, 8)]
    rows = [dispute(0, 社区编码="", 地址=""), *elsewhere]
    account = load(home, "disputes", write_csv(tmp_path / "disputes.csv", rows))
    assert account.located == {"address": 3, "community": 4, "grid_id": 1}
    assert (
        "placed: in a grid 50 % (grids in addresses 38 %, grid id 12 %); above the grid: by community 50 %"
        in account.notes
    )
    advice = next(note for note in account.notes if note.startswith("records above the grid"))
    assert "coordinates" in advice and "riskwarn ingest places" in advice and "a column of grid ids" not in advice
    assert account.as_dict()["located"] == account.located


def test_nothing_is_advised_where_all_lie_in_grids_and_nothing_said_of_no_records() -> None:
    assert landed({("grid_id", True): 3}, ["grid_id"], places=False) == ["placed: in a grid 100 %"]
    assert landed({}, [], places=False) == []
    assert landed({("grid_id", True): 1999, ("town", False): 1}, ["grid_id"], places=True) == [
        "placed: in a grid over 99 %; above the grid: by town under 1 %"
    ]
