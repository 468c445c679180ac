"""The causes and scales of each generator's targets, computed from the records that were known on a Monday."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from experiments.skill.exported import Exports
from experiments.skill.form import Terms
from experiments.skill.known import Known, Open
from experiments.skill.second.world import in_holidays


def season(known: Known, week: int, horizon: int) -> np.ndarray:
    """(2,) cosine and sine of the middle of the window's place in the year; the cosine is 1 in late July."""
    day = known.counts.mondays[week].timetuple().tm_yday + 3.5 * horizon
    angle = 2 * np.pi * (day - 205) / 365.25
    return np.array([np.cos(angle), np.sin(angle)])


def _columns(*columns: np.ndarray) -> np.ndarray:
    return np.stack(columns, axis=1)


def _seasonal(known: Known, week: int, horizon: int, *columns: np.ndarray) -> np.ndarray:
    """(grids, columns + 2) the columns and the season."""
    grids = known.exports.grids
    return np.concatenate([_columns(*columns), np.tile(season(known, week, horizon), (grids, 1))], axis=1)


# --- The city of `riskwarn simulate` ---------------------------------------------------------------------------------


def first_conflict(known: Known, week: int, horizon: int) -> Terms:
    """Open cases by gravity and age, and those to come; times temper, overdue petitions and how slowly the town settles."""
    grids = known.exports.grids
    cases = known.open("disputes", week)
    band = np.searchsorted([1, 2, 4, 6, 9, 14], cases.age, side="right")
    grave = cases.rows["严重程度"].eq("较大").to_numpy()
    by_class = cases.by(band + 7 * grave, 14, grids)

    def danger(past: int) -> np.ndarray:
        now = known.open("disputes", past)
        weight = np.where(now.rows["严重程度"].eq("较大"), 4.0, 1.0) * (1 + 0.35 * np.minimum(now.age, 14))
        return 0.6 + np.bincount(now.rows["grid"], weight * now.rows["weight"], minlength=grids)

    temper = known.effect(week, known.running("danger", danger, week), 20.0)
    letters = known.open("petitions", week)
    overdue = np.bincount(
        letters.rows["grid"][letters.age >= 8], letters.rows["weight"][letters.age >= 8], minlength=grids
    )
    excited = _faded_arrivals(known, "disputes", week, 0.75)
    to_come = np.stack([known.rate("disputes", week, 104), known.rate("disputes", week, 8), 0.12 * excited], axis=1)
    settling = np.log(_closing_share(known, week))[known.exports.town]
    scales = _seasonal(known, week, horizon, temper, np.log1p(0.6 * np.minimum(overdue, 4)), settling)
    return Terms(np.concatenate([by_class, to_come], axis=1), scales)


def first_safety(known: Known, week: int, horizon: int) -> Terms:
    """A base rate and open hazards by grade, known and to come; times the place's own factor and the season."""
    grids = known.exports.grids

    def load(past: int) -> np.ndarray:
        now = known.open("hazards", past)
        weight = np.where(now.rows["严重程度"].eq("重大"), 9.0, 1.0) * now.rows["weight"]
        return 1 + 1.1 * np.bincount(now.rows["grid"], weight, minlength=grids)

    place = known.effect(week, known.running("load", load, week), 8.0)
    hazards = known.open("hazards", week)
    by_grade = hazards.by(hazards.rows["严重程度"].eq("重大").to_numpy().astype(int), 2, grids)
    rate = known.rate("hazards", week, 104)
    size = np.sqrt(known.exports.people["population"].to_numpy() / 1000)
    causes = np.concatenate([np.ones((grids, 1)), size[:, None], by_grade, rate[:, None]], axis=1)
    return Terms(causes, _seasonal(known, week, horizon, place))


def _faded_arrivals(known: Known, source: str, week: int, memory: float) -> np.ndarray:
    recent = known.arrivals[source][max(0, week - 30) : week]
    return (recent * memory ** np.arange(len(recent) - 1, -1, -1)[:, None]).sum(axis=0)


def _closing_share(known: Known, week: int) -> np.ndarray:
    """(towns,) of open cases, those settled a week, over the last eight weeks."""
    table, now = known.exports.tables["disputes"], known.monday(week)
    town = known.exports.town[table["grid"]]
    settled = table["升级时间"].isna() & (table["ended"] < now) & (table["ended"] >= now - np.timedelta64(56, "D"))
    waiting = (table["known"] < now - np.timedelta64(28, "D")) & ~(table["ended"] < now - np.timedelta64(28, "D"))
    number = known.exports.town.max() + 1
    done, stood = np.bincount(town[settled], minlength=number), np.bincount(town[waiting], minlength=number)
    mean = done.sum() / max(8 * stood.sum(), 1)
    return (done + 40 * mean) / (8 * stood + 40)


# --- The second city -------------------------------------------------------------------------------------------------


def second_conflict(known: Known, week: int, horizon: int) -> Terms:
    """Open cases by grade, age, feud and pressure on the mediators, and those to come; times what scales the place."""
    exports, grids = known.exports, known.exports.grids
    cases = known.open("disputes", week)
    grade, feud, band, pressed = _second_cases(exports, cases)
    holidays = np.mean(
        [in_holidays(known.counts.mondays[0] + pd.Timedelta(weeks=week + ahead)) for ahead in range(horizon)]
    )
    family = cases.rows["纠纷类型"].eq("婚姻家庭").to_numpy()
    by_class = cases.by(band + 8 * (grade + 3 * feud + 6 * pressed), 8 * 12, grids)
    in_family = np.bincount(cases.rows["grid"][family], minlength=grids) * holidays

    def danger(past: int) -> np.ndarray:
        now = known.open("disputes", past)
        grade, feud, _, pressed = _second_cases(exports, now)
        age = now.age
        weight = np.exp(
            0.9 * (grade == 1) + 1.7 * (grade == 2) + 1.1 * np.log1p(age) - 0.16 * age + 0.8 * feud
            + 0.9 * ((age >= 9) & (grade >= 1)) + 0.8 * pressed
        )  # fmt: skip
        return 0.5 + np.bincount(now.rows["grid"], weight, minlength=grids)

    tense = known.effect(week, known.running("danger", danger, week), 15.0)
    visits = exports.tables["interventions"]
    recent = visits[
        (visits["began"] < known.monday(week)) & (visits["began"] >= known.monday(week) - np.timedelta64(28, "D"))
    ]
    visited = np.bincount(recent["grid"], minlength=grids) > 0
    to_come = np.stack([known.rate("disputes", week, 208), known.rate("disputes", week, 8)], axis=1)
    causes = np.concatenate([by_class, in_family[:, None], to_come], axis=1)
    scales = _seasonal(
        known, week, horizon, tense, np.log1p(known.faded(week, 0.75)), visited.astype(float),
        np.log(known.rate("disputes", week, 13) / known.rate("disputes", week, 208)),
    )  # fmt: skip
    return Terms(causes[:, _possible(causes.shape[1])], scales)


def _second_cases(exports: Exports, cases: Open) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    grade = cases.rows["严重程度"].map({"一般": 0, "较大": 1, "重大": 2}).to_numpy()
    feud = cases.rows["是否重复"].eq("是").to_numpy().astype(int)
    band = np.searchsorted([1, 2, 3, 5, 7, 9, 13], cases.age, side="right")
    community = exports.community[cases.rows["grid"]]
    load = np.bincount(community, minlength=exports.community.max() + 1) / np.bincount(exports.community)
    # 2 cases a mediator, of which about four in five are on record.
    return grade, feud, band, ((load[community] > 1.8) & (grade >= 1)).astype(int)


def second_safety(known: Known, week: int, horizon: int) -> Terms:
    """A base of people and the old, faults on record by kind, grade and number, faults unseen, tremors; times the place."""
    exports, grids = known.exports, known.exports.grids
    warmth = 1.2 * season(known, week, horizon)[0]
    faults = known.open("hazards", week)
    kinds = ["燃气隐患", "用电隐患", "电动车违规充电", "外墙脱落", "消防通道堵塞"]
    kind = pd.Categorical(faults.rows["隐患类型"], categories=kinds).codes.astype(int)
    grade = faults.rows["严重程度"].eq("重大").to_numpy().astype(int)
    by_class = faults.by(kind + 5 * grade, 10, grids)
    weather = np.ones(5)
    weather[0], weather[2] = np.exp(-0.45 * warmth), np.exp(0.45 * warmth)
    by_class *= np.tile(weather, 2)
    # A fault is on record for a third of its life or so: with two on record there are likely to be three.
    many = by_class.sum(axis=1) >= 2
    size = np.sqrt(exports.people["population"].to_numpy() / 1000)
    old = exports.people["over_65"].to_numpy() > 0.22
    unseen = known.rate("hazards", week, 208)
    wear = np.exp(0.03 * (exports.people["building_age"].to_numpy() - 18))
    shaken = known.faded(week, 0.7)
    around = shaken[known.nearest].mean(axis=1)
    causes = np.concatenate(
        [
            _columns(
                size, size * old, unseen, unseen * weather[0], unseen * weather[2], unseen**2, wear, shaken, around
            ),
            by_class,
            by_class * many[:, None],
        ],
        axis=1,
    )

    def load(past: int) -> np.ndarray:
        return np.ones(grids)

    place = known.effect(week, known.running("load", load, week), 4.0)
    return Terms(causes, _seasonal(known, week, horizon, place))


def _possible(causes: int) -> np.ndarray:
    """(causes,) which of them can occur: no case of grade 0 counts as pressed, whether fresh or a feud."""
    possible = np.ones(causes, dtype=bool)
    for never in (6, 9):
        possible[8 * never : 8 * never + 8] = False
    return possible


TERMS: dict[tuple[str, str], Callable[[Known, int, int], Terms]] = {
    ("first", "conflict"): first_conflict,
    ("first", "safety"): first_safety,
    ("second", "conflict"): second_conflict,
    ("second", "safety"): second_safety,
}
