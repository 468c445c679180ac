"""What happened to a notice since somebody was told last: its steps, each as it was kept."""

from __future__ import annotations

from sqlalchemy import Connection

from serving.alerts.alert import Alert, steps_of
from serving.alerts.life import Rule, Status, Verb
from serving.alerts.teams import Teams
from serving.alerts.words.changes import UPWARDS, Since, Step


def since_told(connection: Connection, alert: Alert, teams: Teams) -> Since:
    """The steps after the last message, whose version stands in its id; nothing where nobody was told yet.

    What went up is told by who was above then, and what was assigned by who had it before: both follow from the steps before it.
    """
    if not alert.messages:
        return Since()
    last = int(alert.messages[-1][0].split(".")[1])
    steps, level = list[Step](), ""
    team: str | None = None
    times = 0  # that it went up since its team had it
    for row in steps_of(connection, alert.id):
        verb, before = row["verb"], team
        if verb in (Rule.RAISED, Verb.ASSIGN):
            team = row["team_id"]
        if verb in (Verb.ASSIGN, Verb.REOPEN) and row["status"] == Status.OPEN:
            times = 0
        times += verb in UPWARDS
        if row["version"] <= last:
            level = row["level"]
            continue
        if verb == Rule.REDRAWN:
            # What happened before may have befallen what lies elsewhere now.
            steps, level = [], row["level"]
        alone = verb in UPWARDS and teams.over(alert.units, team, times) is None
        own = {name: row[name] for name in ("verb", "status", "level", "service", "outcome")}
        steps.append(Step(**own, alone=alone, again=verb == Verb.ASSIGN and team == before))
    return Since(tuple(steps), level)
