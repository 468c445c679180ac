"""What one district lacks is told wherever somebody looks before training: health, what is foretold, audit-data and the city's page."""

from __future__ import annotations

from pathlib import Path

import pytest

from features import build_features, read_city
from riskwarn.health import Verdict, districts_in_force, examine, prospects
from riskwarn.home import Home
from riskwarn.store import Store
from tests.training.districts import AS_OF, NOW, city_of
from training.labels.task import learnable_origins, make_task
from training.routines.audit_data import audit_data
from training.routines.report import report_of_city

SAID = "incidents of 南城区 begin 2025-02-24, 60 weeks after those of other districts: “safety incident” can be learnt there from 60 of 95 origins"


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return city_of(tmp_path_factory.mktemp("late"), late=True)


def test_a_district_whose_feed_began_late_is_told_before_anybody_trains(late: Home) -> None:
    [told] = prospects(Store(late), late.configuration, targets=["safety"])
    assert list(told.interrupted) == [SAID]
    assert SAID in told.said(AS_OF), "what train says"
    found = {one.source: one for one in examine(late, AS_OF, districts_in_force(late, AS_OF))}
    assert found["disputes"].absences == () and found["disputes"].verdict is Verdict.SOUND
    incidents = found["incidents"]
    assert [(one.code, one.en) for one in incidents.findings] == [
        ("absent", "南城区 begins 2025-02-24, 60 weeks after the other districts")
    ]
    assert (
        incidents.verdict is Verdict.WARNING
        and incidents.findings[0].zh == "南城区的数据自 2025-02-24 才开始，比其他区县晚 60 周"
    )
    [absent] = incidents.as_dict()["absences"]
    assert absent == {
        "district": incidents.findings[0].district,
        "kind": "late",
        "begin": "2024-01-01",
        "end": "2025-02-24",
        "weeks": 60,
    }


def test_what_is_told_of_a_district_is_what_its_labels_leave_out(late: Home) -> None:
    city = read_city(late, now=NOW)
    origins = learnable_origins(city)
    task = make_task(city, "safety", 1, build_features(city, origins, names=["incidents_count_4"]))
    known = task.observed(task.mature(city.as_of), 0, 1, city.as_of)
    assert known[:, :4].all()
    assert (int(known[:, 4].sum()), int(known[:, 5].sum()), len(known)) == (60, 60, 95)


def test_audit_data_and_the_page_of_the_city_tell_of_the_district(late: Home) -> None:
    found = [one for one in audit_data(late, now=NOW).findings if one.check == "absent"]
    assert [(one.subject, one.figure, one.sentence) for one in found] == [("incidents", 60.0, SAID)]
    page = report_of_city(late, language="en", as_of=AS_OF).html
    assert "南城区 begins 2025-02-24, 60 weeks after the other districts" in page and SAID in page
    assert "nothing came for weeks while other districts reported" in page


def test_a_city_whose_districts_all_report_is_told_nothing(tmp_path: Path) -> None:
    home = city_of(tmp_path, late=False)
    [told] = prospects(Store(home), home.configuration, targets=["safety"])
    assert told.interrupted == ()
    assert not [one for one in audit_data(home, now=NOW).findings if one.check == "absent"]
    assert {one.verdict for one in examine(home, AS_OF, districts_in_force(home, AS_OF))} == {Verdict.SOUND}
