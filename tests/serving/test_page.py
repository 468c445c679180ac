"""The page in a real browser: what people of the centre read, in both languages, without any other host."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from riskwarn.home import Home
from serving.api.app import Application
from serving.api.prepared import WHOLE
from serving.publishing.suspend import suspend
from tests.serving.conftest import DISTRICT, Made, running, running_application
from tests.worlds import NOW

pytestmark = pytest.mark.browser


def rendered(address: str, folder: Path, *, silent: bool = False) -> str:
    """The document after its script has run; `silent` where the browser may have nothing to complain of."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "these tests need Chromium: .ci/run installs it"
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={folder / 'profile'}", "--window-size=1300,900", "--virtual-time-budget=8000",
            *(("--enable-logging=stderr",) if silent else ()), "--dump-dom", address,
        ],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert not silent or "CONSOLE" not in done.stderr, done.stderr[-2000:]
    return done.stdout


def test_the_ranking_is_shown_in_chinese(address: str, api: httpx.Client, tmp_path: Path) -> None:
    page = rendered(address, tmp_path)
    items = api.get("/v1/scores").json()["items"]
    rows = re.findall(r'<tr class="open".*?</tr>', page, re.S)
    assert len(rows) == 50
    for row, item in zip(rows, items, strict=True):
        assert item["code"] in row and item["name"] in row
    first = next(item for item in items if item["reasons"])
    assert first["reasons"][0]["zh"] in page
    assert "不是突发事件预警信息" in page
    assert "已过期" in page, "the snapshot is months old"


def test_a_link_opens_a_grid_with_its_reasons_in_english(address: str, api: httpx.Client, tmp_path: Path) -> None:
    item = next(item for item in api.get("/v1/scores?target=safety&horizon=4").json()["items"] if item["reasons"])
    page = rendered(f"{address}/#lang=en&target=safety&horizon=4&grid={item['code']}", tmp_path)
    detail = page[page.index('id="detail"') :]
    assert item["name"] in detail
    why = api.get(f"/v1/grids/{item['code']}/explanation?target=safety&horizon=4").json()["reasons"]
    assert {reason["en"] in detail for reason in why if abs(reason["effect"]) >= 0.0005} == {True}
    assert "±0.0" not in detail, "what is nothing in points is no reason to read"
    assert "Internal working notice" in page


def test_towns_are_shown_by_their_expected_count(address: str, api: httpx.Client, tmp_path: Path) -> None:
    page = rendered(f"{address}/#unit=town", tmp_path)
    towns = api.get("/v1/scores?unit=town").json()["items"]
    assert towns and all(town["name"] in page for town in towns)
    assert "每万人" in page


def test_a_wrong_link_says_so(address: str, tmp_path: Path) -> None:
    """In the language of the page, whatever the browser's is."""
    assert "No grid with the code" in rendered(f"{address}/#lang=en&grid=nowhere", tmp_path)
    assert "此快照中没有代码为 'nowhere' 的网格" in rendered(f"{address}/#grid=nowhere", tmp_path)


def test_the_reference_lists_every_endpoint(address: str, tmp_path: Path) -> None:
    page = rendered(f"{address}/docs", tmp_path)
    assert "/v1/scores" in page and "min_level" in page


def test_a_silent_source_is_named_beside_the_level(silenced: Home, tmp_path: Path) -> None:
    with running(silenced, lambda: NOW) as address:
        page = rendered(f"{address}/#unit=district", tmp_path)
        english = rendered(f"{address}/#lang=en&unit=district", tmp_path)
    rows = re.findall(r"<tr[^>]*><td class=\"number\">.*?</tr>", page, re.S)
    assert {DISTRICT in row for row in rows} == {True, False}
    assert all(("缺数据：矛盾纠纷" in row) == (DISTRICT in row) for row in rows)
    assert "not reported: disputes" in english


def test_a_town_is_opened_and_another_day_is_gone_back_to(made: Made, tmp_path: Path) -> None:
    made.publish(7, seed=4)
    with running(made.home, lambda: made.now) as address:
        page = rendered(f"{address}/#lang=en&parent=T0000001&as_of={made.as_of}", tmp_path, silent=True)
        inside = httpx.get(f"{address}/v1/scores?parent=T0000001&as_of={made.as_of}").json()
    rows = re.findall(r'<tr class="open".*?</tr>', page, re.S)
    assert [re.search(r"G\d{7}", row)[0] for row in rows] == [item["code"] for item in inside["items"]]  # type: ignore[index]
    assert made.first in page and "Inside: " in page and f"{made.as_of}</option>" in page


def test_a_past_day_is_no_fault_and_a_grid_is_found_by_its_name(made: Made, tmp_path: Path) -> None:
    made.publish(7, seed=4)
    with running(made.home, lambda: made.now + timedelta(days=7)) as address:
        page = rendered(f"{address}/#lang=en&as_of={made.as_of}", tmp_path)
        head = page[page.index('id="status"') - 40 : page.index("<main>")]
        assert "a past day that you chose; 2026-03-09 (newest)" in head and "out of date" not in head
        assert 'class="stale"' not in head and ">high</span>" in page and ">key</span>" not in page
        found = rendered(f"{address}/#search=第77号", tmp_path)
        assert re.findall(r'<tr class="open".*?</td><td>(.*?)<', found) == ["grid 第77号"] and "G0000077" in found
        assert "grid 第77号</h2>" in found, "the only one is opened"
        assert "没有名称或编码含“第9999号”的" in rendered(f"{address}/#search=第9999号", tmp_path)
    with running(made.home, lambda: made.now + timedelta(days=60)) as address:
        late = rendered(f"{address}/#lang=en", tmp_path)
        assert "out of date: score again" in late, "of the newest it is said"


def test_no_old_row_stays_under_a_label_that_is_refused(made: Made, tmp_path: Path) -> None:
    with running(made.home, lambda: made.now) as address:
        page = rendered(f"{address}/#lang=en&parent=nowhere", tmp_path)
    assert '<tr class="open"' not in page and "nowhere" in page[page.index('id="status"') :]


def test_a_suspended_target_is_named_and_nothing_stands_in_its_place(made: Made, tmp_path: Path) -> None:
    suspend(made.home, "conflict", "under review", now=made.now)
    with running(made.home, lambda: made.now) as address:
        page = rendered(address, tmp_path)
        assert '<tr class="open"' not in page and "（已暂停）" in page
        assert "已暂停，且不以其他目标代替" in page
        page = rendered(f"{address}/#target=safety", tmp_path)
        assert page.count('<tr class="open"') == 50


class Driven:
    """An application whose page does some steps by itself, a second apart, and says at each what it shows."""

    def __init__(self, inner: Application, *steps: str) -> None:
        self.options, self._inner = inner.options, inner
        told = "[at('unit').value, at('detail').hidden, at('rows').rows.length, at('rows').rows[0]?.querySelector('.code').textContent]"
        moves = [
            f"setTimeout(() => {{ (window.told ??= []).push({told}); {step}; document.body.dataset.told = JSON.stringify(told); }}, "
            f"{1000 * number});"
            for number, step in enumerate([*steps, ""], 1)
        ]
        self._more = "\n".join(["", *moves]).encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                message = {**message, "headers": kept}
            elif not message.get("more_body"):
                message = {**message, "body": message["body"] + self._more}
            await send(message)

        if scope["type"] == "http" and scope["path"] == "/pages/page.js":
            scope.pop(WHOLE, None)
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
            await self._inner(scope, receive, sending)
        else:
            await self._inner(scope, receive, send)


def driven(made: Made, folder: Path, *steps: str) -> tuple[list[Any], str]:
    """(What the page showed before each step and at the end, the document.)"""
    with running_application(Driven(made.application(), *steps)) as address:  # type: ignore[arg-type]
        page = rendered(f"{address}/#lang=en", folder)
    told = re.search(r'data-told="([^"]*)"', page)
    assert told is not None
    return json.loads(html.unescape(told[1])), page


def test_an_address_is_followed_and_each_step_is_one_back(made: Made, tmp_path: Path) -> None:
    back = "history.back()"
    town = "location.hash = '#lang=en&unit=town'"
    opened = "at('rows').rows[0].click()"
    told, _ = driven(made, tmp_path, opened, back, town, opened, back, back)
    with running_application(made.application()) as address:
        first = httpx.get(f"{address}/v1/scores").json()["items"][0]["code"]
        towns = httpx.get(f"{address}/v1/scores?unit=town").json()["items"]
        inside = httpx.get(f"{address}/v1/scores", params={"parent": towns[0]["code"]}).json()["items"]
    grids = ["grid", True, 50, first]
    assert told[:4] == [grids, ["grid", False, 50, first], grids, ["town", True, len(towns), towns[0]["code"]]]
    assert told[4] == ["grid", True, len(inside), inside[0]["code"]] != grids, "the grids of the town that was opened"
    assert told[5:] == [["town", True, len(towns), towns[0]["code"]], grids]


def test_a_server_that_is_gone_is_told_in_words_and_leaves_nothing_old(made: Made, tmp_path: Path) -> None:
    gone = "window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); at('unit').value = 'town'; at('unit').dispatchEvent(new Event('change'))"
    told, page = driven(made, tmp_path, gone)
    assert told[-1] == ["town", True, 0, None]
    assert "The server does not answer, and nothing old is shown." in page and "Failed to fetch" not in page


def test_the_day_is_told_in_the_language_that_is_chosen(made: Made, tmp_path: Path) -> None:
    made.publish(7, seed=4)
    _, page = driven(made, tmp_path, "at('language').click()")
    assert "2026-03-09（最新）" in page and "(newest)" not in page
