"""The words of the project as types: units, levels, severities, models that serve."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, get_args

#: The packaged mappings of usual departments.
PresetName = Literal["dispute", "petition", "12345", "110", "grid-case", "mediation", "hazard", "wage"]
PRESETS: tuple[str, ...] = get_args(PresetName)


class Unit(StrEnum):
    """A level of the city's hierarchy, from the smallest up."""

    GRID = "grid"
    COMMUNITY = "community"
    TOWN = "town"
    DISTRICT = "district"
    CITY = "city"


class Level(StrEnum):
    """Attention level of a grid: internal to the service, never a public warning colour."""

    RED = "red"  # 优先
    ORANGE = "orange"  # 重点
    YELLOW = "yellow"  # 关注
    BLUE = "blue"  # 留意
    NONE = "none"
    UNKNOWN = "unknown"  # a data gap: never low risk

    @property
    def zh(self) -> str:
        """The level's Chinese name."""
        return {"red": "优先", "orange": "重点", "yellow": "关注", "blue": "留意", "none": "无", "unknown": "未知"}[
            self
        ]


#: Attention levels from the highest down, as they are tried.
RANKED_LEVELS = (Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE)


class Gap(StrEnum):
    """How a source fails a place."""

    SILENT = "silent"  # nothing comes any more
    SHORT = "short"  # less comes than its own noise allows


class Severity(StrEnum):
    """How grave a recorded event is; the order is the order of declaration."""

    GENERAL = "general"  # 一般
    LARGER = "larger"  # 较大
    MAJOR = "major"  # 重大
    EXTRAORDINARY = "extraordinary"  # 特别重大


class DiscoveredBy(StrEnum):
    """Who found an event: what people report is kept apart from what patrols find."""

    REPORTED = "reported"  # residents
    PATROL = "patrol"  # grid workers
    TRANSFERRED = "transferred"  # another department


class Role(StrEnum):
    """What the records of an event source are, from which follows what can be counted of them."""

    CASE = "case"  # they stay open until they are closed
    DEMAND = "demand"  # they wait for an answer
    PATROL = "patrol"  # patrols find them, as well as residents
    ESCALATING = "escalating"  # some turn to harm
    REPEATING = "repeating"  # one makes another nearby likelier
    TEXT = "text"  # they come with free text, of which topics are left


class Outcome(StrEnum):
    """How a record ended."""

    SETTLED = "settled"  # 调解成功
    CONFIRMED = "confirmed"  # 司法确认
    WITHDRAWN = "withdrawn"  # 撤回
    REFERRED = "referred"  # 引导诉讼、仲裁、复议: an orderly end, never a target
    MEDIATION_FAILED = "mediation_failed"  # 调解不成
    TERMINATED = "terminated"  # 终止
    INJURY = "injury"  # 致人受伤
    VIOLENCE = "violence"  # 发生暴力
    POLICE_INTERVENTION = "police_intervention"  # 转公安机关处置
    TRANSFERRED = "transferred"  # 移交
    UNFOUNDED = "unfounded"  # 不属实
    MERGED = "merged"  # 被合并
    DONE = "done"  # 已办结


#: The outcomes that are harm, the gravest first: of several that are told of one record the first of these is its outcome.
HARM = (Outcome.INJURY, Outcome.VIOLENCE, Outcome.POLICE_INTERVENTION)


class LocatedBy(StrEnum):
    """The rung of the ladder of places on which a record was placed."""

    GRID_ID = "grid_id"
    COORDINATES = "coordinates"
    PLACES = "places"
    ADDRESS = "address"  # a grid's number, name or code inside an address
    PATH = "path"
    COMMUNITY = "community"
    TOWN = "town"
    SERVICE_AREA = "service_area"


class Quantity(StrEnum):
    """What kind of quantity a feature is: only extensive ones may be summed over units."""

    EXTENSIVE = "extensive"
    INTENSIVE = "intensive"
    STATIC = "static"


#: What every notice to people says of itself and of its use.
NOTICE_ZH = "内部工作提示，不是突发事件预警信息。不得据此登记、约谈、劝返、稳控任何人，不得作为处罚、考核依据。"
NOTICE_EN = (
    "Internal working notice, not an emergency warning. It must not be used to register, summon, turn back or control "
    "anybody, nor as a ground for punishment or appraisal."
)

#: … and who decides.
DECIDED_ZH = "提示说的是地方和未满足的需要，不是任何人；是否去办、怎么办，由人决定。"
DECIDED_EN = "It is about a place and unmet needs, never about a person; whether and how to act is decided by people."

#: What becomes of a notice, in Chinese; what a ticket has too is named as there (`ticket_status`).
NOTICE_STATUSES = {"referred": "上报", "expired": "已过期", "withdrawn": "已撤回"}
#: What is done with a notice, or befalls it.
NOTICE_STEPS = {
    "raised": "产生", "raised_further": "升级", "lowered": "下调", "redrawn": "区划调整", "moved": "划归他处", "upheld": "维持", "reminded": "再次提醒", "escalated": "上级督办", "expired": "过期", "withdrawn": "撤回",
    "paused": "挂起", "resumed": "恢复", "overdue": "超期", "acknowledge": "签收", "start": "处置", "assign": "转派", "note": "备注",
    "extend": "延期", "return": "退回", "refer": "上报", "co_handle": "协同", "contest": "异议", "close": "办结", "reopen": "重开",
}  # fmt: skip
#: By which way that came.
NOTICE_WAYS = {"rule": "规则", "api": "接口", "cli": "命令行", "tickets": "工单", "records": "台账"}
#: Why something was not told.
HELD_REASONS = {
    "budget": "本周额度已满", "silenced": "已静默", "inhibited": "上级已有提示", "rest": "刚结束不久", "group": "合并提示已满", "no_team": "没有队伍",
}  # fmt: skip
