"""What the offices of the second city write down, as tables with the headings that they use.

Not everything is: some disputes reach no register unless they escalate, faults only once they are found, feeds begin
late (incidents in one district later than elsewhere), calls are noise around what goes on, and some incidents bear a
word of the city's own.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from experiments.skill.second.past import Past
from experiments.skill.second.truth import grid_ids
from experiments.skill.second.world import END, WARM_UP

#: Weeks of the recorded past after which a feed begins; incidents of LATE_DISTRICT begin at its own.
BEGINS = {"disputes": 0, "hazards": 20, "incidents": 40, "hotline": 90}
LATE_DISTRICT, LATE_BEGIN = 1, 75
#: The city's own word for an incident, which no vocabulary knows; its share; and what it stands for.
OWN_WORD, OWN_SHARE, OWN_MEANS = "冒烟险情", 0.13, "fire"

_DISPUTES = np.array(["婚姻家庭", "邻里", "拖欠农民工工资", "物业", "消费", "其他"], dtype=object)
_FAULTS = np.array(["燃气隐患", "用电隐患", "电动车违规充电", "外墙脱落", "消防通道堵塞"], dtype=object)
_INCIDENTS = np.array(["火灾", "电动车火灾", "燃气事故", "高空坠物", "高处坠落"], dtype=object)
_CALLS = np.array(["噪声", "物业", "欠薪", "漏水", "飞线充电", "燃气泄漏", "低保"], dtype=object)
_REPORTS = np.array(["消防安全", "市容环境", "公共设施", "矛盾纠纷"], dtype=object)
_GRADES = np.array(["一般", "较大", "重大"], dtype=object)


def record(past: Past) -> dict[str, pd.DataFrame]:
    """A table for each source, by its name in riskwarn."""
    rng = np.random.default_rng([past.seed, 5])
    clock = _Clock(past, rng)
    return {
        "grids": _grids(past),
        "demographics": _demographics(past),
        "disputes": _disputes(past, clock, rng),
        "petitions": _petitions(past, clock, rng),
        "hotline": _hotline(past, clock, rng),
        "grid_reports": _reports(past, clock, rng),
        "hazards": _hazards(past, clock, rng),
        "incidents": _incidents(past, clock, rng),
        "interventions": _interventions(past, clock),
    }


class _Clock:
    """Instants within weeks."""

    def __init__(self, past: Past, rng: np.random.Generator) -> None:
        self.mondays = pd.DatetimeIndex(past.world.monday)
        self.end, self.rng = pd.Timestamp(END), rng

    def instants(self, weeks: pd.Series) -> pd.Series:
        """A random instant in each week; NaT where there is none."""
        found = pd.Series(pd.NaT, index=weeks.index, dtype="datetime64[s]")
        came = weeks.notna().to_numpy()
        seconds = self.rng.integers(0, 7 * 86400, len(weeks))[came]
        at = self.mondays[weeks[came].astype(int)] + pd.to_timedelta(seconds, unit="s")
        found[came] = at.to_numpy().astype("datetime64[s]")
        return found

    def later(self, times: pd.Series, mean_days: float) -> pd.Series:
        """Each instant some days later."""
        return times + pd.to_timedelta((self.rng.gamma(0.8, mean_days / 0.8, len(times)) * 86400).astype(int), unit="s")

    def before_the_end(self, times: pd.Series) -> pd.Series:
        """NaT where an instant has not come yet."""
        return times.where(times < self.end)


def _places(past: Past, grid: pd.Series | np.ndarray) -> np.ndarray:
    return np.array(grid_ids(past.world.grids), dtype=object)[np.asarray(grid)]


def _disputes(past: Past, clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    cases = past.disputes.copy()
    cases["began"], cases["finished"] = clock.instants(cases["opened"]), clock.instants(cases["ended"])
    swapped = cases["finished"] < cases["began"]
    cases.loc[swapped, ["began", "finished"]] = cases.loc[swapped, ["finished", "began"]].to_numpy()
    escalated = cases["how"].eq("escalated")
    cases["known"] = clock.later(cases["began"], 5.0)
    too_late = cases["known"] > cases["finished"]
    cases.loc[too_late, "known"] = cases.loc[too_late, "finished"]
    noted = rng.random(len(cases)) < past.world.written[cases["grid"]]
    noted &= (cases["opened"] >= WARM_UP).to_numpy()
    cases.loc[~noted & escalated, "known"] = cases.loc[~noted & escalated, "finished"]
    begin = clock.mondays[WARM_UP]
    keep = (noted | escalated) & (cases["known"] >= begin) & (cases["known"] < clock.end)
    dated = rng.random(len(cases)) < 0.8
    violent = np.array(["肢体冲突", "致人受伤", "转公安机关处置"], dtype=object)[rng.integers(0, 3, len(cases))]
    court = np.where(rng.random(len(cases)) < 0.08, "引导诉讼", "调解不成")
    outcome = np.where(escalated, violent, np.where(cases["how"].eq("settled"), "调解成功", court))
    finished = clock.before_the_end(cases["finished"])
    table = pd.DataFrame(
        {
            "纠纷编号": [f"JF{number:07d}" for number in cases.index],
            "网格编码": _places(past, cases["grid"]),
            "发生时间": cases["began"],
            "登记时间": cases["known"],
            "纠纷类型": _DISPUTES[cases["kind"]],
            "严重程度": _GRADES[cases["grade"]],
            "是否重复": np.where(cases["marked"], "是", "否"),
            "化解时间": finished.where(~escalated | ~dated),
            "升级时间": finished.where(escalated & dated),
            "更新时间": finished.fillna(cases["known"]),
            "调解结果": pd.Series(outcome, index=cases.index).where(finished.notna()),
        }
    )
    return table[keep].sort_values("登记时间", kind="stable")


def _petitions(past: Past, clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    """Some of those whose dispute drags on turn to a higher office."""
    cases = past.disputes
    long = (cases["ended"].fillna(WARM_UP + past.weeks) - cases["opened"]) > 10
    asks = cases[long.to_numpy() & (rng.random(len(cases)) < 0.25)].reset_index(drop=True)
    asked = asks["opened"] + rng.integers(8, 12, len(asks))
    asks, asked = asks[asked < WARM_UP + past.weeks], asked[asked < WARM_UP + past.weeks]
    at = clock.instants(asked)
    answered = clock.before_the_end(clock.later(at, 45.0))
    table = pd.DataFrame(
        {
            "信访件编号": [f"XF{number:06d}" for number in asks.index],
            "网格编码": _places(past, asks["grid"]),
            "信访日期": at,
            "登记时间": clock.later(at, 2.0),
            "信访形式": "网上信访",
            "信访目的": "求决",
            "内容分类": np.where(asks["kind"] == 2, "劳动和社会保障", "城乡建设"),
            "答复时间": answered,
            "办理状态": np.where(answered.notna(), "已办结", "已受理"),
        }
    )
    return _until(table, clock, WARM_UP)


def _hotline(past: Past, clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    first = WARM_UP + BEGINS["hotline"]
    world = past.world
    rate = np.exp(-0.6 + 0.5 * world.quarrelsome[None, :] + past.mood[first:, world.community])
    calls = rng.poisson(0.8 * rate + 0.15 * past.waiting[first:] + 0.15 * past.troubled[first:])
    week, grid = np.nonzero(calls)
    number = calls[week, grid]
    table = _drawn_table(past, clock, np.repeat(week, number) + first, np.repeat(grid, number))
    kinds = np.where(rng.random(len(table)) < 0.8, "投诉", "咨询")
    return _until(
        table.assign(诉求类型=kinds, 诉求类别=_CALLS[rng.integers(0, len(_CALLS), len(table))]).rename(
            columns={"编号": "工单编号", "发生时间": "来电时间"}
        ),
        clock,
        first,
    )


def _reports(past: Past, clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    world = past.world
    rate = 0.5 * (world.vigilant / 0.22)[None, :] * (0.6 + 0.25 * past.troubled[WARM_UP:])
    week, grid = np.nonzero(seen := rng.poisson(rate))
    number = seen[week, grid]
    table = _drawn_table(past, clock, np.repeat(week, number) + WARM_UP, np.repeat(grid, number))
    table["事件类型"] = _REPORTS[rng.integers(0, len(_REPORTS), len(table))]
    table["来源渠道"] = np.where(rng.random(len(table)) < 0.7, "巡查发现", "群众上报")
    return _until(
        table.rename(columns={"编号": "事件编号", "发生时间": "发现日期", "登记时间": "上报时间"}), clock, WARM_UP
    )


def _hazards(past: Past, clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    seen = past.faults[past.faults["found"].notna()]
    found, mended = clock.instants(seen["found"]), clock.instants(seen["mended"])
    known = clock.later(found, 1.0)
    mended = mended.where(~(mended < known), known)
    table = pd.DataFrame(
        {
            "隐患编号": [f"YH{number:07d}" for number in seen.index],
            "网格编码": _places(past, seen["grid"]),
            "发现日期": found,
            "登记时间": known,
            "隐患类型": _FAULTS[seen["kind"]],
            "严重程度": np.array(["一般", "重大"], dtype=object)[seen["grade"]],
            "整改完成日期": clock.before_the_end(mended),
        }
    )
    return _until(table, clock, WARM_UP + BEGINS["hazards"])


def _incidents(past: Past, clock: _Clock, rng: np.random.Generator) -> pd.DataFrame:
    own = rng.random(len(past.incidents)) < OWN_SHARE
    table = _drawn_table(past, clock, past.incidents["opened"], past.incidents["grid"], mean_days=2.0)
    table["事故类型"] = np.where(own, OWN_WORD, _INCIDENTS[past.incidents["kind"]])
    late = past.world.district[past.incidents["grid"]] == LATE_DISTRICT
    begin = np.where(late, WARM_UP + LATE_BEGIN, WARM_UP + BEGINS["incidents"])
    table = table[(past.incidents["opened"] >= begin).to_numpy()]
    return _until(table.rename(columns={"编号": "事故编号", "登记时间": "接报时间"}), clock, WARM_UP)


def _interventions(past: Past, clock: _Clock) -> pd.DataFrame:
    visits = past.visits[past.visits["opened"] >= WARM_UP].reset_index(drop=True)
    began = clock.instants(visits["opened"])
    return pd.DataFrame(
        {
            "编号": [f"FW{number:06d}" for number in visits.index],
            "网格编码": _places(past, visits["grid"]),
            "服务类型": "上门调解",
            "开始时间": began,
            "结束时间": clock.before_the_end(began + pd.Timedelta(hours=3)),
        }
    )


def _drawn_table(past: Past, clock: _Clock, weeks: object, grid: object, mean_days: float = 0.5) -> pd.DataFrame:
    at = clock.instants(pd.Series(np.asarray(weeks)))
    return pd.DataFrame(
        {
            "编号": [f"N{number:08d}" for number in range(len(at))],
            "网格编码": _places(past, np.asarray(grid)),
            "发生时间": at,
            "登记时间": clock.later(at, mean_days),
        }
    )


def _until(table: pd.DataFrame, clock: _Clock, first_week: int) -> pd.DataFrame:
    """What was registered before the end and since the feed began, in the order of registration."""
    known = next(name for name in ("登记时间", "上报时间", "接报时间") if name in table)
    kept = table[(table[known] < clock.end) & (table[known] >= clock.mondays[first_week])]
    return kept.sort_values(known, kind="stable")


def _grids(past: Past) -> pd.DataFrame:
    world = past.world
    return pd.DataFrame(
        {
            "网格编码": grid_ids(world.grids),
            "社区编码": [f"S{one:04d}" for one in world.community],
            "社区名称": [f"第{one + 1}社区" for one in world.community],
            "镇街编码": [f"Z{one:03d}" for one in world.town],
            "镇街名称": [f"第{one + 1}街道" for one in world.town],
            "区县编码": [f"Q{one:02d}" for one in world.district],
            "区县名称": [f"第{one + 1}区" for one in world.district],
            "中心经度": np.round(world.longitude, 6),
            "中心纬度": np.round(world.latitude, 6),
        }
    )


def _demographics(past: Past) -> pd.DataFrame:
    world = past.world
    counted = date(world.monday[WARM_UP].year - 1, 7, 1)
    return pd.DataFrame(
        {
            "网格编码": grid_ids(world.grids),
            "统计日期": counted.isoformat(),
            "常住人口": world.population,
            "户数": world.population * 10 // 27,
            "65岁以上占比": [f"{100 * share:.1f}%" for share in world.share_over_65],
            "房屋平均年限": np.round(world.building_age, 1),
        }
    )
