"""Which source is meant by a name that people give it: its own, or its Chinese one."""

from __future__ import annotations

import re
import unicodedata

from riskwarn.configuration import Configuration
from riskwarn.contracts.own import is_own, own_contract
from riskwarn.contracts.sources import declared
from riskwarn.errors import UnknownSource
from riskwarn.messages import Listed

#: Usual short names beside the Chinese names of the contracts.
_ALSO = {
    "grids": ("网格表",),
    "grid_lineage": ("网格沿革", "网格变更"),
    "places": ("小区", "地点对照"),
    "service_areas": ("辖区",),
    "breaks": ("口径变化",),
    "demographics": ("人口", "人口房屋"),
    "interventions": ("服务", "服务措施"),
    "teams": ("队伍", "处置队伍表"),
    "tickets": ("预警工单", "工单状态"),
    "disputes": ("纠纷", "矛盾"),
    "petitions": ("信访件",),
    "hotline": ("12345", "热线", "政务热线"),
    "grid_reports": ("网格事件", "网格员上报"),
    "hazards": ("安全隐患", "隐患排查"),
    "police_calls": ("110", "警情"),
    "incidents": ("安全事故",),
}
_ENDINGS = re.compile(r"(台账|数据|记录|清单|列表|工单|表)$")


def source_named(name: str, configuration: Configuration) -> str:
    """The declared source that `name` means; raise UnknownSource, which names them all."""
    if name in configuration.sources:
        return name
    wanted = plain_name(name)
    chinese: list[str] = []
    for source in configuration.sources:
        own = (own_contract(source, configuration.sources[source]) if is_own(source) else declared(source)).zh
        names = (source, own, *_ALSO.get(source, ()))
        if wanted in map(plain_name, names):
            return source
        chinese += [own] if own != source else []
    known = [*configuration.sources, *(chinese if not name.isascii() else [])]
    raise UnknownSource(source=name, known=Listed(known))


def plain_name(name: str) -> str:
    """Half width, lower case, no blanks or marks, no word for a table at its end."""
    folded = re.sub(r"[\s、,·与_-]", "", unicodedata.normalize("NFKC", name).casefold())
    return _ENDINGS.sub("", folded) or folded
