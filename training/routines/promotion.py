"""Who scores: a family takes the champions' place where the evidence lets it, and the way back.

What two versions are compared by: :mod:`training.routines.gains`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from features import Catalogue
from riskwarn.audit import Action, Entry, announced, record
from riskwarn.configuration import usual_horizon
from riskwarn.contracts.because import check_because
from riskwarn.errors import NothingToReturnTo, PromotionRefused, RiskwarnError, UnknownVersion
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from riskwarn.progress import silent
from riskwarn.store.writing import one_at_a_time
from training.evaluation.comparison import LEAST_EFFECTIVE
from training.models.blown import what_blew_up
from training.registry.loading import load_version, why_unfit
from training.registry.purpose import check_purpose
from training.registry.tracking import impatiently
from training.registry.versions import (
    Version,
    finish_begun,
    forget_begun,
    put_whole,
    set_alias,
    set_tags,
    split,
    versions,
)
from training.routines.gains import INNER, JUDGED, Beside, compared

WAITING = "waiting for another training to register"


def promote(home: Home, version: str, because: str | None = None, *, now: datetime | None = None) -> dict[str, Any]:
    """Make a version champion, with the others of its family.

    Raises UnknownVersion; PromotionRefused where it is champion already, where one of the family is worse than the champion or
    than the best baseline beyond the interval, and, unless somebody says why it is to be, where there is not enough evidence at the
    usual horizon, none at another, or the champions serve a horizon that the family lacks or can no longer score; TrainedForOther, FeaturesChanged, PurposeUnknown where it could not score what is declared now;
    RefusedWord, PersonalText or ReasonTooLong where the reason may not be kept.
    """
    if because:
        check_because(because)
    name, _ = split(version)
    finish_begun(home)
    with one_at_a_time(home.artifacts, silent, WAITING):
        every = versions(home)
        load_version(home, version)  # UnknownVersion, with what is known
        own = next((one for one in every if one.version == version), None)
        if own is None:
            raise UnknownVersion(version=version, known=Listed(one.version for one in every) or "none")
        family = family_of(every, own)
        current = {one.horizon: one for one in every if one.target == own.target and one.alias == "champion"}
        if all(current.get(one.horizon) == one for one in family):
            raise PromotionRefused(version=version, reason=Message("it is the champion of {name} already", name=name))
        now, entry = now or datetime.now(UTC), Entry(Action.MODEL_PROMOTED, version, note=because or "")
        try:
            found = _examined(home, version, family, current, because)
        except RiskwarnError:
            # Whoever looks later sees that it was tried, and that the evidence stood against it.
            with suppress(RiskwarnError):
                record(home, replace(entry, result="refused"), at=now)
            raise
        with announced(home, entry, at=now):
            _put(home, family, current, now, because)
    replaced = current.get(own.horizon)
    return {
        "version": version,
        "replaced": replaced.version if replaced is not None and replaced != own else "",
        "name": name,
        "family": [one.version for one in family],
        "because": because or "",
        "compared": [beside.as_dict() for beside in found],
    }


def _examined(
    home: Home, version: str, family: Sequence[Version], current: Mapping[int, Version], because: str | None
) -> list[Beside]:
    """A family beside what it is held against. Raises what :func:`promote` does where it may not score."""
    catalogue = Catalogue.of(home.configuration)
    for one in family:
        check_purpose(catalogue, one.target, one.version, load_version(home, one.version).purpose)
    _check_fits(version, family)
    # A champion that can no longer score is no rival: its losses may be those of another target.
    rivals = {
        horizon: one for horizon, one in current.items() if why_unfit(home, one.version, one.target, catalogue) is None
    }
    found = [
        beside
        for one in family
        if current.get(one.horizon) != one
        for beside in compared(home, one, rivals.get(one.horizon))
    ]
    _check(version, found, because)
    if not because:
        _check_rivals(version, [one for at, one in current.items() if at not in rivals], family)
        declared = home.configuration.horizons
        _check_whole(version, family, {at: one for at, one in current.items() if at in declared}, found)
    return found


def rollback(home: Home, target: str, because: str | None = None, *, now: datetime | None = None) -> dict[str, Any]:
    """Put the family back that was promoted before the newest one; what is left is not returned to by another rollback.

    Raises UnknownTarget, NothingToReturnTo; TrainedForOther, FeaturesChanged, PurposeUnknown where what was there before could
    not score what is declared now, ModelDamaged; RefusedWord, PersonalText or ReasonTooLong (`because`).
    """
    home.configuration.chosen_targets(target)
    if because:
        check_because(because)
    now = now or datetime.now(UTC)
    finish_begun(home)
    with one_at_a_time(home.artifacts, silent, WAITING):
        every = [one for one in versions(home) if one.target == target]
        champions = {one.horizon: one for one in every if one.alias == "champion"}
        left, before = _way_back(every, champions)
        if before is None:
            raise NothingToReturnTo(target=home.configuration.target_named(target))
        family = family_of(every, before)
        catalogue = Catalogue.of(home.configuration)
        for one in family:
            check_purpose(catalogue, target, one.version, load_version(home, one.version).purpose)
        with announced(home, Entry(Action.MODEL_ROLLED_BACK, before.version, note=because or ""), at=now):
            for one in left:
                set_tags(home, one.version, left_at=now.isoformat())
            _put(home, family, champions, now, because)
    return {
        "target": target,
        "champions": [one.version for one in family],
        "replaced": [one.version for one in left if champions.get(one.horizon) == one],
        "because": because or "",
    }


def _way_back(every: Sequence[Version], champions: Mapping[int, Version]) -> tuple[list[Version], Version | None]:
    """(the newest family that scores and follows on another at one of its horizons, one of that other family)."""
    for newest in sorted(champions.values(), key=lambda one: one.promoted_at or "", reverse=True):
        left = family_of(every, newest)
        horizons = {one.horizon for one in left if champions.get(one.horizon) == one}
        before = [
            one
            for one in every
            if _stood(one) and one.horizon in horizons and one not in left and one.alias != "champion"
        ]
        if before:
            return left, max(before, key=lambda one: one.promoted_at or "")
    return [], None


def family_of(every: Sequence[Version], own: Version) -> list[Version]:
    """The versions that were trained together with one; it alone where it says of none."""
    if own.family is None:
        return [own]
    found = [one for one in every if one.target == own.target and one.family == own.family]
    return sorted(found, key=lambda one: one.horizon)


def _check(version: str, found: Sequence[Beside], because: str | None) -> None:
    """Raise PromotionRefused: worse is refused whatever is said, too little evidence where nothing is said."""
    for beside in found:
        if beside.gain is not None and beside.gain.loses:
            raise PromotionRefused(
                version=version,
                reason=Message(
                    "the log loss of {one} is worse than that of {other} by {loss}, beyond its interval [{lower}, {upper}]",
                    one=beside.version.version, other=beside.other, loss=f"{-beside.gain.gain:.4g}",
                    lower=f"{-beside.gain.upper:.4g}", upper=f"{-beside.gain.lower:.4g}",
                ),
            )  # fmt: skip
    _check_labels(version, found, because)
    usual = usual_horizon({beside.version.horizon for beside in found}) if found else 0
    for beside in found:
        if beside.gain is not None and beside.version.horizon == usual and not beside.gain.enough and not because:
            raise PromotionRefused(
                version=version,
                reason=Message(
                    "there is not enough evidence to compare {one} with {other}: {effective} shared origins whose windows do not "
                    "overlap, {needed} needed; say with --because why it is to score all the same",
                    one=beside.version.version, other=beside.other, effective=f"{beside.gain.effective:.2g}",
                    needed=f"{LEAST_EFFECTIVE:g}",
                ),
            )  # fmt: skip


def _check_fits(version: str, family: Sequence[Version]) -> None:
    """Raise PromotionRefused, whatever is said, where a model of the family is far worse than the city's mean."""
    for one in family:
        for pair in (JUDGED, INNER) if one.kind == "model" else ():
            told = what_blew_up(one.version, one.horizon, one.metrics.get(pair[0]), one.beside.get(pair[1]))
            if told is not None:
                raise PromotionRefused(version=version, reason=told)


def _check_labels(version: str, found: Sequence[Beside], because: str | None) -> None:
    """Raise PromotionRefused where two were judged by other labels and cannot be judged again, unless somebody says why it is to score."""
    for beside in found:
        if beside.gain is None and not because:
            raise PromotionRefused(
                version=version,
                reason=Message(
                    "records came or were corrected between the trainings of {one} and {other}, and not both keep forecasts that can be "
                    "judged again by the newer ones, as versions that are trained now do; say with --because why it is to score all "
                    "the same",
                    one=beside.version.version, other=beside.other,
                ),
            )  # fmt: skip


def _check_rivals(version: str, unfit: Sequence[Version], family: Sequence[Version]) -> None:
    """Raise PromotionRefused where a champion of the family's horizons can no longer score, so that it was not compared with."""
    horizons = {one.horizon for one in family}
    left = [one.version for one in unfit if one.horizon in horizons and one not in family]
    if left:
        raise PromotionRefused(
            version=version,
            reason=Message(
                "{champions} can no longer score and cannot be compared with; riskwarn retrain replaces such champions, or say with "
                "--because why it is to score all the same",
                champions=Listed(left),
            ),
        )  # fmt: skip


def _check_whole(
    version: str, family: Sequence[Version], current: Mapping[int, Version], found: Sequence[Beside]
) -> None:
    """Raise PromotionRefused where champions would be of two families, or a horizon changes without a shared origin."""
    lacking = sorted(set(current) - {one.horizon for one in family})
    if lacking:
        raise PromotionRefused(
            version=version,
            reason=Message(
                "its family has no version for horizon {lacking}, which {champions} would go on to serve, so that the champions "
                "would be of several families and need not agree; say with --because why it is to score all the same",
                lacking=Listed(lacking), champions=Listed(current[one].version for one in lacking),
            ),
        )  # fmt: skip
    for beside in found:
        if beside.gain is not None and not beside.gain.effective:
            raise PromotionRefused(
                version=version,
                reason=Message(
                    "{one} and {other} were judged on no origin together, so that nothing compares them; say with --because why it "
                    "is to score all the same",
                    one=beside.version.version, other=beside.other,
                ),
            )  # fmt: skip


def _put(
    home: Home, family: Sequence[Version], current: Mapping[int, Version], now: datetime, because: str | None
) -> None:
    """Make a family champion, all of it or none. One that is replaced and does not say since when it stood is given the time of its
    training."""
    for one in family:
        replaced = current.get(one.horizon)
        if replaced is not None and replaced.promoted_at is None and replaced.trained_at is not None:
            set_tags(home, replaced.version, promoted_at=replaced.trained_at)
    try:
        put_whole(home, [one.version for one in family], now, because)
    except BaseException:
        forget_begun(home)
        with suppress(RiskwarnError), impatiently():
            for one in family:
                stood = current.get(one.horizon)
                if stood is not None:
                    set_alias(home, stood.version, "champion")
        raise


def _stood(one: Version) -> bool:
    """Whether a version was champion and was not left by a way back since."""
    return one.promoted_at is not None and (one.left_at is None or one.left_at < one.promoted_at)
