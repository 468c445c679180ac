"""A mapping as it is kept: by headings in which nobody is named; and read again for the headings of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from riskwarn.ingest.redaction import kept_heading

#: Keys of a mapping that say headings: by field, several by field, and several.
_BY_FIELD, _SEVERAL, _LISTED = ("columns", "times", "period"), "headings", "identity"


def kept_rules(keys: Mapping[str, Any], headings: Sequence[str]) -> dict[str, Any]:
    """A mapping with its headings as they may be kept; what two of the `headings` of its file would then be is left out."""
    twice = {one for one, count in Counter(map(kept_heading, headings)).items() if count > 1}

    def kept(heading: str) -> str | None:
        shown = kept_heading(heading)
        return heading if shown == heading else None if shown in twice else shown

    return _each(keys, kept)


def as_headed(keys: Mapping[str, Any], headings: Sequence[str]) -> dict[str, Any]:
    """A mapping that was kept so, with the headings of a file as they are written in it."""
    written = {kept_heading(one): one for one in headings}
    return _each(keys, lambda heading: heading if heading in headings else written.get(heading, heading))


def _each(keys: Mapping[str, Any], of: Callable[[str], str | None]) -> dict[str, Any]:
    """A mapping with other headings; one that is None is left out, and with it the id that several columns make."""

    def by_field(told: Mapping[str, Any]) -> dict[str, Any]:
        # The unit of a period is no heading.
        found = {name: one if name == "unit" or not isinstance(one, str) else of(one) for name, one in told.items()}
        return {name: one for name, one in found.items() if one is not None or told[name] is None}

    other = dict(keys)
    for name in _BY_FIELD:
        if isinstance(told := keys.get(name), Mapping):
            other[name] = by_field(told)
    if told := keys.get(_SEVERAL):
        other[_SEVERAL] = {field: [one for one in map(of, listed) if one is not None] for field, listed in told.items()}
    if told := keys.get(_LISTED):
        several = [of(one) for one in told]
        other[_LISTED] = several if None not in several else []
    return {name: told for name, told in other.items() if told or not keys[name]}
