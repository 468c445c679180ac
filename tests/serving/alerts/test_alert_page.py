"""The page of one notice: what it shows to whom, that opening it changes nothing, and its buttons in a real browser."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from serving.access.areas import WHOLE_CITY, Area
from serving.access.keys import Asked as AskedKey
from serving.access.keys import create_key
from serving.access.scopes import Role, Scope
from serving.alerts.life import LIFE, Status
from serving.alerts.suspending import suspend
from serving.alerts.tables import ALERTS, STEPS
from serving.alerts.teams import default_teams
from serving.alerts.tickets import follow_tickets
from serving.api.routes.alert_page import blocks
from serving.delivery.tables import MESSAGES
from tests.serving.access.browsers import session_of
from tests.serving.alerts.city import OWN, City
from tests.serving.conftest import running_application
from tests.serving.console.browsing import rendered
from tests.serving.console.test_console_signed_in import Holding


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    return city


def kept(city: City) -> list[Any]:
    with city.home.database.connect() as connection:
        return [connection.execute(select(table)).all() for table in (ALERTS, STEPS, MESSAGES)]


def test_it_says_what_the_notice_says_in_either_language_and_changes_nothing(city: City) -> None:
    (alert,) = city.alerts()
    before = kept(city)
    with TestClient(city.application(), base_url="http://localhost") as client:
        told = client.get(f"/v1/alerts/{alert.id}").json()["text"]
        pages = {name: client.get(f"/alerts/{alert.id}?lang={name}&from=chat") for name in ("zh", "en")}
        assert client.get(f"/alerts/{alert.id}").text == pages["zh"].text, "Chinese first"
    for language, page in pages.items():
        assert page.status_code == 200 and f'<html lang="{language}">' in page.text
        shown = html.unescape(page.text)
        assert f"<h1>{told[language]['head']}</h1>" in shown
        for line in told[language]["body"].splitlines():
            assert re.sub(r"^\d+\. |^· |[：:]$", "", line) in shown
    assert kept(city) == before


def test_nothing_inside_it_is_a_program_or_a_style_and_nothing_comes_from_elsewhere(city: City) -> None:
    (alert,) = city.alerts()
    with TestClient(city.application(), base_url="http://localhost") as client:
        page = client.get(f"/alerts/{alert.id}")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "form-action 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert re.findall(r"<script[^>]*>", page.text) == ['<script src="../pages/alert.js" defer>']
    assert not re.search(r"style=|<style| on\w+=|https?://|action=", page.text)


@pytest.mark.slow
def test_what_a_city_calls_its_places_is_text(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({0: "red"})
    with city.home.database.begin() as connection:
        connection.execute(ALERTS.update().values(name="<script>alert(1)</script>"))
    with TestClient(city.application(), base_url="http://localhost") as client:
        page = client.get(f"/alerts/{city.alerts()[0].id}").text
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


@pytest.mark.slow
@pytest.mark.parametrize("way", [(), ("acknowledge",), ("start",), ("refer",), ("close",)])
def test_the_buttons_are_what_its_life_allows(city: City, way: tuple[str, ...]) -> None:
    (alert,) = city.alerts()
    for verb in way:
        city.do(alert, verb, **({"outcome": "real"} if verb == "close" else {}))
    with TestClient(city.application(), base_url="http://localhost") as client:
        page = client.get(f"/alerts/{alert.id}").text
    assert {*re.findall(r'data-verb="(\w+)"', page)} == {*map(str, LIFE[Status(city.alert(alert.id).status)])}
    assert f'data-version="{city.alert(alert.id).version}"' in page


def keyed(city: City, area: Area, *scopes: Scope) -> dict[str, str]:
    made = create_key(city.home, AskedKey("a test", frozenset(scopes), area), now=city.now)
    return {"Authorization": f"Bearer {made['key']}"}


def test_who_may_not_see_it_is_told_so_on_a_page(city: City) -> None:
    (alert,) = city.alerts()
    reader, other, exporter = (
        keyed(city, OWN, Scope.READ), keyed(city, Area((("district", "D0000001"),)), Scope.READ), keyed(city, WHOLE_CITY, Scope.EXPORT),
    )  # fmt: skip
    with TestClient(city.application(), base_url="http://localhost") as client:
        path = f"/alerts/{alert.id}"
        mine = client.get(path, headers=reader)
        assert mine.status_code == 200 and "您可查看，不能答复。" in mine.text and "data-verb" not in mine.text
        for headers in (other, reader):
            gone = client.get(path if headers is other else "/alerts/wnothing", headers=headers)
            assert gone.status_code == 404 and "G0000000" not in gone.text and "无法显示" in gone.text
        assert client.get(path, headers=exporter).status_code == 403
        nobody = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
        assert client.get(path).json()["status"] == 401, "a program is told so as anywhere"
        assert nobody.status_code == 401 and nobody.headers["WWW-Authenticate"].startswith("Bearer")
        assert f'href="../sign-in#alert={alert.id}"' in nobody.text
        assert "#alert" not in client.get("/alerts/%3Cscript%3E", headers={"Accept": "text/html"}).text
        suspend(city.home, "conflict", "a test", now=city.now)
    with TestClient(city.application(), base_url="http://localhost") as client:
        assert client.get(path, headers=reader).status_code == 409


def test_an_answer_without_the_header_of_a_page_changes_nothing(city: City) -> None:
    (alert,) = city.alerts()
    session = session_of(city.home, Role.SUPERVISOR, city.now, area=OWN)
    with TestClient(Holding(city.application(), session), base_url="http://localhost") as client:  # type: ignore[arg-type]
        path, own = f"/v1/alerts/{alert.id}/acknowledge", {"Origin": "http://localhost"}
        assert client.post(path, json={}, headers=own).status_code == 403
        page = {**own, "X-Riskwarn-Page": "1"}
        assert client.post(path, json={}, headers={**page, "Origin": "http://evil.example"}).status_code == 403
        assert client.post(path, json={}, headers={**page, "If-Match": '"7"'}).status_code == 412
        for version in ("", "1", 'W/"1"', '"1", "2"'):
            assert client.post(path, json={}, headers={**page, "If-Match": version}).status_code == 422
        assert city.alert(alert.id).version == 1
        assert client.post(path, json={}, headers={**page, "If-Match": '"1"'}).status_code == 200


def happened(page: str) -> list[str]:
    """What happened, a line a step, without its time."""
    log = page[page.index('<ul class="log">') : page.index("</ul>", page.index('<ul class="log">'))]
    lines = re.findall(r"</time>(.*?)</li>", log)
    return [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", line))).strip() for line in lines]


def test_what_happened_says_each_thing_once(city: City) -> None:
    (alert,) = city.alerts()
    one, two = (f"{town.name}" for town in default_teams(city.content.places, 3).all[:2])
    city.do(alert, "acknowledge")
    city.do(alert, "start", service="mediation")
    city.do(alert, "co_handle", team_id="T0000001")
    city.do(alert, "note", note="已上门")
    city.do(alert, "close", outcome="false")
    city.do(alert, "contest", note="有误")
    city.do(alert, "reopen", note="结果填错")
    city.do(alert, "close", outcome="false", service="visit")
    with TestClient(city.application(), base_url="http://localhost") as client:
        page = client.get(f"/alerts/{alert.id}").text
    assert happened(page) == [
        f"产生 {one}", "签收", "处置 上门调解", f"协同 {two}", "备注 已上门", "办结 不属实", "异议 有误", "重开 结果填错", "办结 不属实 · 上门走访",
    ]  # fmt: skip


def test_a_deadline_that_rests_is_said_to_rest(city: City) -> None:
    (alert,) = city.alerts()
    row = {"alert_id": alert.id, "status": "suspended", "updated_at": city.now, "outcome": None, "service": None}
    follow_tickets(city.home, [row], now=city.now)
    with TestClient(city.application(), base_url="http://localhost") as client:
        page = client.get(f"/alerts/{alert.id}").text
        assert '<span class="status">待签收 · 挂起</span>' in page
        city.do(alert, "start")
        assert '<span class="status">处置中</span>' in client.get(f"/alerts/{alert.id}").text


def test_lines_become_lists() -> None:
    body = "一句。\n看什么：\n1. 甲\n2. 乙\n主要原因：\n· 丙\n末句。"
    assert list(blocks(body)) == [
        ("line", ["一句。"]), ("title", ["看什么"]), ("steps", ["甲", "乙"]), ("title", ["主要原因"]), ("points", ["丙"]), ("line", ["末句。"]),
    ]  # fmt: skip


class Pressing(Holding):
    """The same, whose page presses a button by itself, once, after it has filled in what is said."""

    def __init__(self, inner: Any, token: str, script: str) -> None:
        super().__init__(inner, token)
        self._script = f"\nif (!sessionStorage.pressed) {{ sessionStorage.pressed = 1; {script} }}\n".encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") != "/pages/alert.js":
            return await super().__call__(scope, receive, send)
        body = (Path(__file__).parents[3] / "serving/api/pages/alert.js").read_bytes() + self._script
        headers = [(b"content-type", b"text/javascript"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return None


CLOSE = """
const form = document.querySelector("form[data-verb=close]");
form.elements.outcome.value = "prevented"; form.elements.service.value = "counselling"; form.elements.note.value = "已上门调解，已达成协议";
form.requestSubmit();
"""


@pytest.mark.browser
def test_a_supervisor_closes_it_on_a_phone(city: City, tmp_path: Path) -> None:
    (alert,) = city.alerts()
    session = session_of(city.home, Role.SUPERVISOR, city.now, area=OWN)
    with running_application(Pressing(city.application(), session, CLOSE)) as address:  # type: ignore[arg-type]
        page = rendered(f"{address}/alerts/{alert.id}", tmp_path, silent=True)
    done = city.alert(alert.id)
    assert (done.status, done.outcome, done.service, done.version) == ("closed", "prevented", "counselling", 2)
    assert (
        "已办结，结果：已化解（心理疏导）" in page and "已上门调解，已达成协议" in page and 'data-version="2"' in page
    )


@pytest.mark.browser
def test_what_somebody_changed_meanwhile_is_not_changed_again(city: City, tmp_path: Path) -> None:
    (alert,) = city.alerts()
    session = session_of(city.home, Role.SUPERVISOR, city.now, area=OWN)
    script = 'answers.dataset.version = "7"; document.querySelector("form[data-verb=acknowledge]").requestSubmit();'
    with running_application(Pressing(city.application(), session, script)) as address:  # type: ignore[arg-type]
        page = rendered(f"{address}/alerts/{alert.id}?lang=en", tmp_path)
    assert "Somebody changed it meanwhile." in page and city.alert(alert.id).status == "open"


@pytest.mark.browser
def test_who_comes_by_a_link_signed_in_lands_on_the_notice(city: City, tmp_path: Path) -> None:
    """A browser sends no session with a link that another program opened: the way leads over sign-in, and back by itself."""
    (alert,) = city.alerts()
    session = session_of(city.home, Role.SUPERVISOR, city.now, area=OWN)

    class First(Holding):
        asked = 0

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            First.asked += scope.get("path", "").startswith("/alerts/")
            held = scope["type"] != "http" or First.asked != 1 or not scope["path"].startswith("/alerts/")
            await (super().__call__ if held else self._inner)(scope, receive, send)

    with running_application(First(city.application(), session)) as address:  # type: ignore[arg-type]
        page = rendered(f"{address}/alerts/{alert.id}", tmp_path)
    assert First.asked == 2 and "第0号" in page and 'data-verb="acknowledge"' in page


#: Chromium has no window of 390 pixels; the page is as wide as it is told.
NARROW = """
document.documentElement.style.width = "390px";
for (const one of document.querySelectorAll("details")) one.open = true;
const edges = [...document.querySelectorAll("body *")].map((one) => Math.ceil(one.getBoundingClientRect().right));
document.body.dataset.wide = Math.max(...edges);
"""


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_reaches_beyond_390_pixels(city: City, tmp_path: Path, language: str) -> None:
    (alert,) = city.alerts()
    session = session_of(city.home, Role.SUPERVISOR, city.now, area=OWN)
    with running_application(Pressing(city.application(), session, NARROW)) as address:  # type: ignore[arg-type]
        page = rendered(f"{address}/alerts/{alert.id}?lang={language}", tmp_path, silent=True)
    found = re.search(r'data-wide="(\d+)"', page)
    assert found is not None and 300 < int(found[1]) <= 390
