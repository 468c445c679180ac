"""Which sheets of a workbook are read: those whose headings fit the source, as one table where they are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from riskwarn.errors import FileEmpty, SheetMissing, SheetsDiffer, SheetUnfit
from riskwarn.ingest.sheets.excel import ExcelSheet, Tab, tabs_of
from riskwarn.ingest.sheets.headings import Finder, Found
from riskwarn.ingest.sheets.joined import JoinedSheets, Part
from riskwarn.ingest.sheets.months import in_time
from riskwarn.ingest.sheets.rows import Sheet
from riskwarn.messages import Joined, Listed, Message

#: The word that asks for every sheet.
ALL = "all"

#: More sheets than this are not listed one by one.
_MANY = 6
#: Fewer headings that are known do not make a table of the source.
_SOME = 2


@dataclass(frozen=True)
class _Look:
    """A sheet and its headings, which are looked for where they are asked for: of one sheet of many those of it alone."""

    tab: Tab
    find: Finder

    @cached_property
    def found(self) -> Found:
        """Its headings."""
        return self.find(self.tab.top)

    @property
    def fits(self) -> bool:
        """Whether it has all that the source needs."""
        return self.found.lacking is None and bool(self.found.known)

    @property
    def problem(self) -> str:
        """Why it is no table of the source."""
        if self.tab.hidden:
            return Message("it is hidden")
        if len(self.found.known) < _SOME:
            return Message("it has none of its headings")
        if self.found.lacking:
            return Message("it has no column for {lacking}", lacking=self.found.lacking)
        return Message("its headings are others")


def open_workbook(path: Path, find: Finder, sheet: str | None) -> Sheet:
    """The sheets of a workbook that fit, as one table.

    `sheet` names one by its title or number, or is "all"; else it is every visible one that has what `find` needs; where
    none has, the one with the most headings that are known. Raises FileUnreadable, FileEmpty, SheetMissing, SheetsDiffer,
    SheetUnfit.
    """
    tabs = tabs_of(path)
    if not tabs:
        raise FileEmpty(file=path.name)
    looks = [_Look(tab, find) for tab in tabs]
    if sheet:
        named = _named(tabs, sheet)
        if named is not None:
            chosen = [looks[named]]
        elif sheet == ALL:
            chosen = _every(path.name, [look for look in looks if not look.tab.hidden])
        else:
            raise SheetMissing(file=path.name, sheet=sheet, sheets=_listed(tabs))
    else:
        chosen = _fitting(path.name, looks)
    return _table(path.name, looks, chosen, told=not sheet)


def _named(tabs: Sequence[Tab], name: str) -> int | None:
    """Which sheet is meant by a title, else by a number."""
    for plain in (str, _plain):
        titles = [plain(tab.title) for tab in tabs]
        if plain(name) in titles:
            return titles.index(plain(name))
    return next((index for index, tab in enumerate(tabs) if str(tab.number) == name), None)


def _plain(title: str) -> str:
    return "".join(unicodedata.normalize("NFKC", title).split()).casefold()


def _fitting(file: str, looks: Sequence[_Look]) -> list[_Look]:
    visible = [look for look in looks if not look.tab.hidden]
    fitting = [look for look in visible if look.fits]
    if fitting:
        other = next((look for look in fitting if look.found.known != fitting[0].found.known), None)
        if other is not None:
            raise SheetsDiffer(file=file, first=fitting[0].tab.shown, second=other.tab.shown)
        return fitting
    if not visible:
        # Nothing else can be meant: whoever hid them says so by name.
        raise SheetUnfit(
            file=file, sheet=looks[0].tab.shown, problem=looks[0].problem, sheets=_listed([look.tab for look in looks])
        )
    best = max(visible, key=_likely)
    same = [look for look in visible if look.found.headings == best.found.headings]
    return same if len(best.found.headings) > 1 else [best]


def _likely(look: _Look) -> tuple[int, int, int]:
    """How likely a sheet is meant where none has all that is needed: by known headings, by all, by rows."""
    known = len(look.found.known)
    return known if known >= _SOME else 0, sum(map(bool, look.found.headings)), look.tab.rows


def _every(file: str, looks: Sequence[_Look]) -> list[_Look]:
    some = any(look.fits for look in looks)
    for look in looks:
        if (some and not look.fits) or (not some and look.found.headings != looks[0].found.headings):
            raise SheetUnfit(
                file=file, sheet=look.tab.shown, problem=look.problem, sheets=_listed([one.tab for one in looks])
            )
    if not looks:
        raise FileEmpty(file=file)
    return list(looks)


def _table(file: str, looks: Sequence[_Look], chosen: Sequence[_Look], *, told: bool) -> Sheet:
    chosen = [chosen[place] for place in in_time([look.tab.title for look in chosen])]
    parts = [Part(look.tab.title, ExcelSheet(file, look.tab, look.found), look.tab.rows) for look in chosen]
    if len(looks) == 1:
        return parts[0].sheet
    names = _names([look.tab for look in chosen])
    left = [look for look in looks if look not in chosen]
    notes: list[str] = []
    if parts[1:]:
        said = "{file}: {count} sheets with the same headings were read as one: {sheets}"
        notes.append(Message(said, file=file, count=len(chosen), sheets=names))
    if told and left:
        why = Joined(
            "; ", [Message("{sheet} ({problem})", sheet=look.tab.shown, problem=look.problem) for look in left]
        )
        said = "{file}: of the sheets {sheets} was read, not {others}; --sheet NAME reads another"
        notes.append(Message(said, file=file, sheets=names, others=why))
    notes += dict.fromkeys(note for part in parts for note in part.sheet.notes)
    return JoinedSheets(file, parts, notes, _listed([look.tab for look in looks]))


def _names(tabs: Sequence[Tab]) -> str:
    """The sheets that are read; of many the first and the last."""
    if len(tabs) > _MANY:
        return f"{tabs[0].shown} … {tabs[-1].shown}"
    return Listed(tab.shown for tab in tabs)


def _listed(tabs: Sequence[Tab]) -> str:
    return Joined(", ", [Message("{sheet} (hidden)", sheet=tab.shown) if tab.hidden else tab.shown for tab in tabs])
