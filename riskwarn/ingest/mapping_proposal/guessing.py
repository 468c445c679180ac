"""Which source a file is of, told from its name and its headings."""

from __future__ import annotations

from riskwarn.contracts import declared, required
from riskwarn.contracts.vocabulary import field_of, shipped
from riskwarn.ingest.columns import plain_heading
from riskwarn.ingest.mapping_proposal.profile import Profile
from riskwarn.mapping import Mapping, preset_content


def guess(name: str, seen: Profile) -> tuple[str, str]:
    """The source of a file, from its headings and its name, and on what ground."""
    hints = shipped("hints")["sources"]
    headings = [plain_heading(heading) for heading in seen.headings if heading]
    fitting: dict[str, float] = {}
    for source in hints:
        told = declared(source)
        fields = {known[0] for heading in headings if (known := field_of(heading, told.kind))}
        complete = all(any(set(one.split("+")) <= fields for one in group) for group in required(told.kind, Mapping()))
        words = [word for word in hints[source] if any(word in heading.lower() for heading in headings)]
        named = [word for word in hints[source] if word in name.lower()]
        # A table is only meant where all that it needs is there; its few fields are found in many files of events.
        if not told.events and not complete:
            continue
        fitting[source] = len(fields) / 4 + len(words) + 2 * len(named) + 2 * complete + (0 if told.events else 1)
        if not told.events and "occurred_at" in {known[0] for h in headings if (known := field_of(h, "events"))}:
            fitting[source] -= 4
    best = max(fitting, key=lambda one: fitting[one])
    second = max((value for source, value in fitting.items() if source != best), default=0.0)
    told_by = [word for word in hints[best] if word in name.lower() or any(word in h.lower() for h in headings)]
    sure = fitting[best] >= second + 1 and told_by
    why = f"guessed by {', '.join(told_by)}" if told_by else "guessed by its headings"
    return best, why if sure else f"{why}; unsure, name it with --source"


def suggested_preset(source: str, seen: Profile) -> str | None:
    """A preset of this source whose words stand in the headings or the name of the file."""
    hints = shipped("hints")["presets"]
    text = " ".join((seen.file, *map(plain_heading, seen.headings)))
    for name in hints:
        if preset_content(name)["source"] == source and any(word in text for word in hints[name]):
            return str(name)
    return None
