"""Every route by every caller: of which role, of which area, in which state, with a key or signed in; asked of what is inside, outside,
above and nowhere, to read or to change, of a target that is served or suspended.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import update

from riskwarn.home import Home
from riskwarn.words import Unit
from serving.access import approvals, sessions
from serving.access.areas import WHOLE_CITY, Area
from serving.access.keys import Asked, create_key, revoke_key
from serving.access.operators import create_operator
from serving.access.registry import Registry
from serving.access.scopes import Role, Scope
from serving.access.signing_in import by_key
from serving.access.tables import KEYS, OPERATORS
from serving.delivery.tables import MESSAGES
from serving.snapshots.current import Current
from serving.snapshots.cut import Inside, inside_of
from tests.serving.access import cities
from tests.serving.access.cities import MOVED, NO_GRID, OTHER, OTHER_GRID, OWN, OWN_ALERT, OWN_GRID
from tests.serving.access.test_routes_by_role import NEEDS, OF_CITY, SUBSCRIBED

#: Asks a question with headers; what is answered has `status_code`, `headers` and `content`.
Ask = Callable[["Question", dict[str, str]], Any]

#: Of an area that there is no more, everything is outside; what lies above a town is the district, and the city.
AREAS = {
    "whole": WHOLE_CITY, "own": OWN, "other": OTHER, "a part": Area((("town", "T0000000"),)), "none": Area((("district", "D7777777"),)),
}  # fmt: skip

#: Why nobody gets in, and what is answered.
STATES = {
    "nobody": 401, "ended": 401, "idle": 401, "revoked": 401, "a wrong secret": 401, "another network": 403,
    "signed in long ago": 401, "signed out": 401, "with a session of nobody": 401,
}  # fmt: skip

#: As whom somebody has signed in with a browser, in which areas.
SIGNED_IN = (
    ("own", Role.CENTRE),
    ("own", Role.SUPERVISOR),
    ("other", Role.CENTRE),
    ("whole", Role.ANALYST),
    ("whole", Role.SYSTEM),
)

#: Of which unit large files were asked for in which area, by whose tree (the older has a town in the district that lies outside today),
#: which a third person refused: what one may decide on, one may see, and all that lay in the area then.
ASKED_BY = {
    "own": ("own", "D0000000", "newer"),
    "other": ("other", "D0000001", "newer"),
    "own before": ("own", MOVED, "older"),
}

#: What tells of the usual target alone.
_OF_TARGET = re.compile(
    r"/v1/(scores|map\b|export\.|models/|levels|snapshots/compare|grids/\w+/(explanation$|history(\?|$))|alerts/[\w-]+/cap\.xml)"
)

#: Of the whole city.
CITY = "C0000000"

#: (kind, code) of what is asked of: inside the first district, outside, above it, nowhere.
OBJECTS = {
    "own": ("grid", OWN_GRID), "other": ("grid", OTHER_GRID), "nowhere": ("grid", NO_GRID), "town": ("town", "T0000000"),
    "district": ("district", "D0000000"), "another district": ("district", "D0000001"),
    "no district": ("district", "D7777777"),
}  # fmt: skip

_CODE = re.compile(r"\b[GCTD]\d{7}\b")


@dataclass(frozen=True)
class Caller:
    """Who asks, and what that one may be told."""

    name: str
    headers: dict[str, str]
    scopes: frozenset[Scope] = frozenset()
    inside: Inside | None = None
    told: frozenset[str] = frozenset()  # codes that an answer may name: what lies inside, and what that lies in
    refused: int = 0  # whatever is asked, for the state of the key
    session: bool = False  # whether it is one that a browser holds

    def sees(self, kind: str, code: str) -> bool:
        """Whether a unit lies inside."""
        return self.inside is not None and (kind, code) in self.inside.units


@dataclass(frozen=True)
class Question:
    """A path, what it needs (None: nothing; empty: any key), and of which unit it asks."""

    path: str
    need: str | None
    unit: tuple[str, str] | None = None
    items: str = ""  # the kind of the units that its items are
    method: str = "GET"
    content: dict[str, Any] | None = None
    answered: int = 200  # to who may
    asked_by: str = ""  # as what of ASKED_BY an approval was asked for, that is decided on
    grant: Area | None = None  # of what area a grant is, that is decided on
    elsewhere: int = 404  # to who may, and does not see the unit

    def of_target(self) -> bool:
        """Whether there is nothing to tell where the usual target is suspended."""
        if self.method == "GET":
            return _OF_TARGET.match(self.path) is not None
        return self.path == "/v1/exports"


@dataclass
class Matrix:
    """A city with callers of every kind."""

    home: Home
    now: datetime
    places: Any
    callers: list[Caller] = field(default_factory=list)
    approvals: dict[str, str] = field(default_factory=dict)  # by the name in ASKED_BY
    over: dict[str, str] = field(default_factory=dict)  # keys that are revoked, by their area

    def grant(self) -> None:
        """Make the keys."""
        for name, area in AREAS.items():
            for role in Role:
                operator = create_operator(self.home, "20113", role, now=self.now, area=area)["id"]
                header = self._key(operator=operator)
                self.callers.append(self._caller(f"{role.value} of {name}", header, role.scopes, area))
                if (name, role) in SIGNED_IN:
                    held = self._session(header)
                    one = self._caller(f"signed in as {role.value} of {name}", held, role.scopes, area)
                    self.callers.append(replace(one, session=True))
        with self.home.database.begin() as connection:
            # What nobody confirmed confirms nothing itself, on loopback too.
            for table in (OPERATORS, KEYS):
                connection.execute(update(table).values(confirmed_by="local"))
        for name in ("own", "other", "whole"):
            gone = self._key(scopes=frozenset((Scope.READ,)), area=AREAS[name])["Authorization"].split("_")[1]
            revoke_key(self.home, gone, "lost", now=self.now)
            self.over[name] = gone
        centre = frozenset((Scope.READ, Scope.DETAIL, Scope.EXPORT))
        revoked, right = self._key(scopes=centre), self._key(scopes=centre)["Authorization"]
        revoke_key(self.home, revoked["Authorization"].split("_")[1], "lost", now=self.now)
        shown = {
            "nobody": {}, "revoked": revoked, "ended": self._key(-20, scopes=centre, days=10), "idle": self._key(-95, scopes=centre),
            "a wrong secret": {"Authorization": right[:-1] + ("0" if right[-1] != "0" else "1")},
            "another network": self._key(scopes=centre, networks=("10.20.0.0/16",)),
            "with a session of nobody": {"Cookie": f"riskwarn={sessions.new_secret()}"},
        }  # fmt: skip
        person = create_operator(self.home, "20114", Role.CENTRE, now=self.now)["id"]
        key = self._key(operator=person)
        shown["signed out"] = self._session(key)
        with self.home.database.connect() as connection:
            [gone] = [one for one in sessions.every(connection) if one.operator == person]
        sessions.sign_out(self.home, gone.id, person, "a test", now=self.now)
        shown["signed in long ago"] = self._session(key, minutes_ago=25)
        self.callers += [
            Caller(state, shown[state], refused=status, session="Cookie" in shown[state])
            for state, status in STATES.items()
        ]

    def _session(self, header: dict[str, str], minutes_ago: int = 0) -> dict[str, str]:
        token, then = header["Authorization"].split()[1], self.now - timedelta(minutes=minutes_ago)
        return {"Cookie": f"riskwarn={by_key(self.home, token, '127.0.0.1', now=then, confirm=False).token}"}

    def ask_for_files(self, older: str, newer: str) -> None:
        """A centre of each of two areas asks for a large file, and somebody asked before the town left; that of the whole city refuses it."""
        registry = Registry(self.home, lambda: self.now)
        registry.look()
        person = {
            one.name: registry.admitted(one.headers["Authorization"].split()[1], "127.0.0.1").caller
            for one in self.callers
            if one.name.startswith("centre")
        }
        before = create_operator(self.home, "20115", Role.CENTRE, now=self.now, area=OWN)["id"]
        token = self._key(operator=before)["Authorization"].split()[1]
        registry.look()
        person["own before"] = registry.admitted(token, "127.0.0.1").caller
        for name, (_, unit, tree) in ASKED_BY.items():
            query = {
                "form": "csv",
                "target": "conflict",
                "horizon": 4,
                "unit": "grid",
                "parent": unit,
                "lang": "zh",
            }
            wanted, by = approvals.Wanted(newer, query, 36, "0" * 64), person.get(name) or person[f"centre of {name}"]
            of = older if tree == "older" else newer
            one = approvals.ask(self.home, by, "a test", wanted, "the monthly file", by_tree_of=of, now=self.now)
            who = person["centre of whole"]
            approvals.decide(self.home, who, "a test", one.id, False, lambda *_: True, lambda *_: True, now=self.now)
            self.approvals[name] = one.id

    def _key(self, days_ago: int = 0, *, scopes: frozenset[Scope] = frozenset(), **asked: Any) -> dict[str, str]:
        given = Asked("program", scopes, asked.pop("area", WHOLE_CITY), **asked)
        token = create_key(self.home, given, now=self.now + timedelta(days=days_ago))["key"]
        return {"Authorization": f"Bearer {token}"}

    def _caller(self, name: str, header: dict[str, str], scopes: frozenset[Scope], area: Area) -> Caller:
        units = (("city", CITY),) if area.whole else area.units
        inside = inside_of(self.places, units)
        # Of a unit that there is no more nothing is told but its code, to whom it was granted and to whom all is open.
        told = {code for _, code in inside.units} | {
            code for one in AREAS.values() if area.whole or one == area for _, code in one.units
        }
        for kind, code in inside.units:
            row = self.places.row(Unit(kind), code)
            told |= {above for _, above, _ in self.places.lineage(Unit(kind), row)}
        return Caller(name, header, scopes, inside, frozenset(told))


def questions(older: str, newer: str, approvals: dict[str, str], over: dict[str, str]) -> Iterator[Question]:
    """What is asked of each caller."""
    for path, need in NEEDS.items():
        unit = ("grid", OWN_GRID) if OWN_GRID in path or OWN_ALERT in path else None
        yield Question(f"{path}?a={older}&b={newer}" if path.endswith("compare") else path, need, unit)
    yield Question("/v1/alerts", "read", items="grid")
    for unit in Unit:
        yield Question(f"/v1/scores?limit=200&unit={unit.value}", "read", items=unit.value)
        yield Question(f"/v1/export.csv?unit={unit.value}", "export")
    for form in ("csv", "geojson", "parquet", "xlsx"):
        yield Question(f"/v1/export.{form}", "export")
    for kind, code in OBJECTS.values():
        if kind == "grid":
            for behind in ("", "/explanation", "/history", "/history?reasons=true"):
                yield Question(f"/v1/grids/{code}{behind}", "read:detail", (kind, code))
            yield Question(f"/v1/alerts/w{code.lower()}/cap.xml", "read", (kind, code))
            there = 200 if code == OWN_GRID else 404
            yield Question(f"/alerts/w{code.lower()}", "read", (kind, code), answered=there)
        else:
            yield Question(f"/v1/scores?limit=200&parent={code}", "read", (kind, code), items="grid")
            yield Question(f"/v1/export.csv?parent={code}", "export", (kind, code))
    yield from _changes(approvals)
    yield from _grants(over)


def _changes(approvals: dict[str, str]) -> Iterator[Question]:
    """What is asked otherwise than to read. A file of so few rows needs no approval, those that there are were refused before, no page
    of ours asks, and what is not there to be changed has no such method."""
    file = {"form": "csv", "reason": "the monthly file"}
    yield Question("/v1/exports", "export", method="POST", content=file, answered=409)
    for code in ("D0000000", "D0000001", "D7777777"):
        yield Question("/v1/exports", "export", ("district", code), "", "POST", {**file, "parent": code}, 409)
    for verb in ("approve", "refuse"):
        yield Question(f"/v1/exports/ex000000000000/{verb}", "export", method="POST", answered=404)
        for name, one in approvals.items():
            yield Question(f"/v1/exports/{one}/{verb}", "export", method="POST", answered=409, asked_by=name)
    may = "act or export"
    yield Question("/v1/subscriptions", may, method="POST", content=SUBSCRIBED, answered=422)
    for code in ("D0000000", "D0000001", "D7777777"):
        yield Question("/v1/subscriptions", may, method="POST", content={**SUBSCRIBED, "area": [code]}, answered=422)
    yield Question("/v1/subscriptions/sb0000000000", may, method="DELETE", answered=404)
    for verb in ("test", "rotate", "replay"):
        yield Question(f"/v1/subscriptions/sb0000000000/{verb}", may, method="POST", answered=404)
    upload = "/console/uploads/up000000000000"
    yield Question(upload, "analyse", answered=404)
    yield Question(upload, "analyse", method="DELETE", answered=404)
    yield Question("/console/reports/conflict-4-v1", "analyse", answered=403)
    for behind, content in (("/files/0", {}), ("/try", {}), ("/load", None)):
        yield Question(upload + behind, "analyse", method="POST", content=content, answered=404)
    yield Question("/sign-in/key", None, method="POST", content={"key": "x"}, answered=403)
    for way in ("gateway", "oidc"):
        yield Question(f"/sign-in/{way}", None, method="POST", content={}, answered=403)
    yield Question("/sign-in/oidc/callback", None, answered=303)
    for path in ("/sign-out", "/sign-out/everywhere"):
        yield Question(path, "", method="POST", answered=403)
    for grid in (OWN_GRID, OTHER_GRID):
        # A verb that needs a note: nothing changes, however often it is asked.
        path = f"/v1/alerts/w{grid.lower()}/note"
        answered = 422 if grid == OWN_GRID else 404
        yield Question(path, "act", ("grid", grid), "", "POST", {}, answered)
    yield Question("/v1/alerts/several/note", "act", method="POST", content={"ids": ["wnothing"]}, answered=422)
    for code in (OWN_GRID, OTHER_GRID):
        silence = {"code": code, "reason": "a test", "ends_at": "2020-01-01T08:00:00+08:00"}
        yield Question("/v1/silences/new", "act", method="POST", content=silence, answered=422)
    yield Question("/v1/silences/wnothing/end", "act", method="POST", answered=404)
    for path, need in {
        "/v1/scores": "read",
        f"/v1/grids/{OTHER_GRID}": "read:detail",
        "/v1/export.csv": "export",
        "/metrics": "system",
    }.items():
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            yield Question(path, need, method=method, answered=405)


def _grants(over: dict[str, str]) -> Iterator[Question]:
    """Keys that are over, so that nothing changes however often it is asked."""
    yield Question("/v1/grants?limit=1000", "security")
    for name, one in over.items():
        for verb, content in (("confirm", None), ("revoke", {"reason": "a test"}), ("rotate", {})):
            path = f"/v1/grants/{one}/{verb}"
            yield Question(path, "security", method="POST", content=content, answered=409, grant=AREAS[name])
    for verb, content in (("confirm", None), ("rotate", {})):
        yield Question(f"/v1/grants/op0000000000/{verb}", "security", method="POST", content=content, answered=404)
    for code in ("D0000000", "D0000001", "D7777777", "T0000000"):
        # A name that may not be kept: nothing is made, however often it is asked; a unit that one does not see is none.
        unit = ("town" if code[0] == "T" else "district", code)
        for kind, more in (("operators", {"role": "analyst"}), ("keys", {})):
            content = {"name": "13800138000", "area": [code], **more}
            path = f"/v1/grants/{kind}/new"
            yield Question(path, "security", unit, "", "POST", content, 400, elsewhere=422)
    reason = {"reason": "a test"}
    yield Question("/v1/suspensions/nothing/resume", "system", method="POST", content=reason, answered=409)
    yield Question("/v1/suspensions/nothing/suspend", "system", method="POST", content=reason, answered=422)


def faults(callers: list[Caller], asked: list[Question], ask: Ask, suspended: bool = False) -> list[str]:
    """Where a caller is answered otherwise than it should be, or told of what lies outside; `suspended` is whether the target is."""
    found = []
    for caller in callers:
        for question in asked:
            answer = ask(question, caller.headers)
            wanted = status(caller, question, suspended)
            where = f"{caller.name}: {question.method} {question.path}"
            if answer.status_code != wanted:
                found.append(f"{where}: {answer.status_code}, not {wanted}")
            elif wanted == 200:
                found += [f"{where}: tells of {code}" for code in _strangers(caller, question, answer)]
            else:
                told = {*_CODE.findall(_text(answer))} - {*_CODE.findall(f"{question.path} {question.content}")}
                found += [f"{where}: a refusal tells of {told or 'a tag'}"] if told or "etag" in answer.headers else []
    return found


def status(caller: Caller, question: Question, suspended: bool = False) -> int:
    """How a question of a caller is to be answered."""
    shows_key = bool(caller.headers) and not caller.session
    if caller.refused and (question.need is not None or shows_key):
        # A key that does not open is refused wherever it is shown; with a session that is over one is nobody.
        return caller.refused
    if caller.session and not caller.refused and question.method != "GET":
        return 403  # no page of ours asks
    if question.need and not {one.value for one in caller.scopes} & {*question.need.split(" or ")}:
        return 403
    if question.path in OF_CITY and (caller.inside is None or not caller.sees("city", CITY)):
        return 403
    seen = question.unit is None or caller.sees(*question.unit)
    # Of a notice that is not there nothing else is told.
    of_alert = (
        question.path.startswith(("/v1/alerts/", "/alerts/")) and question.unit is not None and question.answered != 404
    )
    if suspended and (question.of_target() or of_alert) and (seen or not of_alert):
        return 409
    if not seen:
        return question.elsewhere
    if question.grant is not None:
        units = [("city", CITY)] if question.grant.whole else question.grant.units
        return question.answered if all(caller.sees(*unit) for unit in units) else 404
    if question.asked_by:
        area, unit, _ = ASKED_BY[question.asked_by]
        if caller.name == f"centre of {question.asked_by}":
            return 403  # it is one's own
        kind = "town" if unit == MOVED else "district"
        seen = caller.sees(kind, unit) and all(caller.sees(*one) for one in AREAS[area].units)
        return question.answered if seen else 404
    return question.answered


def _strangers(caller: Caller, question: Question, answer: Any) -> list[str]:
    """Units that an answer names and that the caller must not be told of."""
    if question.need in (None, "") and not question.path.startswith("/readyz"):
        return []  # the page and the descriptions are of no city
    told = {*_CODE.findall(_text(answer))} - caller.told
    if question.items:
        codes = {(one.get("unit", question.items), one["code"]) for one in answer.json()["items"]}
        assert caller.inside is not None
        told |= {code for kind, code in codes if (kind, code) not in caller.inside.units}
        if not question.unit and question.path.startswith("/v1/scores"):
            told |= {f"not {code}" for kind, code in caller.inside.units if kind == question.items} - {
                f"not {code}" for _, code in codes
            }
    return sorted(told)


def _text(answer: Any) -> str:
    body: bytes = answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    elif body.startswith(b"PAR1"):
        body = str(pq.read_table(io.BytesIO(body)).to_pylist()).encode()
    return body.decode("utf-8")


def made(home: Home, now: datetime) -> tuple[Matrix, list[Question]]:
    """The city in a home, with its callers, and all questions."""
    with (home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {requests_a_minute: 1000000, refusals_a_minute: 1000000}\n")
    older, newer = cities.build(home, 5)
    with home.database.begin() as connection:
        connection.execute(update(MESSAGES).values(sent_at=now))  # what is old by the clock of a server is swept
    current = Current(home)
    current.look()
    found = Matrix(home, now, current().places)
    found.grant()
    found.ask_for_files(older, newer)
    return found, list(questions(older, newer, found.approvals, found.over))
