"""The page of the catalogue: what it tells of a built table, what it marks, what it keeps back, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features import Feature, catalogue
from features.building.tables import BuiltTable, catalogue_mark, newest_table
from features.pages import catalogue_page, distribution
from features.pages.distribution import BARS, histogram
from features.pages.row import FEWEST
from features.pages.words import FAMILIES, QUANTITIES, TRANSFORMS, UNITS
from riskwarn.configuration import Configuration
from riskwarn.home import Home
from riskwarn.periods import Period
from riskwarn.words import Quantity
from tests.riskwarn.test_cli import refused, riskwarn, told
from tests.serving.console.browsing import rendered
from tests.worlds import simulated

pytestmark = pytest.mark.slow

COUNT = Feature(
    "calls", "counts", "hotline", "近4周热线诉求数", "calls in the last 4 weeks", Quantity.EXTENSIVE, window=4
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A small simulated city whose table was built."""
    folder = tmp_path_factory.mktemp("catalogue")
    home, _ = simulated(folder, grids=40, weeks=60)
    told("features", "build", "--home", home.path, cwd=folder)
    return home


@pytest.fixture(scope="module")
def page(built: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its page."""
    path = tmp_path_factory.mktemp("page") / "features.html"
    assert str(path) in riskwarn("features", "list", "--page", path, "--home", built.path, cwd=path.parent).stdout
    return path


@pytest.fixture
def table(tmp_path: Path) -> BuiltTable:
    """A table of twenty grids with nothing in it."""
    path = tmp_path / "table.parquet"
    pd.DataFrame({"grid_id": [f"G{number}" for number in range(20)]}).to_parquet(path)
    return BuiltTable(path, date(2026, 3, 2), 7, catalogue_mark(Configuration()), datetime(2026, 3, 2, 1, tzinfo=UTC))


def written(table: BuiltTable | None, *features: Feature, **columns: Any) -> str:
    numbers = {name: np.array(column, dtype=np.float64) for name, column in columns.items()}
    return catalogue_page(features or (COUNT,), Configuration(), table, numbers, store_version=7)


def rows_of(page: str) -> dict[str, str]:
    """Name of a feature -> its row."""
    return {
        re.findall(r"<code>([^<]*)</code>", row)[0]: row for row in re.findall(r"<tr[^>]* data-source=.*?</tr>", page)
    }


def test_words_are_known_for_everything_that_is_declared() -> None:
    for period in Period:
        for feature in catalogue(Configuration.model_validate({"period": period, "features": {"on": ["proxies"]}})):
            assert feature.family in FAMILIES and feature.transform in TRANSFORMS, feature.name
            assert feature.unit in UNITS and feature.quantity in QUANTITIES, feature.name


def test_without_a_table_the_page_says_how_to_get_one(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "features.html"
    answer = told("features", "list", "--page", path, "--home", home.path, cwd=tmp_path)
    assert answer == {"as_of": None, "n_features": len(catalogue(home.configuration)), "path": str(path)}
    page = path.read_text(encoding="utf-8")
    assert "尚未构建特征表" in page and "No table has been built yet" in page and "riskwarn features build" in page
    assert len(rows_of(page)) == answer["n_features"] and "<svg" not in page and 'class="mark unknown"' not in page


def test_a_page_tells_of_the_table_that_was_built_last(built: Home, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    newest = newest_table(built)
    assert newest is not None
    assert f"as of {newest.as_of} · 40 grids · catalogue {newest.catalogue} · store version" in text
    assert f"截至 {newest.as_of} · 40 个网格" in text
    assert "riskwarn features build" not in text, "nothing is out of date"
    rows = rows_of(text)
    features = catalogue(built.configuration)
    assert sorted(rows) == sorted(feature.name for feature in features)
    assert all(feature.zh in rows[feature.name] for feature in features)
    assert "disputes in the last 4 weeks" in rows["disputes_count_4"] and "<svg" in rows["disputes_count_4"]
    assert page.stat().st_size < 1_500_000


def test_a_page_needs_nothing_else_and_shows_no_grid(built: Home, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert all(link.startswith("#") for link in re.findall(r'(?:src|href)="([^"]*)"', text)) and "http:" not in text
    newest = newest_table(built)
    assert newest is not None
    assert not any(code in text for code in pd.read_parquet(newest.path)["grid_id"])


def test_what_is_unknown_or_constant_is_marked(built: Home, page: Path) -> None:
    newest = newest_table(built)
    assert newest is not None
    numbers = pd.read_parquet(newest.path).drop(columns=["grid_id", "as_of"])
    rows = rows_of(page.read_text(encoding="utf-8"))
    enough = numbers.notna().sum() >= FEWEST
    constant = {name for name in numbers if numbers[name].nunique() == 1 and enough[name]}
    unknown = {name for name in numbers if numbers[name].isna().all()}
    dated = {feature.name for feature in catalogue(built.configuration) if feature.source == "calendar"}
    assert constant - dated and unknown
    for mark, names in (("constant", constant - dated), ("unknown", unknown), ("dated", dated)):
        assert {name for name, row in rows.items() if f'class="{mark}"' in row} == names, mark


def test_one_family_has_a_page_of_its_own(built: Home, tmp_path: Path) -> None:
    path = tmp_path / "recency.html"
    answer = told("features", "list", "--family", "recency", "--page", path, "--home", built.path, cwd=tmp_path)
    rows = rows_of(path.read_text(encoding="utf-8"))
    assert answer["n_features"] == len(rows) == 5 and all("_recency" in name for name in rows)


def test_a_missing_folder_is_told(home: Home, tmp_path: Path) -> None:
    sentence = refused("features", "list", "--page", "nowhere/f.html", "--home", home.path, cwd=tmp_path)
    assert (
        sentence
        == f"riskwarn: nowhere/f.html: there is no folder {tmp_path / 'nowhere'}; make it first, or name another file."
    )
    assert not (tmp_path / "nowhere").exists()


def test_what_people_wrote_is_escaped(table: BuiltTable) -> None:
    evil = "<script>alert(1)</script>\"'&"
    feature = Feature(evil, evil, evil, evil, evil + "!", Quantity.STATIC, transform=evil, unit=evil)
    page = catalogue_page(
        [feature], Configuration(city=evil), table, {evil: np.arange(20.0)}, store_version=table.store_version
    )
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert page.count("<script>") == 1


def test_the_numbers_of_a_few_grids_are_kept_back(table: BuiltTable) -> None:
    few = [777.0] * (FEWEST - 1) + [np.nan] * (21 - FEWEST)
    page = written(table, calls=few)
    assert 'class="few"' in page and "45.0%" in page
    assert "777" not in page and "<svg" not in page
    assert "777" in written(table, calls=[777.0, *few[:-1]])


def test_a_table_that_is_out_of_date_is_told(table: BuiltTable) -> None:
    assert 'class="warning"' not in written(table, calls=range(20))
    assert "The catalogue has become" in written(replace(table, catalogue="00000000"), calls=range(20))
    assert "The store has gone on to version 7" in written(replace(table, store_version=6), calls=range(20))
    assert "not in the table" in written(table), "a feature that was declared since"


def test_shares_are_rounded_to_all_or_none_only_where_they_are(table: BuiltTable) -> None:
    nearly = np.array([np.nan] + [0.0] * 9998 + [1.0])
    assert distribution(nearly).known == 0.9999
    row = rows_of(written(table, calls=nearly))["calls"]
    assert row.count("&gt;99.9%") == 2 and "100%" not in row
    assert rows_of(written(table, calls=np.zeros(20)))["calls"].count(">100%<") == 2


def test_bars_lose_no_grid_and_leave_no_gap_between_whole_numbers() -> None:
    rng = np.random.default_rng(1)
    for column in (
        rng.normal(size=500),
        rng.poisson(4, 500).astype(float),
        np.arange(61.0),
        np.floor(np.exp(rng.normal(2, 2, 5000))),
        np.array([0.0] * 400 + [1.0]),
        -np.exp(rng.normal(0, 2, 500)),
    ):
        told = histogram(column)
        assert sum(told.counts) == len(column) and 2 <= len(told.counts) <= BARS
    assert histogram(np.arange(61.0)).counts == (3,) * 20 + (1,)
    assert all(histogram(np.repeat(np.arange(40.0), 9)).counts)


def test_a_heavy_tail_has_a_logarithmic_axis_and_zero_is_where_it_lies() -> None:
    assert histogram(np.array([1.0] * 50 + [1000.0])).logarithmic
    assert not histogram(np.array([0.0] * 50 + [1.0, 12.0])).logarithmic, (
        "a bar each is clearer for a few whole numbers"
    )
    assert not histogram(np.linspace(-1, 3, 50)).logarithmic
    assert histogram(np.linspace(-1, 3, 50)).zero == pytest.approx(0.25)
    assert histogram(np.linspace(1, 3, 50)).zero is None
    assert histogram(np.array([-1000.5, *[-1.0] * 9, *[1.0] * 9, 1000.5])).zero == pytest.approx(0.5)


DRIVEN = """<script>
const box = document.getElementById("search");
box.value = "热线 WEEK"; box.dispatchEvent(new Event("input"));
document.getElementById("language").click();
</script></body>"""


@pytest.mark.browser
def test_search_and_language_work_in_a_browser(page: Path, built: Home, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    # The page's policy lets no other script run; the one that searches and clicks here is let in by taking it away.
    driven = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", text).replace("</body>", DRIVEN)
    (tmp_path / "driven.html").write_text(driven, encoding="utf-8")
    shown = rendered(f"file://{tmp_path}/driven.html", tmp_path)
    assert '<html lang="en">' in shown and ">中文</button>" in shown
    visible = {name for name, row in rows_of(shown).items() if ' hidden=""' not in row.partition(">")[0]}
    expected = {
        feature.name for feature in catalogue(built.configuration) if "热线" in feature.zh and "week" in feature.en
    }
    assert visible == expected and f"{len(expected)} of {len(rows_of(shown))} shown" in shown


@pytest.mark.browser
def test_what_is_shown_stands_in_the_address(page: Path, tmp_path: Path) -> None:
    """This page is as it was written: its own script runs under its own policy."""
    shown = rendered(f"file://{page}#lang=en&source=hazards&observer=1&order=known", tmp_path)
    rows = [row for row in rows_of(shown).values() if ' hidden=""' not in row.partition(">")[0]]
    assert rows and all('data-source="hazards"' in row and "data-observer" in row for row in rows)
    assert f"{len(rows)} of " in shown
