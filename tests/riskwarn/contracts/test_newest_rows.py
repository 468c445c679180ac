"""Which of the stored versions of a row is the newest is one rule, for frames and for rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.contracts.identity import newest_of_each, newest_rows
from riskwarn.contracts.tables import TABLE_CONTRACTS

FEW = st.sampled_from(["a", "b", None])


@pytest.mark.parametrize("source", ["tickets", "interventions"])
@given(data=st.data())
def test_rows_and_frames_are_told_apart_alike(source: str, data: st.DataObject) -> None:
    contract = TABLE_CONTRACTS[source]
    names = [*contract.identity, *(["record_id"] if source == "interventions" else [])]
    rows: list[dict[str, Any]] = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, FEW)), max_size=8))
    rows = [{**row, "place": place} for place, row in enumerate(rows)]
    frame = pd.DataFrame(rows, columns=[*names, "place"], dtype=object)
    kept = newest_of_each(frame, contract)["place"].tolist()
    assert [row["place"] for row in newest_rows(rows, contract)] == kept
