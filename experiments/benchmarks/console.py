"""How fast the console is, on browsers of today and of 2020, without a graphics card (``make bench-console``).

A made-up city with the borders of all its grids is published and served; each browser then opens the ranking and the map, switches target
and horizon, moves and zooms the map at the scale of a town, and polls for some minutes. Chromium of today is that of the machine; 109
and 88 come out of two packages of npm (`@sparticuz/chromium@109.0.6`, `chrome-aws-lambda@5.5.0`), whose binaries lie in them, and are kept
in `~/.cache/riskwarn/browsers` (`RISKWARN_BROWSERS`). Where others use the machine, only the rows of CPU time can be compared.

    python experiments/benchmarks/console.py [--grids 66000] [--minutes 10] [--kernels today 109 88] [--json FILE]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.benchmarks.asking import served
from experiments.benchmarks.browser import KERNELS, Page
from experiments.benchmarks.made_snapshot import made_content, made_geometry, publish_made
from riskwarn.home import make_home
from riskwarn.settings import Settings

#: What each number should be at most; of pictures a second at least.
WANTED = {
    "first_ranking_ms": 1_000, "towns_coloured_ms": 3_000, "grids_coloured_ms": 3_000, "switch_target_ms": 300, "switch_horizon_ms": 300,
    "panned_fps": 20, "zoomed_fps": 20, "first_load_kb": 250, "memory_mb": 300,
}  # fmt: skip

#: At which one sees a town of the made-up city and some of its neighbours.
AT_A_TOWN = 0.6

#: Moves the map for some seconds, a step a picture; gives how many pictures there were a second, and the longest wait for one.
_MOVED = """new Promise(done => {
  const map = document.querySelector('.canvas'), {left, top, width, height} = map.getBoundingClientRect();
  const at = (type, x, y) => map.dispatchEvent(new PointerEvent(type, {clientX: left + x, clientY: top + y, pointerId: 1, pointerType: 'mouse', bubbles: true, button: 0}));
  map.setPointerCapture = () => undefined;
  let frames = 0, longest = 0, x = width / 2, y = height / 2, before = performance.now();
  const begun = before;
  at('pointerdown', x, y);
  const step = now => {
    frames++; longest = Math.max(longest, now - before); before = now;
    if (now - begun > 4000) { at('pointerup', x, y); return done([1000 * frames / (now - begun), longest]); }
    const turn = frames / 25;
    at('pointermove', x += 9 * Math.cos(turn), y += 9 * Math.sin(turn));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step); })"""

_ZOOMED = """new Promise(done => {
  const map = document.querySelector('.canvas'), {left, top, width, height} = map.getBoundingClientRect();
  let frames = 0, longest = 0, before = performance.now();
  const begun = before;
  const step = now => {
    frames++; longest = Math.max(longest, now - before); before = now;
    if (now - begun > 4000) return done([1000 * frames / (now - begun), longest]);
    map.dispatchEvent(new WheelEvent('wheel', {deltaY: Math.floor(frames / 20) % 2 ? 24 : -24, clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true}));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step); })"""


def make_city(folder: Path, grids: int) -> None:
    """A home with a published made-up city, whose grids have borders."""
    home, geometry = make_home(folder, Settings()), made_geometry(grids)
    for ago in (7, 0):
        day = date.today() - timedelta(days=ago)
        publish_made(
            home, made_content(grids, seed=ago), day, datetime.now(UTC) - timedelta(days=ago), geometry=geometry
        )


def measured(name: str, address: str, minutes: float) -> dict[str, float | str]:
    """What one browser takes."""
    found: dict[str, float | str] = {}
    with Page.opened(name) as page:
        found["browser"] = page.ask("Browser.getVersion")["product"]
        page.sized((1920, 1080))
        page.open(f"{address}/#/ranking?lang=zh&unit=grid")
        found["first_ranking_ms"] = page.when("document.querySelector('.rows [role=row]')")
        time.sleep(1)
        page.run("0")
        found["first_load_kb"] = page.received / 1_000
        page.open(f"{address}/#/map?lang=zh")
        found["towns_coloured_ms"] = page.when(_shown("conflict/4 town level", 1))
        files = page.run("fetch('v1/boundaries').then(one => one.json()).then(one => one.grids.length)")
        with _cpu(page, found, "grids_coloured_cpu_ms"):
            page.open(f"{address}/#/map?lang=zh&unit=grid")
            found["grids_coloured_ms"] = page.when(_shown("conflict/4 grid level", files))
        with _cpu(page, found, "switch_city_cpu_ms"):
            found["switch_city_ms"] = _switched(page, "target=safety", "safety/4 grid level")
        # The second time borders lie in the browser, as on any day but the first.
        page.open(f"{address}/#/map?lang=zh&unit=grid")
        found["grids_again_ms"] = page.when(_shown("conflict/4 grid level", files))
        page.open(f"{address}/#/map?lang=zh&unit=grid&at=106.0,29.0,{AT_A_TOWN * 10_000:.0f}")
        page.when(_shown("conflict/4 grid level", files))
        found["switch_target_ms"] = _switched(page, "target=safety", "safety/4 grid level")
        found["switch_horizon_ms"] = _switched(page, "target=safety&horizon=12", "safety/12 grid level")
        for what, script in (("panned", _MOVED), ("zoomed", _ZOOMED)):
            with _cpu(page, found, f"{what}_cpu_ms"):
                found[f"{what}_fps"], found[f"{what}_longest_ms"] = page.run(script)
        time.sleep(60 * minutes)
        found["memory_mb"] = _memory(page)
        found["complaints"] = "; ".join(page.complaints("network"))
        hosts = {one.split("/")[2] for one in page.asked() if one.startswith("http")}
        found["other_hosts"] = ", ".join(sorted(hosts - {address.removeprefix("http://")}))
    return found


def _shown(what: str, parts: int) -> str:
    return f"(one => one && one.dataset.shows === '{what}' && Number(one.dataset.parts) === {parts})(document.querySelector('.canvas'))"


def _switched(page: Page, query: str, shows: str) -> float:
    begun = page.run(
        f"location.hash = location.hash.replace(/&(target|horizon)=[^&]*/g, '') + '&{query}', performance.now()"
    )
    return float(page.when(_shown(shows, page.run("Number(document.querySelector('.canvas').dataset.parts)"))) - begun)


@contextmanager
def _cpu(page: Page, found: dict[str, float | str], row: str) -> Iterator[None]:
    """How long the page's own thread had a core: what others do on the machine makes it no longer."""

    def told() -> float:
        return sum(int((one / "schedstat").read_text().split()[0]) for one in _pages(page)) / 1e6

    before = told()
    yield
    found[row] = told() - before


def _memory(page: Page) -> float:
    """The largest of the browser's pages, in megabytes: what it holds alone, and its share of what it holds with others."""
    sizes = [(one / "smaps_rollup").read_text() for one in _pages(page)]
    held = [next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")) for told in sizes]
    return max(held, default=float("nan")) / 1_000


def _pages(page: Page) -> list[Path]:
    """The processes of a browser's pages, as /proc has them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_own = str(page.profile).encode() in _ancestry(folder)
            if is_own and b"--type=renderer" in (folder / "cmdline").read_bytes():
                found.append(folder)
        except OSError:
            continue
    return found


def _ancestry(folder: Path) -> bytes:
    """The command lines of a process and of those that began it."""
    told = b""
    for _ in range(6):
        told += (folder / "cmdline").read_bytes()
        parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        if parent in ("0", "1"):
            break
        folder = folder.parent / parent
    return told


def _warm(address: str) -> None:
    """Ask a server what browsers will ask it, as those did who came before."""

    def told(path: str) -> Any:
        asked = urllib.request.Request(f"{address}/{path}", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked, timeout=120) as answer:
            body = answer.read()
            return json.loads(gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body)

    index = told("v1/boundaries")
    for name in (
        index["towns"],
        index["communities"],
        *index["places"].values(),
        *(one["file"] for one in index["grids"]),
    ):
        told(f"v1/boundaries/{name}")
    for target in ("conflict", "safety"):
        for horizon in (1, 4, 12):
            for unit in ("grid", "town"):
                chosen = f"target={target}&horizon={horizon}&unit={unit}"
                told(f"v1/map?{chosen}&measure={'score' if unit == 'grid' else 'per_10000'}")
                told(f"v1/scores?{chosen}&limit=100")


def main() -> None:
    """Print a row a number and a column a browser."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grids", type=int, default=66_000)
    parser.add_argument("--minutes", type=float, default=10, help="how long is polled before memory is looked at")
    parser.add_argument("--kernels", nargs="+", choices=["today", *KERNELS], default=["today", *KERNELS])
    parser.add_argument("--home", type=Path, help="a made-up city that is there, or is to be kept")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = asked.home or Path(folder) / "home"
        if not home.exists():
            make_city(home, asked.grids)
        with served(home) as (port, _):
            address = f"http://127.0.0.1:{port}"
            _warm(address)
            for name in asked.kernels:
                print(f"{name}: {os.getloadavg()[0]:.1f} processes want a core", file=sys.stderr)
                try:
                    results[name] = measured(name, address, asked.minutes)
                except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
                    results[name] = {"browser": f"{name}: {error}"}
                print(json.dumps({name: results[name]}), file=sys.stderr)
    rows = dict.fromkeys(row for told in results.values() for row in told)
    print("\n" + " | ".join(["", "wanted", *results]))
    for row in rows:
        told = [results[name].get(row, "") for name in results]
        cells = [f"{one:.0f}" if isinstance(one, float) else str(one) for one in told]
        print(" | ".join([row, str(WANTED.get(row, "")), *cells]))
    if asked.json is not None:
        asked.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
