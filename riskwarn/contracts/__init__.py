"""What each source holds and which words it may use. The door: `contract`, `source_named`, `required`, `category_names`."""

from __future__ import annotations

from dataclasses import replace

from riskwarn.configuration import Configuration
from riskwarn.contracts.contract import Contract
from riskwarn.contracts.naming import source_named
from riskwarn.contracts.own import is_own, own_contract
from riskwarn.contracts.sources import declared, required
from riskwarn.contracts.vocabulary import categories_of
from riskwarn.errors import UnknownSource
from riskwarn.messages import Listed

__all__ = ["Contract", "category_names", "contract", "declared", "required", "source_named"]


def contract(source: str, configuration: Configuration) -> Contract:
    """The contract of a declared source with its categories; raise UnknownSource for any other."""
    if source not in configuration.sources:
        raise UnknownSource(source=source, known=Listed(configuration.sources))
    found = own_contract(source, configuration.sources[source]) if is_own(source) else declared(source)
    return replace(found, categories=tuple(category_names(source, configuration))) if found.events else found


def category_names(source: str, configuration: Configuration) -> dict[str, tuple[str, str]]:
    """Code -> (Chinese, English) of the categories of a source; a category of one's own names itself."""
    own = configuration.sources[source].categories
    if own is None:
        return categories_of(source) or {"other": ("其他", "other")}
    named = {code: (code, code.replace("_", " ")) for code in own if code != "other"}
    return {**named, "other": ("其他", "other")}
