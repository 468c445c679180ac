"""Whatever the description of the API allows is answered as it says to every role, and never with a fault of ours."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access.scopes import Role
from serving.api.app import Application
from tests.serving.access import cities
from tests.serving.access.cities import NOW, OWN

#: Cases of each role; RISKWARN_CASES=10000 tries as many of all.
CASES = int(os.environ.get("RISKWARN_CASES", "1200")) // len(Role)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = make_home(tmp_path_factory.mktemp("roles") / "home", Settings(threads=1))
    with (made.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {requests_a_minute: 1000000, refusals_a_minute: 1000000}\n")
    cities.build(made, 5)
    return open_home(made.path, made.settings)


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_every_case_of_every_role_is_answered_as_described(city: Home, role: Role) -> None:
    header = {"Host": "localhost", **cities.key(city, role=role, area=OWN)}
    application = Application(city, lambda: NOW)
    application.registry.look()
    application.current.look()
    description = schemathesis.openapi.from_asgi("/openapi.json", application, headers=header)
    description.config.generation.update(with_security_parameters=False)  # the key is shown as it is
    operations = [found.ok() for found in description.get_all_operations()]
    seen: dict[int, int] = {}
    for operation in operations:
        for mode in GenerationMode:

            @settings(
                max_examples=-(-CASES // (2 * len(operations))), deadline=None, suppress_health_check=list(HealthCheck)
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def answered(case: schemathesis.Case) -> None:
                answer = case.call_and_validate(headers=header, excluded_checks=[positive_data_acceptance])
                seen[answer.status_code] = seen.get(answer.status_code, 0) + 1

            with suppress(Unsatisfiable):  # a route without parameters cannot be asked wrongly
                answered()
    assert sum(seen.values()) >= 100 and not [status for status in seen if status >= 500 or status in (401, 429)]
    assert (seen.get(403, 0) > 0) and (200 in seen), "each role is let in somewhere, and not everywhere"
