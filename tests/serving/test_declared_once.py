"""A publication asks once what is declared, for all champions and all that is made; the next one asks anew."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from riskwarn.home import Home
from serving.publishing.publish import publish
from serving.snapshots.published import newest
from serving.snapshots.replay import rebuild
from tests.conftest import Town
from tests.worlds import NOW

COUNTING = """
from features.families.declaration import Family
from features.transforms.amounts import Count

OWN = Family("own", theme="own")
ASKED = []


def features(subject):
    ASKED.append(subject.source)
    if subject.source == "disputes":
        yield OWN.declare("disputes", "disputes_count_7", Count("disputes", 7), "近7周纠纷", "disputes in the last 7 weeks")
"""


@pytest.fixture
def home(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The published city with a module that keeps count of how often it is asked."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "counting_features.py").write_text(COUNTING, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "modules"))
    monkeypatch.delitem(sys.modules, "counting_features", raising=False)
    shutil.copytree(town.home.path, tmp_path / "copy")
    known = town.home.configuration
    modules = known.features.model_copy(update={"modules": ("counting_features",)})
    return Home(tmp_path / "copy", known.model_copy(update={"features": modules}), town.home.settings)


def asked() -> Counter[str]:
    """How often the module was asked for the features of each source, since it was last looked up."""
    every = sys.modules["counting_features"].ASKED
    found = Counter(every)
    every.clear()
    return found


def test_what_is_declared_is_asked_once_a_publication(home: Home, tmp_path: Path) -> None:
    current = newest(home)
    assert current is not None
    made = publish(home, now=NOW)
    first = asked()
    assert made.snapshot != current.id and len(made.models) > 1
    assert first["disputes"] and set(first.values()) == {1}
    # Again in the same process: nothing is kept that a change of the module could not reach.
    assert publish(home, now=NOW).snapshot == made.snapshot
    assert asked() == first
    # In the middle of a week what reasons tell is made beside what models use, source by source.
    publish(home, current.as_of - timedelta(days=4), now=NOW)
    assert asked() == first
    rebuild(home, made.snapshot, tmp_path / "replay")
    assert asked() == first
