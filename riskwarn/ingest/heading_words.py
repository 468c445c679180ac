"""What a heading says: the words that are compared, the field for which it stands, and the columns that a mapping names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Flags
from riskwarn.contracts.compositions import SPAN_BEFORE, SPAN_BEHIND, without_number, without_span
from riskwarn.contracts.schema import TABLES
from riskwarn.contracts.vocabulary import Ground, field_of, is_personal
from riskwarn.ingest.redaction import kept_heading
from riskwarn.ingest.values.clock import TIME_OF
from riskwarn.mapping import Mapping
from riskwarn.messages import one_line

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")

#: What in brackets says of which level of a category a column is: 纠纷类型（小类）.
_LEVELS = ("大类", "小类", "一级", "二级", "三级")

#: A heading that is told apart by its group, and what names of groups add.
_GROUP = re.compile(r"(?P<name>.+)（(?P<group>[^（）]*[^（）\d][^（）]*)）")
OF_GROUPS = re.compile(r"(?:基本)?(?:情况|信息|内容|环节)$")

#: So many cells that are headings, and no more that are not, are a row of headings.
FEWEST_HEADINGS = 3
#: No heading that a list knows is longer, nor one with what stands in its brackets.
_LONGEST, _LONGEST_TOLD = 24, 60
#: What a heading may be: no figure is in it but that of its column before it, of its year or months, or some in brackets.
COULD_BE = re.compile(
    rf"^[(（]?[0-9]{{0,2}}[^0-9]{{2,{_LONGEST_TOLD}}}$|[(（\[【]"
    rf"|^[(（]?(?:[0-9]{{1,2}}[^0-9])?\s*(?:{SPAN_BEFORE})?[^0-9]{{2,{_LONGEST_TOLD}}}(?:{SPAN_BEHIND})?$"
)
_KINDS = ("events", *TABLES)

#: Headings of the column that numbers the rows of a list.
_ROW_NUMBERS = frozenset({"序号", "序", "行号", "项次", "No", "No.", "NO", "NO."})
#: Fields that name units of places.
UNIT_NAMES = frozenset(
    {"path", *(f"{unit}{part}" for unit in ("community", "town", "district") for part in ("", "_name"))}
)


def plain_heading(heading: str) -> str:
    """A heading without blanks, line breaks, bracketed units, a trailing colon or asterisk, 必填; in half width."""
    text = unicodedata.normalize("NFKC", heading)
    text = _BRACKETS.sub(lambda bracket: bracket[0][1:-1] if bracket[0][1:-1] in _LEVELS else "", text)
    return "".join(one_line(text).split()).replace("必填", "").rstrip(":*").lstrip("*")


def bare_heading(heading: str) -> str:
    """A plain heading without the number of its column, and its year or months: all that stands for a field (3.纠纷类型)."""
    return without_span(without_number(plain_heading(heading)))


def known_field(plain: str, kind: str, mapping: Mapping) -> tuple[str, Ground] | None:
    """The field of a heading: by the mapping's own list, else by what the contracts know."""
    for field, headings in mapping.headings.items():
        if own_place(plain, headings) is not None:
            return field, Ground.OWN
    return field_of(plain, kind)


def own_place(heading: str, listed: Sequence[str]) -> int | None:
    """Where a list of a mapping has a heading, in whatever order its file numbers its columns; None where it has not."""
    plain, forms = plain_heading(heading), [plain_heading(one) for one in listed]
    if plain in forms:
        return forms.index(plain)
    bare, forms = without_number(plain), [without_number(one) for one in forms]
    return forms.index(bare) if bare in forms else None


def named_columns(mapping: Mapping) -> dict[str, str]:
    """Every column that the mapping names: field -> heading; parts of the period as period_start, of the id as identity_1."""
    named = dict(mapping.columns)
    if mapping.period is not None:
        parts = {"start": mapping.period.start, "year": mapping.period.year, "month": mapping.period.month}
        named.update({f"period_{part}": heading for part, heading in parts.items() if heading is not None})
    named.update({TIME_OF + field: heading for field, heading in mapping.times.items()})
    named.update({f"identity_{number}": heading for number, heading in enumerate(mapping.identity, start=1)})
    return named


def position_of(heading: str, headings: Sequence[str]) -> int | None:
    """Where the column of a heading stands: as it is written, else as headings are compared, or read, or told; None where there is none."""
    plain = [plain_heading(one) for one in headings]
    for listed, sought in ((list(headings), heading), (plain, plain_heading(heading))):
        if sought in listed:
            return listed.index(sought)
    for form in (bare_heading, kept_heading):
        forms, sought = list(map(form, headings)), heading if form is kept_heading else form(heading)
        if forms.count(sought) == 1:
            return forms.index(sought)
    return None


def row_labels(headings: Sequence[str], read: Collection[int]) -> list[int]:
    """Where columns stand that are not read and in which totals call themselves so: the numbers of rows (序号), names of units."""
    return [
        at
        for at, heading in enumerate(headings)
        if at not in read and ("".join(heading.split()) in _ROW_NUMBERS or _is_unit(heading))
    ]


def _is_unit(heading: str) -> bool:
    known = None if is_personal(plain_heading(heading)) else field_of(plain_heading(heading), "grids")
    return known is not None and known[0] in UNIT_NAMES


def of_group(heading: str, kind: str) -> str | None:
    """The field for which a heading stands together with that of its group: 类型（纠纷情况） as 纠纷类型."""
    found = _GROUP.fullmatch(heading)
    if found is None:
        return None
    stem = OF_GROUPS.sub("", found["group"])
    for whole in (f"{found['group']}{found['name']}", f"{stem}{found['name']}"):
        known = None if is_personal(plain_heading(whole)) else field_of(plain_heading(whole), kind)
        if known is not None and known[1] in (Ground.EXACT, Ground.ASSUMED):
            return known[0]
    return None


@lru_cache(maxsize=4_096)
def _known(plain: str) -> bool:
    if is_personal(plain):
        return True
    grounds = (found[1] for kind in _KINDS if (found := field_of(plain, kind)) is not None)
    return any(ground in (Ground.EXACT, Ground.ASSUMED) for ground in grounds)


def is_heading(text: str) -> bool:
    """Whether a cell is a heading of some source; what stands in brackets (a telephone), or the number of its column, makes it none the less one."""
    if len(text) > _LONGEST_TOLD or COULD_BE.search(text) is None:
        return False
    plain = bare_heading(text)
    return len(plain) <= _LONGEST and not any(map(str.isdigit, plain)) and _known(plain)


def are_most(headings: npt.ArrayLike, others: npt.ArrayLike) -> Flags:
    """Whether so many cells that are headings, and so many filled ones that are none, make a line of headings."""
    return np.asarray(np.greater_equal(headings, np.maximum(others, FEWEST_HEADINGS)))


def begins_table(cells: Sequence[str]) -> bool:
    """Whether most filled cells of a line are headings of some source, and at least three."""
    told = [is_heading(cell) or "".join(cell.split()) in _ROW_NUMBERS for cell in cells if cell.strip()]
    return bool(are_most(sum(told), len(told) - sum(told)))
