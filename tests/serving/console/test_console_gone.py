"""A server that ends while numbers are shown, or while others are asked for: nothing old is seen, and what is published next comes with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
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

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Where numbers stand, and what is there with them. The grid has residents enough for reasons.
MAP, PORTRAIT = "map?unit=grid&place=G0000003&lang=en", "grid/G0000003?lang=en"
VIEWS = {
    "ranking?unit=town&lang=en": ".rows [role=row]", "wall?lang=en": ".tile", PORTRAIT: ".portrait .effect", MAP: ".selected .facts",
}  # fmt: skip

#: Days later as of which the next snapshot is.
LATER = 7

FIGURE = r"\d+\.\d+|\d+–\d+|\d+\s?%"
COLOURED = "[...document.querySelectorAll('.canvas[data-shows] canvas')].some((one) => getComputedStyle(one).visibility === 'visible')"

#: From then on whatever looks like a figure is kept, for however short a time it is there.
RECORDED = f"""window.seen = [];
new MutationObserver(() => window.seen.push(...document.querySelector('main').innerText.match(/{FIGURE}/g) ?? [],
  ...[...document.querySelectorAll('.tile, .rows [role=row]')].map((one) => one.innerText)))
  .observe(document.body, {{childList: true, characterData: true, subtree: true}})"""


class Slow:
    """An application that may let its numbers wait."""

    def __init__(self, inner: Application) -> None:
        self.options, self._inner, self.waits = inner.options, inner, False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while self.waits and scope["type"] == "http" and scope["path"].startswith("/v1/"):
            await asyncio.sleep(0.02)
        await self._inner(scope, receive, send)


@pytest.fixture
def city(tmp_path: Path) -> Made:
    """A small city with borders, and two snapshots."""
    made = Made.over(make_home(tmp_path / "home", Settings()))
    for days in (-LATER, 0):
        published(made, days)
    return made


def published(made: Made, days: int) -> None:
    """Publish a snapshot as of so many days later."""
    content, day = made_content(100, seed=days + LATER), made.as_of + timedelta(days=days)
    publish_made(made.home, content, day, made.now + timedelta(days=days), geometry=made_geometry(100))


@contextmanager
def served(made: Made, days: int = 0, port: int = 0) -> Iterator[tuple[str, Slow]]:
    """The application, so many days later: its address, and it."""
    slow = Slow(Application(made.home, lambda: made.now + timedelta(days=days), Options()))
    with running_application(slow, port=port) as address:  # type: ignore[arg-type]
        try:
            yield address, slow
        finally:
            slow.waits = False


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path / "browser") as one:
        one.sized(OFFICE)
        yield one


def figures(page: Browser) -> list[str]:
    """What is read as a number that was forecast or measured."""
    return re.findall(FIGURE, str(page.run("document.querySelector('main').innerText")))


def shown(page: Browser, view: str) -> None:
    """Go to a view, and wait until its numbers are there."""
    page.run(f"location.hash = '#/{view}'")
    page.until(page.at(VIEWS[view]))
    if view == MAP:
        page.until(COLOURED)


def told_that_it_is_gone(page: Browser) -> None:
    """Whoever looks again learns it."""
    page.run("document.dispatchEvent(new Event('visibilitychange'))")
    page.until("/has not answered|No answer/.test(document.body.innerText)")
    assert figures(page) == []
    assert not page.run(COLOURED)


def test_a_server_that_ends_leaves_no_number_and_comes_back_with_the_next_snapshot(city: Made, page: Browser) -> None:
    with served(city) as (address, _):
        page.open(f"{address}/#/{next(iter(VIEWS))}")
        for view in VIEWS:
            shown(page, view)
    told_that_it_is_gone(page)
    # What was seen a moment ago is not seen again, wherever one goes.
    page.run(RECORDED)
    for view, there in VIEWS.items():
        page.run(f"location.hash = '#/{view}'")
        page.until("/does not answer/.test(document.querySelector('main').innerText)")
        assert not page.run(f"!!{page.at(there)}")
    assert page.run("window.seen") == []
    page.run(f"location.hash = '#/{PORTRAIT}'")
    published(city, LATER)
    with served(city, LATER, port=int(address.rpartition(":")[2])):
        page.until(page.at(VIEWS[PORTRAIT]))  # by itself
        for view in VIEWS:
            shown(page, view)
            page.sees(f"{city.as_of + timedelta(days=LATER)}")
            page.until("!/not answer|No answer/.test(document.body.innerText)")


@pytest.mark.parametrize(("view", "switch"), [(MAP, "target=safety"), (PORTRAIT, "as_of=2026-02-23")])
def test_nothing_of_before_is_seen_under_what_is_asked_for_instead(
    city: Made, page: Browser, view: str, switch: str
) -> None:
    with served(city) as (address, slow):
        page.open(f"{address}/#/{view}")
        shown(page, view)
        slow.waits = True
        page.run(f"location.hash += '&{switch}'")
        page.until(f"location.hash.includes('{switch}') && !{page.at(VIEWS[view])}")
        assert figures(page) == []
        assert not page.run(COLOURED)
        slow.waits = False
        page.until(page.at(VIEWS[view]))
        slow.waits = True  # and ends while the first are asked for again
        page.run(f"location.hash = location.hash.replace('&{switch}', '')")
        page.until(f"!location.hash.includes('{switch}')")
    told_that_it_is_gone(page)
