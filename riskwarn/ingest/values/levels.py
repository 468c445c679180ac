"""Categories that are written as a path in one column: 城市管理/市容秩序/占道经营 is what 一级, 二级 and 三级 columns would hold."""

from __future__ import annotations

import re
from collections.abc import Collection

import pyarrow as pa

from riskwarn.contracts.vocabulary import normalised
from riskwarn.ingest.values.cells import coded, each

#: Headings of columns that hold the path of a category, as they are compared.
_PATH = re.compile(r"归口(?:分类|类别|类型)?$|(?:分类|类别|类型|类目|事项|诉求|问题|归口)(?:全)?路径$")
_BETWEEN = re.compile(r"\s*(?:[-—–]*[>→»]+|[/\\|]+|(?<=\D)[-—–_]+(?=\D))\s*")
#: Of a path that ends so the level above says more.
_OTHERS = ("其他", "其它", "其他类", "其它类")
#: A path of more levels keeps the rest of them in its last.
MOST_LEVELS = 8


def holds_paths(heading: str) -> bool:
    """Whether a column of this (plain) heading holds paths of categories."""
    return _PATH.search(heading) is not None


def in_levels(cells: dict[str, pa.Array], own: Collection[str]) -> dict[str, pa.Array]:
    """The cells with the paths of `category` apart: the first level there, those below it as columns of details.

    `own` are the words that a mapping translates as a whole. A sheet's own columns of details are finer still.
    """
    _, texts = coded(cells["category"])
    paths = {
        text: [text] if text in own or normalised(text) in own else _steps(text) for text in texts if text is not None
    }
    deepest = max(map(len, paths.values()), default=1)
    if deepest == 1:
        return cells

    def level(number: int) -> pa.Array:
        return each(cells["category"], lambda text: paths[text][number] if number < len(paths[text]) else None)

    taken = sum(name.startswith("category_detail") for name in cells)
    below = {f"category_detail_{taken + number + 1}": level(number) for number in range(1, deepest)}
    rest = {name: cell for name, cell in cells.items() if name != "category"}
    return {"category": level(0), **below, **rest}


def _steps(text: str) -> list[str]:
    steps = [step for step in _BETWEEN.split(normalised(text)) if step]
    while len(steps) > 1 and steps[-1] in _OTHERS:
        steps.pop()
    return [*steps[: MOST_LEVELS - 1], *filter(None, ["/".join(steps[MOST_LEVELS - 1 :])])] or [text]
