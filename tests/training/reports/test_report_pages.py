"""The page of a version: it says what its facts hold, in both languages, from nowhere else, and keeps small groups back."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.serving.console.browsing import rendered
from tests.training.reports.made import made_facts
from training.audits.audit import Audit
from training.audits.interventions import HEADLINE
from training.evaluation.comparison import Gain
from training.registry.versions import Version
from training.reports import ReportFacts, city_page, model_card, plots, version_page
from training.reports.charts import number
from training.reports.city import CityFacts, SourceFacts
from training.reports.facts import Leaning, Source, read_facts
from training.reports.note import note
from training.reports.paths import HEIGHT, paths
from training.reports.words import AUDITS, FIGURES, metric
from training.routines.judging import Judged
from training.routines.reporting import since_champion

GROUPS = Audit(
    "groups",
    {"budget": 0.05, "widest": None},
    (
        {
            "by": "district",
            "group": "D1",
            "withheld": 0,
            "grids": 40,
            "events": 2,
            "missed": 0.3125,
            "missed_lower": 0.25,
            "missed_upper": 0.5,
        },
        {
            "by": "district",
            "group": "D2",
            "withheld": 0,
            "grids": 9,
            "events": 77,
            "missed": 0.777,
            "missed_lower": 0.7,
            "missed_upper": 0.8,
        },
        {
            "by": "kind",
            "group": "micro",
            "withheld": 1,
            "grids": None,
            "events": None,
            "missed": None,
            "missed_lower": None,
            "missed_upper": None,
        },
    ),
)
DRIFT = Audit(
    "drift",
    {"evidence": 250.5, "limit": 100.0, "moved": 1},
    tuple(
        {"unit": unit, "origin": f"2026-03-{2 + 7 * week:02d}", "transform": 0.5, "rank": 0.25, "evidence": 10.0**week}
        for unit in ("city", "D1")
        for week in range(4)
    ),
)
CHAMPION = Version(
    "safety", 1, "safety-1-v1", None, "all_history", "champion", "2026-03-02", None, None, {"log_loss": 0.4321}
)


class _Reader(HTMLParser):
    """What is read in one language, its tags left out."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.other = {"zh": "en", "en": "zh"}[language]
        self.text: list[str] = []
        self.stack: list[bool] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        hidden = tag in ("style", "script", "title") or (tag != "html" and dict(attributes).get("lang") == self.other)
        if tag not in ("meta", "br", "rect", "path", "circle"):
            self.stack.append(hidden)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "br", "rect", "path", "circle"):
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.stack):
            self.text.append(data)


def read(page: str, language: str) -> str:
    reader = _Reader(language)
    reader.feed(page)
    assert not reader.stack
    return re.sub(r"\s+", " ", " ".join(reader.text))


@pytest.fixture(scope="module")
def facts() -> ReportFacts:
    since = since_champion(CHAMPION, {"store_version": "9", "gone": "1"}, {"store_version": 17, "penalty": 0.003}, None)
    return made_facts().model_copy(update={"since": since})


@pytest.fixture(scope="module")
def page(facts: ReportFacts) -> str:
    return version_page(facts, version="safety-1-v2", alias="challenger", audits={"groups": GROUPS, "drift": DRIFT})


def test_every_figure_beside_every_baseline_stands_on_the_page(page: str, facts: ReportFacts) -> None:
    for language in ("zh", "en"):
        text = read(page, language)
        for one in facts.forecasters:
            for name in FIGURES:
                assert number(one.metrics[name]) in text, (one.name, name)
            if one.gains:
                assert number(one.gains["log_loss"].gain) in text
        for told in (
            "safety-1-v2",
            "示例市",
            "T1街道",
            "1.4",
            "25%",
            "c0ffee",
            "0.4321",
            "safety-1-v1",
            str(facts.as_of),
        ):
            assert told in text, told
    english, chinese = read(page, "en"), read(page, "zh")
    assert "challenger" in english and "候选" in chinese
    assert "nine-term regression" in english and "九项回归" in chinese
    assert "poisson_regression" not in english + chinese, "one name for one thing"
    assert "store_version" in english and "0.003" in english and "gone" in english


def test_both_languages_are_whole(page: str) -> None:
    chinese, english = read(page, "zh"), read(page, "en")
    # Parameters, names of libraries and of the model's own columns are no sentences.
    assert not re.findall(r"(?:\b[A-Za-z]{2,} ){3,}[a-z]{2,}", re.sub(r"(?:[\w.]+ )?(?:a|b|c) ", "", chinese))
    assert not re.search(r"[一-鿿]{5,}", re.sub(r"[一-鿿]*(街道|区|市)", "", english))
    assert page.count('<span lang="zh">') == page.count('<span lang="en">')


def test_nothing_comes_from_elsewhere(page: str) -> None:
    for text in (page, *plots(made_facts()).values(), city_page(_city())):
        assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg"}
        assert not re.search(r"\bsrc=|@import|url\(|<link|<iframe", text)
        assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', text))
    assert "default-src 'none'" in page


def test_small_groups_are_kept_back_and_few_events_are_told_together(page: str) -> None:
    text = read(page, "en")
    assert "江北区" in text and "31.2% [25%, 50%]" in text and "1–2" in text
    assert "深山区" not in page and "77.7%" not in page
    assert "Not shown, for they are too small: 2 groups." in text
    assert "T3街道" not in page, "a town of nine grids has a place on the map and nothing else"
    assert (
        "has it moved yes" in text
        and "evidence (at its highest) 250 " in text
        and "江北区" in page[page.index('id="audit-drift"') :]
    )
    for name, (zh, en) in AUDITS.items():
        assert en in text and zh in read(page, "zh"), name
    assert "What each source is worth: this run holds no such audit." in text


def test_a_horizon_of_one_is_a_week_and_no_weeks(facts: ReportFacts) -> None:
    for horizon, told in ((1, "1 week "), (4, "4 weeks ")):
        made = version_page(facts.model_copy(update={"horizon": horizon}), version="safety-1-v2", alias=None, audits={})
        assert f"· {told}" in read(made, "en")
        assert f"· {horizon} 周" in read(made, "zh")


def test_a_town_is_marked_and_the_mark_explained_where_there_is_one(facts: ReportFacts) -> None:
    plain = facts.model_copy(update={"towns": tuple(one.model_copy(update={"told": False}) for one in facts.towns)})
    for one, marked in ((facts, True), (plain, False)):
        page = read(version_page(one, version="safety-1-v1", alias=None, audits={}), "en")
        assert ("* 1 lies outside the interval." in page) == marked
        assert "Missed: places with an event" in page


def test_what_is_nothing_has_no_sign() -> None:
    assert [number(value) for value in (-0.00004, 0.00004, -0.00006, -1.5)] == ["0.0000", "0.0000", "−0.0001", "−1.500"]


def test_the_name_of_each_line_of_evidence_is_seen_however_high_they_end() -> None:
    high = [(date(2026, 3, 2) + timedelta(weeks=week), 10.0**week) for week in range(4)]
    drawn = paths({(name, name): high for name in "abcd"}, ("证据", "evidence"), limit=100.0)
    heights = [float(re.findall(rf'y="([-\d.]+)"[^>]*>{name}</text>', drawn)[0]) for name in "abcd"]
    assert all(0 < y < HEIGHT for y in heights)
    assert min(b - a for a, b in pairwise(sorted(heights))) > 13


def test_what_people_named_is_no_markup(facts: ReportFacts) -> None:
    odd = facts.model_copy(update={"city": "<script>x</script>", "notes": ("<b>&",)})
    made = version_page(odd, version="safety-1-v2", alias=None, audits={})
    assert "<script>x" not in made and "<b>&" not in made and "&lt;script&gt;x" in made


def test_facts_are_read_as_they_were_written_and_others_are_refused(facts: ReportFacts) -> None:
    assert read_facts(facts.as_json()) == facts
    for change in ({"schema_version": 2}, {"more": 1}, {"horizon": "many"}):
        with pytest.raises(ValueError):
            read_facts(json.dumps({**json.loads(facts.as_json()), **change}))
    assert "NaN" not in facts.as_json()


def test_drawings_are_files_of_their_own(facts: ReportFacts) -> None:
    made = plots(facts)
    assert {"plots/reliability.svg", "plots/capture.svg", "plots/log_loss.svg", "plots/gains.svg"} <= set(made)
    for text in made.values():
        assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert "nan" not in text.lower()


def test_only_a_champion_is_said_to_serve(facts: ReportFacts) -> None:
    for alias, said in (
        ("champion", "What it serves is the model."),
        ("challenger", "What it would serve, if it were champion, is the model."),
    ):
        assert said in read(version_page(facts, version="safety-1-v2", alias=alias, audits={}), "en")
        assert said.removesuffix(" the model.") in note(facts, "safety-1-v2", alias)


def test_the_interval_of_a_share_ends_at_none_and_at_all(facts: ReportFacts) -> None:
    rows = tuple(
        {**GROUPS.rows[0], "missed": share, "missed_lower": share - 0.02, "missed_upper": share + 0.02}
        for share in (0.995, 0.01)
    )
    audits = {"groups": Audit("groups", GROUPS.facts, rows)}
    text = read(version_page(facts, version="safety-1-v2", alias=None, audits=audits), "en")
    assert "99.5% [97.5%, 100%]" in text and "1% [0%, 3%]" in text


def test_facts_of_which_little_is_known_have_a_page_all_the_same(facts: ReportFacts) -> None:
    empty = [
        one.model_copy(
            update={
                "reliability": (),
                "capture": (None,) * len(one.capture),
                "series": {},
                "intervals": {},
                "gains": {},
            }
        )
        for one in facts.forecasters
    ]
    bare = facts.model_copy(
        update={"forecasters": tuple(empty), "towns": (), "outline": (), "families": (), "columns": (), "since": None,
                "kind": "climatology", "origins": facts.origins[:1]}
    )  # fmt: skip
    text = read(version_page(bare, version="safety-1-v1", alias=None, audits={}), "en")
    assert "What it would serve, if it were champion, is a baseline: climatology." in text
    assert "No map: the centres of the grids are not known." in text
    assert "This baseline reads nothing but the target's own past." in text
    assert "reads nothing but the target's own past" in model_card(bare, version="safety-1-v1", alias=None)
    assert "There was no champion when this version was made." in text
    assert plots(bare)


def test_a_baseline_that_reads_more_than_the_past_says_so_with_its_terms(facts: ReportFacts) -> None:
    term = Leaning(name="disputes_open", family="open", zh="在办纠纷", en="open disputes", weight=0.25)
    own = facts.model_copy(update={"kind": "poisson_regression", "families": (), "columns": (term,)})
    page = version_page(own, version="safety-1-v1", alias=None, audits={})
    for language, told in (
        ("en", "also reads open disputes."), ("zh", "还读取在办纠纷。"),
    ):  # fmt: skip
        assert told in read(page, language), told
    card = model_card(own, version="safety-1-v1", alias=None)
    assert "grid reports" not in read(page, "en") and "网格上报" not in read(page, "zh"), "of it there is no term"
    past = term.model_copy(update={"family": "baseline", "en": "the last value"})
    alone = version_page(own.model_copy(update={"columns": (past,)}), version="v", alias=None, audits={})
    assert "on the target's own past and the season alone" in read(alone, "en")
    assert "also reads open disputes." in card and "- open disputes (`disputes_open`): 0.2500" in card
    for text in (
        read(page, "en"),
        card,
        read(version_page(own.model_copy(update={"columns": ()}), version="v", alias=None, audits={}), "en"),
    ):
        assert "nothing but the target's own past" not in text


def test_what_it_was_trained_on_names_each_source_with_its_records_and_dates(facts: ReportFacts) -> None:
    disputes = Source(
        name="disputes", zh="矛盾纠纷", en="disputes", records=13637, first=date(2024, 1, 1), newest=date(2026, 6, 28)
    )
    few = disputes.model_copy(update={"name": "hazards", "zh": "隐患", "en": "hazards", "records": 2})
    undated = few.model_copy(
        update={"name": "demographics", "zh": "人口与房屋", "en": "demographics", "first": None, "newest": None}
    )
    own = facts.model_copy(update={"sources": (disputes, few, undated)})
    page = version_page(own, version="safety-1-v1", alias=None, audits={})
    assert "矛盾纠纷 13,637 2024-01-01 2026-06-28" in read(page, "zh")
    assert "disputes 13,637 2024-01-01 2026-06-28 hazards 1–2 2024" in read(page, "en")
    assert "demographics 1–2 — —" in read(page, "en")
    card = model_card(own, version="safety-1-v1", alias=None)
    assert (
        "- disputes (矛盾纠纷): 13637 records, 2024-01-01 to 2026-06-28" in card
        and "- hazards (隐患): 1–2 records, 2024" in card
        and "- demographics (人口与房屋): 1–2 records\n" in card
    )


def test_every_metric_of_an_audit_has_a_chinese_name() -> None:
    for name in HEADLINE:
        assert metric(name)[0] != metric(name)[1] and re.search("[㐀-鿿]", metric(name)[0]), name


def test_the_card_says_what_it_is_for_and_what_it_is_not_for(facts: ReportFacts) -> None:
    card = model_card(facts, version="safety-1-v2", alias="champion")
    for told in ("Intended use", "用途", "never scores, ranks or profiles a person", "Petitions are a right", "信访是公民的权利",
                 "不得作为处罚、考核依据", "Limits"):  # fmt: skip
        assert told in card, told
    for one in facts.forecasters:
        assert number(one.metrics["log_loss"]) in card


def _city() -> CityFacts:

    weeks = tuple((date(2025, 1, 6) + timedelta(weeks=index), float(index % 5)) for index in range(60))
    source = SourceFacts(
        name="grid_reports", zh="网格上报", verdict="gap", verdict_zh="数据缺口", records="1–2", first=weeks[0][0],
        newest=weeks[-1][0], quiet_days=8, periods=weeks, monthly=False, gaps=(("江北区", "silent"),),
        located_by={"grid_id": 0.75, "": 0.25}, local_categories=0.125, other_categories=0.0, delay_p95=3.5, refused=4,
        findings=(("静默", "it is silent"),),
    )  # fmt: skip
    return CityFacts("示例市", date(2026, 3, 2), 7, 2, (source,), ())


def test_the_page_of_the_data_tells_of_weeks_gaps_places_and_words() -> None:
    page = city_page(_city(), language="en")
    assert '<html lang="en">' in page
    english, chinese = read(page, "en"), read(page, "zh")
    for told in (
        "grid reports",
        "1–2",
        "75%",
        "nowhere",
        "12.5%",
        "nothing comes any more",
        "it is silent",
        "2025-01-06",
        "3.5",
    ):
        assert told in english, told
    for told in ("网格上报", "数据缺口", "未定位", "不再有数据", "静默"):
        assert told in chinese, told
    assert not re.findall(r"(?:\b[A-Za-z]{2,} ){3,}[a-z]{2,}", chinese)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_browser_opens_it_without_a_complaint(page: str, tmp_path: Path, language: str) -> None:
    for name, text in (("version", page), ("city", city_page(_city()))):
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
        shown = rendered(f"file://{tmp_path}/{name}.html#lang={language}", tmp_path, silent=True)
        assert f'<html lang="{language}">' in shown
        assert (">English</button>" if language == "zh" else ">中文</button>") in shown


@pytest.mark.parametrize(
    ("enough", "gains", "said"),
    [
        (False, {4: 0.0}, "证据不足以选用模型：窗口不重叠的起点只有 8 个"),
        (True, {4: 0.0}, "在预测期 4，模型超过 全部历史 的幅度没有超出区间"),
        (True, {1: -1.0, 4: 1.0}, "在预测期 1，模型比最佳基线差，且超出区间：由 全部历史 评分"),
        (True, {4: -1.0}, "在预测期 4，模型比 全部历史 差，且超出区间"),
    ],
)
def test_why_a_baseline_scores_is_said_in_chinese_and_nothing_hangs_in_a_tile(
    enough: bool, gains: dict[int, float], said: str
) -> None:
    evaluations = {
        horizon: SimpleNamespace(
            best_baseline="all_history",
            decisive=Gain(gain, gain - 0.1, gain + 0.1, 8.0, enough),
            of_mean=lambda _name: (0.3, 0.3),
        )
        for horizon, gain in gains.items()
    }
    fit = SimpleNamespace(choices=SimpleNamespace(inner={}))
    fits = SimpleNamespace(task=SimpleNamespace(as_of=None), at=lambda _as_of: fit)
    reason = Judged(cast(Any, fits), {}, cast(Any, evaluations), {}, {}).why_not
    # As it is read from a file: a plain text.
    changed = {"reason": str.__str__(reason), "kind": "shrunk_history", "best_baseline": "shrunk_history"}
    page = version_page(made_facts().model_copy(update=changed), version="safety-1-v2", alias=None, audits={})
    assert said in page
    assert not re.search(r'class="beside">\s*·', page)
