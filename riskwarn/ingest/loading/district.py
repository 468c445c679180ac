"""The district of a table whose columns name none: from its titles, the name of its file, or a cover sheet beside it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from riskwarn.ingest.places.gazetteer import county_name
from riskwarn.messages import Message

_HAN = "㐀-鿿"
_RUN = re.compile(f"[{_HAN}]+")
#: A label, the end of a date, or an office of the party, before the name: 填报单位重庆市永川区, 2026年永川区, 中共秀山县委.
_BEFORE = re.compile(r"(?:(?:填报|编制|报送|制表|统计|主管)?(?:单位|部门)|[年月日度季号第]|中共|中国共产党|关于|附件)+")
_ABOVE = rf"(?:[{_HAN}]{{2,8}}?(?:省|自治区))?(?:[{_HAN}]{{2,5}}?市)?"
_NAME = re.compile(rf"{_ABOVE}(?P<name>[{_HAN}]{{2,12}}?自治县|[{_HAN}]{{2,3}}?区|[{_HAN}]{{1,3}}?县)")
#: What ends like the name of a district and is none.
_NO_NAME = re.compile(
    "(?:社|小|园|辖|地|片|景|校|街|厂|灾|市|林|矿|库|牧|农|营|湖|特|分|专|主城|老城|中心城|开发|管理|保税|示范|工业|商业|住宅|生活|功能|责任|居民|"
    "风险|贫困山|行政|自治|旅游|度假|安置|集中|服务|防护|保护|水源|管控|封控|防范|网格|重点|试点|巡查|作战|包保|全|本|我|各|该|两|县)区$|"
    "^(?:全|本|我|各|该|区|市|州|郡|两)县$"
)
#: Texts of a column that are looked at.
_TEXTS = 2_000

Said = tuple[str, Message]


def district_said(titles: Iterable[str], name: str, beside: Iterable[str], cells: pd.DataFrame) -> Said | None:
    """The district that a table is of, and where that stands; None where nothing says it, or several do.

    `titles` stand above its headings, `name` is that of its file, `beside` stands on other sheets of its workbook. `cells`
    are its rows (rows, columns): where a column of them tells of another district nothing is taken for granted. 秀山县 is
    秀山土家族苗族自治县 for short: one district, called as it is in full.
    """
    own = {Message("its title"): _districts(titles), Message("its name"): _districts([name])}
    cover = _districts(beside)
    named = set().union(*own.values())
    if named:
        if not _one(named) or (cover and not {*map(county_name, named)} <= {*map(county_name, cover)}):
            return None
        district = max(named, key=len)
        ground = next(ground for ground, found in own.items() if district in found)
    elif _one(cover):
        district, ground = max(cover, key=len), Message("its cover sheet")
    else:
        return None
    return None if _contradicted(district, cells) else (district, ground)


def same_district(one: str, other: str) -> bool:
    """Whether two names are those of one district: in full, and for short."""
    return county_name(one) == county_name(other)


def _one(districts: set[str]) -> bool:
    return len({*map(county_name, districts)}) == 1


def _districts(texts: Iterable[str]) -> set[str]:
    return {found for text in texts for found in _named(text)}


def _named(text: str) -> Sequence[str]:
    """The districts with which a run of Han characters in a text begins: 永川区网格底册, 重庆市永川区综治中心."""
    runs = _RUN.findall(unicodedata.normalize("NFKC", text))
    found = (_NAME.match(_BEFORE.sub("", run, count=1) if _BEFORE.match(run) else run) for run in runs)
    return [match["name"] for match in found if match is not None and _NO_NAME.search(match["name"]) is None]


def _contradicted(district: str, cells: pd.DataFrame) -> bool:
    """Whether most texts of a column begin with the name of another district."""
    for name in cells:
        texts = [text for text in cells[name].dropna().head(_TEXTS) if isinstance(text, str)]
        told = Counter(named[0] for text in texts if (named := _named(text)))
        if told and 2 * told.total() > len(texts) and not same_district(told.most_common(1)[0][0], district):
            return True
    return False
