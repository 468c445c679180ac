"""What the audit of the data asks of a source is read of it once, however many targets it has."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from riskwarn.home import make_home, open_home
from riskwarn.settings import Settings
from riskwarn.store.beliefs import empty_beliefs
from riskwarn.store.targets import rule_of
from tests.training.audits.towns import towns_of
from tests.worlds import NOW
from training.audits.own_records import own_records
from training.routines import audit_data as routine

TARGETS = """
targets:
  conflict: {source: disputes, date: escalated_at}
  violence: {source: disputes, outcomes: [violence]}
"""


def test_the_first_versions_of_a_source_are_looked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_home(tmp_path / "home", Settings(threads=1))
    with (made.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write(TARGETS)
    home = open_home(made.path, Settings(threads=1))
    frame, asked = pd.DataFrame(empty_beliefs()), list[str]()
    city: Any = SimpleNamespace(
        configuration=home.configuration, calendar=home.configuration.calendar, as_of=date(2026, 3, 2), beliefs={"disputes": frame}
    )  # fmt: skip
    duplicated, places = pd.Series.duplicated, towns_of([20])

    def counted(own: pd.Series, *given: Any, **named: Any) -> Any:
        asked.append(str(own.name))
        return duplicated(own, *given, **named)

    def of_target(_city: Any, name: str, _numbers: Any, *first: pd.DataFrame) -> tuple[set[str], list[Any]]:
        return set(), own_records(name, rule_of(home.configuration.targets[name]), frame, *first, places)

    monkeypatch.setattr(pd.Series, "duplicated", counted)
    for name, answer in (("_of_target", of_target), ("encoded", lambda _: None), ("examine", lambda *_, **__: [])):
        monkeypatch.setattr(routine, name, answer)
    for name in ("prospects", "_changed"):
        monkeypatch.setattr(routine, name, lambda *_, **__: [])
    monkeypatch.setattr(routine, "districts_in_force", lambda *_: None)
    found = routine.audit_data(home, city=city, now=NOW)
    assert (found.targets, asked) == (("conflict", "violence"), ["record_id"])
