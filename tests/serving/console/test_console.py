"""The console in a real browser: what people of the centre read, in both languages, without any other host."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from serving.alerts.suspending import suspend
from tests.serving.conftest import DISTRICT, Made, running, running_application
from tests.serving.console.browsing import driven, rendered, rows, said
from tests.worlds import NOW

pytestmark = pytest.mark.browser


def test_towns_come_first_by_their_expected_count_in_the_language_of_the_browser(
    address: str, api: httpx.Client, tmp_path: Path
) -> None:
    page = rendered(address, tmp_path, language="zh-CN", silent=True)
    towns = api.get("/v1/scores?unit=town").json()["items"]
    assert len(rows(page)) == len(towns) > 0
    for row, town in zip(rows(page), towns, strict=True):
        assert town["name"] in row and town["code"] in row and town["reasons"][0]["zh"] in row
    assert "每万人" in page and "不是突发事件预警信息" in said(page, "notice")
    assert "已过期" in said(page, "banner"), "the snapshot is months old"
    assert 'href="docs"' in page, "programs ask the same"
    assert "Expected events" in rendered(address, tmp_path, language="en-GB")


def test_grids_are_shown_with_level_probability_and_reason(address: str, api: httpx.Client, tmp_path: Path) -> None:
    page = rendered(f"{address}/#/ranking?lang=zh&unit=grid", tmp_path)
    items = api.get("/v1/scores?limit=100").json()["items"]
    shown = rows(page)
    assert len(shown) == len(items) >= 50
    for row, item in zip(shown, items, strict=True):
        assert item["code"] in row and item["name"] in row and f"{100 * item['score']:.1f}" in row
    first = next(item for item in items if item["reasons"])
    assert first["reasons"][0]["zh"] in page


def test_a_link_opens_a_grid_with_its_reasons_in_english(address: str, api: httpx.Client, tmp_path: Path) -> None:
    item = next(item for item in api.get("/v1/scores?target=safety&horizon=4").json()["items"] if item["reasons"])
    why = api.get(f"/v1/grids/{item['code']}/explanation?target=safety&horizon=4").json()["reasons"]
    # The second is a link of the page that came before this console.
    for link in (
        f"/#/grid/{item['code']}?lang=en&target=safety&horizon=4",
        f"/#lang=en&target=safety&horizon=4&grid={item['code']}",
    ):
        page = rendered(address + link, tmp_path)
        detail = said(page, "portrait")
        assert item["name"] in detail
        told = [reason["en"] for reason in why if abs(reason["effect"]) >= 0.0005]
        assert told and all(one[0].upper() + one[1:] in detail for one in told)
        assert "±0.0" not in detail, "what is nothing in points is no reason to read"
        assert "Internal working notice" in said(page, "notice")


def test_a_wrong_link_says_so(address: str, tmp_path: Path) -> None:
    """In the language of the page, whatever the browser's is."""
    assert "No grid with the code" in rendered(f"{address}/#/grid/nowhere?lang=en", tmp_path, language="zh-CN")
    assert "此快照中没有代码为 'nowhere' 的网格" in rendered(f"{address}/#/grid/nowhere?lang=zh", tmp_path)
    assert "There is no such page" in rendered(f"{address}/#/nothing?lang=en", tmp_path)


def test_the_reference_lists_every_endpoint(address: str, tmp_path: Path) -> None:
    page = rendered(f"{address}/docs", tmp_path)
    assert "/v1/scores" in page and "min_level" in page


def test_before_anything_is_published_the_page_says_what_to_do(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings())
    with running(home, lambda: NOW) as address:
        page = rendered(f"{address}/#/ranking?lang=en", tmp_path)
        day = rendered(f"{address}/#/ranking?lang=zh&as_of=2026-03-02", tmp_path)
    assert said(page, "empty").startswith("Nothing is published yet Load data and train first, then run riskwarn score")
    assert not said(page, "banner") and "尚未发布排名" in said(day, "empty")


def test_a_silent_source_is_named_beside_the_unit(silenced: Home, tmp_path: Path) -> None:
    with running(silenced, lambda: NOW) as address:
        shown = rows(rendered(f"{address}/#/ranking?lang=zh&unit=district", tmp_path))
        english = rendered(f"{address}/#/ranking?lang=en&unit=district", tmp_path)
    assert {DISTRICT in row for row in shown} == {True, False}
    assert all(("缺数据：矛盾纠纷" in row) == (DISTRICT in row) for row in shown)
    assert said(english, "gap") == "Not reported: disputes"


def test_a_town_is_opened_and_another_day_is_gone_back_to(made: Made, tmp_path: Path) -> None:
    made.publish(7, seed=4)
    with running(made.home, lambda: made.now) as address:
        link = f"{address}/#/ranking?lang=en&unit=grid&parent=T0000001&as_of={made.as_of}"
        page = rendered(link, tmp_path, silent=True)
        inside = httpx.get(f"{address}/v1/scores?parent=T0000001&as_of={made.as_of}&limit=100").json()
    assert [re.search(r"G\d{7}", row)[0] for row in rows(page)][:100] == [item["code"] for item in inside["items"]]  # type: ignore[index]
    assert said(page, "inside").startswith("Whole city") and "T0000001" not in said(page, "inside"), "it has a name"
    assert said(page, "past") == str(made.as_of) and f"As of {made.as_of}" in said(page, "fresh")


def test_a_past_day_is_no_fault_and_a_grid_is_found_by_its_name(made: Made, tmp_path: Path) -> None:
    made.publish(7, seed=4)
    with running(made.home, lambda: made.now + timedelta(days=7)) as address:
        page = rendered(f"{address}/#/ranking?lang=en&unit=grid&as_of={made.as_of}", tmp_path)
        assert f"You are looking at a past day: {made.as_of}" in said(page, "banner")
        assert "Out of date" not in page and "Back to the newest" in page
        found = rendered(f"{address}/#/ranking?lang=zh&unit=grid&search=第77号", tmp_path)
        assert len(rows(found)) == 1 and "grid 第77号 G0000077" in rows(found)[0]
        none = rendered(f"{address}/#/ranking?lang=zh&unit=grid&search=第9999号", tmp_path)
        assert not rows(none) and "没有名称或编码含“第9999号”的" in said(none, "empty")


def test_a_snapshot_turns_stale_by_itself_at_its_end(made: Made, tmp_path: Path) -> None:
    """The server says nothing new meanwhile: its clock stands, that of the page goes on."""
    with running(made.home, lambda: made.now) as address:
        fresh = rendered(f"{address}/#/ranking?lang=en", tmp_path)
        end = datetime.fromisoformat(httpx.get(f"{address}/v1/snapshots").json()["items"][0]["valid_until"])
    assert said(fresh, "banner") == "" and "valid until" in said(fresh, "fresh")
    with running(made.home, lambda: end - timedelta(seconds=5)) as address:
        assert httpx.get(f"{address}/v1/scores").json()["snapshot"]["stale"] is False
        turned = rendered(f"{address}/#/ranking?lang=en", tmp_path)
    assert "Out of date: this ranking held until" in said(turned, "banner") and rows(turned)


def test_who_goes_back_finds_the_place_that_was_left(made: Made, tmp_path: Path) -> None:
    steps = (
        "window.scrollTo(0, 1500)",
        "document.querySelectorAll('a.opens')[30].click()",
        "document.body.dataset.top = scrollY",
        "history.back()",
    )
    told, page = driven(made, tmp_path, *steps, "document.body.dataset.down = scrollY")
    assert told[2][0].startswith("#/grid/") and 'data-top="0"' in page and 'data-down="1500"' in page


def test_no_old_row_stays_under_a_label_that_is_refused(made: Made, tmp_path: Path) -> None:
    with running(made.home, lambda: made.now) as address:
        page = rendered(f"{address}/#/ranking?lang=en&unit=grid&parent=nowhere", tmp_path)
    assert not rows(page) and "nowhere" in said(page, "empty")


def test_a_suspended_target_is_named_and_nothing_stands_in_its_place(made: Made, tmp_path: Path) -> None:
    suspend(made.home, "conflict", "under review", now=made.now)
    with running(made.home, lambda: made.now) as address:
        page = rendered(f"{address}/#/ranking?lang=zh&unit=grid", tmp_path)
        assert not rows(page) and "（已暂停）" in said(page, "head")
        assert "已暂停，且不以其他目标代替" in said(page, "empty")
        assert len(rows(rendered(f"{address}/#/ranking?lang=zh&unit=grid&target=safety", tmp_path))) >= 100


def test_an_address_is_followed_and_each_step_is_one_back(made: Made, tmp_path: Path) -> None:
    back, town = "history.back()", "location.hash = '#/ranking?lang=en&unit=town'"
    opened = "document.querySelector('a.opens').click()"
    told, _ = driven(made, tmp_path, opened, back, town, opened, back, back)
    with running_application(made.application()) as address:
        first = httpx.get(f"{address}/v1/scores").json()["items"][0]
        towns = httpx.get(f"{address}/v1/scores?unit=town").json()["items"]
        inside = httpx.get(f"{address}/v1/scores", params={"parent": towns[0]["code"]}).json()["items"]
    grids = told[0]
    assert grids[0] == "#/ranking?lang=en&unit=grid" and grids[2] == first["code"] and grids[3] == "Grids by rank"
    assert told[1] == [f"#/grid/{first['code']}?lang=en", 0, None, first["name"]] and told[2] == grids
    assert told[3][1:] == [len(towns), towns[0]["code"], "Towns by rank"]
    assert told[4][2] == inside[0]["code"] and told[4][0].endswith(f"unit=grid&parent={towns[0]['code']}")
    assert told[5] == told[3] and told[6] == grids


def test_a_server_that_is_gone_is_told_in_words_and_leaves_nothing_old(made: Made, tmp_path: Path) -> None:
    gone = "window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); location.hash = '#/ranking?lang=en&unit=town'"
    told, page = driven(made, tmp_path, gone, "", "")
    assert told[0][1] > 0 and told[-1][1:3] == [0, None] and told[1][1] == 0, "not even while it is asked again"
    assert "The server does not answer, and nothing old is shown." in said(page, "empty")
    assert "The server has not answered since" in said(page, "banner") and "Failed to fetch" not in page


def test_what_is_shown_goes_when_the_server_does_and_comes_back_with_it(made: Made, tmp_path: Path) -> None:
    """Nothing is clicked: the page is looked at again, as after another program had the screen."""
    gone = "window.real = window.fetch; window.fetch = () => Promise.reject(new TypeError('gone')); document.dispatchEvent(new Event('visibilitychange'))"
    told, page = driven(
        made,
        tmp_path,
        gone,
        "",
        "",
        "",
        "window.fetch = window.real; document.dispatchEvent(new Event('visibilitychange'))",
        "",
    )
    assert told[0][1] == 100 and [one[1] for one in told[2:4]] == [0, 0] and told[-1] == told[0]
    assert "No answer" not in said(page, "fresh")


def test_the_language_is_changed_and_stays(made: Made, tmp_path: Path) -> None:
    made.publish(7, seed=4)
    told, page = driven(made, tmp_path, "document.querySelector('.tools button').click()")
    assert told[-1][0] == "#/ranking?lang=zh&unit=grid" and told[-1][3] == "网格排名"
    assert said(page, "past") == "2026-03-09 最新" and 'lang="zh-CN"' in page and "newest" not in page
