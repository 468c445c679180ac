"""What a person has begun, or opens first, while the server is gone; what a suspended target leaves; and a file of what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from serving.alerts.suspending import suspend
from tests.serving.alerts.city import City
from tests.serving.conftest import Made, running_application
from tests.serving.console.axe import hindrances
from tests.serving.console.driving import OFFICE, PHONE, Browser, browser
from tests.serving.console.test_notices_walk import city, supervised

__all__ = ["city"]

pytestmark = pytest.mark.browser


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path) as one:
        one.sized(OFFICE)
        yield one


def test_what_was_begun_to_be_written_is_there_again_with_the_server(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    page.sized(PHONE, touch=True)
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox/{alert.id}?lang=zh&do=note")
        page.tap(".act textarea")
        page.write("两家都愿意调解")
        page.tap(".quiet summary")
        page.tap(".quiet textarea")
        page.write("道路施工到月底")
        page.gone(True)
        page.run("document.dispatchEvent(new Event('visibilitychange'))")
        page.until("!document.querySelector('textarea')")
        page.gone(False)
        page.until("document.querySelector('.act textarea')?.value === '两家都愿意调解'")
        assert page.run("document.querySelector('.quiet textarea').value") == "道路施工到月底"
        page.tap(".answers .act .button.main")
        page.until("!document.querySelector('.answers .act')")
        page.run(f"location.hash = '#/inbox/{alert.id}?lang=zh&do=note'")
        page.until("document.querySelector('.answers .act textarea')?.value === ''")  # what was sent is no draft
    assert city.verbs(alert.id) == ["raised", "note"]


def test_a_view_first_opened_while_the_server_is_gone_comes_by_itself(made: Made, page: Browser) -> None:
    with running_application(made.application()) as address:
        page.open(f"{address}/#/ranking?lang=zh")
        page.until("document.querySelectorAll('.rows [role=row]').length")
        page.gone(True)
        page.run("location.hash = '#/wall?lang=zh'")
        page.sees("服务器没有应答，不显示任何旧数据")
        page.gone(False)
        page.until("document.querySelector('.wall')")


def test_the_record_of_a_suspended_target_says_so(made: Made, page: Browser) -> None:
    suspend(made.home, "conflict", "under review", now=made.now)
    with running_application(made.application()) as address:
        page.open(f"{address}/#/record?lang=zh")
        page.sees("已暂停，且不以其他目标代替")
        page.open(f"{address}/#/record?lang=zh&target=nothing")
        page.sees("nothing")


def test_a_file_holds_what_is_shown(made: Made, page: Browser) -> None:
    with running_application(made.application()) as address:
        page.open(f"{address}/#/ranking?lang=zh&unit=grid&min_level=orange&search=1")
        page.until("document.querySelectorAll('.rows [role=row]').length")
        page.run(
            "(() => { const one = document.querySelector('.export select'); one.value = 'csv'; one.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )
        page.until("!document.querySelector('.export select').disabled")
        (asked,) = [urlsplit(one) for one in page.asked() if "/v1/export." in one]
    query = parse_qs(asked.query)
    assert asked.path == "/v1/export.csv" and (query["min_level"], query["search"]) == (["orange"], ["1"])


@pytest.mark.node
@pytest.mark.parametrize("dark", [False, True])
def test_a_step_that_needs_the_token_is_no_grey_link(city: City, page: Browser, dark: bool) -> None:
    (alert,) = city.alerts()
    for verb in ("acknowledge", "start"):
        city.do(alert.id, verb)
    page.sized(PHONE, touch=True, dark=dark)
    with running_application(city.application()) as address:
        page.open(f"{address}/#/inbox?lang=zh")
        page.until(page.at(".notice-row a.button", "办结"))
        assert hindrances(page) == []


def test_colours_of_levels_may_be_others_and_stay_so(made: Made, page: Browser) -> None:
    with running_application(made.application()) as address:
        page.open(f"{address}/#/map?lang=zh")
        page.tap(".map-view .tick", "便于色觉异常者")
        red = "getComputedStyle(document.documentElement).getPropertyValue('--red').trim()"
        page.until(f"{red} === '#6b0f4b'")
        page.open(f"{address}/#/map?lang=zh")
        page.until(f"{red} === '#6b0f4b'")


def test_at_four_times_the_size_nothing_is_scrolled_sideways(made: Made, page: Browser) -> None:
    page.sized((320, 700), touch=True)
    with running_application(made.application()) as address:
        page.open(f"{address}/#/ranking?lang=en")
        page.until("document.querySelector('.rows [role=row]')")
        # Targets of a city are called as long as it likes.
        page.run(
            "document.querySelectorAll('.head .choice:first-child button').forEach((one) => one.textContent = 'Conflict that escalates')"
        )
        assert page.run("document.documentElement.scrollWidth") == 320


def test_a_past_day_is_named_only_where_it_is_shown(made: Made, page: Browser) -> None:
    made.publish(days=-7, seed=1)
    with running_application(made.application()) as address:
        for view, shows in (
            ("ranking", True),
            ("grid/G0000000", True),
            ("record", False),
            ("inbox", False),
            ("data", False),
            ("models", False),
        ):
            page.open(f"{address}/#/{view}?lang=en&as_of=2026-02-23")
            page.until(
                "document.querySelector('.fresh') && !document.querySelector('.waiting') && document.querySelector('main h1')"
            )
            told = page.run("[...document.querySelectorAll('.head, .banners')].map((one) => one.innerText).join(' ')")
            assert ("2026-02-23" in told) is shows and ("2026-03-02" in told) is not shows, (view, told)
