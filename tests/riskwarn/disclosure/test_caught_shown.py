"""What levels would have caught tells nowhere whether it was one event or two."""

from __future__ import annotations

from typing import Any

from riskwarn.disclosure import levels_shown


def of(events: int, *caught: int) -> list[dict[str, Any]]:
    share = {"mean": 0.002, "lower": None, "upper": None}
    return levels_shown(
        [
            {"events": events, "caught": one, "capture": share, "precision": share, "of_100_listed": 4, "outside": 0.99}
            for one in caught
        ]
    )


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, bool]]:
    """(caught, whether any share is told) of each level."""
    shares = ("capture", "precision", "of_100_listed", "outside")
    return [(row["caught"], any(row[name] is not None for name in shares)) for row in rows]


def test_no_share_tells_which_of_one_and_two_was_caught() -> None:
    assert told(of(641, 1, 40)) == [("1–2", False), (40, True)]
    assert told(of(641, 0, 40)) == [(0, True), (40, True)]


def test_what_is_left_of_all_or_beyond_the_level_above_is_none_of_one_or_two() -> None:
    assert told(of(641, 12, 639)) == [(12, True), (None, False)]
    assert told(of(641, 12, 13, 30)) == [(12, True), (None, False), (30, True)]
    assert told(of(2, 1)) == [(None, False)]
