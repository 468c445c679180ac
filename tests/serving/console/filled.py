"""A city of which each list of the console has something to show: versions of a model, loads and refused rows, silences, and grants that wait."""

from __future__ import annotations

from datetime import timedelta

from riskwarn.home import Home, open_home
from serving.access.keys import Asked, create_key
from serving.access.scopes import Role
from serving.alerts.silences import end_silence, silence
from tests.serving.access.browsers import operator, own_key
from tests.serving.alerts.city import City
from tests.worlds import load
from training.registry.runs import new_run
from training.registry.tracking import tracking
from training.registry.versions import set_alias

#: What is wrong with the rows of an export, one kind after the other.
WRONG = (
    ("D1", "G0", "某日", "邻里纠纷"), ("D2", "G0", "2031-01-01", "邻里纠纷"), ("D3", "XX999", "2026-02-02", "邻里纠纷"), ("D4", "", "2026-02-02", "邻里纠纷"),
    ("", "G1", "2026-02-02", "劳资纠纷"), ("D6", "G1", "2026-02-03", "劳资纠纷"),
)  # fmt: skip

LONG = "2026年2月江北新区矛盾纠纷多元化解平台导出（第二批_补报）_最终版.csv"
FIGURES = {
    "capture_5": 0.31,
    "precision_5": 0.24,
    "calibration_level": 1.04,
    "coverage": 0.86,
    "log_loss": 0.118,
    "n_events": 431.0,
}


def fill(city: City) -> None:
    """Fill its lists, all but those of whom it knows: from then on nobody opens it without signing in."""
    folder, home = city.home.path.parent, open_home(city.home.path, city.home.settings)
    grids, disputes = folder / "网格.csv", folder / LONG
    grids.write_text(
        "网格编码,社区,镇街,区县\n" + "".join(f"G{one},河东社区,河街道,江北区\n" for one in range(3)), encoding="utf-8"
    )
    rows = [
        "纠纷编号,网格编码,发生时间,登记时间,纠纷类型",
        *(f"{one},{place},{day},{day},{kind}" for one, place, day, kind in WRONG),
    ]
    disputes.write_text("\n".join(rows) + "\n", encoding="utf-8")
    load(home, "grids", grids, now=city.now)
    load(home, "disputes", disputes, now=city.now)
    registered(home, 5)
    asked = [
        ("conflict", "道路施工到月底，投诉集中已知"),
        (None, "community festival: the town's own team looks after it until Sunday"),
    ]
    made = [
        silence(home, "grid", f"G000000{number}", target, why, city.now + timedelta(days=14), now=city.now)
        for number, (target, why) in enumerate(asked, 1)
    ]
    end_silence(home, made[0].id, now=city.now)


def registered(home: Home, count: int) -> None:
    """So many versions of one model, the third of which scores and the last of which wants to."""
    with tracking(home) as client:
        client.create_registered_model("conflict-4")
        for number in range(count):
            tags = {"kind": "version", "target": "conflict", "horizon": "4"}
            with new_run(home, client, f"conflict-4 {number}", tags) as run:
                told = {
                    "kind": "model",
                    "as_of": f"2026-02-{number + 1:02d}",
                    "trained_at": f"2026-02-{number + 1:02d}T04:00:00+00:00",
                }
                for name, value in {**told, "best_baseline": "shrunk_history"}.items():
                    client.log_param(run.info.run_id, name, value)
                for name, figure in FIGURES.items() if number else ():
                    client.log_metric(run.info.run_id, name, figure)
            client.create_model_version(
                "conflict-4", f"{run.info.artifact_uri}/model", run.info.run_id, tags={"kind": "model"}
            )
    set_alias(home, "conflict-4-v3", "champion")
    set_alias(home, f"conflict-4-v{count}", "challenger")


def waiting(city: City) -> str:
    """Whom and what a second person has to confirm: a person, that one's key, and a program's; gives the person's id."""
    who = operator(city.home, Role.SUPERVISOR)
    own_key(city.home, who)
    networks = ("10.20.0.0/16", "10.30.5.0/24")
    create_key(city.home, Asked("市12345工单平台接口", networks=networks), now=city.now)
    return who
