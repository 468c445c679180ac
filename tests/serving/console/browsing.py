"""The console in a real browser: what it shows after its script has run, and what it shows step by step."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from lxml import html as documents

from serving.api.app import Application
from serving.api.prepared import WHOLE
from serving.console import built
from tests.serving.conftest import Made, running_application

#: The file that the page begins with.
ENTRY = re.search(rb'src="\./(assets/[^"]+)"', built()[0])[1].decode()  # type: ignore[index]


def rendered(address: str, folder: Path, *, silent: bool = False, language: str = "en-GB") -> str:
    """The document after its script has run; `silent` where the browser may have nothing to complain of."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "these tests need Chromium: .ci/run installs it"
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", f"--accept-lang={language}",
            f"--user-data-dir={folder / 'profile'}", "--window-size=1300,900", "--virtual-time-budget=9000",
            *(("--enable-logging=stderr",) if silent else ()), "--dump-dom", address,
        ],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert not silent or "CONSOLE" not in done.stderr, done.stderr[-2000:]
    return done.stdout


def rows(page: str) -> list[str]:
    """The units of a ranking, each as what is read of it."""
    found = documents.fromstring(page).xpath('//*[contains(@class, "rows")]//*[@role="row"]')
    return [_read(one) for one in found]


def said(page: str, name: str) -> str:
    """What is read of the first element of a class; empty where there is none."""
    found = documents.fromstring(page).xpath(f'//*[contains(concat(" ", @class, " "), " {name} ")]')
    return _read(found[0]) if found else ""


def _read(element: Any) -> str:
    # What is kept on one line (a range, a day) is a part of its sentence.
    for kept in element.xpath('.//span[@class="nowrap"]'):
        kept.drop_tag()
    return " ".join(" ".join(element.itertext()).split())


class Driven:
    """An application whose page does some steps by itself, a second apart, and says at each what it shows."""

    def __init__(self, inner: Application, *steps: str) -> None:
        self.options, self._inner = inner.options, inner
        told = (
            "[location.hash, document.querySelectorAll('.rows [role=row]').length, "
            "document.querySelector('.rows .code')?.textContent ?? null, document.querySelector('h1')?.textContent ?? null]"
        )
        moves = [
            f"setTimeout(() => {{ (window.told ??= []).push({told}); {step}; document.body.dataset.told = JSON.stringify(told); }}, "
            f"{1000 * number});"
            for number, step in enumerate([*steps, ""], 1)
        ]
        self._more = "\n".join(["", *moves]).encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                message = {**message, "headers": kept}
            elif not message.get("more_body"):
                message = {**message, "body": message["body"] + self._more}
            await send(message)

        if scope["type"] == "http" and scope["path"] == f"/{ENTRY}":
            scope.pop(WHOLE, None)
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
            await self._inner(scope, receive, sending)
        else:
            await self._inner(scope, receive, send)


def driven(made: Made, folder: Path, *steps: str) -> tuple[list[Any], str]:
    """([address, units, the first one's code, heading] before each step and at the end, the document.)"""
    with running_application(Driven(made.application(), *steps)) as address:  # type: ignore[arg-type]
        page = rendered(f"{address}/#/ranking?lang=en&unit=grid", folder)
    told = re.search(r'data-told="([^"]*)"', page)
    assert told is not None
    return json.loads(html.unescape(told[1])), page
