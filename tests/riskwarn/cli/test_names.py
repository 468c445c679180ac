"""Names as people write them: sources in Chinese, slips with the right word beside them."""

from __future__ import annotations

import pytest

from riskwarn.configuration import Configuration
from riskwarn.contracts import source_named
from riskwarn.errors import UnknownSource, UnknownTarget, UnknownVersion
from tests.riskwarn.cli.calling import Caller


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("矛盾纠纷", "disputes"), ("矛盾纠纷台账", "disputes"), ("信访", "petitions"), ("12345热线", "hotline"),
        ("１２３４５ 热线", "hotline"), ("网格", "grids"), ("网格上报", "grid_reports"), ("Disputes", "disputes"),
        ("grid-reports", "grid_reports"), ("隐患", "hazards"), ("事故", "incidents"), ("小区、村组、市场与网格对照", "places"),
    ],
)  # fmt: skip
def test_a_source_may_be_named_in_chinese(name: str, source: str) -> None:
    assert source_named(name, Configuration()) == source


def test_slips_are_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownSource, match=r"did you mean disputes\?.*; known are grids, "):
        source_named("dispute", Configuration())
    with pytest.raises(UnknownSource, match=r"did you mean 矛盾纠纷\?"):
        source_named("矛盾纠分", Configuration())
    with pytest.raises(UnknownTarget, match=r"did you mean safety\?"):
        Configuration().chosen_targets("safty")
    with pytest.raises(UnknownTarget, match=r"'3' is not|3 is not"):
        Configuration().chosen_horizons(3)
    assert "did you mean conflict-4-v1?" in str(
        UnknownVersion(version="conflict-4-v11", known="safety-1-v1, conflict-4-v1")
    )
    assert "did you mean" not in str(UnknownVersion(version="x", known="none"))


def test_commands_and_families_too(city: Caller) -> None:
    assert "Did you mean ingest?" in city("inges", code=2).err
    assert "did you mean backlog?" in city("features", "list", "--family", "backlogs", code=1).err


def test_a_column_that_is_missing_is_told_with_the_way_out(city: Caller) -> None:
    (city.folder / "i.csv").write_text("网格编码,发生时间,类型\nG1,2026-03-01,火灾\n", encoding="utf-8")
    told = city("ingest", "事故", "i.csv", code=1).err
    assert "identity: [HEADING, HEADING]" in told and "riskwarn map" in told


def test_all_words_of_a_vocabulary_are_named(city: Caller) -> None:
    (city.folder / "m.yaml").write_text("words: {outcome: {民转刑: police}}\n", encoding="utf-8")
    (city.folder / "d.csv").write_text("编号,网格编码,发生时间\nD1,G1,2026-03-01\n", encoding="utf-8")
    told = city("ingest", "disputes", "d.csv", "--mapping", "m.yaml", code=1).err
    assert "police_intervention" in told and "mediation_failed" in told and "transferred" in told


def test_a_period_is_written_from_early_to_late(city: Caller) -> None:
    done = city("backtest", "--from", "2026-03-01", "--to", "2025-03-01", code=2)
    assert "--from 2026-03-01 lies after --to 2025-03-01" in done.err
