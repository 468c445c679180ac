"""A real browser as a person uses it: a window of any size, taps and keys where they land."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from experiments.benchmarks.browser import Page
from tests.waiting import PATIENCE

#: A telephone that is held in one hand, a screen of an office.
PHONE, OFFICE = (390, 844), (1366, 768)


class Browser(Page):
    """One page, with who looks at it."""

    patience = PATIENCE

    def signed_in(self, address: str, session: str) -> None:
        """Hold a session, as after signing in."""
        self.ask("Network.setCookie", name="riskwarn", value=session, url=address, httpOnly=True, sameSite="Strict")

    def until(self, script: str, patience: float = PATIENCE) -> Any:
        """Wait until a script gives something that is true; gives it."""
        deadline = time.monotonic() + patience
        while True:
            # Between two pages there is nothing yet; an element itself cannot be told.
            found = self.run(
                f"(() => {{ try {{ const found = {script}; return found instanceof Node ? true : found; }} catch {{ return false; }} }})()"
            )
            if found:
                return found
            assert time.monotonic() < deadline, f"never: {script}\n{self.text()[:1500]}"
            time.sleep(0.05)

    def text(self) -> str:
        """What is read of the page."""
        return str(self.run("document.body ? document.body.innerText : ''"))

    def sees(self, text: str) -> None:
        """Wait until a text stands on the page."""
        self.until(f"document.body && document.body.innerText.includes({json.dumps(text)})")

    def cut_off(self) -> list[str]:
        """What stands in cells of tables and is not seen, or not without scrolling sideways."""
        found: list[str] = self.run(
            "[...document.querySelectorAll('main td, main tbody th')].filter((one) => one.innerText.trim() && !one.closest('.daily, details:not([open])')"
            " && (!one.getClientRects().length || one.getBoundingClientRect().right > innerWidth)).map((one) => one.innerText)"
        )
        return found

    def broken(self) -> list[str]:
        """Days and ranges of numbers within which a line may end: behind their dash, where nothing keeps them together."""
        found: list[str] = self.run(
            "(() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
            " while (walk.nextNode()) { const one = walk.currentNode, told = one.data.match(/\\d{4}-\\d\\d-\\d\\d|\\d ?– ?\\d/),"
            " box = one.parentElement; if (told && box.getClientRects().length && !box.closest('option, textarea, script, style, code, .unseen')"
            " && !['nowrap', 'pre'].includes(getComputedStyle(box).whiteSpace)) found.push(one.data); } return found; })()"
        )
        return found

    def uneven(self) -> list[str]:
        """Figures of a row of a folded table that do not stand on one line beside each other, though their cells do."""
        found: list[str] = self.run(
            "(() => { const found = []; for (const row of document.querySelectorAll('main .folds > tbody > tr')) { const lines = new Map();"
            " for (const one of row.querySelectorAll(':scope > .brief.number')) { const range = document.createRange(); range.selectNodeContents(one);"
            " const top = Math.round(one.getBoundingClientRect().top), text = Math.round(range.getClientRects()[0]?.bottom);"
            " if (!one.getClientRects().length || !one.innerText.trim()) continue;"
            " if (lines.has(top) && Math.abs(lines.get(top) - text) > 1) found.push(one.dataset.of + ' ' + one.innerText); lines.set(top, text); } } return found; })()"
        )
        return found

    def at(self, chosen: str, text: str = "") -> str:
        """A script for the first element of a selector that is shown and has a text."""
        return (
            f"[...document.querySelectorAll({json.dumps(chosen)})].find((one) => one.getClientRects().length > 0 "
            f"&& (one.innerText ?? '').trim().startsWith({json.dumps(text)}))"
        )

    def tap(self, chosen: str, text: str = "") -> None:
        """Tap with a finger (or click) in the middle of an element, where whatever lies there takes it."""
        found = self.at(chosen, text)
        self.until(f"(() => {{ const one = {found}; return one && !one.disabled; }})()")
        # Where it lies once nothing moves any more: what is read later pushes it down.
        box, before = self._middle(found), None
        while box != before:
            time.sleep(0.1)
            box, before = self._middle(found), box
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def _middle(self, found: str) -> list[float]:
        """The middle of an element, which is brought to the middle of what is seen."""
        told: list[float] = self.run(
            f"(() => {{ const one = {found}; one.scrollIntoView({{block: 'center', behavior: 'instant'}}); "
            "const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        return told

    def write(self, text: str) -> None:
        """Write where the cursor is."""
        self.ask("Input.insertText", text=text)

    def press(self, key: str, code: int = 0, text: str = "") -> None:
        """A key down and up: Tab, Enter, Space, ArrowDown …"""
        told = {
            "key": key,
            "code": key,
            "windowsVirtualKeyCode": code or {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40}.get(key, 0),
        }
        letters = text or {"Enter": "\r", " ": " "}.get(key, "")
        self.ask("Input.dispatchKeyEvent", type="keyDown", **told, **({"text": letters} if letters else {}))
        self.ask("Input.dispatchKeyEvent", type="keyUp", **told)

    def keyed(self, chosen: str, text: str = "", most: int = 120) -> None:
        """Press Tab until an element has the focus, as who has no mouse does."""
        found = self.at(chosen, text)
        for _ in range(most):
            if self.run(f"document.activeElement === {found}"):
                return
            self.press("Tab")
        raise AssertionError(f"no Tab leads to {chosen} {text}")

    def gone(self, is_gone: bool) -> None:
        """The server is not reached any more, or again."""
        self.ask(
            "Network.emulateNetworkConditions", offline=is_gone, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )

    def paper(self, file: Path) -> None:
        """What is printed, as a PDF."""
        file.write_bytes(base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True)["data"]))


@contextmanager
def browser(folder: Path, language: str = "zh-CN") -> Iterator[Browser]:
    """A browser of today."""
    with Browser.opened(folder=folder, language=language) as page:
        yield page
