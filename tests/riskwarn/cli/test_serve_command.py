"""What `riskwarn serve` prints, and to whom the token of its start is shown."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from riskwarn.home import make_home
from riskwarn.settings import Settings
from tests.riskwarn.cli.calling import Caller

TOKEN = "ab" * 32


@pytest.mark.parametrize(
    ("terminal", "token", "line"),
    [
        (True, TOKEN, f"to change anything in a browser: http://127.0.0.1:8123/#token={TOKEN}"),
        (False, TOKEN, "to change anything in a browser: open http://127.0.0.1:8123/#token= and behind it what {home}/serve.token holds"),
        (True, "", ""),
    ],
)  # fmt: skip
def test_the_link_goes_to_a_terminal_and_its_token_into_no_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
    token: str,
    line: str,
) -> None:
    home = make_home(tmp_path / "home", Settings())

    def served(_home: Any, _host: str, _port: int, _workers: int, *, options: Any, ready: Any) -> None:
        ready(token)

    monkeypatch.setattr("serving.api.server.serve", served)
    monkeypatch.setattr("riskwarn.cli.serve.sys", SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: terminal)))
    done = Caller(tmp_path, capsys, monkeypatch)("--lang", "en", "--home", home.path, "serve", "--port", 8123)
    first, *more = done.err.splitlines()
    assert first == "http://127.0.0.1:8123/ (API reference at /docs; stop with Ctrl-C)"
    assert more == ([line.format(home=home.path)] if line else [])
