"""Every route by every caller: of which role, of which area, in which state; asked of what is inside, outside, above and nowhere."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow.parquet as pq

from riskwarn.home import Home
from riskwarn.words import Unit
from serving.access.areas import WHOLE_CITY, Area
from serving.access.keys import Asked, create_key, revoke_key
from serving.access.operators import create_operator
from serving.access.scopes import Role, Scope
from serving.snapshots.current import Current
from serving.snapshots.cut import Inside, inside_of
from tests.serving.access import cities
from tests.serving.access.cities import NO_GRID, OTHER, OTHER_GRID, OWN, OWN_GRID
from tests.serving.access.test_routes_by_role import NEEDS

#: Asks for a path with headers; what is answered has `status_code`, `headers` and `content`.
Ask = Callable[[str, dict[str, str]], Any]

#: Of an area that there is no more, everything is outside; what lies above a town is the district, and the city.
AREAS = {
    "whole": WHOLE_CITY, "own": OWN, "other": OTHER, "a part": Area((("town", "T0000000"),)), "none": Area((("district", "D7777777"),)),
}  # fmt: skip

#: Why nobody gets in, and what is answered.
STATES = {"nobody": 401, "ended": 401, "idle": 401, "revoked": 401, "a wrong secret": 401, "another network": 403}

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


@dataclass
class Matrix:
    """A city with callers of every kind."""

    home: Home
    now: datetime
    places: Any
    callers: list[Caller] = field(default_factory=list)

    def grant(self) -> None:
        """Make the keys."""
        for name, area in AREAS.items():
            for role in Role:
                operator = create_operator(self.home, "20113", role, now=self.now, area=area)["id"]
                header = self._key(operator=operator)
                self.callers.append(self._caller(f"{role.value} of {name}", header, role.scopes, area))
        centre = frozenset((Scope.READ, Scope.DETAIL, Scope.EXPORT))
        revoked, right = self._key(scopes=centre), self._key(scopes=centre)["Authorization"]
        revoke_key(self.home, revoked["Authorization"].split("_")[1], "lost", now=self.now)
        shown = {
            "nobody": {}, "revoked": revoked, "ended": self._key(-20, scopes=centre, days=10), "idle": self._key(-95, scopes=centre),
            "a wrong secret": {"Authorization": right[:-1] + ("0" if right[-1] != "0" else "1")},
            "another network": self._key(scopes=centre, networks=("10.20.0.0/16",)),
        }  # fmt: skip
        self.callers += [Caller(state, shown[state], refused=status) for state, status in STATES.items()]

    def _key(self, days_ago: int = 0, *, scopes: frozenset[Scope] = frozenset(), **asked: Any) -> dict[str, str]:
        given = Asked("program", scopes, asked.pop("area", WHOLE_CITY), **asked)
        token = create_key(self.home, given, now=self.now + timedelta(days=days_ago))["key"]
        return {"Authorization": f"Bearer {token}"}

    def _caller(self, name: str, header: dict[str, str], scopes: frozenset[Scope], area: Area) -> Caller:
        units = (("city", CITY),) if area.whole else area.units
        inside = inside_of(self.places, units)
        told = {code for _, code in inside.units}
        for kind, code in inside.units:
            row = self.places.row(Unit(kind), code)
            told |= {above for _, above, _ in self.places.lineage(Unit(kind), row)}
        return Caller(name, header, scopes, inside, frozenset(told))


def questions(older: str, newer: str) -> Iterator[Question]:
    """What is asked of each caller."""
    for path, need in NEEDS.items():
        unit = ("grid", OWN_GRID) if OWN_GRID in path else None
        yield Question(f"{path}?a={older}&b={newer}" if path.endswith("compare") else path, need, unit)
    yield Question("/v1/alerts", "read", items="grid")
    for unit in Unit:
        yield Question(f"/v1/scores?limit=200&unit={unit.value}", "read", items=unit.value)
        yield Question(f"/v1/export.csv?unit={unit.value}", "export")
    for form in ("csv", "geojson", "parquet", "xlsx"):
        yield Question(f"/v1/export.{form}", "export")
    for kind, code in OBJECTS.values():
        if kind == "grid":
            for behind in ("", "/explanation", "/history"):
                yield Question(f"/v1/grids/{code}{behind}", "read:detail", (kind, code))
        else:
            yield Question(f"/v1/scores?limit=200&parent={code}", "read", (kind, code), items="grid")
            yield Question(f"/v1/export.csv?parent={code}", "export", (kind, code))


def faults(callers: list[Caller], asked: list[Question], ask: Ask) -> list[str]:
    """Where a caller is answered otherwise than it should be, or told of what lies outside."""
    found = []
    for caller in callers:
        for question in asked:
            answer = ask(question.path, caller.headers)
            wanted = status(caller, question)
            where = f"{caller.name}: {question.path}"
            if answer.status_code != wanted:
                found.append(f"{where}: {answer.status_code}, not {wanted}")
            elif wanted == 200:
                found += [f"{where}: tells of {code}" for code in _strangers(caller, question, answer)]
            elif "etag" in answer.headers or _CODE.search(_text(answer).replace(question.path.split("?")[0], "")):
                told = {*_CODE.findall(_text(answer))} - {*_CODE.findall(question.path)}
                found += [f"{where}: a refusal tells of {told or 'a tag'}"] if told or "etag" in answer.headers else []
    return found


def status(caller: Caller, question: Question) -> int:
    """How a question of a caller is to be answered."""
    if question.need is None:
        # A key that does not open is refused wherever it is shown.
        return caller.refused if caller.headers and caller.refused else 200
    if caller.refused:
        return caller.refused
    if question.need and question.need not in {one.value for one in caller.scopes}:
        return 403
    return 200 if question.unit is None or caller.sees(*question.unit) else 404


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
    current = Current(home)
    current.look()
    found = Matrix(home, now, current().places)
    found.grant()
    return found, list(questions(older, newer))
