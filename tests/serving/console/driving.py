"""A real browser as a person uses it: a window of any size, taps and keys where they land, what it asked over the network."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: A telephone that is held in one hand, a screen of an office.
PHONE, OFFICE = (390, 844), (1366, 768)

PATIENCE = 20.0


class Browser:
    """One page. It is spoken to by the protocol of its tools over a pipe, as its tools do."""

    def __init__(self, process: subprocess.Popen[bytes], out: int, back: int) -> None:
        self._process, self._out, self._back = process, out, back
        self._left, self._number, self._session = b"", 0, ""
        self.events: deque[dict[str, Any]] = deque(maxlen=5000)
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **said: Any) -> dict[str, Any]:
        """One command, and its answer."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": said}
        if self._session:
            sent["sessionId"] = self._session
        os.write(self._out, json.dumps(sent).encode() + b"\0")
        while True:
            told = self._told(PATIENCE)
            if told.get("id") == self._number:
                assert "error" not in told, (method, told["error"])
                answer: dict[str, Any] = told["result"]
                return answer

    def _told(self, patience: float) -> dict[str, Any]:
        """What the browser says next; events are kept. Raises TimeoutError."""
        deadline = time.monotonic() + patience
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._back], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser says nothing")
            self._left += os.read(self._back, 1 << 20)
        one, _, self._left = self._left.partition(b"\0")
        told: dict[str, Any] = json.loads(one)
        if "method" in told:
            self.events.append(told)
        return told

    def sized(self, size: tuple[int, int], touch: bool = False, dark: bool = False) -> None:
        """Be so large, in pixels; a telephone is touched."""
        self.ask("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=touch)
        self.ask("Emulation.setTouchEmulationEnabled", enabled=touch)
        self.ask(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )

    def signed_in(self, address: str, session: str) -> None:
        """Hold a session, as after signing in."""
        self.ask("Network.setCookie", name="riskwarn", value=session, url=address, httpOnly=True, sameSite="Strict")

    def open(self, address: str) -> None:
        """Go to an address, anew."""
        self.ask("Page.navigate", url="about:blank")
        self.ask("Page.navigate", url=address)

    def run(self, script: str) -> Any:
        """The value of a script in the page."""
        done = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

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

    def picture(self, file: Path, whole: bool = False) -> None:
        """What is seen, as a PNG."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def paper(self, file: Path) -> None:
        """What is printed, as a PDF."""
        file.write_bytes(base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True)["data"]))

    def asked(self) -> list[str]:
        """The addresses that it asked for."""
        return [one["params"]["request"]["url"] for one in self.events if one["method"] == "Network.requestWillBeSent"]

    def complaints(self) -> list[str]:
        """What it had to complain of: faults of scripts, and what the policy refused."""
        found = [
            str(one["params"]["exceptionDetails"]) for one in self.events if one["method"] == "Runtime.exceptionThrown"
        ]
        entries = [one["params"]["entry"] for one in self.events if one["method"] == "Log.entryAdded"]
        return found + [
            one["text"] for one in entries if one["level"] == "error" and one["source"] in ("security", "javascript")
        ]


@contextmanager
def browser(folder: Path, language: str = "zh-CN") -> Iterator[Browser]:
    """A browser with a profile of its own."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "these tests need Chromium: .ci/run installs it"
    (its_in, out), (back, its_out) = os.pipe(), os.pipe()

    def placed() -> None:
        # It reads commands from 3 and writes to 4.
        os.dup2(its_in, 63)
        os.dup2(its_out, 62)
        os.dup2(63, 3)
        os.dup2(62, 4)

    process = subprocess.Popen(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--remote-debugging-pipe",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--accept-lang={language}",
            f"--lang={language}", f"--user-data-dir={folder / 'profile'}", "about:blank",
        ],
        preexec_fn=placed, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(its_in)
    os.close(its_out)
    try:
        yield Browser(process, out, back)
    finally:
        process.kill()
        process.wait(20)
        os.close(out)
        os.close(back)
