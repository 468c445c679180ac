"""The reasons of a published city: they add up, they can be recounted, and they say no more than may be said."""

from __future__ import annotations

import re

import numpy as np
import pytest

from features import read_city
from features.building.build import build_features
from features.catalogue.plain import plain_numbers
from features.panel.panel import encoded
from riskwarn.words import Unit
from serving.columns.reasons import MILLION, AllReasons, Reasons
from serving.scoring.reasons import begun
from serving.snapshots.files import Content, read_files
from serving.snapshots.frames import reasons_frame
from serving.snapshots.published import newest
from tests.conftest import Town
from tests.serving.scoring.test_sentences import TRANSFORMS


@pytest.fixture(scope="module")
def content(town: Town) -> Content:
    row = newest(town.home)
    assert row is not None
    return read_files(town.home.snapshots / row.id, row.manifest["files"])


def test_what_is_told_of_a_grid_adds_up_to_its_score_minus_the_citys_mean(content: Content) -> None:
    hidden = content.places[Unit.GRID].suppressed
    for block, by_unit in content.scores.items():
        score = by_unit[Unit.GRID].score
        for grid in range(len(score)):
            told = content.reasons.of(block, grid)
            assert bool(told) != bool(hidden[grid])
            if told:
                assert sum(one["effect"] for one in told) == pytest.approx(score[grid] - score.mean(), abs=1e-6)
                sizes = [abs(one["effect"]) for one in told if one["theme"] != "rest"]
                assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("rest", "shown_themes"), [(900_000, ["waiting", "volume", "rest"]), (-2, ["waiting", "volume", "topics"])]
)
def test_what_is_not_told_apart_is_among_the_first_where_it_adds_most(rest: int, shown_themes: list[str]) -> None:
    """A place whose score comes of what is not told of a single grid: three small reasons alone would seem to be why."""
    themes = ["waiting", "volume", "topics", "rest"]
    one = Reasons(
        np.array([0, 4], dtype=np.int32), np.arange(4, dtype=np.int32), np.array([30, 20, 10, rest], dtype=np.int32)
    )
    told = AllReasons(tuple({"theme": theme} for theme in themes), {("conflict", 4): one})
    assert [reason["theme"] for reason in told.of(("conflict", 4), 0, 3)] == shown_themes
    assert [reason["theme"] for reason in told.of(("conflict", 4), 0)] == themes


def test_what_is_not_told_apart_says_what_it_is_for_and_blames_nobody(content: Content) -> None:
    """It may be petitions above all, of which no grid is told whether there are any: the words are the same everywhere."""
    words = {(one["zh"], one["en"]) for one in content.reasons.texts if one["theme"] == "rest" and "信访" in one["zh"]}
    [(zh, en)] = words
    assert "答复和服务" in zh and "不作为对任何人、任何网格的评价" in zh
    assert "arrange answers" in en and "held against nobody" in en


def test_of_a_unit_the_mean_of_its_grids_is_told(content: Content) -> None:
    places = content.places
    for block, by_unit in content.scores.items():
        score = by_unit[Unit.GRID].score
        away = score - score.mean()
        for unit in (Unit.COMMUNITY, Unit.TOWN):
            for row in range(len(places[unit])):
                inside = places.within(unit, row, Unit.GRID)
                told = content.reasons.of(block, row, unit=unit)
                if places[unit].suppressed[row]:
                    assert told == []
                else:
                    assert sum(one["effect"] for one in told) == pytest.approx(away[inside].mean(), abs=3e-6)


def test_a_reason_is_a_sentence_that_keeps_small_numbers_and_names_no_transform(town: Town) -> None:
    reasons = reasons_frame(town.home, town.published.snapshot)
    assert {"grid", "community", "town"} <= set(reasons["unit"]) and len(reasons) > 300
    texts = reasons.drop_duplicates(["zh", "en", "unit"])
    assert not texts["zh"].str.contains(r"[{}]").any() and not texts["en"].str.contains(r"[{}]").any()
    for text in (*texts["zh"], *texts["en"]):
        assert not TRANSFORMS.search(text), text
    assert not texts["zh"].str.contains(r"(?<![\d–])[12][件次]").any(), "one and two are told together"
    assert not texts["en"].str.contains(r"(?<![\d–])[12] (?!to|residents)\w+ (?:disputes|calls|reports|hazards)").any()
    grids = reasons[reasons["unit"] == "grid"]
    assert not (grids["source"] == "petitions").any()
    assert not grids["feature"].str.contains("marriage_family|medical|self_harm|village_affairs|petitions").any()
    up = reasons["effect"] > 0
    assert (reasons.loc[up, "direction"] == "raises").all() and (reasons.loc[~up, "direction"] == "lowers").all()
    assert not reasons.duplicated(["code", "unit", "target", "horizon", "theme", "source"]).any()


def test_what_is_told_can_be_recounted(town: Town, content: Content) -> None:
    """Of the numbers in sentences the first is never above that of the grid's records, and the second never below."""
    city = read_city(town.home)
    names = [row.feature.name for row in plain_numbers(town.home.configuration)]
    matrix = build_features(city, [city.as_of], names=names)
    windows = {
        "未化解矛盾纠纷": "plain_disputes_open",
        "近4周矛盾纠纷": "plain_disputes_recent",
        "近半年矛盾纠纷": "plain_disputes_half",
    }
    targets = town.home.configuration.targets
    since = begun(city, encoded(city))  # the record is shorter than five years
    for name in ("conflict", "safety"):
        first = since[targets[name].source]
        windows[f"自{first.year}年{first.month}月有记录以来{targets[name].zh}"] = f"plain_{name}_events_past"
    seen = dict.fromkeys(windows, 0)
    for row, code in enumerate(content.places[Unit.GRID].codes):
        told = [one for block in content.reasons.blocks for one in content.reasons.of(block, row)]
        for one in told:
            for words, name in windows.items():
                found = re.match(words + r"(\d+)(?:–(\d+))?件", one["zh"])
                if found:
                    count = matrix.values[names.index(name), 0, city.geography.grid_ids.index(code)]
                    assert int(found[1]) <= count <= int(found[2] or found[1])
                    seen[words] += 1
    assert min(seen.values()) > 3


def test_where_there_is_nothing_no_service_is_named(content: Content) -> None:
    texts = [
        one for one in content.reasons.texts if one["source"] == "hazards" and one["theme"] in ("waiting", "volume")
    ]
    none = [one for one in texts if re.match(r"没有|近4周没有", one["zh"])]
    assert none and all(one["services"] == [] for one in none)
    assert any(one["services"] for one in texts)


def test_effects_are_whole_millionths(content: Content) -> None:
    for one in content.reasons.blocks.values():
        assert one.effect.dtype == np.int32 and (np.abs(one.effect) <= MILLION).all() and (one.effect != 0).all()


def test_where_there_is_none_nothing_is_said_of_its_kind_its_age_or_what_was_never(content: Content) -> None:
    """A clerk would ask how nothing can have a kind, or wait; and what is meant by earlier ones where none is on record."""
    none = [one for one in content.reasons.texts if one["en"].startswith("no ") or ": none" in one["en"].split(";")[0]]
    moved = [one for one in none if "it raises" in one["en"] or "it lowers" in one["en"]]
    # Where there usually is none either, no direction is said at all.
    usually_none = [one for one in none if one["en"].endswith(": none") and "usual" in one["en"]]
    assert (
        len(usually_none) > 5
        and moved
        and not any("usual" in one["en"] and ": none;" in one["en"].split("usual", 1)[1] for one in moved)
    )
    for one in moved:
        assert not re.search("how long|kinds|how fast|how recent|what they tell|services given", one["en"]), one["en"]
        assert not re.search("时长|类别|办理快慢|新近|所反映|按服务", one["zh"]), one["zh"]
        if "on record" in one["en"]:
            assert "earlier" not in one["en"] and "以往" not in one["zh"] and "往年" not in one["zh"], one
    assert not any("the last: none" in one["en"] or "上一次：无" in one["zh"] for one in none)
