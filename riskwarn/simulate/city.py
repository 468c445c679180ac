"""The past of a simulated city, case by case, and its state at chosen as-ofs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from riskwarn.progress import Progress, silent
from riskwarn.simulate.dynamics import Cases, State, quiet, step
from riskwarn.simulate.hotline import calls
from riskwarn.simulate.redrawing import Redrawing, redraw
from riskwarn.simulate.world import World, make_world

#: The simulated past ends on this Monday where no other is named: the same seed gives the same city on any day.
END = date(2026, 6, 29)
WARM_UP = 30
LONGEST_HORIZON = 12
#: Weeks before the end at which the truth is always known, and how far back more of it can be asked for.
TRUTH_WEEKS_BACK = (0, 12)
LAST_YEAR = 52
REFERRED_SHARE = 0.06

DISPUTE_CATEGORIES = (
    "婚姻家庭",
    "邻里",
    "物业",
    "拖欠农民工工资",
    "合同",
    "消费",
    "损害赔偿",
    "征地拆迁",
    "医疗",
    "其他",
)
DISPUTE_WEIGHTS = (0.2, 0.2, 0.15, 0.1, 0.08, 0.08, 0.07, 0.06, 0.03, 0.03)
PETITION_CATEGORIES = ("城乡建设", "劳动和社会保障", "房产物业", "生态环境", "农村农业", "教育")
HAZARD_CATEGORIES = ("消防通道堵塞", "电动车违规充电", "燃气隐患", "用电隐患", "外墙脱落", "道路隐患")
INCIDENT_CATEGORIES = ("火灾", "电动车火灾", "燃气事故", "高空坠物", "道路交通事故", "生产安全事故")
REPORT_CATEGORIES = ("消防安全", "市容环境", "公共设施", "矛盾纠纷", "民生服务")


@dataclass(frozen=True)
class SimulatedCity:
    """A city's past. Tables have naive local timestamps; a time that never came is NaT."""

    world: World
    weeks: int
    seed: int
    start: date
    as_of: date
    disputes: pd.DataFrame
    petitions: pd.DataFrame
    hazards: pd.DataFrame
    incidents: pd.DataFrame
    grid_reports: pd.DataFrame
    interventions: pd.DataFrame
    hotline: pd.DataFrame
    redrawing: Redrawing
    states: Mapping[date, State]  # at the chosen as-ofs

    def week_of(self, day: date) -> int:
        """The number of the week that begins on a Monday."""
        return WARM_UP + (day - self.start).days // 7


def weeks_with_truth(weeks: int, every: int | None = None) -> tuple[int, ...]:
    """Weeks before the end at which the truth is to be known: the usual two, and every so many weeks of the last year.

    None lies before the grids are re-drawn half-way, so that the same seed gives the same city whatever is asked.
    """
    more = range(0, min(LAST_YEAR + 1, weeks - weeks // 2), every) if every else ()
    return tuple(sorted({*TRUTH_WEEKS_BACK, *more}))


def simulate_city(
    grids: int = 400,
    weeks: int = 156,
    seed: int = 1,
    truth_weeks_back: tuple[int, ...] = TRUTH_WEEKS_BACK,
    progress: Progress = silent,
    end: date = END,
) -> SimulatedCity:
    """Simulate the past of a city of `grids` grids over `weeks` weeks; deterministic by seed.

    `end` is the Monday on which it ends: another moves the same life as a whole.
    """
    if end.weekday() != 0:
        raise ValueError(f"a simulated past ends on a Monday, not on {end:%A}")
    rng = np.random.default_rng(seed)
    world = make_world(grids, WARM_UP + weeks + LONGEST_HORIZON, rng)
    start = end - timedelta(weeks=weeks)
    # The truth is about the grids of today: they are in force at every as-of that has one.
    latest = weeks - 1 - max((back for back in truth_weeks_back if back < weeks), default=0)
    world, redrawing = redraw(world, start, weeks, latest, seed)
    chosen = {WARM_UP + weeks - back: end - timedelta(weeks=back) for back in truth_weeks_back if back < weeks}
    state, states = quiet(grids), {}
    books = {name: _Book() for name in ("disputes", "petitions", "hazards")}
    harmed: list[tuple[int, int]] = []
    for week in range(WARM_UP + weeks):
        if week % 10 == 0:
            progress("simulating weeks", week, WARM_UP + weeks)
        state, happened = step(world, state, week, rng)
        books["disputes"].opened(happened.new_disputes, week)
        books["petitions"].opened(happened.new_petitions, week)
        books["hazards"].opened(happened.new_hazards, week)
        books["disputes"].ended(happened.escalated, week, "escalated")
        books["disputes"].ended(happened.settled, week, "closed")
        books["petitions"].ended(happened.answered, week, "closed")
        books["hazards"].ended(happened.rectified, week, "closed")
        harmed += [(int(lane), week) for lane in happened.incidents]
        if week + 1 in chosen:
            states[chosen[week + 1]] = state
    clock = _Clock(start, rng)
    disputes = books["disputes"].table(clock)
    petitions = books["petitions"].table(clock)
    hazards = books["hazards"].table(clock)
    city = SimulatedCity(
        world, weeks, seed, start, end,
        _dress_disputes(disputes, world, rng), _dress(petitions, PETITION_CATEGORIES, rng), _dress_hazards(hazards, world, rng),
        _incidents(harmed, clock, rng), _reports(world, weeks, disputes, clock, rng), _interventions(world, weeks, clock, rng),
        _calls(world, weeks, disputes, start, seed), redrawing, states,
    )  # fmt: skip
    progress("simulating weeks", WARM_UP + weeks, WARM_UP + weeks)
    return city


class _Book:
    """Writes down the cases of one kind."""

    def __init__(self) -> None:
        self._opened: list[tuple[int, int, bool]] = []
        self._ended: dict[int, tuple[int, str]] = {}

    def opened(self, new: Cases, week: int) -> None:
        """Write down new cases; they come in the order of their numbers."""
        self._opened += [(int(lane), week, bool(grave)) for lane, grave in zip(new.lane, new.grave, strict=True)]

    def ended(self, cases: Cases, week: int, how: str) -> None:
        """Write down how cases ended."""
        self._ended.update({int(number): (week, how) for number in cases.number})

    def table(self, clock: _Clock) -> pd.DataFrame:
        """One row a case: grid, grave, opened and ended (local time), how it ended."""
        frame = pd.DataFrame(self._opened, columns=["grid", "week", "grave"])
        frame["opened"] = clock.times(frame["week"].to_numpy())
        ended = pd.DataFrame.from_dict(self._ended, orient="index", columns=["end_week", "how"]).reindex(frame.index)
        moment = clock.times(ended["end_week"].fillna(0).to_numpy(dtype=np.int64))
        # An end in the week of the opening comes after it, and still in that week.
        sunday = clock.starts(frame["week"].to_numpy() + 1) - pd.Timedelta(minutes=1)
        same = (ended["end_week"] == frame["week"]).to_numpy()
        later = frame["opened"] + (sunday - frame["opened"]) * 0.7
        frame["ended"] = pd.Series(np.where(same, later, moment)).where(ended["how"].notna()).astype("datetime64[s]")
        frame["how"] = ended["how"]
        return frame


class _Clock:
    """Draws instants within weeks."""

    def __init__(self, start: date, rng: np.random.Generator) -> None:
        self._start = np.datetime64(start, "s") - np.timedelta64(7 * WARM_UP, "D")
        self._rng = rng

    def starts(self, week: np.ndarray) -> pd.Series:
        """The Monday midnights of weeks."""
        return pd.Series(self._start + week * np.timedelta64(7, "D"))

    def times(self, week: np.ndarray) -> pd.Series:
        """An instant in each week, by day."""
        day = self._rng.integers(7, size=len(week))
        second = self._rng.integers(8 * 3600, 22 * 3600, size=len(week))
        return pd.Series(
            self._start + week * np.timedelta64(7, "D") + day * np.timedelta64(1, "D") + second * np.timedelta64(1, "s")
        )


def _late(opened: pd.Series, rng: np.random.Generator) -> pd.Series:
    """When a case was registered: mostly the same or the next day, one in twenty weeks later."""
    hours = rng.exponential(14, len(opened)) + np.where(
        rng.random(len(opened)) < 0.05, rng.uniform(72, 28 * 24, len(opened)), 0
    )
    return (opened + pd.to_timedelta((hours * 3600).astype(np.int64), unit="s")).astype("datetime64[s]")


def _dress(
    frame: pd.DataFrame, categories: tuple[str, ...], rng: np.random.Generator, weights: tuple[float, ...] | None = None
) -> pd.DataFrame:
    frame["category"] = rng.choice(np.array(categories, dtype=object), len(frame), p=weights)
    frame["registered"] = _late(frame["opened"], rng)
    return frame


def _dress_disputes(frame: pd.DataFrame, world: World, rng: np.random.Generator) -> pd.DataFrame:
    frame = _dress(frame, DISPUTE_CATEGORIES, rng, DISPUTE_WEIGHTS)
    escalated = frame["how"].eq("escalated").to_numpy(dtype=bool)
    seen = rng.random(len(frame)) < world.effort[frame["grid"]]
    # What nobody saw comes to light when it escalates; what settles unseen was never recorded.
    frame["registered"] = frame["registered"].where(seen, frame["ended"] + pd.Timedelta(hours=6))
    frame = frame[seen | escalated].reset_index(drop=True)
    escalated = frame["how"].eq("escalated").to_numpy(dtype=bool)
    frame["outcome"] = np.where(
        escalated,
        rng.choice(np.array(["致人受伤", "发生暴力", "转公安机关处置", "调解不成升级"], dtype=object), len(frame)),
        "调解成功",
    )
    frame.loc[escalated & (rng.random(len(frame)) < REFERRED_SHARE), "outcome"] = "引导诉讼"
    frame.loc[frame["how"].isna(), "outcome"] = None
    frame["withdrawn"] = frame["how"].eq("closed").to_numpy(dtype=bool) & (rng.random(len(frame)) < 0.01)
    frame["discovered_by"] = rng.choice(
        np.array(["群众上报", "巡查发现", "110推送"], dtype=object), len(frame), p=[0.6, 0.3, 0.1]
    )
    return frame


def _dress_hazards(frame: pd.DataFrame, world: World, rng: np.random.Generator) -> pd.DataFrame:
    frame = _dress(frame, HAZARD_CATEGORIES, rng)
    seen = rng.random(len(frame)) < world.effort[frame["grid"]]
    return frame[seen].reset_index(drop=True)


def _incidents(harmed: list[tuple[int, int]], clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    frame = pd.DataFrame(harmed, columns=["grid", "week"])
    frame["opened"] = clock.times(frame["week"].to_numpy())
    frame["grave"] = rng.random(len(frame)) < 0.1
    return _dress(frame, INCIDENT_CATEGORIES, rng)


def _reports(world: World, weeks: int, disputes: pd.DataFrame, clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    """What grid workers write down on patrol: more where they walk more, and where there is more trouble."""
    trouble = np.zeros((WARM_UP + weeks, world.grids))
    np.add.at(trouble, (disputes["week"].to_numpy(), disputes["grid"].to_numpy()), 1.0)
    number = rng.poisson(world.effort * (0.25 + 0.25 * trouble))
    week, grid = (
        np.repeat(index, number.ravel())
        for index in (np.arange(len(number)).repeat(world.grids), np.tile(np.arange(world.grids), len(number)))
    )
    frame = pd.DataFrame({"grid": grid, "week": week, "opened": clock.times(week)})
    frame["ended"] = (
        frame["opened"] + pd.to_timedelta(rng.exponential(6 * 86_400, len(frame)).astype(np.int64), unit="s")
    ).astype("datetime64[s]")
    return _dress(frame, REPORT_CATEGORIES, rng)


def _calls(world: World, weeks: int, disputes: pd.DataFrame, start: date, seed: int) -> pd.DataFrame:
    """Calls to the hotline, which draw from a generator of their own."""
    frame = calls(world, weeks, WARM_UP, disputes, seed)
    monday = np.datetime64(start, "s") + (frame["week"].to_numpy() - WARM_UP) * np.timedelta64(7, "D")
    frame["opened"] = pd.Series(monday + frame["second"].to_numpy().astype("timedelta64[s]"))
    frame["registered"] = frame["opened"] + pd.Timedelta(minutes=5)
    wait = pd.to_timedelta((frame["hours"] * 3600).astype(np.int64), unit="s")
    frame["ended"] = (frame["registered"] + wait).astype("datetime64[s]")
    return frame


def _interventions(world: World, weeks: int, clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    count = max(1, world.grids * weeks // 400)
    frame = pd.DataFrame(
        {"grid": rng.integers(world.grids, size=count), "week": rng.integers(WARM_UP, WARM_UP + weeks, size=count)}
    )
    frame["opened"] = clock.times(frame["week"].to_numpy())
    frame["ended"] = (frame["opened"] + pd.Timedelta(hours=3)).astype("datetime64[s]")
    frame["kind"] = rng.choice(np.array(["上门调解", "普法宣传", "排查", "心理疏导"], dtype=object), count)
    return frame
