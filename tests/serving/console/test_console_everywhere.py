"""Every view hinders nobody (axe-core), and opens on the browsers of 2020 and 2023 as on that of today: without a fault, and from here alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.benchmarks.browser import Page, kernel
from serving.access.scopes import Role
from tests.serving.access.browsers import session_of
from tests.serving.alerts.city import City
from tests.serving.conftest import running_application
from tests.serving.console.axe import hindrances
from tests.serving.console.driving import OFFICE, PHONE, Browser, browser
from tests.serving.console.filled import fill, waiting

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.slow]

#: What stands on a view once it is there.
VIEWS = {
    "ranking": ".rows [role=row]", "map": ".canvas[data-shows]", "grid/G0000000": ".portrait h1", "inbox": ".notice-row", "record": "main h1",
    "inbox?list=silences": ".plain-list li", "inbox?list=week": ".week .facts", "data": "main h1", "data?part=refused": ".folds tbody tr", "data?part=loads": ".loads tbody tr",
    "models": ".versions tbody tr:nth-child(5)", "administration": ".administration h1", "wall": ".tile", "residents": ".residents h1",
}  # fmt: skip

#: Registered versions are told by a command, which may take a minute to begin where others use the machine.
PATIENCE = 300.0

OLD = ("ranking", "map", "grid/G0000000", "inbox")


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    fill(city)
    return city


@pytest.fixture
def address(city: City) -> Iterator[str]:
    with running_application(city.application()) as found:
        yield found


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path / "browser") as one:
        yield one
        assert one.complaints() == []


@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(OFFICE, "zh", False), (OFFICE, "en", True), (PHONE, "en", False), (PHONE, "zh", True)],
)
def test_no_view_hinders_anybody(address: str, page: Browser, size: tuple[int, int], language: str, dark: bool) -> None:
    page.sized(size, touch=size == PHONE, dark=dark)
    found = {}
    for view, there in VIEWS.items():
        page.open(f"{address}/#/{view}{'&' if '?' in view else '?'}lang={language}")
        page.until(page.at(there), PATIENCE)
        found[view] = [*hindrances(page), *page.cut_off(), *page.broken(), *page.uneven()]
    assert {view: broken for view, broken in found.items() if broken} == {}


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.SECURITY, Role.AUDIT])
def test_what_an_administrator_sees_hinders_nobody(city: City, address: str, page: Browser, role: Role) -> None:
    waiting(city)
    page.signed_in(address, session_of(city.home, role, city.now))
    for size, language in ((OFFICE, "en"), (PHONE, "zh")):
        page.sized(size, touch=size == PHONE)
        page.open(f"{address}/#/administration?lang={language}")
        page.until(page.at(".grants li" if role is Role.SECURITY else ".administration h1"))
        assert [*hindrances(page), *page.cut_off(), *page.broken()] == []
        assert page.run("document.documentElement.scrollWidth") == size[0]


@pytest.mark.parametrize("name", ["88", "109"])
def test_an_old_browser_opens_the_console_without_a_fault(address: str, name: str) -> None:
    try:
        kernel(name)
    except (RuntimeError, OSError) as error:
        pytest.skip(f"Chromium {name} cannot be fetched: {error}")
    with Page.opened(name) as old:
        assert f"/{name}." in old.ask("Browser.getVersion")["product"]
        old.sized(OFFICE)
        old.ask(
            "Page.addScriptToEvaluateOnNewDocument",
            source="document.addEventListener('securitypolicyviolation', one => console.error(one.violatedDirective))",
        )
        for view in OLD:
            old.open(f"{address}/#/{view}?lang=zh")
            old.when(f"document.querySelector('{VIEWS[view]}')")
        hosts = {one.split("/")[2] for one in old.asked() if one.startswith("http")}
        assert old.complaints("network") == [] and hosts == {address.removeprefix("http://")}
