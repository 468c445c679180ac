"""One lock for training, scoring and the nightly update, from the command line and from Python, held by real processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from riskwarn.home import Home, open_home
from riskwarn.ingest.loading.inbox import inbox_of
from riskwarn.settings import Settings
from tests.conftest import Town
from tests.orders import ROOT
from tests.serving.holder import holders, kill
from tests.worlds import NOW, dispute, grid_rows, load, write_csv
from training import versions
from training.models.baselines import Rate
from training.registry.registration import register
from training.registry.versions import set_champion

pytestmark = pytest.mark.slow


@pytest.fixture
def scored(home: Home) -> Home:
    """A home with a champion, and something new in its inbox."""
    load(home, "grids", write_csv(home.path / "grids.csv", grid_rows()))
    load(home, "disputes", write_csv(home.path / "disputes.csv", [dispute(number) for number in range(1, 21)]))
    version, _ = register(home, "conflict", 4, Rate("climatology", 4, 0.1), {}, {})
    set_champion(home, version, NOW)
    write_csv(inbox_of(home) / "new.csv", [dispute(number) for number in range(21, 31)])
    return home


def test_an_update_is_alone_and_one_that_was_killed_is_in_nobodys_way(scored: Home) -> None:
    cases = (
        ("train", {"train": "held", "publish": "held", "update": "home_busy"}),
        ("update", {"train": "home_busy", "retrain": "home_busy", "publish": "home_busy", "update": "home_busy"}),
    )
    with holders(scored, NOW) as hold:
        for first, beside in cases:
            with hold(first) as (word, process):
                assert word == "held", first
                for second, told in beside.items():
                    with hold(second) as (other, _):
                        assert other == told, (first, second)
                kill(process)
                with hold("update") as (after, _):
                    assert after == "held", first


def test_two_trainings_at_once_register_two_whole_families(town: Town, tmp_path: Path) -> None:
    shutil.copytree(town.home.path, tmp_path / "copy")
    home = open_home(tmp_path / "copy", Settings(threads=1))
    before = {one.version for one in versions(home)}
    program = [sys.executable, "-m", "riskwarn", "--home", str(home.path), "train", "--target", "safety"]
    both = [subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for one in both:
        _, faults = one.communicate(timeout=600)
        assert one.returncode == 0, faults.decode()
    made = [one for one in versions(home) if one.version not in before]
    families = {one.family for one in made}
    horizons = [{one.horizon for one in made if one.family == family} for family in families]
    assert len(families) == 2 and horizons[0] == horizons[1] == {one.horizon for one in made}
    later = {one.family for one in made if one.alias == "challenger"}
    assert len(later) == 1, "the challengers are of one family"
