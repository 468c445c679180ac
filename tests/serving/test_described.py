"""Whatever the description of the API allows is answered as it says, and never with a fault of ours."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.home import make_home
from riskwarn.settings import Settings
from serving.api.app import Application

#: Cases in all, half of them right and half wrong on purpose; RISKWARN_CASES=10000 tries as many.
CASES = int(os.environ.get("RISKWARN_CASES", "900"))


@pytest.mark.slow
@pytest.mark.usefixtures("streams_end")
def test_every_case_is_answered_as_described(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = make_home(tmp_path_factory.mktemp("described") / "home", Settings())
    for seed, day in enumerate((date(2026, 3, 2), date(2026, 3, 9))):
        publish_made(home, made_content(200, seed=seed), day, datetime(2026, 3, day.day, 1, tzinfo=UTC))
    application = Application(home, lambda: datetime(2026, 3, 10, tzinfo=UTC))
    application.current.look()
    header = {"Host": "localhost"}
    description = schemathesis.openapi.from_asgi("/openapi.json", application, headers=header)
    # While no key exists none is asked for; that one is needed where the description says so is asked with every role's.
    assert answers_of_every_case(description, header, CASES, unasked=(ignored_auth,)).total() >= CASES * 5 // 9


def answers_of_every_case(
    description: Any, header: dict[str, str], cases: int, unasked: Sequence[Any] = ()
) -> Counter[int]:
    """Ask what the description allows, and half of the time what it does not; gives how often each status was answered.

    `unasked` are checks that do not hold there.
    """
    description.config.generation.update(with_security_parameters=False)  # keys are shown as they are, or none
    checks = [positive_data_acceptance, *unasked]
    operations = [found.ok() for found in description.get_all_operations()]
    seen: Counter[int] = Counter()
    # Which targets, units and days there are no description says: a right form may still be refused, by name.
    for operation in operations:
        for mode in GenerationMode:

            @settings(
                max_examples=-(-cases // (2 * len(operations))), deadline=None, suppress_health_check=list(HealthCheck)
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def answered(case: schemathesis.Case) -> None:
                seen[case.call_and_validate(headers=header, excluded_checks=checks).status_code] += 1

            with suppress(Unsatisfiable):  # a route without parameters cannot be asked wrongly
                answered()
    return seen
