"""Progress at the terminal: one rewritten line, with what is left of a step once its parts tell it."""

from __future__ import annotations

import pytest

from riskwarn.cli.reporter import Reporter, seconds_left


@pytest.mark.parametrize(
    ("elapsed", "done", "of", "left"),
    [(10.0, 0, 5, None), (1.0, 1, 5, None), (10.0, 1, 5, 40.0), (600.0, 4, 5, 150.0), (600.0, 5, 5, None), (9.0, 0, 0, None)],
)  # fmt: skip
def test_what_is_left_is_told_by_the_parts_that_are_done(
    elapsed: float, done: int, of: int, left: float | None
) -> None:
    assert seconds_left(elapsed, done, of) == left


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["… (about 40 s left)", "… (about 3 min left)", "… (about 2.0 h left)"]),
        ("zh", ["… （约剩 40 秒）", "… （约剩 3 分钟）", "… （约剩 2.0 小时）"]),
    ],
)
def test_a_long_step_says_about_how_long_it_will_still_take(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, told: list[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    now = [0.0]
    progress = Reporter(language, clock=lambda: now[0])
    for doing, done, of, at in (("back-testing", 0, 5, 0.0), ("back-testing", 1, 5, 10.0), ("back-testing", 2, 5, 120.0),
                                ("training", 0, 3, 121.0), ("training", 1, 3, 3721.0), ("training", 3, 3, 3800.0)):  # fmt: skip
        now[0] = at
        progress(doing, done, of)
    progress.finish()
    drawn = capsys.readouterr().err.split("\r\x1b[2K")
    assert [line for line in drawn if line.endswith(tuple(told))] == [drawn[2], drawn[3], drawn[5]]
    assert drawn[2].startswith("[####................] 1/5 ") and drawn[1].endswith("…"), "nothing tells it at first"
