"""The day of an analyst in a real browser: from an export to what is in force, a row that is repaired, the record and the models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from riskwarn.home import make_home
from riskwarn.settings import Settings
from riskwarn.store import ledger
from serving.access.scopes import Role
from serving.api.app import Application
from serving.api.options import Options
from tests.conftest import Town
from tests.serving.access.browsers import session_of
from tests.serving.conftest import running_application
from tests.serving.console.axe import hindrances
from tests.serving.console.driving import OFFICE, PHONE, Browser, browser
from tests.serving.test_uploads import DISPUTES, GRIDS

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.slow]

PATIENCE = 300.0


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path / "browser", language="en-GB") as one:
        yield one


def choose(page: Browser, *files: Path) -> None:
    """Choose files, as by the dialogue of the system."""
    page.until("!!document.querySelector('input[type=file]')")
    root = page.ask("DOM.getDocument")["root"]["nodeId"]
    node = page.ask("DOM.querySelector", nodeId=root, selector="input[type=file]")["nodeId"]
    page.ask("DOM.setFileInputFiles", nodeId=node, files=[str(one) for one in files])


def waits_for(page: Browser, text: str) -> None:
    page.until(f"document.body.innerText.includes({json.dumps(text)})", PATIENCE)


def on_a_telephone(page: Browser, heading: str) -> None:
    """Of a table nothing is hidden where a screen is narrow, and what it is stands beside it."""
    page.sized(PHONE, touch=True)
    assert page.cut_off() == [] and hindrances(page) == []
    assert heading in page.run("[...document.querySelectorAll('main td')].map((one) => one.dataset.of)")
    page.sized(OFFICE)


def test_from_an_export_to_what_is_in_force_and_a_row_that_is_repaired(tmp_path: Path, page: Browser) -> None:
    home = make_home(tmp_path / "home", Settings())
    grids, disputes = tmp_path / "网格.csv", tmp_path / "矛盾纠纷.csv"
    grids.write_text(GRIDS, encoding="utf-8")
    disputes.write_text(DISPUTES, encoding="utf-8")
    page.sized(OFFICE)
    with running_application(Application(home, options=Options())) as address:
        page.signed_in(address, session_of(home, Role.ANALYST, datetime.now(UTC)))
        page.open(f"{address}/#/data?lang=en&part=upload")
        page.sees("First see what would come of it")
        assert hindrances(page) == []
        choose(page, grids, disputes)
        waits_for(page, "What would come of it: nothing is in force yet")
        page.sees("Columns that are not read: 当事人姓名")
        assert "张某某" not in page.text() and ledger(home) == []
        assert hindrances(page) == []
        page.keyed(".decide .button", "Load it")
        page.press("Enter")
        waits_for(page, "Loaded, and in force")
        assert [one.source for one in ledger(home)] == ["grids", "disputes"]
        page.tap("a", "1 rows were refused")
        page.sees("the date cannot be read")
        assert hindrances(page) == []
        on_a_telephone(page, "In rows")
        page.tap("a", "Hand over a repaired file")
        page.tap(".upload .button", "Done")
        disputes.write_text(DISPUTES.replace("某日", "2026-02-04"), encoding="utf-8")
        choose(page, disputes)
        waits_for(page, "nothing is in force yet")
        page.tap(".decide .button", "Load it")
        waits_for(page, "Loaded, and in force")
        page.open(f"{address}/#/data?lang=zh&part=refused")
        page.sees("没有等待修复的行")
        page.open(f"{address}/#/data?lang=zh&part=loads")
        page.sees("矛盾纠纷.csv")
        assert page.run("document.querySelectorAll('.loads tbody tr').length") == 3 and hindrances(page) == []
        on_a_telephone(page, "未通过")
    assert page.complaints() == []
    assert {urlsplit(one).hostname for one in page.asked() if one.startswith("http")} == {"127.0.0.1"}


def test_what_only_a_person_can_say_is_asked_in_the_page(tmp_path: Path, page: Browser) -> None:
    home = make_home(tmp_path / "home", Settings())
    grids = tmp_path / "网格.csv"
    grids.write_text(GRIDS.replace(",区县", "").replace(",江北区", ""), encoding="utf-8")
    page.sized(PHONE, touch=True)
    with running_application(Application(home, options=Options())) as address:
        page.signed_in(address, session_of(home, Role.ANALYST, datetime.now(UTC)))
        page.open(f"{address}/#/data?lang=zh&part=upload")
        choose(page, grids)
        waits_for(page, "请先回答下面的问题")
        assert page.run("document.querySelector('.decide .button:last-of-type').disabled") is True
        page.tap(".questions.must input")
        page.write("江北区")
        page.tap(".decide .button", "按这些回答再试一次")
        page.until("!document.querySelector('.questions.must') && !!document.querySelector('.upload.tried')", PATIENCE)
        assert page.run("document.documentElement.scrollWidth <= innerWidth") is True and hindrances(page) == []
        page.tap(".decide .button", "确认载入")
        waits_for(page, "已载入，已生效")
    assert ledger(home)[0].account["accepted"] == 3


def test_the_centre_looks_at_the_record_in_both_languages(town: Town, page: Browser) -> None:
    page.sized(OFFICE)
    with running_application(Application(town.home, lambda: datetime.now(UTC))) as address:
        page.open(f"{address}/#/ranking?lang=zh")
        page.tap(".strip a", "看成效")
        page.sees("成效：预测有多准")
        page.sees("门槛：选得严一些，还是宽一些")
        assert page.run("document.querySelectorAll('.hundred .yes').length") > 0
        assert hindrances(page) == []
        page.open(f"{address}/#/record?lang=en")
        page.sees("Of 100 such grids")
        page.keyed(".picture .choice button[aria-checked=true]")
        before = page.run("location.hash")
        page.press("ArrowRight", 39)
        page.until(f"location.hash !== {json.dumps(before)}")
        assert "level=" in page.run("location.hash") and hindrances(page) == []
        page.sized(PHONE, touch=True)
        assert page.run("document.documentElement.scrollWidth <= innerWidth") is True and page.cut_off() == []
    assert page.complaints() == []


def test_versions_and_the_report_of_one(town: Town, page: Browser) -> None:
    page.sized(OFFICE)
    with running_application(Application(town.home, lambda: datetime.now(UTC))) as address:
        page.open(f"{address}/#/models?lang=en")
        page.until("!!document.querySelector('.versions')", PATIENCE)
        page.sees("champion")
        assert hindrances(page) == []
        report = page.run("document.querySelector('.ways a').href")
        page.open(report)
        page.until("document.readyState === 'complete' && document.body.innerText.length > 2000", PATIENCE)
        assert page.run("origin") == "null", "a page of no origin of ours"
