"""What changed between two exports of one department, and what would load differently."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract, declared
from riskwarn.ingest.mapping_proposal.effects import Changed, effects_of, verdict_of
from riskwarn.ingest.mapping_proposal.profile import Column, Profile, look_at
from riskwarn.ingest.mapping_proposal.proposal import propose
from riskwarn.ingest.redaction import shown_headings
from riskwarn.ingest.sheets import sheet_names
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import laid_over

#: Rows of each file that are looked at.
MOST_ROWS = 500_000
#: A share of empty cells that moved by more than this is told.
EMPTIER = 0.10
#: Headings at least so alike, or columns whose words are, are one that was renamed.
ALIKE = 0.6


@dataclass(frozen=True)
class Difference:
    """What ``riskwarn diff`` tells."""

    source: str
    old: str
    new: str
    rows: tuple[int, int]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    moved: tuple[str, ...]
    words: Mapping[str, Mapping[str, Sequence[str]]]  # heading -> new, gone
    forms: Mapping[str, tuple[Sequence[str], Sequence[str]]]  # heading -> forms of dates before and now
    holds: Mapping[str, tuple[str, str]]  # heading -> classes of values before and now
    emptier: Mapping[str, tuple[float, float]]  # heading -> shares of empty cells before and now
    file: Mapping[str, tuple[str, str]]  # encoding, separator: before and now
    effects: tuple[str, ...]  # what would load differently
    verdict: str = field(default="")

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn diff --json`` prints."""
        return asdict(self)


def compare(
    old: Path,
    new: Path,
    configuration: Configuration,
    *,
    source: str | None = None,
    mappings: Sequence[Rules] | None = None,
    sheet: str | None = None,
) -> Difference:
    """Compare two exports. `mappings` are those that the old and the new one are loaded with; else what is proposed for each.

    `sheet` is that of workbooks, as `ingest` takes it. Raises UnknownSource, FileMissing, FileUnreadable, FileEmpty,
    SheetMissing, SheetsDiffer, SheetUnfit.
    """
    if source is None:
        source = propose(old, configuration, sheet=_of(old, sheet)).source
    else:
        contract(source, configuration)
    if mappings is None:
        mappings = [_proposed(path, source, configuration, _of(path, sheet)) for path in (old, new)]
    kind = declared(source).kind
    before, now = (
        look_at(path, kind, rules, most_rows=MOST_ROWS, sheet=_of(path, sheet))
        for path, rules in zip((old, new), mappings, strict=True)
    )
    pairs, renamed = _paired(before, now)
    kept, told = {one.heading for one, _ in pairs}, {other.heading for _, other in pairs}
    show = {**_shown(before), **_shown(now)}
    found = Difference(
        source=source,
        old=before.file,
        new=now.file,
        rows=(before.rows, now.rows),
        added=tuple(show[one.heading] for one in now.columns if one.heading not in told),
        removed=tuple(show[one.heading] for one in before.columns if one.heading not in kept),
        renamed=tuple((show[was], show[is_now]) for was, is_now in renamed),
        moved=tuple(show[heading] for heading in _moved(pairs)),
        words={show[other.heading]: changed for one, other in pairs if (changed := _words(one, other)) is not None},
        forms={
            show[other.heading]: (one.forms, other.forms)
            for one, other in pairs
            if one.forms and other.forms and set(one.forms) != set(other.forms)
        },
        holds={
            show[other.heading]: (one.holds, other.holds)
            for one, other in pairs
            if one.holds != other.holds and not (one.forms and other.forms)
        },
        emptier={
            show[other.heading]: (round(one.empty, 3), round(other.empty, 3))
            for one, other in pairs
            if abs(one.empty - other.empty) > EMPTIER
        },
        file={
            what: (was or "", is_now or "")
            for what, was, is_now in (
                ("encoding", before.encoding, now.encoding),
                ("separator", before.separator, now.separator),
            )
            if was != is_now
        },
        effects=(),
    )
    so_far = Changed(source, found.words, found.holds, found.emptier)
    effects, stops = effects_of(so_far, before, now, pairs, mappings, configuration)
    return Difference(**{**found.__dict__, "effects": tuple(effects), "verdict": verdict_of(effects, stops)})


def _proposed(path: Path, source: str, configuration: Configuration, sheet: str | None) -> Rules:
    """The mapping by which a file would load, where nobody settled one: the source's own, and what is proposed over it."""
    own = configuration.sources[source].mapping if source in configuration.sources else Rules()
    return laid_over(own, dict(propose(path, configuration, source=source, rules=own, sheet=sheet).mapping))


def _of(path: Path, sheet: str | None) -> str | None:
    """The sheet that is meant; of a file that is one table none, for the other may be a workbook."""
    return None if sheet is None or sheet_names(path) == ("",) else sheet


def _shown(seen: Profile) -> dict[str, str]:
    """Heading -> how it may be shown: a file without headings has data in their place."""
    return dict(zip(seen.headings, shown_headings(seen.headings), strict=True))


def _paired(before: Profile, now: Profile) -> tuple[list[tuple[Column, Column]], list[tuple[str, str]]]:
    """Columns of both files that are one: by their headings, else by what they hold and how alike their headings are."""
    by_heading = {one.heading: one for one in now.columns}
    pairs = [(one, by_heading[one.heading]) for one in before.columns if one.heading in by_heading]
    gone = [one for one in before.columns if one.heading not in by_heading]
    known = {one.heading for one, _ in pairs}
    come = [one for one in now.columns if one.heading not in known]
    scored = sorted(
        ((_alike(one, other), one.position, other.position, one, other) for one in gone for other in come),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    renamed, used = [], set[str]()
    for alike, _, _, one, other in scored:
        if alike < ALIKE or {f"old {one.heading}", f"new {other.heading}"} & used:
            continue
        used |= {f"old {one.heading}", f"new {other.heading}"}
        pairs.append((one, other))
        renamed.append((one.heading, other.heading))
    pairs.sort(key=lambda pair: pair[0].position)
    return pairs, renamed


def _alike(one: Column, other: Column) -> float:
    """How surely two columns with different headings are one, 0 … 1."""
    if one.holds != other.holds or one.personal:
        return 0.0
    if one.words and other.words:
        both = set(one.words) | set(other.words)
        return len(set(one.words) & set(other.words)) / len(both)
    named = difflib.SequenceMatcher(None, one.heading, other.heading).ratio()
    return named + (0.15 if one.position == other.position else 0.0)


def _moved(pairs: Sequence[tuple[Column, Column]]) -> tuple[str, ...]:
    """Columns that stand elsewhere among those of both files: those outside the longest run that kept its order."""
    order = sorted(range(len(pairs)), key=lambda index: pairs[index][1].position)
    still = difflib.SequenceMatcher(None, list(range(len(pairs))), order, autojunk=False).get_matching_blocks()
    kept = {index for block in still for index in range(block.a, block.a + block.size)}
    return tuple(pairs[index][1].heading for index in range(len(pairs)) if index not in kept)


def _words(one: Column, other: Column) -> dict[str, list[str]] | None:
    if one.words is None or other.words is None or one.holds == "whole number":
        return None
    come, gone = sorted(set(other.words) - set(one.words)), sorted(set(one.words) - set(other.words))
    return {"new": come, "gone": gone} if come or gone else None
