"""What a version was trained for. A champion scores only that: whatever differs now is told before anything is scored.

Levels, names, headings and features that a version does not use are no part of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from features import Catalogue
from features.catalogue.version import engine_version
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.errors import FeaturesChanged, PurposeUnknown, TrainedForOther
from riskwarn.files import write_text
from riskwarn.messages import Listed, Message
from riskwarn.store.targets import rule_of

FILE = "purpose.json"

#: Features that are named in the sentence; more are counted.
_NAMED = 5


@dataclass(frozen=True)
class Purpose:
    """All on which the numbers of a version depend beside what is loaded."""

    period: str
    timezone: str
    target: dict[str, Any]  # what makes a record an event
    sources: dict[str, dict[str, Any]]  # source -> `delivery_days` and `fixed` of its mapping
    features: dict[str, str]  # feature -> its version
    engine: str = ""  # of what that version follows from; empty of what was trained before these were kept apart
    code: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # of the features that read some

    def save(self, folder: Path) -> None:
        """Write `purpose.json`."""
        write_text(folder / FILE, json.dumps(asdict(self), sort_keys=True))


def purpose(catalogue: Catalogue, target: str, used: Iterable[str]) -> Purpose:
    """What a version for this target that uses these features would be trained for now.

    A feature that the catalogue no longer has is left out.
    """
    configuration, versions, names = catalogue.configuration, catalogue.versions, list(used)
    declared = configuration.targets.get(target)
    return Purpose(
        period=configuration.period.value,
        timezone=configuration.timezone,
        target=json.loads(json.dumps(asdict(rule_of(declared)))) if declared is not None else {},
        sources={name: _rules(configuration, name) for name in sorted(_sources(catalogue, target, names))},
        features={name: versions[name] for name in names if name in versions},
        engine=engine_version(),
        **catalogue.parts(names),
    )


def read_purpose(folder: Path) -> Purpose | None:
    """The purpose that lies beside a model; None where the version was made before one was noted."""
    if not (folder / FILE).is_file():
        return None
    return Purpose(**json.loads((folder / FILE).read_text(encoding="utf-8")))


def check_purpose(catalogue: Catalogue, target: str, version: str, then: Purpose | None) -> None:
    """Raise TrainedForOther, FeaturesChanged or PurposeUnknown where a version was trained for something else than is declared."""
    if then is None:
        raise PurposeUnknown(version=version)
    now, configuration = purpose(catalogue, target, then.features), catalogue.configuration
    differs = [
        *_differing("", {"period": then.period, "timezone": then.timezone}, vars(now)),
        *_differing(f"targets.{target}.", then.target, now.target),
        *(
            told
            for name, rules in then.sources.items()
            for told in _differing(f"sources.{name}.mapping.", rules, _rules(configuration, name))
        ),
    ]
    if differs:
        raise TrainedForOther(version=version, differs=Listed(differs, separator="; "))
    changed = [name for name, told in then.features.items() if now.features.get(name) != told]
    if changed:
        raise FeaturesChanged(
            version=version,
            number=len(changed),
            parts=_parts(then, now, changed),
            features=Listed(changed, most=_NAMED),
        )


def _parts(then: Purpose, now: Purpose, changed: Iterable[str]) -> str:
    """What of some features is another now."""
    if not then.engine:
        return Message("their code, their declaration or words that they read")
    read = any(then.words.get(name) != now.words.get(name) for name in changed if name in now.features)
    made = any(then.code.get(name) != now.code.get(name) for name in changed)
    engine = then.engine != now.engine
    told = [
        *([Message("the engine under them")] if engine else []),
        *([Message("their code or declaration")] if made or not (engine or read) else []),
        *([Message("words that they read")] if read else []),
    ]
    return Listed(told)


def _differing(prefix: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    for key, value in then.items():
        if now.get(key) != value:
            yield f"{prefix}{key}: {_shown(value)} → {_shown(now.get(key))}"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(str, value))}]"
    return "-" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _rules(configuration: Configuration, source: str) -> dict[str, Any]:
    """What of a source's mapping says when its records are known; nothing of a source that is no longer declared."""
    if source not in configuration.sources:
        return {}
    mapping = configuration.sources[source].mapping
    return {"delivery_days": float(mapping.delivery_days), "fixed": dict(sorted(mapping.fixed.items()))}


def _sources(catalogue: Catalogue, target: str, used: list[str]) -> set[str]:
    """The sources that a version reads: its target's, and those of the features that it uses.

    A feature that sets one source against another bears the names of both.
    """
    configuration, chosen = catalogue.configuration, set(used)
    read = {configuration.targets[target].source} if target in configuration.targets else set()
    events = [name for name in configuration.sources if contract(name, configuration).events]
    for feature in catalogue.features.values():
        if feature.name in chosen:
            read.add(feature.source)
            read |= {name for name in events if name in feature.name}
    return {name for name in read if name in configuration.sources}
