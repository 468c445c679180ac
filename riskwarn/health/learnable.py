"""Whether a target can be learnt from what is loaded, and if not, why and what mends it: told before anybody trains.

Only the columns by which an event is told are read, of the newest version of each record. What is foretold is what the
fit would find, by the sizes that it asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.contracts.repeated import may_be_named
from riskwarn.errors import TargetSourceMissing
from riskwarn.health.absences import NOWHERE, districts_at
from riskwarn.health.counts import Count, counted
from riskwarn.health.history import learnt_from
from riskwarn.health.interruptions import beginnings, interruptions
from riskwarn.health.obstacles import obstacle
from riskwarn.health.prospect import Prospect
from riskwarn.health.unknown_outcomes import unknown_outcomes
from riskwarn.store import Store
from riskwarn.store.newest import Newest
from riskwarn.store.targets import rule_of

#: An unknown word is shown where it is a word of category and no text: borne by so many records, short, no number, no name.
_WORDS_SHOWN, _BORNE_BY = 5, 5


def prospects(
    store: Store,
    configuration: Configuration,
    *,
    source: str | None = None,
    targets: Sequence[str] | None = None,
    feeds: bool = True,
) -> list[Prospect]:
    """What there is to learn each target from: all declared ones, those of a source, or the named ones.

    `feeds`: also what their feeds leave out of the history, for which the known times of every source are read.
    """
    chosen = {
        name: target
        for name, target in configuration.targets.items()
        if source in (None, target.source) and (targets is None or name in targets)
    }
    found = {}
    begun = beginnings(store, configuration) if chosen and feeds else {}
    newest = store.newest_known_at() if begun else None
    districts = (
        NOWHERE
        if newest is None
        else districts_at(store, configuration.calendar, configuration.calendar.midnight_after(newest))
    )
    for read in dict.fromkeys(target.source for target in chosen.values()):
        rules = {name: rule_of(target) for name, target in chosen.items() if target.source == read}
        records = Newest(store, read)
        learnt = learnt_from(configuration, records.known)
        span = None if learnt is None else configuration.calendar.instants(learnt)
        counts = counted(records, list(rules.values()), span)
        for name, rule in rules.items():
            count = counts[rule]
            prospect = _prospect(configuration, name, count, learnt)
            told = unknown_outcomes(store, configuration, read, count.closed, count.silent) if rule.outcomes else None
            paused = (
                interruptions(configuration, name, read, records, begun, districts) if begun and count.placed else []
            )
            found[name] = replace(prospect, outcomes=told, interrupted=tuple(paused))
    return [found[name] for name in chosen]


def _prospect(configuration: Configuration, name: str, count: Count, learnt: tuple[date, date] | None) -> Prospect:
    source, called = count.rule.source, configuration.target_named(name)
    if not count.records:
        return Prospect(name, source, 0, 0, 0, 0, TargetSourceMissing(target=called, source=source), called=called)
    other, unknown, shown = _uncounted(configuration, name, count)
    hinders = obstacle(configuration, name, count, unknown, learnt)
    newest = None if count.known is None else configuration.calendar.local_date(count.known[1])
    words, borne = tuple(shown), tuple(shown.values())
    return Prospect(
        name, source, count.records, count.placed, other, unknown, hinders, words, newest, borne, called=called
    )


def _uncounted(configuration: Configuration, name: str, count: Count) -> tuple[int, int, dict[str, int]]:
    """How many records are `other` or of a local category, where such do not count; the commonest local words with their numbers."""
    if count.rule.categories is None or configuration.targets[name].categories is not None:
        return 0, 0, {}
    known = contract(count.rule.source, configuration).categories
    local = Counter({word: borne for word, borne in count.categories.items() if word not in known})
    shown = [(word, borne) for word, borne in local.most_common() if borne >= _BORNE_BY and may_be_named(word)]
    return count.categories["other"], local.total(), dict(shown[:_WORDS_SHOWN])
