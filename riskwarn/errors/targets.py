"""Errors of time and targets: what cannot be looked at or learnt, and why."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError, UnknownName


class AsOfInvalid(RiskwarnError):
    """A date that cannot be an as-of."""

    code = "as_of_invalid"
    template = "{value} cannot be an as-of: {problem}; the nearest is {nearest}."


class NothingKnown(RiskwarnError):
    """No record is known before the as-of."""

    code = "nothing_known"
    template = "No event is known before {as_of}: load an event source, or choose a later as-of."


class NothingKnownYet(NothingKnown):
    """No record of an event is known at all."""

    template = "No event is known yet: load an event source."


class UnknownTarget(UnknownName):
    """A target or horizon that the configuration does not declare."""

    code = "unknown_target"
    template = "{name!r} is not a declared {what}{meant}; declared are {known}."
    status = 422


class UnknownMetric(UnknownName):
    """A metric that nobody defined."""

    code = "unknown_metric"
    asked = "metric"
    template = "{metric!r} is not a metric{meant}; known are {known}."
    status = 422


class TargetSourceMissing(RiskwarnError):
    """A target whose source was never loaded."""

    code = "target_source_missing"
    template = "Target {target!r} needs the source {source!r}, and no record of it is loaded: run riskwarn ingest {source} FILE."


class TargetWithoutEvents(RiskwarnError):
    """A target with too few mature events to learn from."""

    code = "target_without_events"
    template = (
        "Target {target!r} at horizon {horizon} has {events} mature events before {as_of}, each counted once, and at least {needed} are needed: "
        "load more history, or declare a wider target in riskwarn.yaml."
    )


class EventsWithoutDate(RiskwarnError):
    """No record has the date by which a target's events are told."""

    code = "events_without_date"
    template = (
        "Target {target!r} cannot be learnt yet: none of {records} {source} has {date}. Map its column "
        "(columns: {{{date}: HEADING}}), or where it is mapped and none of its cells could be read, write them in a form that "
        "the note of its load names; or declare the target by outcomes in riskwarn.yaml."
    )


class NoEvents(RiskwarnError):
    """No record has the date or an outcome by which a target's events are told."""

    code = "no_events"
    template = (
        "Target {target!r} cannot be learnt yet: none of {records} {source} has {date} or one of the outcomes {outcomes}. Map the "
        "columns of the outcome and of the closing date (columns: {{outcome: HEADING, closed_at: HEADING}}), translate their "
        "words (words: {{outcome: …}}), write dates that none could read in a form that the note of their load names, or declare another target in riskwarn.yaml."
    )


class OutcomesWithoutDate(RiskwarnError):
    """Outcomes that would be events have no date."""

    code = "outcomes_without_date"
    template = (
        "Target {target!r} cannot be learnt yet: {number} of {records} {source} have an outcome that counts, and none of these "
        "a date beside it. Map the column of the closing date (columns: {{closed_at: HEADING}})."
    )


class NoEventsOfCategory(RiskwarnError):
    """No record is of a category and severity that a target counts."""

    code = "no_events_of_category"
    template = (
        "Target {target!r} cannot be learnt yet: none of {records} {source} is of a category and severity that counts, and "
        "{unknown} bear a word of category that nobody knows. Translate them in the mapping (words: {{category: …}}), or name "
        "the target's categories in riskwarn.yaml."
    )


class NoCategory(RiskwarnError):
    """No record has a category, for no column was taken as the category."""

    code = "no_category"
    template = (
        "Target {target!r} cannot be learnt yet: none of {records} {source} has a category, for no column was taken as the category. "
        "Map it (columns: {{category: HEADING}}), take the loads back (riskwarn loads undo) and load the files again."
    )


class EventsInNoGrid(RiskwarnError):
    """All events of a target are located above the grid."""

    code = "events_in_no_grid"
    template = (
        "Target {target!r} cannot be learnt yet: its {events} events in {source} are located in a community or above, and none "
        "in a grid. Load a column of the grid, coordinates, or a table of places."
    )


class EventsReferred(RiskwarnError):
    """All records that would be events of a target were referred."""

    code = "events_referred"
    template = (
        "Target {target!r} cannot be learnt yet: all {number} of {records} {source} that would be its events were referred to court, "
        "arbitration or review, which is an orderly end and no event. Check how the mapping translates outcomes (words: "
        "{{outcome: …}}), or declare another target in riskwarn.yaml."
    )


class EventsTooFew(RiskwarnError):
    """A target with too few events."""

    code = "events_too_few"
    template = (
        "Target {target!r} cannot be learnt yet: {source} holds {events} of its events in grids, and at least {needed} are needed. "
        "Load more history, or declare a wider target in riskwarn.yaml."
    )


class EventsTooLate(RiskwarnError):
    """No event of a target is left to learn from before the origins that are judged."""

    code = "events_too_late"
    template = (
        "Target {target!r} at horizon {horizon} cannot be learnt yet: none of its events falls between {first}, where learning "
        "begins, and {begins}, where judging begins. Load older records, or wait."
    )


class TargetEverywhere(RiskwarnError):
    """Every grid has an event in every window."""

    code = "target_everywhere"
    template = (
        "Target {target!r} at horizon {horizon}: every grid has an event in every window before {as_of}, so that there is nothing "
        "to tell apart. Choose a shorter horizon, or narrow the target (categories, min_severity)."
    )


class HistoryTooShort(RiskwarnError):
    """Too few mature origins to train and evaluate."""

    code = "history_too_short"
    template = "{origins} mature origins before {as_of} for horizon {horizon}, and at least {needed} are needed: load more history."
