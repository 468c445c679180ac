"""Errors of features and of the workers that build them."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError, UnknownName


class FeatureModuleInvalid(RiskwarnError):
    """A module of ``features: modules`` that cannot be used."""

    code = "feature_module_invalid"
    template = "features.modules in riskwarn.yaml: {module} cannot be used: {problem}."


class FeatureNameTaken(RiskwarnError):
    """Names of sources and categories that together give two features one name."""

    code = "feature_name_taken"
    template = (
        "riskwarn.yaml: two features would be called {name}, one of {one} and one of {other}; "
        "rename one of the sources, or its category."
    )


class ClusterUnreachable(RiskwarnError):
    """The Dask scheduler of RISKWARN_DASK, or its workers, do not answer."""

    code = "cluster_unreachable"
    template = "RISKWARN_DASK={address}: {problem}. Start `dask scheduler` and `dask worker ADDRESS`, or unset it."
    status = 503


class WorkerDiffers(RiskwarnError):
    """A worker of the cluster runs other code of features than the one who asks."""

    code = "worker_differs"
    template = "A worker knows the catalogue {worker}, not {caller}: install the same version on all machines and restart them."
    status = 503


class UnknownFeature(UnknownName):
    """A feature that no family and no module declares."""

    code = "unknown_feature"
    asked = "feature"
    template = "{feature!r} is not a feature of this home{meant}; riskwarn features list shows them all."
    status = 404


class FeatureUnused(RiskwarnError):
    """A feature that no champion looks at: whatever it were, no score would differ."""

    code = "feature_unused"
    template = "No champion of {targets} uses {feature}, so that no score would differ; of {source} they use {used}."
    status = 422


class FeatureValueInvalid(RiskwarnError):
    """A value that a feature cannot have."""

    code = "feature_value_invalid"
    template = "{feature}={value}: {problem}."
    status = 422
