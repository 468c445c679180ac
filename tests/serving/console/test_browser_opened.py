"""The browser of the tests itself: it starts whatever files a process holds open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.serving.console.driving import browser


@pytest.mark.browser
@pytest.mark.parametrize("first", [60, 61, 62, 63])
def test_a_browser_starts_whatever_numbers_its_pipes_have(tmp_path: Path, first: int) -> None:
    held = []
    while (number := os.open(os.devnull, os.O_RDONLY)) < first:
        held.append(number)
    os.close(number)
    try:
        with browser(tmp_path) as page:
            assert page.run("1 + 1") == 2
    finally:
        for one in held:
            os.close(one)
