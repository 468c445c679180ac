"""The map, the wall and the page for residents in a real browser: what is drawn, chosen and linked to, and what is never asked for."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from lxml import html

from experiments.benchmarks.made_snapshot import made_content, made_geometry, publish_made
from riskwarn.home import make_home
from riskwarn.settings import Settings
from riskwarn.words import NOTICE_EN, NOTICE_ZH, Gap
from serving.columns.gaps import DataGaps, SourceGap
from tests.serving.access import cities
from tests.serving.conftest import Made, running
from tests.serving.console.browsing import rendered, said
from tests.serving.console.driving import browser

pytestmark = pytest.mark.browser


@pytest.fixture
def mapped(tmp_path: Path) -> Made:
    """A made-up city of 800 grids with borders, two of which nobody knows, and a town that nobody reports of."""
    home = make_home(tmp_path / "mapped", Settings())
    made = Made.over(home)
    content = made_content(800)
    geometry: list[str | None] = [*made_geometry(800)]
    geometry[3] = geometry[4] = None
    gaps = DataGaps((SourceGap("disputes", Gap.SILENT, "D0000000"),))
    made.first = publish_made(home, content, made.as_of, made.now, geometry=geometry, gaps=gaps)
    return made


def drawn(address: str, folder: Path, shows: str, *there: str) -> str:
    """The document once the map shows that and some elements are there; its borders are read by a thread of their own."""
    with browser(folder / "browser") as page:
        page.sized((1300, 900))
        page.open(address)
        for one in (f".canvas[data-shows={json.dumps(shows)}][data-parts='1']", *there):
            page.until(f"document.querySelector({json.dumps(one)})")
        assert page.complaints() == []
        return str(page.run("document.documentElement.outerHTML"))


def test_towns_are_drawn_by_level_and_what_is_not_reported_is_counted(mapped: Made, tmp_path: Path) -> None:
    with running(mapped.home, lambda: mapped.now) as address:
        page = drawn(f"{address}/#/map?lang=zh", tmp_path, "conflict/4 town level", ".side-row")
        towns = httpx.get(f"{address}/v1/scores?unit=town").json()["items"]
    legend = said(page, "legend-of-map")
    assert f"缺数据 {len(towns)}" in legend and "无" in legend
    assert said(page, "side").count("缺数据：矛盾纠纷") == len(towns)
    for town in towns:
        assert town["name"] in said(page, "side")


def test_a_link_opens_a_grid_with_the_row_s_figures_and_what_has_no_border_is_said(
    mapped: Made, tmp_path: Path
) -> None:
    with running(mapped.home, lambda: mapped.now) as address:
        item = httpx.get(f"{address}/v1/scores?target=safety&horizon=1&search=G0000077").json()["items"][0]
        asked = "lang=en&unit=grid&show=score&target=safety&horizon=1&place=G0000077"
        page = drawn(f"{address}/#/map?{asked}", tmp_path, "safety/1 grid score", ".selected .facts")
    chosen = said(page, "selected")
    assert f"{100 * item['score']:.1f}" in chosen and f"rank {item['rank']}" in chosen and item["name"] in chosen
    assert "#/grid/G0000077?lang=en&amp;target=safety&amp;horizon=1" in page
    assert "2 without a border, shown as squares" in page


def test_keys_choose_a_place_move_on_and_open_it(mapped: Made, tmp_path: Path) -> None:
    with running(mapped.home, lambda: mapped.now) as address, browser(tmp_path / "browser") as page:
        page.sized((1300, 900))
        page.open(f"{address}/#/map?lang=en&unit=grid&place=G0000400")
        page.until("document.querySelector('.canvas[data-shows]') && document.querySelector('.selected')")
        page.run("document.querySelector('.canvas').focus()")
        page.press("ArrowRight", 39)
        at = page.until("/place=G(?!0000400)/.test(location.hash) && location.hash")
        chosen = re.search(r"place=(G\d{7})", at)
        page.press("+", 187, "+")
        page.until("location.hash.includes('at=')")
        page.press("Enter")
        page.until("document.querySelector('.portrait h1')")
        assert chosen is not None and page.run("location.hash").startswith(f"#/grid/{chosen[1]}")


def test_a_snapshot_without_borders_shows_squares_and_says_so(made: Made, tmp_path: Path) -> None:
    with running(made.home, lambda: made.now) as address:
        page = drawn(f"{address}/#/map?lang=zh&unit=grid", tmp_path, "conflict/4 grid level")
    assert "以方点表示位置" in page


def test_the_wall_has_towns_alone_and_three_numbers(mapped: Made, tmp_path: Path) -> None:
    with running(mapped.home, lambda: mapped.now) as address:
        page = rendered(f"{address}/#/wall?lang=zh", tmp_path, silent=True)
        towns = httpx.get(f"{address}/v1/scores?unit=town").json()["items"]
    raised = [sum(one["level"] in levels for one in towns) for levels in (("red", "orange"), ("yellow",))]
    assert said(page, "three") == f"{raised[0]} 优先或重点 {raised[1]} 关注 {len(towns)} 缺数据 共 {len(towns)} 个镇街"
    assert len(html.fromstring(page).xpath('//*[contains(@class, "tile ")]')) == len(towns)
    assert "第77号网格" not in page and "纠纷偏多" not in page and not said(page, "rail"), "no grid, no reason"
    assert "wall out" not in page


def test_a_wall_that_is_out_of_date_is_red(mapped: Made, tmp_path: Path) -> None:
    with running(mapped.home, lambda: mapped.now + timedelta(days=60)) as address:
        page = rendered(f"{address}/#/wall?lang=en", tmp_path)
    assert "wall out" in page and "Out of date" in said(page, "wall-day")


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_residents_read_what_it_is_without_a_key_and_without_a_figure(
    mapped: Made, tmp_path: Path, language: str
) -> None:
    cities.key(mapped.home)  # from now on nobody reads without one
    with running(mapped.home, lambda: mapped.now) as address:
        assert httpx.get(f"{address}/v1/scores").status_code == 401
        page = rendered(f"{address}/#/residents", tmp_path, language=language, silent=True)
    shown = said(page, "residents")
    assert ("它不是什么" in shown and "12345" in shown) if language == "zh-CN" else "Whom to ask" in shown
    assert "示例市" not in page and not re.search(r"\d%|\d+\.\d", shown)
    assert said(page, "notice") == (NOTICE_ZH if language == "zh-CN" else NOTICE_EN), "as every page says"
