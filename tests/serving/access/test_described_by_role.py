"""Whatever the description of the API allows is answered as it says to every role, and never with a fault of ours."""

from __future__ import annotations

import os

import pytest
import schemathesis

from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access.scopes import Role
from serving.api.app import Application
from tests.serving.access import cities
from tests.serving.access.cities import NOW, OWN
from tests.serving.test_described import answers_of_every_case

#: Cases of each role; RISKWARN_CASES=10000 tries as many of all.
CASES = int(os.environ.get("RISKWARN_CASES", "720")) // len(Role)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = make_home(tmp_path_factory.mktemp("roles") / "home", Settings(threads=1))
    with (made.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {requests_a_minute: 1000000, refusals_a_minute: 1000000}\n")
    cities.build(made, 5)
    return open_home(made.path, made.settings)


@pytest.mark.slow
@pytest.mark.usefixtures("streams_end")
@pytest.mark.parametrize("role", Role)
def test_every_case_of_every_role_is_answered_as_described(city: Home, role: Role) -> None:
    header = {"Host": "localhost", **cities.key(city, role=role, area=OWN)}
    application = Application(city, lambda: NOW)
    application.registry.look()
    application.current.look()
    description = schemathesis.openapi.from_asgi("/openapi.json", application, headers=header)
    seen = answers_of_every_case(description, header, CASES)
    # Of each route there is one right case or more, and half of all cases are.
    assert seen.total() >= max(len([*description.get_all_operations()]), CASES // 2)
    assert not [status for status in seen if status >= 500 or status in (401, 429)]
    assert (seen.get(403, 0) > 0) and (200 in seen), "each role is let in somewhere, and not everywhere"
