"""A change of a module of one's own invalidates the snapshots and replays of models that use its features, and nothing else."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from importlib import invalidate_caches
from pathlib import Path

import pytest

from features import build_features, read_city
from features.building.tables import table_path
from riskwarn.errors import FeaturesChanged
from riskwarn.home import Home
from serving.publishing.publish import publish
from serving.snapshots.frames import scores_frame
from serving.snapshots.published import newest
from serving.snapshots.replay import rebuild
from tests.conftest import Town
from tests.worlds import NOW
from training import champions, load_forecaster
from training.labels.task import learnable_origins, make_task
from training.models.family import fit_family
from training.registry.registration import register
from training.registry.versions import set_alias

WEIGHTS = "def weighted(amount):\n    return 2 * amount\n"

MINE = '''
from dataclasses import dataclass

from features.families.declaration import Family
from features.transforms.amounts import Count
from features.transforms.transform import Transform
from my_weights import weighted

LOCAL = Family("local", theme="local")
SIX = Count("disputes", 6)
FACTORS = {}
FACTORS["more"] = 0


@dataclass(frozen=True)
class Weighted(Transform):
    """Heavier."""

    of: Transform

    def compute(self, panel):
        return 10 + FACTORS["more"] + weighted(self.of.compute(panel))


def tripled(panel):
    return 3 * SIX.compute(panel)


def features(subject):
    if subject.source == "disputes":
        yield LOCAL.declare("disputes", "disputes_weighted_6", Weighted(SIX), "加权", "weighted")
        yield LOCAL.feature("disputes", "disputes_tripled_6", "三倍", "three times", tripled, window=6)
'''

THEIRS = """
from features.families.declaration import Family
from features.transforms.amounts import Count

THEIRS = Family("theirs", theme="theirs")


def features(subject):
    if subject.source == "hotline":
        yield THEIRS.declare("hotline", "hotline_count_7", Count("hotline", 7), "近7周热线", "calls in the last 7 weeks")
"""

MODULES = {"my_weights": WEIGHTS, "my_features": MINE, "their_features": THEIRS}

Edit = Callable[..., None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edit:
    """Write the modules, one of them with some text replaced, as the next process would import them."""
    (tmp_path / "modules").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))
    # Two texts of one length and second would share what is compiled.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def written(module: str = "", old: str = "", new: str = "") -> None:
        for name, text in MODULES.items():
            assert name != module or old in text
            (tmp_path / "modules" / f"{name}.py").write_text(
                text.replace(old, new) if name == module else text, "utf-8"
            )
            monkeypatch.delitem(sys.modules, name, raising=False)
        invalidate_caches()

    written()
    return written


@pytest.fixture
def using(town: Town, tmp_path: Path, edit: Edit) -> Home:
    """The published city with two modules, and a champion that uses one feature of the first."""
    shutil.copytree(town.home.path, tmp_path / "copy")
    known = town.home.configuration
    modules = known.features.model_copy(update={"modules": ("my_features", "their_features")})
    home = Home(tmp_path / "copy", known.model_copy(update={"features": modules}), town.home.settings)
    trained(home)
    publish(home, now=NOW)
    return home


def trained(home: Home) -> None:
    """Another champion for conflict in the next four weeks, of few features."""
    city = read_city(home)
    names = ["disputes_open", "disputes_count_26", "disputes_weighted_6"]
    matrix = build_features(city, learnable_origins(city)).select(names)
    model = fit_family(make_task(city, "conflict", 4, matrix=matrix), [4], city.as_of).served(4)
    assert "disputes_weighted_6" in model.names
    version, _ = register(home, "conflict", 4, model, {"as_of": city.as_of.isoformat(), "kind": "model"}, {})
    set_alias(home, version, "champion")


@pytest.mark.slow
def test_a_changed_module_invalidates_what_uses_it_and_nothing_else(using: Home, edit: Edit, tmp_path: Path) -> None:
    row = newest(using)
    assert row is not None
    assert any("disputes_weighted_6" in load_forecaster(using, one.version).names for one in champions(using))
    as_of, kept = row.as_of, row.manifest["files"]
    table = table_path(using, as_of, 1)

    for module, old, new in (
        ("my_features", '"""Heavier."""', '"""Heavier than it is."""'),
        ("my_features", "        yield LOCAL.declare", "        # Only a comment.\n        yield LOCAL.declare"),
        ("my_weights", "    return", "    # Twice.\n    return"),
    ):
        edit(module, old, new)
        assert table_path(using, as_of, 1) == table, new
        assert publish(using, now=NOW).snapshot == row.id, new
        assert rebuild(using, row.id, tmp_path / "replay") == kept, new

    for module, old, new in (
        ("my_features", "3 * SIX", "5 * SIX"),  # a feature of the same module that no model uses
        ("their_features", '"hotline", 7)', '"hotline", 8)'),
    ):
        edit(module, old, new)
        assert table_path(using, as_of, 1) != table, new
        assert publish(using, now=NOW).snapshot == row.id, new
        assert rebuild(using, row.id, tmp_path / "replay") == kept, new

    for module, old, new in (
        ("my_features", "10 + FACTORS", "11 + FACTORS"),
        ("my_features", 'FACTORS["more"] = 0', 'FACTORS["more"] = 1'),  # what fills an object that it reads
        ("my_weights", "2 * amount", "amount * amount"),  # what the module imports
        ("my_features", 'SIX = Count("disputes", 6)', 'SIX = Count("disputes", 5)'),
    ):
        edit(module, old, new)
        assert table_path(using, as_of, 1) != table, new
        with pytest.raises(FeaturesChanged, match=r"disputes_weighted_6.*run riskwarn retrain"):
            publish(using, now=NOW)
        with pytest.raises(FeaturesChanged, match="disputes_weighted_6"):
            rebuild(using, row.id, tmp_path / "replay")

    # Trained anew, the city is scored anew, by the numbers of the new code.
    trained(using)
    anew = publish(using, now=NOW)
    assert anew.snapshot != row.id
    before, after = (scores_frame(using, snapshot) for snapshot in (row.id, anew.snapshot))
    assert list(before["code"]) == list(after["code"])
    differs = (before["score"] != after["score"]) & (before["unit"] == "grid")
    assert set(before[differs]["target"]) == {"conflict"}
    # And as it was, the old snapshot is replayed by the old code alone.
    edit()
    assert rebuild(using, row.id, tmp_path / "replay") == kept
    with pytest.raises(FeaturesChanged, match="disputes_weighted_6"):
        rebuild(using, anew.snapshot, tmp_path / "replay")
