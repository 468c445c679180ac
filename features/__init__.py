"""Signals to features, as of an instant, without knowing more than could be known then.

The door: `read_city` gives what is known, `build_features` the numbers, `catalogue` their meaning.
"""

from features.building.build import build_features
from features.building.executors import chosen_executor
from features.catalogue.catalogue import catalogue
from features.catalogue.core import core
from features.catalogue.version import Catalogue, Version, catalogue_version, feature_versions
from features.city import City, read_city
from features.matrix import Feature, FeatureMatrix

__all__ = [
    "Catalogue",
    "City",
    "Feature",
    "FeatureMatrix",
    "Version",
    "build_features",
    "catalogue",
    "catalogue_version",
    "chosen_executor",
    "core",
    "feature_versions",
    "read_city",
]
