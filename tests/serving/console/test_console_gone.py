"""A server that ends while a view is open, or while another number is asked for: nothing old is shown, and the next snapshot comes with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from experiments.benchmarks.made_snapshot import made_content, made_geometry, publish_made
from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.api.app import Application
from serving.api.options import Options
from tests.serving.conftest import Made, running_application
from tests.serving.console.driving import OFFICE, Browser, browser
from tests.serving.console.filled import registered

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Where figures stand, and what is there with them.
VIEWS = {
    "ranking?unit=town": ".rows [role=row]", "ranking?unit=grid": ".rows [role=row]", "map?unit=grid&place=G0000007": ".selected .facts",
    "grid/G0000007?": ".portrait .effect", "models?": ".versions td.number", "wall?": ".tile",
}  # fmt: skip

#: Days later as of which the next snapshot is.
LATER = 7


class Slow:
    """An application that may let its figures wait."""

    def __init__(self, inner: Application) -> None:
        self.options, self._inner, self.waits = inner.options, inner, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while self.waits and scope["type"] == "http" and scope["path"].startswith(("/v1/", "/console/versions")):
            await asyncio.sleep(0.02)
        await self._inner(scope, receive, send)


@pytest.fixture
def city(tmp_path: Path) -> Made:
    """A small city with borders, two snapshots, and versions of a model."""
    made = Made.over(make_home(tmp_path / "home", Settings()))
    for days in (-LATER, 0):
        published(made, days)
    registered(made.home, 3)
    return made


def published(made: Made, days: int) -> None:
    """Publish a snapshot as of so many days later."""
    content, day = made_content(100, seed=days + LATER), made.as_of + timedelta(days=days)
    publish_made(made.home, content, day, made.now + timedelta(days=days), geometry=made_geometry(100))


def served(made: Made, days: int = 0) -> Slow:
    """The application, so many days later."""
    return Slow(Application(made.home, lambda: made.now + timedelta(days=days), Options()))


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path / "browser") as one:
        one.sized(OFFICE)
        yield one


def figures(page: Browser) -> list[str]:
    """What is read as a number that was forecast or measured."""
    return re.findall(r"\d+\.\d+|\d+–\d+|\d+\s?%", str(page.run("document.querySelector('main').innerText")))


def opened(page: Browser, address: str, view: str) -> None:
    page.open(f"{address}/#/{view}&lang=en")
    page.until(page.at(VIEWS[view]))
    assert figures(page)


def told_that_it_is_gone(page: Browser) -> None:
    """Whoever looks again learns it."""
    page.run("document.dispatchEvent(new Event('visibilitychange'))")
    page.until("/no answer|not answer/i.test(document.body.innerText)")
    assert figures(page) == [] and not page.run("!!document.querySelector('.canvas[data-shows]')")


@pytest.mark.parametrize("view", VIEWS)
def test_a_server_that_ends_leaves_no_number_and_comes_back_with_the_next_snapshot(
    city: Made, page: Browser, view: str
) -> None:
    with running_application(served(city)) as address:  # type: ignore[arg-type]
        opened(page, address, view)
    told_that_it_is_gone(page)
    published(city, LATER)
    with running_application(served(city, LATER), port=int(address.rpartition(":")[2])):  # type: ignore[arg-type]
        page.until(page.at(VIEWS[view]))
        page.sees(f"{city.as_of + timedelta(days=LATER)}")
        page.until("!/no answer|not answer/i.test(document.body.innerText)")
        assert figures(page)


@pytest.mark.parametrize("switch", ["target=safety", "horizon=1", "as_of=2026-02-23"])
@pytest.mark.parametrize("view", [one for one in VIEWS if one != "models?"])
def test_nothing_of_before_stands_under_what_is_asked_for_instead(
    city: Made, page: Browser, view: str, switch: str
) -> None:
    slow = served(city)
    with running_application(slow) as address:  # type: ignore[arg-type]
        opened(page, address, view)
        slow.waits = True
        page.run(f"location.hash += '&{switch}'")
        page.until(f"location.hash.includes('{switch}') && !document.querySelector('{VIEWS[view]}')")
        assert figures(page) == [] and not page.run("!!document.querySelector('.canvas[data-shows]')")
        slow.waits = False
        page.until(page.at(VIEWS[view]))
        slow.waits = True
        page.run(f"location.hash = location.hash.replace('&{switch}', '')")
        page.until(f"!location.hash.includes('{switch}')")
        slow.waits = False  # what still waits is answered, or broken off
    told_that_it_is_gone(page)
