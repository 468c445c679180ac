"""The exports of a simulated city, as departments would hand them over on a given day.

Chinese headings, three kinds of file, personal columns of invented people that the privacy gate has to drop, rows that
come twice, and corrections that come later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from riskwarn.simulate.borders import borders
from riskwarn.simulate.city import SimulatedCity
from riskwarn.simulate.hotline import places_of
from riskwarn.simulate.redrawing import former_people, grid_id, grid_table, lineage_table, written_ids
from riskwarn.simulate.surroundings import breaks, places, service_areas, teams
from riskwarn.simulate.world import World

#: Days before the end at which the register of disputes was exported, for its corrections to come after it.
CORRECTED_DAYS = 14
TWICE_SHARE = 0.01
CORRECTED_SHARE = 0.02

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀英华"


@dataclass(frozen=True)
class Export:
    """One file of one source and the day on which it was taken."""

    source: str
    file: str
    exported_at: date


def grid_ids(world: World) -> list[str]:
    """The ids of the grids of today."""
    return [grid_id(index) for index in range(world.grids)]


def write_exports(city: SimulatedCity, folder: Path, as_of: date) -> list[Export]:
    """Write what departments could hand over at the midnight of `as_of`, in the order in which it is to be loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    until = pd.Timestamp(as_of)
    disputes = _disputes(city, until)
    rng = np.random.default_rng([city.seed, 7])
    corrected = pd.Series(rng.random(len(city.disputes)) < CORRECTED_SHARE)
    before = until - pd.Timedelta(days=CORRECTED_DAYS)
    changed = disputes[disputes["_case"].map(corrected) & (disputes["_known"] < before)]
    files: list[tuple[str, str, date, pd.DataFrame, Callable[[pd.DataFrame, Path], None]]] = [
        ("grids", "网格.csv", as_of, _grids(city, as_of), _utf8),
        ("grid_lineage", "网格沿革.csv", as_of, _lineage(city, as_of), _utf8),
        ("places", "小区.csv", as_of, places(city.world), _utf8),
        ("service_areas", "派出所辖区.csv", as_of, service_areas(city.world), _utf8),
        ("breaks", "口径变化.csv", as_of, breaks(city.world, city.start, city.weeks), _utf8),
        ("demographics", "人口.xlsx", as_of, _demographics(city), _excel),
        ("disputes", "矛盾纠纷.csv", as_of, _twice(disputes, city.seed), _gb18030),
        ("petitions", "信访.xlsx", as_of, _petitions(city, until), _excel),
        ("hotline", "热线.csv", as_of, _hotline(city, until), _utf8),
        ("grid_reports", "网格事件.parquet", as_of, _reports(city, until), _parquet),
        ("hazards", "隐患.csv", as_of, _hazards(city, until), _utf8),
        ("incidents", "事故.csv", as_of, _incidents(city, until), _utf8),
        ("interventions", "服务.csv", as_of, _interventions(city, until), _utf8),
        ("teams", "队伍.csv", as_of, teams(city.world), _utf8),
    ]
    if len(changed):
        later = changed.assign(纠纷类型="其他", 更新时间=until - pd.Timedelta(hours=12))
        files.append(("disputes", "矛盾纠纷-更正.csv", as_of, later, _gb18030))
    exports = []
    for source, name, day, frame, write in files:
        if len(frame) == 0:
            continue
        write(frame.drop(columns=[column for column in frame.columns if column.startswith("_")]), folder / name)
        exports.append(Export(source, name, day))
    return exports


def _known(frame: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """The cases that were registered before `until`; what came later is masked by those who write the columns."""
    return frame[frame["registered"] < until].sort_values("registered", kind="stable")


def _before(times: pd.Series, until: pd.Timestamp) -> pd.Series:
    return times.where(times < until)


def _place(city: SimulatedCity, cases: pd.DataFrame) -> dict[str, pd.Series]:
    """Grid and town as they were written down on the day of registration."""
    world, grid = city.world, cases["grid"]
    towns = np.array(world.town_names, dtype=object)[world.town[grid]]
    ids = written_ids(world, city.redrawing, grid, cases["registered"])
    return {"网格编码": ids, "所属镇街": pd.Series(towns, index=cases.index)}


def _spot(city: SimulatedCity, cases: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """A point near the centre of each case's grid of today, by the case's number; degrees."""
    world, number = city.world, cases.index.to_numpy()
    angle, radius = number * 2.399963, 0.0004 * np.sqrt(number * 0.618034 % 1)
    return (
        np.round(world.longitude[cases["grid"]] + radius * np.cos(angle), 6),
        np.round(world.latitude[cases["grid"]] + radius * np.sin(angle), 6),
    )


def _person(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """An invented person for each row, by the row's number."""
    number = frame.index.to_numpy()
    names = [_SURNAMES[n % 12] + _GIVEN[n * 7 % 19] + _GIVEN[n * 5 % 19] for n in number]
    phones = [f"139{n * 7919 % 10**8:08d}" for n in number]
    return {"当事人姓名": pd.Series(names, index=frame.index), "联系电话": pd.Series(phones, index=frame.index)}


def _disputes(city: SimulatedCity, until: pd.Timestamp) -> pd.DataFrame:
    cases = _known(city.disputes, until)
    ended = _before(cases["ended"], until)
    escalated = cases["how"].eq("escalated")
    void = cases["withdrawn"] & ended.notna()
    changed = ended.where(ended > cases["registered"], cases["registered"])
    return pd.DataFrame(
        {
            "_case": cases.index,
            "_known": cases["registered"],
            "纠纷编号": [f"DP{number:07d}" for number in cases.index],
            **_place(city, cases),
            "发生时间": cases["opened"],
            "登记时间": cases["registered"],
            "纠纷类型": cases["category"],
            "严重程度": np.where(cases["grave"], "较大", "一般"),
            "来源渠道": cases["discovered_by"],
            "化解时间": ended.where(~escalated),
            "升级时间": ended.where(escalated),
            "更新时间": changed,
            "办理状态": np.where(void, "作废", np.where(ended.notna(), "已办结", "调解中")),
            "调解结果": cases["outcome"].where(ended.notna()),
            **_person(cases),
            "事发地址": [f"{number % 90 + 1}号{number % 30 + 1}单元" for number in cases.index],
            "事件简述": "双方因琐事发生争执",
        }
    )


def _petitions(city: SimulatedCity, until: pd.Timestamp) -> pd.DataFrame:
    cases = _known(city.petitions, until)
    answered = _before(cases["ended"], until)
    kinds = np.where(
        cases.index.to_numpy() % 40 == 0, "检举控告", np.where(cases.index.to_numpy() % 5 == 0, "建议意见", "求决")
    )
    return pd.DataFrame(
        {
            "信访件编号": [f"XF{number:07d}" for number in cases.index],
            **_place(city, cases),
            "信访日期": cases["opened"],
            "登记时间": cases["registered"],
            "信访形式": np.where(cases.index.to_numpy() % 3 == 0, "来访", "网上信访"),
            "信访目的": kinds,
            "内容分类": cases["category"],
            "答复时间": answered,
            "办理状态": np.where(answered.notna(), "已办结", "已受理"),
            **{"信访人姓名" if name == "当事人姓名" else name: values for name, values in _person(cases).items()},
            "信访人数": cases.index.to_numpy() % 7 + 1,
        }
    )


def _reports(city: SimulatedCity, until: pd.Timestamp) -> pd.DataFrame:
    cases = _known(city.grid_reports, until)
    return pd.DataFrame(
        {
            "事件编号": [f"WS{number:08d}" for number in cases.index],
            **_place(city, cases),
            **dict(zip(("经度", "纬度"), _spot(city, cases), strict=True)),
            "发现日期": cases["opened"],
            "上报时间": cases["registered"],
            "事件类型": cases["category"],
            "来源渠道": np.where(cases.index.to_numpy() % 4 == 0, "群众上报", "巡查发现"),
            "结案时间": _before(cases["ended"], until),
            "上报人": [_SURNAMES[number % 12] + "某" for number in cases.index],
        }
    ).reset_index(drop=True)


def _hazards(city: SimulatedCity, until: pd.Timestamp) -> pd.DataFrame:
    cases = _known(city.hazards, until)
    return pd.DataFrame(
        {
            "隐患编号": [f"YH{number:07d}" for number in cases.index],
            **_place(city, cases),
            "经纬度": [f"{x:.6f},{y:.6f}" for x, y in zip(*_spot(city, cases), strict=True)],
            "发现日期": cases["opened"],
            "登记时间": cases["registered"],
            "隐患类型": cases["category"],
            "严重程度": np.where(cases["grave"], "重大", "一般"),
            "整改时限": cases["opened"] + pd.Timedelta(days=60),
            "整改完成日期": _before(cases["ended"], until),
            "负责人姓名": [_SURNAMES[number % 12] + "某某" for number in cases.index],
        }
    )


def _incidents(city: SimulatedCity, until: pd.Timestamp) -> pd.DataFrame:
    cases = _known(city.incidents, until)
    return pd.DataFrame(
        {
            "事故编号": [f"SG{number:06d}" for number in cases.index],
            **_place(city, cases),
            "发生时间": cases["opened"],
            "接报时间": cases["registered"],
            "事故类型": cases["category"],
            "事故等级": np.where(cases["grave"], "较大", "一般"),
        }
    )


def _interventions(city: SimulatedCity, until: pd.Timestamp) -> pd.DataFrame:
    done = city.interventions[city.interventions["opened"] < until]
    return pd.DataFrame(
        {
            "编号": [f"FW{number:06d}" for number in done.index],
            "网格编码": written_ids(city.world, city.redrawing, done["grid"], done["opened"]),
            "服务类型": done["kind"],
            "开始时间": done["opened"],
            "结束时间": _before(done["ended"], until),
        }
    )


def _hotline(city: SimulatedCity, until: pd.Timestamp) -> pd.DataFrame:
    cases = _known(city.hotline, until)
    answered = _before(cases["ended"], until)
    return pd.DataFrame(
        {
            "工单编号": [f"RX{number:08d}" for number in cases.index],
            **places_of(city.world, cases["grid"], *_spot(city, cases)),
            "来电时间": cases["opened"],
            "登记时间": cases["registered"],
            "诉求类型": cases["kind"],
            "诉求类别": cases["category"],
            "回复时间": answered,
            "满意度": np.where(answered.isna(), "", np.where(cases.index.to_numpy() % 9 == 0, "不满意", "满意")),
            "来电人姓名": _person(cases)["当事人姓名"],
            "诉求内容": "来电反映相关问题，请尽快处理",
        }
    )


def _lineage(city: SimulatedCity, as_of: date) -> pd.DataFrame:
    table = lineage_table(city.world, city.redrawing)
    return table[table["调整日期"] < as_of] if len(table) else table


def _grids(city: SimulatedCity, as_of: date) -> pd.DataFrame:
    """Every grid with its days; units as they were on them."""
    world = city.world
    table = grid_table(world, city.redrawing, as_of)
    index = table["index"].to_numpy()
    community, town, district = world.community[index], world.town[index], table["district"].to_numpy()
    # Of the grids before the re-drawing nobody kept a map: they have centres alone, other ones than those of today.
    as_today = table["longitude"].to_numpy() == world.longitude[index]
    drawn = np.where(as_today, np.array(borders(world), dtype=object)[index], None)
    return pd.DataFrame(
        {
            "网格编码": table["grid_id"].to_numpy(),
            "网格名称": [f"{world.community_names[c]}第{i % 5 + 1}网格" for i, c in zip(index, community, strict=True)],
            "网格类型": "基础网格",
            "社区编码": [f"SQ{one:05d}" for one in community],
            "社区名称": [world.community_names[one] for one in community],
            "镇街编码": [f"ZJ{one:04d}" for one in town],
            "镇街名称": [world.town_names[one] for one in town],
            "区县编码": [f"QX{one:03d}" for one in district],
            "区县名称": [world.district_names[one] for one in district],
            "中心经度": np.round(table["longitude"].to_numpy(), 6),
            "中心纬度": np.round(table["latitude"].to_numpy(), 6),
            "边界": drawn,
            "启用日期": table["valid_from"].to_numpy(),
            "停用日期": table["valid_to"].to_numpy(),
            "网格长": [_SURNAMES[one % 12] + "网格" for one in index],
        }
    )


def _demographics(city: SimulatedCity) -> pd.DataFrame:
    """The last count was before the re-drawing, in the grids of then."""
    people = former_people(city.world, city.redrawing)
    return pd.DataFrame(
        {
            "网格编码": people["grid_id"],
            "统计日期": (city.start - timedelta(days=200)).isoformat(),
            "常住人口": people["population"],
            "户数": people["population"] * 10 // 27,
            "65岁以上占比": [f"{100 * share:.1f}%" for share in people["share_over_65"]],
            "信教群众": people["population"] // 50,
        }
    )


def _twice(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Some rows come twice, as from a careless export."""
    again = frame.sample(frac=TWICE_SHARE, random_state=seed)
    return pd.concat([frame, again])


def _utf8(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, encoding="utf-8-sig", date_format="%Y-%m-%d %H:%M:%S")


def _gb18030(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, encoding="gb18030", date_format="%Y/%m/%d %H:%M:%S")


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


def _excel(frame: pd.DataFrame, path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("导出")
    sheet.append(list(frame.columns))
    plain = frame.astype(object).where(frame.notna(), None)
    for row in plain.itertuples(index=False):
        sheet.append([value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in row])
    book.save(path)
