"""Numbers that offices give their cases: 忠矛调〔2026〕0001号. The heading hints at them (台账编号, 调解书文号), the values decide."""

from __future__ import annotations

import re

import pandas as pd

from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.mapping_proposal.profile import Column

#: Of its own value in so many rows: a register of several months names an open case anew in each.
_OFTEN = 0.5
#: So great a share of the values is of one shape, and has so many digits.
_ALIKE, _DIGITS = 0.9, 4
_LONGEST = 40
_HINTS = re.compile(r"(?:编号|编码|单号|代码|序列号|(?<![房门楼栋幢户室座铺摊牌车手机])号)$")


def numbers_cases(column: Column, cells: pd.Series) -> bool:
    """Whether a column (rows,) holds numbers of cases: nearly one a row, all of one shape, with letters and digits."""
    if not _HINTS.search(plain_heading(column.heading)) or column.distinct < _OFTEN:
        return False
    texts = cells.dropna().drop_duplicates()
    if texts.empty or not texts.str.len().le(_LONGEST).all():
        return False
    digits = texts.str.count(r"\d")
    shapes = texts.str.replace(r"\d+", "0", regex=True).str.replace(r"[㐀-鿿]+", "汉", regex=True)
    shapes = shapes.str.replace(r"[A-Za-z]+", "A", regex=True)
    alike = shapes.value_counts(normalize=True)
    return bool(alike.iloc[0] >= _ALIKE and alike.index[0].strip("0") and (digits >= _DIGITS).mean() >= _ALIKE)
