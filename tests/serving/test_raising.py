"""What raises a notice: a level that is entered from below what was last known, and of a first publication a few for each town."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.benchmarks.made_snapshot import made_content
from riskwarn.words import Unit
from serving.alerts.raising import FIRST_OF_A_TOWN, entering
from serving.columns.scores import LEVEL_NUMBERS
from serving.scoring.city import Before, Scored
from serving.snapshots.files import Content

BLOCK = "conflict", 4


def levelled(content: Content, level: list[str], known: list[str] | None = None) -> Content:
    """The same with levels of the first grids, and what was last known of them; the others have none."""
    grids = len(content.places[Unit.GRID])

    def numbers(names: list[str]) -> np.ndarray:
        return np.array([LEVEL_NUMBERS[name] for name in names + ["none"] * (grids - len(names))], dtype=np.int8)

    one = replace(content.scores[BLOCK][Unit.GRID], level=numbers(level), known=numbers(known or level))
    return replace(content, scores={BLOCK: {**content.scores[BLOCK], Unit.GRID: one}})


def raised(now: Content, before: Content | None) -> dict[str, str]:
    """Grid -> the level that it is told of."""
    scored = Scored(now.places, now.scores, now.reasons)
    was = Before() if before is None else Before(before.places, before.scores)
    return {alert["code"]: alert["level"] for alert in entering(scored, BLOCK[1], was)}


@pytest.mark.parametrize(
    ("was", "known", "now", "told"),
    [
        ("none", "none", "orange", True),
        ("yellow", "yellow", "orange", True),
        ("orange", "orange", "red", True),
        ("orange", "orange", "orange", False),
        ("red", "red", "orange", False),
        ("red", "red", "red", False),
        ("none", "none", "yellow", False),
        ("orange", "orange", "unknown", False),
        ("unknown", "orange", "orange", False),
        ("unknown", "orange", "red", True),
        ("unknown", "none", "orange", True),
        ("unknown", "red", "orange", False),
    ],
)
def test_a_notice_is_raised_where_a_level_is_entered_from_below_what_was_last_known(
    was: str, known: str, now: str, told: bool
) -> None:
    """A feed that was silent and returns enters nothing that it had not left."""
    content = made_content(200)
    found = raised(levelled(content, [now]), levelled(content, [was], [known]))
    assert found == ({"G0000000": now} if told else {})


def test_a_first_publication_raises_the_first_of_each_town_and_no_flood() -> None:
    content = made_content(400)
    red = levelled(content, ["red"] * 400)
    towns = content.places[Unit.COMMUNITY].parents[content.places[Unit.GRID].parents]
    found = raised(red, None)
    assert len(found) == FIRST_OF_A_TOWN * len(set(towns.tolist())) < 400
    assert raised(red, red) == {}


def test_a_grid_that_is_new_in_the_city_enters_what_it_stands_at() -> None:
    small, large = made_content(200), made_content(208)
    assert raised(levelled(large, ["none"] * 200 + ["red"]), levelled(small, [])) == {"G0000200": "red"}
