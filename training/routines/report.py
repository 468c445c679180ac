"""The pages that `riskwarn report` writes: read what lies with a run, or examine the data, and render."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from riskwarn.configuration import usual_horizon
from riskwarn.disclosure import count_shown
from riskwarn.errors import ModelDamaged, NoChampion, ReportMissing
from riskwarn.health import SourceHealth, districts_in_force, examine, prospects, usual_as_of
from riskwarn.home import Home
from riskwarn.periods import Period, day_of
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from training.registry.loading import load_texts
from training.registry.versions import champions, versions
from training.reports import FILE, CityFacts, city_page, version_page
from training.reports.city import SourceFacts
from training.reports.facts import audits_of, read_facts


@dataclass(frozen=True)
class Page:
    """A page, and what it is of."""

    of: str  # a version, or the city
    html: str


def report_of_version(home: Home, version: str | None, *, language: str) -> Page:
    """The page of a version; of the first champion where none is named, at the usual horizon.

    Raises NoChampion, UnknownVersion, ReportMissing where it was registered without facts, ModelDamaged.
    """
    name = version or _usual(home)
    texts = load_texts(home, name)
    if FILE not in texts:
        raise ReportMissing(version=name)
    try:
        facts = read_facts(texts[FILE])
    except ValueError:
        raise ModelDamaged(version=name, file=FILE) from None
    alias = next((one.alias for one in versions(home) if one.version == name), None)
    return Page(name, version_page(facts, version=name, alias=alias, audits=audits_of(texts), language=language))


def _usual(home: Home) -> str:
    """The champion of the first declared target that has any."""
    found = champions(home)
    if not found:
        raise NoChampion()
    own = [one for one in found if one.target == found[0].target]
    usual = usual_horizon([one.horizon for one in own])
    return next(one.version for one in own if one.horizon == usual)


def report_of_city(home: Home, *, language: str, as_of: date | None = None, progress: Progress = silent) -> Page:
    """The page about the data; raise NothingKnown."""
    day = as_of or usual_as_of(home, datetime.now(UTC))
    districts = districts_in_force(home, day)
    store = Store(home)
    facts = CityFacts(
        city=home.configuration.city,
        as_of=day,
        store_version=store.version(),
        districts=len(districts),
        sources=tuple(source_facts(one) for one in examine(home, day, districts, progress=progress)),
        notes=tuple(note for target in prospects(store, home.configuration) for note in target.notes),
    )
    return Page(facts.city, city_page(facts, language=language))


def _gaps(one: SourceHealth) -> Iterator[tuple[str, str]]:
    """Districts of which a source says too little now, and those of which it said nothing for weeks."""
    absent = {part.district for part in one.absences}
    for district in one.districts:
        if district.gap is not None:
            yield district.name, district.gap.value
        elif district.code in absent:
            yield district.name, "absent"


def source_facts(one: SourceHealth) -> SourceFacts:
    """What is shown of a source."""
    series, fresh = one.series, one.freshness
    counts = [] if series is None else series.counts[0].tolist()
    return SourceFacts(
        name=one.source,
        zh=one.zh,
        verdict=one.verdict.value,
        verdict_zh=one.verdict.zh,
        records=f"{told:,}" if isinstance(told := count_shown(one.records), int) else told,
        first=day_of(int(series.edges[0])) if series is not None else None,
        newest=day_of(fresh.newest_day) if fresh is not None else None,
        quiet_days=fresh.quiet_days if fresh is not None else None,
        periods=tuple(
            (day_of(int(series.edges[index])), 1.5 if count in (1, 2) else float(count))
            for index, count in enumerate(counts)
            if series is not None
        ),
        monthly=one.period is Period.MONTH,
        gaps=tuple(_gaps(one)),
        located_by=one.contents.located_by,
        local_categories=one.contents.local_categories,
        other_categories=one.contents.other_categories,
        delay_p95=one.delay.p95 if one.delay is not None else None,
        refused=one.refused,
        findings=tuple((finding.zh, finding.en) for finding in one.findings),
    )
