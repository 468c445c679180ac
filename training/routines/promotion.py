"""Who scores: a version takes the champion's place with all of its family, and the way back."""

from __future__ import annotations

from riskwarn.errors import PromotionRefused
from riskwarn.home import Home
from training.registry.purpose import check_purpose
from training.registry.versions import load_version, run_of, set_alias, split, version_with_alias, versions


def promote(home: Home, version: str) -> dict[str, str]:
    """Make a version champion, with the others of its family.

    Raises PromotionRefused where it is champion already or is worse than the best baseline; TrainedForOther, FeaturesChanged,
    PurposeUnknown where it could not score what is declared now.
    """
    run = run_of(home, version)
    name, _ = split(version)
    target, horizon = run.data.tags["target"], int(run.data.tags["horizon"])
    current = version_with_alias(home, target, horizon, "champion")
    if current == version:
        raise PromotionRefused(version=version, reason=f"it is the champion of {name} already")
    gain = run.data.metrics.get("gain_over_best_baseline", 0.0)
    if run.data.params.get("kind") == "model" and gain <= 0:
        raise PromotionRefused(
            version=version, reason=f"its log loss is {-gain:.4g} worse than that of {run.data.params['best_baseline']}"
        )
    for one in family_of(home, version):
        check_purpose(home.configuration, target, one, load_version(home, one).purpose)
    for one in family_of(home, version):
        set_alias(home, one, "champion")
    return {"version": version, "replaced": current or "", "name": name}


def family_of(home: Home, version: str) -> list[str]:
    """The versions that were trained together with one; it alone where it says of none."""
    every = versions(home)
    own = next((one for one in every if one.version == version), None)
    if own is None or own.family is None:
        return [version]
    return [one.version for one in every if one.family == own.family]
