"""The life of a notice: a table, and what is done by it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from riskwarn.alert_rules import Quiet
from riskwarn.audit import Caller
from riskwarn.audit.tables import AUDIT
from riskwarn.errors import (
    AlertChanged,
    AlertStands,
    PersonalText,
    QueryInvalid,
    RefusedWord,
    RequestReused,
    UnknownAlert,
    UnknownSilence,
)
from serving.alerts.acting import Asked, By, act_on_many
from serving.alerts.alert import steps_of
from serving.alerts.keeping import keep
from serving.alerts.life import LIFE, LIVE, NEEDS, Status, Verb
from serving.alerts.silences import named_silence, silence
from serving.alerts.suspending import suspend
from serving.alerts.tickets import follow_tickets
from serving.delivery.messages import NOTHING_TO_DO
from serving.publishing.withdraw import withdraw
from tests.serving.alerts.city import City, grid

SAID = {Verb.NOTE: {"note": "已电话核实"}, Verb.RETURN: {"note": "不属本队"}, Verb.CONTEST: {"note": "隐患早已整改"}, Verb.REOPEN: {"note": "又有反复"},
        Verb.CLOSE: {"outcome": "real"}, Verb.ASSIGN: {"team_id": "T0000001"}, Verb.CO_HANDLE: {"team_id": "T0000001"}}  # fmt: skip

#: By what one comes to each state.
WAYS = {
    Status.OPEN: (), Status.ACKNOWLEDGED: (Verb.ACKNOWLEDGE,), Status.IN_PROGRESS: (Verb.START,), Status.RETURNED: (Verb.RETURN,),
    Status.REFERRED: (Verb.REFER,), Status.CLOSED: (Verb.CLOSE,),
}  # fmt: skip


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    return city


def test_the_table_is_whole() -> None:
    assert set(LIFE) == set(Status)
    assert all(Verb.NOTE in LIFE[state] and Verb.CLOSE in LIFE[state] for state in LIVE)
    assert set(NEEDS) == set(SAID) and not LIFE[Status.WITHDRAWN]
    assert set(NOTHING_TO_DO) == set(Status) - set(LIVE)


@pytest.mark.parametrize("state", [*WAYS, Status.EXPIRED, Status.WITHDRAWN])
def test_whatever_the_table_names_is_done_and_nothing_else(tmp_path: Path, state: Status) -> None:
    city = City(tmp_path)
    city.publish(dict.fromkeys((0, 1, 2, 12, 13, 14, 24, 25, 26, 27, 28), "red"), scores={27: 0.1, 28: 0.1})
    city.publish(dict.fromkeys((27, 28, 29), "red"), scores={29: 0.39})
    alerts = city.alerts()
    assert len(alerts) >= len(Verb)
    for alert in alerts:
        for verb in WAYS.get(state, ()):
            city.do(alert, verb, **SAID.get(verb, {}))
    if state is Status.EXPIRED:
        keep(city.home, now=city.now + timedelta(weeks=5))
    if state is Status.WITHDRAWN:
        suspend(city.home, "conflict", "a test", now=city.now)
    for alert, verb in zip(alerts, Verb, strict=False):
        assert city.alert(alert.id).status == state
        if verb in LIFE[state]:
            assert city.do(alert, verb, **SAID.get(verb, {}))["status"] == LIFE[state][verb]
        else:
            with pytest.raises(AlertStands, match=verb.value):
                city.do(alert, verb, **SAID.get(verb, {}))


def test_every_step_is_in_the_audit_by_the_id_of_a_key_and_in_the_steps_by_nobody(city: City) -> None:
    (alert,) = city.alerts()
    by = By(Caller("k_0123456789", "10.0.0.1", "alerts"), "api")
    city.do(alert, "acknowledge", by=by)
    city.do(alert, "start", by=by, service="mediation", note="已联系社区")
    city.do(alert, "close", by=by, outcome="prevented")
    with city.home.database.connect() as connection:
        rows = connection.execute(select(AUDIT).where(AUDIT.c.object == alert.id).order_by(AUDIT.c.sequence)).all()
        steps = steps_of(connection, alert.id)
    assert [(row.actor, row.result, row.note) for row in rows] == [
        ("system", "raised", ""), ("k_0123456789", "acknowledge", ""), ("k_0123456789", "start", "已联系社区"),
        ("k_0123456789", "close", ""),
    ]  # fmt: skip
    assert [(one["verb"], one["status"], one["source"]) for one in steps] == [
        ("raised", "open", "rule"), ("acknowledge", "acknowledged", "api"), ("start", "in_progress", "api"), ("close", "closed", "api"),
    ]  # fmt: skip
    assert "k_0123456789" not in str(steps)
    done = city.alert(alert.id)
    assert (done.status, done.outcome, done.service, done.version, done.head) == (
        "closed",
        "prevented",
        "mediation",
        4,
        None,
    )


@pytest.mark.parametrize(
    ("verb", "said", "error"),
    [
        ("note", {"note": "张三的要求"}, PersonalText),
        ("note", {"note": "打 13800138000"}, PersonalText),
        ("note", {"note": "稳控"}, RefusedWord),
        ("note", {"note": "已劝返两人"}, RefusedWord),
        ("note", {"note": "劝访"}, RefusedWord),
        ("note", {"note": "上访人员已劝离"}, RefusedWord),
        ("note", {"note": "业主张伟在闹"}, PersonalText),
        ("note", {}, QueryInvalid),
        ("close", {}, QueryInvalid),
        ("close", {"outcome": "good"}, QueryInvalid),
        ("start", {"service": "arrest"}, QueryInvalid),
        ("start", {"outcome": "real"}, QueryInvalid),
        ("assign", {"team_id": "nobody"}, QueryInvalid),
    ],
)
def test_what_may_not_be_said_changes_nothing(city: City, verb: str, said: dict[str, str], error: type) -> None:
    (alert,) = city.alerts()
    with pytest.raises(error):
        city.do(alert, verb, **said)
    assert city.alert(alert.id) == alert and city.verbs(alert.id) == ["raised"]


def test_who_read_an_older_version_is_told_so(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "acknowledge", by=By(version=1))
    with pytest.raises(AlertChanged, match=f"{alert.id} was changed meanwhile .version 2, not 1"):
        city.do(alert, "start", by=By(version=1))
    assert city.do(alert, "start", by=By(version=2))["version"] == 3


def test_a_request_that_comes_again_changes_nothing(city: City) -> None:
    (alert,) = city.alerts()
    by = By(Caller("k1"), "api", key="7")
    first = city.do(alert, "acknowledge", by=by)
    assert city.do(alert, "acknowledge", by=by) == first and city.verbs(alert.id) == ["raised", "acknowledge"]
    with pytest.raises(RequestReused):
        city.do(alert, "start", by=by)
    other = By(Caller("k2"), "api", key="7")
    then = city.do(alert, "start", by=other)
    assert city.do(alert, "acknowledge", by=by) == then and then["version"] == 3, "it is answered as it stands by then"
    keep(city.home, now=city.now + timedelta(days=8))
    with pytest.raises(AlertStands):
        city.do(alert, "acknowledge", by=by)


def test_many_at_once_each_for_itself(city: City) -> None:
    city.publish({0: "red", 1: "red"})
    first, second = city.alerts()
    city.do(second, "close", outcome="false")
    done = act_on_many(
        city.home, [first.id, second.id, "wnothing", first.id], Asked(Verb.ACKNOWLEDGE), By(key="k"), now=city.now
    )
    assert [(one["id"], one.get("code"), one.get("alert", {}).get("status")) for one in done] == [
        (first.id, None, "acknowledged"), (second.id, "alert_stands", None), ("wnothing", "unknown_alert", None),
    ]  # fmt: skip


def test_what_a_caller_does_not_see_is_not_there(city: City) -> None:
    (alert,) = city.alerts()
    outside = By(sees=lambda _alert: False, key="once")
    (told,) = act_on_many(city.home, [alert.id], Asked(Verb.ACKNOWLEDGE), outside, now=city.now)
    (absent,) = act_on_many(city.home, ["wnothing"], Asked(Verb.ACKNOWLEDGE), outside, now=city.now)
    assert str(told["problem"]).replace(alert.id, "wnothing") == str(absent["problem"]), "it tells that there is one"
    made = silence(city.home, "grid", alert.code, None, "building site", city.now + timedelta(days=2), now=city.now)
    with city.home.database.connect() as connection, pytest.raises(UnknownSilence, match=made.id):
        named_silence(connection, made.id, city.now, lambda _silence: False)


def test_who_sees_a_notice_no_more_is_not_answered_as_before(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "acknowledge", by=By(key="once"))
    with pytest.raises(UnknownAlert):
        city.do(alert, "acknowledge", by=By(key="once", sees=lambda _alert: False))


def test_another_team_has_to_see_it_anew_and_is_told(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "acknowledge")
    done = city.do(alert, "assign", later=timedelta(hours=3), team_id="T0000001")
    assert (done["status"], done["team_id"], done["acknowledged_at"]) == ("open", "T0000001", None)
    assert done["acknowledge_by"] == (city.now + timedelta(hours=24)).isoformat()
    assert city.alert(alert.id).budget_team == "T0000000", "it was sent in the budget of the first"
    assert city.messages() == [("Alert", f"{alert.id}.1"), ("Update", f"{alert.id}.3")]


def test_what_nobody_acknowledges_goes_up_and_is_told_again_a_few_times(city: City) -> None:
    (alert,) = city.alerts()
    assert keep(city.home, now=city.now + timedelta(hours=23)).as_dict() == {
        "sent": 0,
        "reminded": 0,
        "escalated": 0,
        "expired": 0,
        "outcomes": 0,
    }
    assert keep(city.home, now=city.now + timedelta(hours=24)).escalated == 1
    assert keep(city.home, now=city.now + timedelta(hours=24)).escalated == 0
    assert city.alert(alert.id).co_teams == ("D0000000",) and city.alert(alert.id).escalations == 1
    assert keep(city.home, now=city.now + timedelta(hours=48)).escalated == 1
    reminded = [keep(city.home, now=city.now + timedelta(days=day)).reminded for day in range(3, 28)]
    assert sum(reminded) == 2
    assert keep(city.home, now=city.now + timedelta(weeks=5)).expired == 1
    assert city.alert(alert.id).status == "expired"
    assert [kind for kind, _ in city.messages()] == ["Alert", "Update", "Update", "Update", "Update"]


def test_what_is_acknowledged_goes_up_once_its_deadline_has_passed(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "start")
    assert keep(city.home, now=city.now + timedelta(days=6)).escalated == 0
    assert keep(city.home, now=city.now + timedelta(days=7)).escalated == 1
    city.do(alert, "extend")
    assert city.alert(alert.id).due_at == alert.due_at + timedelta(days=7)
    city.do(alert, "extend")
    with pytest.raises(AlertStands, match="2 times already"):
        city.do(alert, "extend")


def test_a_silence_wakes_nobody_and_changes_no_state(city: City) -> None:
    (alert,) = city.alerts()
    silence(city.home, "district", "D0000000", "conflict", "集中整治期间", city.now + timedelta(days=10), now=city.now)
    assert keep(city.home, now=city.now + timedelta(days=9)).as_dict() == {
        "sent": 0,
        "reminded": 0,
        "escalated": 0,
        "expired": 0,
        "outcomes": 0,
    }
    assert city.alert(alert.id) == alert
    assert keep(city.home, now=city.now + timedelta(days=11)).escalated == 1


@pytest.mark.parametrize("days", [-1, 0, 93])
def test_a_silence_has_an_end_not_too_far_ahead(city: City, days: int) -> None:
    with pytest.raises(QueryInvalid, match="within the next 92 days"):
        silence(city.home, "grid", grid(0), None, "a test", city.now + timedelta(days=days), now=city.now)


@pytest.mark.slow
def test_a_finished_one_is_opened_again_only_in_its_window_and_where_no_other_is_live(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "close", outcome="false")
    assert city.do(alert, "reopen", note="又有反复")["status"] == "open"
    city.do(alert, "close", outcome="real")
    city.with_rules(rest_days=0, dwell=0)
    city.publish({})
    city.publish({0: "red"})
    other = city.alerts()[-1]
    with pytest.raises(AlertStands, match=f"{other.id} is live"):
        city.do(alert, "reopen", note="又有反复")
    city.do(other, "close", outcome="real")
    with pytest.raises(AlertStands, match="its window has passed"):
        city.do(alert, "reopen", later=timedelta(weeks=4), note="又有反复")


def test_one_whose_window_passed_unseen_can_still_be_answered_and_wakes_nobody(city: City) -> None:
    (alert,) = city.alerts()
    done = city.do(alert, "close", later=timedelta(weeks=5), outcome="prevented")
    assert done["status"] == "closed" and city.verbs(alert.id) == ["raised", "expired", "close"]
    assert city.messages() == [("Alert", f"{alert.id}.1")]


def test_withdrawing_a_snapshot_cancels_what_it_alone_raised(city: City) -> None:
    first = city.snapshot
    city.publish({0: "red", 1: "red", 12: "red"}, later=timedelta(days=7))
    a, b, c = city.alerts()
    city.do(c, "close", outcome="real")
    second = city.snapshot
    done = withdraw(city.home, second, "辖区划错了", now=city.now)
    assert done.alerts == 1
    assert [city.alert(one.id).status for one in (a, b, c)] == ["open", "withdrawn", "closed"]
    assert city.messages()[-1] == ("Cancel", f"{b.id}.2")
    # Nothing confirms the first any more.
    assert withdraw(city.home, first, "辖区划错了", now=city.now).alerts == 1


def test_what_was_never_told_is_withdrawn_without_a_word(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.with_rules(quiet=Quiet(start="08:00", end="20:00"))
    city.publish({0: "red"})
    suspend(city.home, "conflict", "a test", now=city.now)
    assert city.messages() == [] and keep(city.home, now=city.now + timedelta(days=1)).sent == 0
    assert city.messages() == []


def test_nothing_is_asked_of_anybody_beyond_the_window(city: City) -> None:
    """The window is the forecast's: whoever is given longer, or opens it again, has until its end at most."""
    (alert,) = city.alerts()
    city.do(alert, "acknowledge")
    city.do(alert, "extend", later=timedelta(days=25))
    after = city.alert(alert.id)
    assert (after.due_at, after.expires_at) == (alert.expires_at, alert.expires_at)
    with pytest.raises(AlertStands, match="due at the end of its window already"):
        city.do(alert, "extend")
    city.do(alert, "close", outcome="real")
    city.do(alert, "reopen", later=timedelta(days=1), note="又有反复")
    assert city.alert(alert.id).due_at == alert.expires_at


def test_another_team_is_asked_anew_and_goes_up_anew(city: City) -> None:
    (alert,) = city.alerts()
    for day in (1, 2):
        assert keep(city.home, now=city.now + timedelta(days=day)).escalated == 1
    city.do(alert, "assign", later=timedelta(days=3), team_id="T0000001")
    assert keep(city.home, now=city.now + timedelta(days=1)).escalated == 1


def test_a_team_stands_beside_no_notice_of_its_own(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "co_handle", team_id="T0000001")
    with pytest.raises(AlertStands, match="team T0000000 has it already"):
        city.do(alert, "co_handle", team_id="T0000000")
    assert city.alerts()[0].co_teams == ("T0000001",)
    assert city.do(alert, "assign", team_id="T0000001")["co_teams"] == []


def test_what_is_referred_is_the_matter_of_the_team_above_too(city: City) -> None:
    (alert,) = city.alerts()
    assert city.do(alert, "refer")["co_teams"] == ["D0000000"]


def test_what_a_withdrawn_snapshot_raised_is_not_opened_again(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "close", outcome="real")
    withdraw(city.home, city.snapshot, "算错了", now=city.now)
    with pytest.raises(AlertStands, match="what raised it was withdrawn"):
        city.do(alert, "reopen", note="又有反复")


def test_what_was_closed_before_anybody_was_told_is_never_told_of(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.with_rules(quiet=Quiet(start="08:00", end="20:00"))
    city.publish({0: "red"})
    (alert,) = city.alerts()
    city.do(alert, "close", outcome="false", later=timedelta(hours=1))
    assert keep(city.home, now=city.now + timedelta(hours=11)).sent == 0 and city.messages() == []


def test_what_waits_for_the_morning_waits_for_the_end_of_a_silence(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.with_rules(quiet=Quiet(start="08:00", end="20:00"))
    city.publish({0: "red"})
    silence(city.home, "grid", grid(0), None, "集中整治期间", city.now + timedelta(days=3), now=city.now)
    assert keep(city.home, now=city.now + timedelta(days=1, hours=12)).sent == 0
    assert keep(city.home, now=city.now + timedelta(days=3, hours=12)).sent == 1


@pytest.mark.parametrize("verb", [Verb.RETURN, Verb.REFER])
def test_what_a_team_gives_up_is_asked_of_the_unit_above_at_once(city: City, verb: Verb) -> None:
    """It has as long as the first team had, then it goes further up: nothing lies with nobody until its due date."""
    (alert,) = city.alerts()
    city.do(alert, "start")
    done = city.do(alert, verb, later=timedelta(hours=3), **SAID.get(verb, {}))
    assert (done["co_teams"], done["escalations"], done["acknowledged_at"]) == (["D0000000"], 1, None)
    assert done["acknowledge_by"] == (city.now + timedelta(hours=24)).isoformat()
    assert keep(city.home, now=city.now + timedelta(hours=23)).escalated == 0
    assert keep(city.home, now=city.now + timedelta(hours=24)).escalated == 1
    assert city.messages() == [("Alert", f"{alert.id}.1"), ("Update", f"{alert.id}.3"), ("Update", f"{alert.id}.4")]
    done = city.do(alert, "acknowledge")
    assert (done["status"], done["acknowledge_by"]) == ("acknowledged", None)


@pytest.mark.parametrize(
    ("verb", "said"), [("return", SAID[Verb.RETURN]), ("refer", {}), ("assign", SAID[Verb.ASSIGN])]
)
def test_what_rested_goes_on_with_whoever_is_asked_now(city: City, verb: str, said: dict[str, str]) -> None:
    (alert,) = city.alerts()
    row = {"alert_id": alert.id, "status": "suspended", "updated_at": city.now, "outcome": None, "service": None}
    follow_tickets(city.home, [row], now=city.now)
    city.do(alert, verb, later=timedelta(days=2), **said)
    after = city.alert(alert.id)
    assert alert.due_at is not None and not after.paused
    assert (after.due_at, after.acknowledge_by) == (alert.due_at + timedelta(days=2), city.now + timedelta(hours=24))
