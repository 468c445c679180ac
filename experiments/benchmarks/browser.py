"""A Chromium of any year, without a graphics card, asked by its own protocol: what a page is measured with."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

#: Of all kernels: one process less to be killed for its memory, and nothing that reaches out.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0", "--mute-audio",
    "--disable-extensions", "--hide-scrollbars", "--enable-precise-memory-info", "--no-zygote",
)  # fmt: skip

_STARTS_IN = 40


class Page:
    """One page of a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, profile: str) -> None:
        self._socket, self._number, self.profile = socket, 0, profile
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.received = 0

    async def ask(self, method: str, **told: Any) -> dict[str, Any]:
        """Ask the browser something, and wait for its answer."""
        self._number += 1
        own = self._number
        await self._socket.send_json({"id": own, "method": method, "params": told})
        while True:
            message = json.loads(await self._socket.receive_str(timeout=180))
            if message.get("id") == own:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                found: dict[str, Any] = message["result"]
                return found
            self._heard(message)

    def _heard(self, message: dict[str, Any]) -> None:
        told, method = message.get("params", {}), message.get("method")
        if method == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"].get("exception", told["exceptionDetails"]))[:500])
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Network.loadingFinished":
            self.received += int(told["encodedDataLength"])

    async def run(self, script: str) -> Any:
        """What an expression or a promise comes to. Raises RuntimeError where it goes wrong."""
        found = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"])[:800])
        return found["result"].get("value")

    async def until(self, condition: str, seconds: float = 60) -> float:
        """Wait until a condition holds; gives the milliseconds since the page began, as the page has them."""
        script = f"""new Promise((done, no) => {{
            const end = performance.now() + {1000 * seconds};
            const look = () => {{ if ({condition}) done(performance.now()); else if (performance.now() > end) no(new Error('waited in vain')); else setTimeout(look, 8); }};
            look(); }})"""
        for _ in range(20):
            try:
                found: float = await self.run(script)
                return found
            except RuntimeError as error:
                # The page before this one has just gone, and its script with it.
                if "context" not in str(error):
                    raise
                await asyncio.sleep(0.05)
        raise RuntimeError("the page does not stay")

    async def go(self, address: str) -> None:
        """Open an address as if anew."""
        await self.ask("Page.navigate", url="about:blank")
        await self.ask("Page.navigate", url=address)

    async def sized(self, width: int, height: int, dots: float = 1, *, touch: bool = False) -> None:
        """Give the window a size."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=dots, mobile=touch
        )

    async def picture(self, file: Path) -> None:
        """Write what is seen."""
        told = await self.ask("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(told["data"]))


@asynccontextmanager
async def opened(
    browser: Path, flags: Sequence[str] = (), environment: dict[str, str] | None = None
) -> AsyncIterator[Page]:
    """A browser with one page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [browser, *FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        try:
            port = await _port(Path(profile), process)
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    target = next(one for one in await answer.json(content_type=None) if one["type"] == "page")
                async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    page = Page(socket, profile)
                    for domain in ("Page", "Runtime", "Network", "Log"):
                        await page.ask(f"{domain}.enable")
                    yield page
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


async def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    file = profile / "DevToolsActivePort"
    for _ in range(_STARTS_IN * 10):
        if file.exists() and (told := file.read_text().split()):
            return int(told[0])
        if process.poll() is not None:
            raise RuntimeError(f"the browser ended with {process.returncode}")
        await asyncio.sleep(0.1)
    raise RuntimeError("the browser did not say where it can be asked")
