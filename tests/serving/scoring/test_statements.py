"""What is said of a place: the years that move it are told as counts, and a sentence never argues against itself unawares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features import catalogue
from serving.scoring.numbers import Numbers
from serving.scoring.peers import Peers
from serving.scoring.reasons import LEAST_SHOWN, Group, Texts, _told
from serving.scoring.sentences import REST_ABOVE, Theme, of_all, theme_of
from serving.scoring.statements import said_of
from tests.serving.scoring.test_sentences import configuration

#: The least and the most that is told of twenty grids alike, and of the one that is looked at.
Ends = tuple[tuple[int, int], tuple[int, int]]


def numbers_of(theme: Theme, **ends: Ends) -> Numbers:
    """Counts of a theme by what is told of them, of twenty grids alike and one that is looked at."""
    told = {
        theme.names[name]: tuple(np.array([*[usual[end]] * 20, own[end]], dtype=np.float64) for end in (0, 1))
        for name, (usual, own) in ends.items()
    }
    values = {name: (low + high) / 2 for name, (low, high) in told.items()}
    values[theme.names["events_last"]] = np.full(21, 20.0)
    peers = Peers(np.zeros(21, dtype=np.int64), ("kind",))
    return Numbers(values, peers, np.ones(21), 6.5, {name: (low, high) for name, (low, high) in told.items()})


def said(theme: Theme, numbers: Numbers, up: bool) -> dict[str, str]:
    return said_of(theme, np.array([20]), np.array([up]), numbers).words(0, up)


def test_events_of_earlier_years_that_raise_a_score_are_told_as_a_count() -> None:
    """One lately, as elsewhere; ten in the years before, as nowhere else."""
    theme = theme_of(("escalation", "incidents"), "safety", configuration())
    numbers = numbers_of(theme, events=((0, 2), (1, 2)), events_past=((1, 4), (10, 19)))
    words = said(theme, numbers, up=True)
    assert words["zh"].startswith("近五年安全事故10–19件（其中近一年1–2件）；同类网格通常"), words
    assert "使分值" not in words["zh"] and "往年" not in words["zh"], "the count itself is why"
    assert (
        words["en"].startswith("safety")
        and "10–19 in the last five years (1–2 of them in the last year)" in words["en"]
    )
    none = numbers_of(theme, events=((0, 2), (0, 0)), events_past=((3, 6), (0, 0)))
    assert said(theme, none, up=False)["zh"].startswith("近五年没有安全事故；同类网格通常")


def test_a_record_shorter_than_the_longest_window_is_told_from_its_beginning() -> None:
    theme = theme_of(("escalation", "incidents"), "safety", configuration(), since=date(2022, 12, 5))
    words = said(theme, numbers_of(theme, events=((0, 2), (1, 2)), events_past=((1, 4), (10, 19))), up=True)
    assert words["zh"].startswith("自2022年12月有记录以来安全事故10–19件（其中近一年1–2件）；同类网格通常"), words
    assert "10–19 since records began in December 2022 (1–2 of them in the last year)" in words["en"]
    none = numbers_of(theme, events=((0, 2), (0, 0)), events_past=((3, 6), (0, 0)))
    assert said(theme, none, up=False)["zh"].startswith("自2022年12月有记录以来没有安全事故；同类网格通常")


def test_what_reads_as_more_than_usual_lowers_a_score_with_a_but() -> None:
    theme = theme_of(("escalation", "incidents"), "safety", configuration())
    alone = replace(theme, statements=theme.statements[1:2])  # of the last year
    numbers = numbers_of(theme, events=((1, 6), (5, 10)), events_past=((1, 6), (5, 10)))
    numbers.values[theme.names["events"]][:] = [*[1] * 7, *[6] * 13, 6]  # type: ignore[index]
    down, up = (said(alone, numbers, way) for way in (False, True))
    assert (
        down["zh"].startswith("近一年安全事故5–10件")
        and "通常1–6件，多于通常；但" in down["zh"]
        and "偏低" in down["zh"]
    ), down
    assert "but " in down["en"] and "但" not in up["zh"] and "but " not in up["en"]


def test_where_there_is_none_here_and_usually_none_no_direction_is_said() -> None:
    """None here and none elsewhere says nothing of why: that it raises a score would have to be asked about."""
    theme = theme_of(("escalation", "incidents"), "safety", configuration())
    alone = replace(theme, statements=theme.statements[1:2])
    numbers = numbers_of(alone, events=((0, 0), (0, 0)), events_past=((0, 0), (0, 0)))
    for up in (True, False):
        words = said(alone, numbers, up)
        assert words["zh"].startswith("近一年没有安全事故") and words["zh"].endswith("；同类网格通常0件"), words
        assert words["en"].endswith("usual for such grids: none"), words
    elsewhere = numbers_of(alone, events=((1, 2), (0, 0)), events_past=((1, 2), (0, 0)))
    assert "使分值偏高" in said(alone, elsewhere, True)["zh"]


def test_where_nothing_is_usual_a_number_is_told_with_no_direction() -> None:
    """As of the districts of a small city: more that lowers a score beside less that raises it, with nothing to compare, has to be asked about."""
    theme = theme_of(("waiting", "disputes"), "conflict", configuration())
    few = Peers(np.zeros(3, dtype=np.int64), ("district",))
    values = {theme.names["open"]: np.array([400.0, 220.0, 90.0]), theme.names["oldest"]: np.full(3, 400.0)}
    numbers = Numbers(values, few, np.full(3, 40.0), 6.5)
    for up in (True, False):
        words = said_of(theme, np.array([0]), np.array([up]), numbers).words(0, up)
        assert words == {
            "zh": "未化解矛盾纠纷约400件，最久超过1年",
            "en": "about 400 open disputes, the oldest over a year",
        }
    whole = said_of(theme, np.array([0]), np.array([True]), Numbers({}, few, np.full(3, 40.0), 6.5)).words(0, True)
    assert "使分值偏高" in whole["zh"], "what tells no number has nothing that it would have to be compared with"


@pytest.mark.parametrize(("own", "zh", "en"), [
    ((5, 10), "5–10件，上一次：2至4周前；同类网格通常1–6件，多于通常", "usual for such grids: 1–6, which is more than usual"),
    ((1, 4), "1–4件，上一次：2至4周前；同类网格通常1–6件，与通常相当", "usual for such grids: 1–6, which is about as usual"),
    ((10, 20), "10–20件，上一次：2至4周前；同类网格通常1–6件", "usual for such grids: 1–6"),
])  # fmt: skip
def test_where_what_is_told_overlaps_what_is_usual_the_sentence_compares(
    own: tuple[int, int], zh: str, en: str
) -> None:
    theme = theme_of(("escalation", "incidents"), "safety", configuration())
    alone = replace(theme, statements=theme.statements[1:2])
    numbers = numbers_of(alone, events=((1, 6), own), events_past=((1, 6), own))
    numbers.values[theme.names["events"]][:20] = [*[1] * 7, *[6] * 13]  # type: ignore[index]
    words = said(alone, numbers, up=True)
    head = words["zh"].removeprefix("近一年安全事故")
    assert head.split("；结合")[0] == zh and words["en"].split("; with")[0].endswith(en), words


def test_what_moves_a_score_by_nothing_that_is_shown_is_told_with_the_rest() -> None:
    groups = [Group(of_all("city"), (0,), (0,)), Group(of_all("city"), (1,), (1,))]
    effects = np.array([[0.03, 0.0003], [LEAST_SHOWN / 1e6 - 1e-6, 0.0002]])
    numbers = Numbers({}, Peers(np.zeros(2, dtype=np.int64), ("kind",)), np.ones(2), 6.5)
    total = np.round(effects.sum(axis=0) * 1e6).astype(np.int32)
    features = catalogue(configuration())[:2]
    found = _told(features, effects, groups, total, np.zeros(2, dtype=bool), numbers, Texts(), REST_ABOVE)
    first, second = (found.effect[found.starts[row] : found.starts[row + 1]].tolist() for row in (0, 1))
    assert first == [30_000, LEAST_SHOWN - 1], "what is left is the rest"
    assert second == [300, 200], "of a place that nothing moves by more all are told"
