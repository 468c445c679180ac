"""A supervisor's day in the console, on a telephone: from a notice to its outcome, in both languages, and what may go wrong on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from serving.access.scopes import Role
from serving.alerts.silences import silence
from tests.serving.access.browsers import session_of
from tests.serving.alerts.city import OWN, PLAIN, TOKEN, City, grid
from tests.serving.conftest import running_application
from tests.serving.console.axe import hindrances
from tests.serving.console.driving import OFFICE, PHONE, Browser, browser
from tests.serving.console.test_console_signed_in import Holding

pytestmark = pytest.mark.browser


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    return city


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path) as one:
        one.sized(PHONE, touch=True)
        yield one
        assert one.complaints() == []


def supervised(city: City, role: Role = Role.SUPERVISOR) -> Any:
    """The application as a supervisor's browser has it, who signed in; or somebody's of another role."""
    return Holding(city.application(), session_of(city.home, role, city.now, area=OWN))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_held_back_says_since_when(tmp_path: Path, page: Browser, language: str) -> None:
    city = City(tmp_path / "held", PLAIN.model_copy(update={"notices_a_week": 1}))
    for hours in (0, 2, 4):
        city.publish({0: "red", 1: "red"}, again=hours > 0, later=timedelta(hours=hours), salt=f"{hours}")
    silence(city.home, "grid", grid(2), None, "roadworks", city.now + timedelta(days=14), now=city.now)
    since, last = ("自 3月2日", "最近一次 3月2日") if language == "zh" else ("since 2 Mar", "last 2 Mar")
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox?list=held&lang={language}")
        page.sees(since)
        page.sees(last)
        assert hindrances(page) == []
        page.open(f"{address}/#/inbox?list=silences&lang={language}")
        page.sees("在服务器本机设置" if language == "zh" else "made on the server itself")
        assert "local" not in page.run("document.querySelector('.plain-list').innerText")


WEEK = {
    "zh": ("本周", "一周情况：3月9日 – 3月15日", "1 条超过", "谁去哪里", "前一周", "后一周"),
    "en": ("Week", "The week 9 Mar – 15 Mar", "1 is past", "Who is sent where", "Week before", "Week after"),
}


def test_a_week_says_what_is_late_and_who_is_sent_where(tmp_path: Path, page: Browser) -> None:
    city = City(tmp_path / "week")
    city.publish({0: "red", 12: "orange"})
    late, other = sorted(city.alerts(), key=lambda one: one.code)
    city.do(late, "start", service="mediation")
    city.do(other, "acknowledge")
    city.now += timedelta(days=7, hours=1)
    of_tables = "[...document.querySelectorAll('.week tbody')].map((one) => [...one.querySelectorAll('a')].map((link) => link.hash.split('?')[0]))"
    with running_application(supervised(city, Role.CENTRE)) as address:
        for language, (week, title, count, sent, before, after) in WEEK.items():
            page.open(f"{address}/#/inbox?lang={language}")
            page.tap(".chooser .choice button", week)
            for text in (title, count, sent):
                page.sees(text)
            page.until("document.querySelectorAll('.week tbody').length === 2")
            assert page.run(of_tables) == [[f"#/inbox/{late.id}"], [f"#/inbox/{other.id}"]]
            assert page.run("document.documentElement.scrollWidth") == PHONE[0] and hindrances(page) == []
            page.tap(".of-week a", before)
            page.until("document.querySelectorAll('.week tbody').length === 1")
            assert sent not in page.text(), "where somebody is sent is told of today"
            page.tap(".of-week a", after)
            page.sees(sent)
        page.paper(city.home.path / "week.pdf")
        assert len(re.findall(rb"/Type /Page\b", (city.home.path / "week.pdf").read_bytes())) == 1


SAID = {
    "zh": ("提示", "签收", "处置", "办结", "已化解", "心理疏导", "已办结", "没有待办的提示"),
    "en": ("Notices", "Acknowledge", "Start", "Close", "prevented", "counselling", "closed", "Nothing to do"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_a_notice_to_its_outcome_with_one_hand(city: City, page: Browser, language: str) -> None:
    (alert,) = city.alerts()
    notices, acknowledge, start, close, prevented, counselling, closed, nothing = SAID[language]
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/ranking?lang={language}")
        page.tap(".rail nav a", notices)
        page.tap(".notice-row .button", acknowledge)  # the second tap: it is answered
        page.until(page.at(".notice-row .button", start))
        assert city.alert(alert.id).status == "acknowledged", "the page goes on once it was said"
        page.tap(".notice-row .button", start)
        page.tap(".notice-row .button", close)
        page.tap(".outcomes label", prevented)
        page.run(f"{page.at('.act select')}.value = 'counselling'")
        page.run(f"{page.at('.act select')}.dispatchEvent(new Event('change', {{bubbles: true}}))")
        page.tap(".act textarea")
        page.write("已上门疏导" if language == "zh" else "visited and settled")
        assert page.run("document.documentElement.scrollWidth") == PHONE[0], "nothing reaches beyond the screen"
        page.tap(".act .button.main", close)
        page.until(f"document.querySelector('header .status.closed')?.innerText === {closed!r}")
        page.sees(counselling)
        page.tap(".crumbs a")
        page.sees(nothing)
        own = [one for one in page.asked() if not one.startswith(("about:", "data:"))]
        assert own and all(one.startswith(address) for one in own), "no other host is asked"
    done = city.alert(alert.id)
    assert (done.status, done.outcome, done.service) == ("closed", "prevented", "counselling")
    assert city.verbs(alert.id) == ["raised", "acknowledge", "start", "close"]


def test_the_link_of_a_start_lets_the_machine_of_no_keys_change_something(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    with running_application(city.application()) as address:
        page.open(f"{address}/#token={TOKEN}&/inbox?lang=zh")
        page.tap(".notice-row .button", "签收")
        page.until(page.at(".notice-row .button", "处置"))
        assert page.run("location.href") == f"{address}/#/inbox?lang=zh" and page.run("sessionStorage.length") == 1
        assert TOKEN not in str(page.run("performance.getEntriesByType('resource').map((one) => one.name)"))
        assert not any(TOKEN in one for one in page.asked() if "#" not in one)
        assert city.alert(alert.id).status == "acknowledged"
        # A notice's own page of the server, in the same tab.
        page.open(f"{address}/alerts/{alert.id}")
        page.tap("summary", "处置")
        page.tap("form[data-verb=start] button")
        page.until("document.querySelector('.status')?.innerText === '处置中'")
        # Behind the link itself, too.
        page.run("sessionStorage.clear()")
        page.open(f"{address}/alerts/{alert.id}#token={TOKEN}")
        page.until("document.getElementById('token').parentElement.hidden && !location.hash")


def test_without_it_one_sentence_says_how_to_come_by_it(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    with running_application(city.application()) as address:
        page.open(f"{address}/#/inbox?lang=zh")
        page.sees("serve.token")
        page.until(f"{page.at('.notice-row .button', '签收')}.disabled")
        for given, opens in (("cd" * 32, False), (TOKEN, True)):
            page.tap(".token input")
            page.write(given)
            page.tap(".token button")
            page.tap(".notice-row .button", "签收")
            page.sees("签收：" if opens else "口令不对")
            page.until(f"{'!' if opens else ''}document.querySelector('.token')")
    assert city.alert(alert.id).status == "acknowledged"


def test_what_somebody_else_did_meanwhile_is_shown_and_not_overwritten(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox/{alert.id}?lang=zh")
        page.sees("办理经过")
        city.do(alert, "refer", note="本级没有经费")
        page.tap(".answers .first .button", "处置")
        page.sees("别人刚更改过，您的操作没有生效")
        page.until("document.querySelector('.changed').innerText.includes('上报')")
        assert "本级没有经费" in page.text() and city.verbs(alert.id) == ["raised", "refer"]
        page.tap(".answers .first .button", "处置")
        page.until("document.querySelector('header .status.in_progress')")
    assert city.verbs(alert.id) == ["raised", "refer", "start"]


def test_a_notice_is_contested_from_what_it_says(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox/{alert.id}?lang=zh")
        page.tap(".text .button", "这里有误")
        page.tap(".act textarea")
        page.write("这几件早已办结，台账没有更新")
        page.tap(".act .button.main", "异议")
        page.sees("异议：")
        page.sees("这几件早已办结，台账没有更新")
    assert city.verbs(alert.id) == ["raised", "contest"] and city.alert(alert.id).status == "open"


def test_a_number_is_contested_in_the_portrait(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    with running_application(city.application()) as address:
        page.open(f"{address}/#token={TOKEN}&/grid/{alert.code}?lang=en")
        page.tap(".figure")
        page.sees("What would change this")
        page.tap(".asking textarea")
        page.write("these were settled long ago")
        page.tap(".asking .button.main")
        page.sees("It is noted")
        page.press("Escape", 27)
        page.until("!document.querySelector('.asking')")
    assert city.verbs(alert.id) == ["raised", "contest"]


def test_what_was_held_back_and_where_one_can_go_stand_whole_on_a_telephone(city: City, page: Browser) -> None:
    city.publish(dict.fromkeys(range(1, 12), "orange"))
    assert set(city.held().values()) == {"budget"}
    over = """(() => { const boxes = [...document.querySelector('.held-row').children].map((one) => one.getBoundingClientRect());
        return boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => one.left < other.right && other.left < one.right
            && one.top < other.bottom && other.top < one.bottom)).length; })()"""
    with running_application(city.application()) as address:
        for view in ("inbox?list=held", "record", "models"):
            page.open(f"{address}/#/{view}{'&' if '?' in view else '?'}lang=en")
            page.until(page.at(".rail nav a[aria-current=page]"))
            cut = "[...document.querySelectorAll('.rail nav a span')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)"
            assert page.run(cut) == [], view
        page.open(f"{address}/#/inbox?lang=en&list=held")
        page.until("document.querySelector('.held-row')")
        assert page.run(over) == 0, "one lies over another"


def test_it_is_answered_by_keyboard_alone(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    page.sized(OFFICE)
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/ranking?lang=en")
        page.sees("Towns by rank")
        page.keyed(".rail nav a", "Notices")
        page.press("Enter")
        page.sees("Select all")
        page.keyed(".notice-row .opens")
        page.press("Enter")
        page.sees("What was done")
        page.keyed(".answers .button", "Close")
        page.press("Enter")
        page.until("document.activeElement?.name === 'outcome'")
        page.press(" ")
        page.keyed(".act .button.main", "Close")
        page.press("Enter")
        page.until("document.querySelector('header .status.closed')")
        assert page.run("document.activeElement.className").endswith("answers"), "who listens is told there"
    assert (city.alert(alert.id).status, city.alert(alert.id).outcome) == ("closed", "real")


def test_several_are_answered_at_once_and_what_is_refused_is_named(city: City, page: Browser) -> None:
    city.publish({0: "red", 1: "red", 2: "orange"})
    first, second, third = sorted(city.alerts(), key=lambda one: one.code)
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox?lang=zh&level=red")
        page.tap(".above-list .tick", "全选")
        page.sees("已选 2 条")
        city.do(second, "close", outcome="false")
        page.tap(".several .button", "签收 2")
        page.sees("签收：完成 1 条。")
        page.sees("1 条未能更改：")
        assert second.name in page.run("document.querySelector('.several .wrong + ul, .several ul').innerText")
    assert [city.alert(one.id).status for one in (first, second, third)] == ["acknowledged", "closed", "open"]


def test_whoever_closes_all_that_there_is_is_told_so(city: City, page: Browser) -> None:
    city.publish({0: "red", 1: "red"})
    alerts = city.alerts()
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox?lang=zh")
        page.tap(".above-list .tick", "全选")
        page.tap(".several .button", f"办结 {len(alerts)}")
        page.tap(".several .outcomes label", "属实")
        page.tap(".several .act .button.main", "办结")
        page.sees(f"办结：完成 {len(alerts)} 条。")
        page.until("!document.querySelector('.notice-row')")
        page.sees(f"办结：完成 {len(alerts)} 条。")
    assert {city.alert(one.id).status for one in alerts} == {"closed"}


def test_a_silence_is_another_thing_than_an_acknowledgement(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox/{alert.id}?lang=zh")
        page.tap(".quiet summary")
        page.sees("静默：这处地方以后一段时间不再产生提示")
        page.tap(".quiet textarea")
        page.write("道路施工到月底")
        page.tap(".quiet .button", "开始静默")
        page.sees("已静默至")
        assert city.alert(alert.id).status == "open" and city.verbs(alert.id) == ["raised"]
        page.open(f"{address}/#/inbox?lang=zh&list=silences")
        page.sees("道路施工到月底")
        page.tap(".plain-list .button", "提前结束")
        page.until("!document.querySelector('.plain-list .button')")


def test_nothing_old_is_shown_when_the_server_is_gone_and_nothing_is_done_twice(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox?lang=zh")
        page.sees(alert.name)
        page.gone(True)
        page.tap(".notice-row .button", "签收")
        page.sees("服务器没有应答，不显示任何旧数据")
        assert not page.run("document.querySelectorAll('.notice-row').length") and alert.name not in page.run(
            "document.querySelector('.view').innerText"
        ).replace(f"{alert.name}: ", "")
        assert city.verbs(alert.id) == ["raised"]
        page.gone(False)
        page.tap(".notice-row .button", "签收")
        page.tap(".notice-row .button", "处置")
        page.tap(".notice-row .button", "办结")
        page.sees("办理经过")
        page.gone(True)
        page.run("document.dispatchEvent(new Event('visibilitychange'))")
        page.sees("服务器没有应答")
        assert alert.name not in page.run("document.querySelector('.view').innerText")
    assert city.verbs(alert.id) == ["raised", "acknowledge", "start"]


def test_the_daily_list_is_made_for_paper_alone(city: City, page: Browser) -> None:
    city.publish({0: "red", 12: "red"})
    alert, _ = city.alerts()
    with running_application(supervised(city)) as address:
        page.open(f"{address}/#/inbox?lang=zh")
        page.until(page.at(".notice-row"))
        assert page.run("!document.querySelector('.daily')")
        page.ask("Emulation.setEmulatedMedia", media="print")
        page.until(page.at(".daily h1"))
        assert alert.name in page.text() and "每日清单" in page.text() and "☐ 已化解" in page.text()
        page.ask("Emulation.setEmulatedMedia", media="")
        page.until("!document.querySelector('.daily')")
        page.paper(city.home.path / "daily.pdf")
        assert len(re.findall(rb"/Type /Page\b", (city.home.path / "daily.pdf").read_bytes())) == 2, "a page a town"
        page.sized(OFFICE)
        page.run("print = () => { document.body.dataset.printed = document.querySelectorAll('.daily h1').length; }")
        page.tap(".daily-button")
        page.until("document.body.dataset.printed === '2'")
        page.until("!document.querySelector('.daily')")


def test_who_only_reads_sees_no_verb(city: City, page: Browser) -> None:
    (alert,) = city.alerts()
    with running_application(supervised(city, Role.CENTRE)) as address:
        page.open(f"{address}/#/inbox/{alert.id}?lang=zh")
        page.sees("办理经过")
        assert not page.run("document.querySelectorAll('.answers .button, .quiet, .text .button').length")
        page.sees("您可以查看，不能答复。")


@pytest.mark.node
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(city: City, page: Browser, dark: bool) -> None:
    (alert,) = city.alerts()
    city.publish({0: "red", 1: "orange"})
    with running_application(city.application()) as address:
        page.open(f"{address}/#token={TOKEN}")
        page.until("sessionStorage.length")
        page.run(f"localStorage.setItem('riskwarn.theme', '{'dark' if dark else 'light'}')")
        for size in (PHONE, OFFICE):
            page.sized(size, touch=size == PHONE)
            for link, seen, step in (
                ("/inbox?lang=zh", "全选", "document.querySelector('.pick input').click()"),
                (
                    f"/inbox/{alert.id}?lang=en&do=close",
                    "What was done",
                    "document.querySelector('.quiet summary').click()",
                ),
                ("/inbox?lang=zh&list=silences", "静默期间", ""),
                (f"/grid/{alert.code}?lang=zh", "同社区的网格", "document.querySelector('.figure').click()"),
                (f"/grid/{alert.code}?lang=en", "Grids of the same community", ""),
            ):
                page.open(f"{address}/#{link}")
                page.sees(seen)
                page.run(step)
                assert page.run("window.innerWidth") == size[0], (link, "nothing reaches beyond the screen")
                assert hindrances(page) == [], (link, size)
