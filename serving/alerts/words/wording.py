"""The texts that are in force: those of riskwarn, and where a city says it otherwise, its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from riskwarn.alert_texts import Language, ServiceTexts
from riskwarn.configuration import Configuration
from riskwarn.declarations import loaded

LANGUAGES: tuple[Language, ...] = ("zh", "en")

#: What is said where no service fits, and where a source fails.
OTHER, GAP = "other", "gap"


@cache
def shipped() -> Mapping[str, Any]:
    """The texts of riskwarn."""
    text = files("serving.alerts.words").joinpath("texts.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = loaded(text)
    return content


@dataclass(frozen=True)
class Wording:
    """The texts of one city in one language."""

    configuration: Configuration
    language: Language

    def part(self, *keys: str) -> Any:
        """A text of riskwarn that no city changes."""
        found: Any = shipped()
        for key in keys:
            found = found[key]
        return found[self.language]

    def head(self) -> tuple[str, ...]:
        """The parts of a head."""
        own = getattr(self.configuration.alerts.texts.head, self.language)
        return tuple(own or self.part("head"))

    def help(self, service: str) -> str:
        """What help is meant."""
        return str(getattr(self._own(service).help, self.language) or self.part("services", service, "help"))

    def look(self, service: str) -> tuple[str, ...]:
        """What to look at."""
        return tuple(getattr(self._own(service).look, self.language) or self.part("services", service, "look"))

    def desk(self, service: str) -> str:
        """Whom to ask."""
        texts = self.configuration.alerts.texts
        found = getattr(self._own(service).desk, self.language) or getattr(texts.desk, self.language)
        return str(found or self.part("desk"))

    def contest(self, service: str = "", by: str = "") -> str:
        """How to contest a notice that means this help; where no notice is meant, whoever is asked as a rule is named."""
        told = str(getattr(self.configuration.alerts.texts.contest, self.language) or self.part("contest"))
        return told.format(desk=self.desk(service), by=by)

    def _own(self, service: str) -> ServiceTexts:
        return self.configuration.alerts.texts.services.get(service, ServiceTexts())


def version_of(configuration: Configuration) -> str:
    """The version of the texts: a number of riskwarn's, and where a city's are others, eight digits of theirs."""
    own = configuration.alerts.texts.model_dump(exclude_defaults=True)
    if not own:
        return str(shipped()["version"])
    digest = hashlib.sha256(json.dumps(own, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return f"{shipped()['version']}-{digest[:8]}"


def known_services() -> tuple[str, ...]:
    """The services that have texts, and `gap`."""
    return tuple(shipped()["services"])
