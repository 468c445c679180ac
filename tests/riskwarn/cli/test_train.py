"""`riskwarn train`: what is asked for is done or refused."""

from __future__ import annotations

import pytest

from tests.riskwarn.cli.calling import Caller


@pytest.mark.parametrize("option", ["--trials", "--seconds"])
def test_the_budget_of_a_search_is_refused_where_nothing_is_searched_for(call: Caller, option: str) -> None:
    call("init")
    told = call("train", option, "3", code=2).err
    assert f"{option} is for a search: give --tune as well." in told
