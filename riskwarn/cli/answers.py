"""What only a person can say of files that are to be loaded: asked once, told by options, or missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from riskwarn.cli.options import DAY
from riskwarn.errors import AnswerContradicts, LoadUnsettled
from riskwarn.messages import Joined, Listed, Message, one_line

if TYPE_CHECKING:
    from riskwarn.cli.session import Session
    from riskwarn.home import Home
    from riskwarn.ingest.loading.plan import Plan, Table

#: Answers that a folder may cost; the day of the export is asked for only where it stays within them.
MOST_QUESTIONS = 2

SYSTEMS = ("wgs84", "gcj02", "bd09")

#: What a dry run takes for a district that nobody names.
_SOME_DISTRICT = "-"


class Asking:
    """The questions of a plan: each is asked once, and its answer serves all files.

    Where nobody can be asked, all that is missing is told at once; a dry run (`rehearsed`) goes on with stand-ins.
    """

    def __init__(
        self, session: Session, home: Home, now: datetime, someone: bool, rehearsed: bool = False, paths: Sequence[Path] = ()
    ) -> None:  # fmt: skip
        self._paths = paths
        self._session, self._home, self._now, self._someone, self._rehearsed = session, home, now, someone, rehearsed
        self._questions = 0
        self._told_before: tuple[str | None, ...] = ()
        self.answers: list[dict[str, object]] = []
        self.missing: list[Message] = []
        #: The same for a program that asks: which question, of which files, among which answers, and which is likely.
        self.needed: list[dict[str, object]] = []

    @property
    def asked(self) -> bool:
        """Whether anything had to be asked."""
        return self._questions > 0

    def settle(
        self,
        plan: Plan,
        district: str | None,
        system: str | None,
        taken: datetime | None,
    ) -> Plan:
        """The plan with every answer; raise LoadUnsettled where nobody gives all that are needed."""
        from riskwarn.ingest.loading.plan import DISTRICT, SYSTEM

        _check_remembered(plan, district, system)
        plan = self._of_columns(plan)
        self._told_before = tuple(one.system_ground for one in plan.tables)
        if district is not None:
            plan = plan.without_said_districts()
        for one in plan.tables:
            if one.district is not None and one.says_district:
                self._told("district", one.district[0], one.district[1], [one])
        if lacking := [one for one in plan.tables if one.needs_district]:
            likely = _likely_district(self._home, lacking)
            name = self._answer("district", district, lacking, DISTRICT, "--district NAME", likely)
            plan = plan.settle(district=name or likely or _SOME_DISTRICT)
        if lacking := [one for one in plan.tables if one.needs_system]:
            # Of the other tables the grids tell it, once their own is known.
            first = [one for one in lacking if one.source == "grids"] or lacking
            answer = self._answer("coordinates", system, first, SYSTEM, "--coordinates SYSTEM", None, SYSTEMS)
            plan = plan.settle(system=answer or SYSTEMS[0])
            files = {one.file for one in lacking}
            by_it = [one for one in plan.tables if one.file in files and one.system_ground is None and one.points_told]
            if answer is not None:
                self.answers[-1]["files"] = list(dict.fromkeys(one.file.name for one in by_it))
        if self.missing and not self._rehearsed:
            # Without the lines above it the error alone names what cannot be read.
            unread = [Message("{file} cannot be read", file=one.file) for one in plan.failed]
            raise LoadUnsettled(missing=Joined("; ", [*self.missing, *(unread if self._session.as_json else ())]))
        return self._dated(plan, taken)

    def lines(self, plan: Plan) -> list[str]:
        """What the answers have told of other tables, and what is still missing."""
        lines: list[str] = [
            Message("{file}, {source}: ? {line}", file=one.file.name, source=one.source, line=one.system_ground)
            for one, before in zip(plan.tables, self._told_before, strict=True)
            if one.system_ground is not None and before is None
        ]
        return [*lines, *(Message("missing: {what}", what=one) for one in self.missing)]

    def with_columns(self, plan: Plan, given: Sequence[tuple[str, str]]) -> Plan:
        """The plan with which column is which field, as it was given by options."""
        tables = list(plan.tables)
        for field, heading in given:
            having = [one for one in tables if one.takes(field, heading)]
            if not having:
                said = "No file has a column {heading!r} that could be {field}."
                raise click.UsageError(Message(said, heading=heading, field=field))
            self._told("column", f"{field}={heading}", "--column", having)
            tables = [one.with_column(field, heading) if one in having else one for one in tables]
        return replace(plan, tables=tuple(tables))

    def _of_columns(self, plan: Plan) -> Plan:
        """The plan with which column is which field where several could be, as it is answered."""
        from riskwarn.ingest.loading.plan import which

        tables = list(plan.tables)
        open_to: dict[tuple[str, tuple[str, ...]], list[Table]] = {}
        for one in tables:
            for field, headings in one.clashes.items():
                open_to.setdefault((field, headings), []).append(one)
        for (field, headings), having in open_to.items():
            what = which(field, headings)
            option = f"--column {field}={quote(headings[0])}"
            command = " ".join(["riskwarn load", *(quote(str(path)) for path in self._paths), option])
            answer = self._answer("column", None, having, what, command, None, headings, field=field)
            # What a dry run takes where nobody says it: the proposal of the table.
            chosen = answer or (_proposed(having[0], field, headings) if self._rehearsed else None)
            if chosen is not None:
                tables = [one.with_column(field, chosen) if one in having else one for one in tables]
        return replace(plan, tables=tuple(tables))

    def _dated(self, plan: Plan, taken: datetime | None) -> Plan:
        """The plan with the day on which each export was taken."""
        if taken is not None:
            self._told("exported_at", taken.isoformat(), "--exported-at", plan.tables)
            return plan.settle(exported_at=taken)
        for one in plan.tables:
            if one.exported_at is not None:
                self._told("exported_at", one.exported_at.isoformat(), str(one.export_ground), [one])
        lacking = [one for one in plan.tables if one.exported_at is None]
        # What is known again by its headings costs no question.
        strange = any(one.recalled is None and one.keys for one in lacking)
        if strange and self._someone and self._questions < MOST_QUESTIONS:
            zone = self._home.configuration.calendar.timezone
            today = self._now.astimezone(zone).date()
            question = Message("On which day were the exports taken ({files})?", files=_named(lacking))
            day = click.prompt(self._session.said(question), default=str(today), err=True, type=DAY)
            self._questions += 1
            moment = min(datetime.combine(day + timedelta(days=1), time(), zone), self._now)
            self._told("exported_at", moment.isoformat(), "terminal", lacking)
            dated = {
                id(one): replace(one, exported_at=moment, export_ground=Message("as it was answered"))
                for one in lacking
            }
            plan = replace(plan, tables=tuple(dated.get(id(one), one) for one in plan.tables))
        return plan

    def _answer(
        self, question: str, given: str | None, tables: Sequence[Table], what: str, option: str, default: str | None, of: Sequence[str] = (),
        field: str | None = None,
    ) -> str | None:  # fmt: skip
        """The answer; None where nobody gives it, which is noted."""
        if given is not None:
            self._told(question, given, option.split()[0], tables)
            return given
        if not self._someone:
            told = Message(
                "{files}: nothing says {what}; give it with {option}", files=_named(tables), what=what, option=option
            )
            self.missing.append(told)
            files = list(dict.fromkeys(one.file.name for one in tables))
            self.needed.append(
                {"question": question, "field": field, "of": list(of), "likely": default, "files": files}
            )
            return None
        self._questions += 1
        kind = click.Choice([one_line(one) for one in of]) if of else click.STRING  # as it can be typed
        asked = self._session.said(Message("{files}: {what}?", files=_named(tables), what=what))
        answer: str = click.prompt(asked, default=default, type=kind, err=True).strip()
        self._told(question, answer, "terminal", tables)
        return answer

    def _told(self, question: str, answer: str, by: str, tables: Sequence[Table]) -> None:
        files = list(dict.fromkeys(one.file.name for one in tables))
        self.answers.append({"question": question, "answer": answer, "by": by, "files": files})


def _proposed(table: Table, field: str, headings: Sequence[str]) -> str:
    told = (one.heading for one in table.proposal.columns if one.field == field and one.heading in headings)
    return next(told, headings[0])


def _named(tables: Sequence[Table]) -> str:
    names = list(dict.fromkeys(one.file.name for one in tables))
    shown = Listed(names[:3])
    return Message("{files} and {more} more", files=shown, more=len(names) - 3) if len(names) > 3 else shown


def _likely_district(home: Home, tables: Sequence[Table]) -> str | None:
    """The only district that is loaded, else one that the name of a file says."""
    from riskwarn.store import Store

    loaded = set(Store(home).versions("grids", ["district_name"])["district_name"].dropna())
    if len(loaded) == 1:
        return str(loaded.pop())
    found = (re.search(r"[㐀-鿿]{1,3}[区县]", one.file.name) for one in tables)
    return next((match[0] for match in found if match), None)


def _check_remembered(plan: Plan, district: str | None, system: str | None) -> None:
    """Refuse an option that says otherwise than an earlier load of the same headings has settled, and that no other table asks for."""
    from riskwarn.ingest.loading.district import same_district

    asked = {"--district"} if any(one.needs_district for one in plan.tables) else set()
    asked |= {"--coordinates"} if any(one.needs_system for one in plan.tables) else set()
    for one in plan.tables:
        if one.recalled is None:
            continue
        told = ("--district", district, one.told_district), ("--coordinates", system, one.told_system)
        for option, given, known in told:
            if option in asked:
                continue
            if given is not None and known is not None and not same_district(given, known):
                raise AnswerContradicts(file=one.file.name, option=option, given=given, known=known, path=one.recalled)
