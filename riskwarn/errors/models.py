"""Errors of models: versions, promotion, what they were trained for, the store that tracks them, their reports."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError, UnknownName


class UnknownVersion(UnknownName):
    """A model version that does not exist."""

    code = "unknown_version"
    asked = "version"
    template = "{version!r} is not a registered model version{meant}; known are {known}."
    status = 404


class PromotionRefused(RiskwarnError):
    """A challenger does not deserve to be champion."""

    code = "promotion_refused"
    template = "{version} was not promoted: {reason}."


class NothingToReturnTo(RiskwarnError):
    """No family was promoted before the champions of a target."""

    code = "nothing_to_return_to"
    template = "No version for “{target}” was champion before the present one: riskwarn models lists the versions, riskwarn promote takes one of them."
    status = 409


class RowsNotServed(RiskwarnError):
    """MLflow was asked for the forecast of a baseline."""

    code = "rows_not_served"
    template = "{baseline} is a baseline, which reads the history of its target and not rows of features: it is served by riskwarn score alone."


class RowsNotFinite(RiskwarnError):
    """MLflow was asked for the forecast of a row that holds a number without end."""

    code = "rows_not_finite"
    template = "Column {column} holds a number without end: send a finite one, or none where it is not known."


class TrainedForOther(RiskwarnError):
    """A version was trained for another period, target or source than is declared now."""

    code = "trained_for_other"
    template = "{version} was trained for something else ({differs}), and scores only what it was trained for: run riskwarn retrain."
    status = 409


class FeaturesChanged(RiskwarnError):
    """A version uses features whose definition has changed since it was trained."""

    code = "features_changed"
    template = (
        "{version} uses {number} features that have changed in {parts} since it was trained ({features}): "
        "run riskwarn retrain."
    )
    status = 409


class PurposeUnknown(RiskwarnError):
    """A version of an earlier riskwarn that does not say what it was trained for."""

    code = "purpose_unknown"
    template = "{version} does not say what it was trained for, being of an earlier riskwarn: run riskwarn retrain."
    status = 409


class TrackingAddressInvalid(RiskwarnError):
    """MLFLOW_TRACKING_URI leads nowhere."""

    code = "tracking_address_invalid"
    template = (
        "MLFLOW_TRACKING_URI={address} is no address of a tracking store: write http://HOST:PORT or https://HOST for a server, "
        "sqlite:////PATH or postgresql://HOST/NAME for a database, or unset it to keep models in the home."
    )


class TrackingServerUnusable(RiskwarnError):
    """The MLflow server does not do what is asked."""

    code = "tracking_server_unusable"
    template = "MLFLOW_TRACKING_URI={address}: {problem}. Start the server or mend its rights, or unset it to keep models in the home."
    status = 503


class TrackingStoreUnusable(RiskwarnError):
    """The store of models in the home cannot be read or written."""

    code = "tracking_store_unusable"
    template = (
        "The models' own database {file} cannot be used: {problem}. Mend its rights or the disk, restore it from a backup, or "
        "move it away and train anew."
    )
    status = 503


class NoChampion(RiskwarnError):
    """Nothing to score with."""

    code = "no_champion"
    template = "No model has been promoted: run riskwarn train first."


class ModelDamaged(RiskwarnError):
    """A model file does not match its checksum."""

    code = "model_damaged"
    template = "{version}: {file} does not match its checksum; restore the artifact or train again."


class ReportMissing(RiskwarnError):
    """A version was registered without the facts that a report is made of."""

    code = "report_missing"
    template = "{version} was registered by a riskwarn that kept no facts for a report: riskwarn retrain makes a version that has one."
    status = 404


class TunerMissing(RiskwarnError):
    """A search for what to learn with, without the library that searches."""

    code = "tuner_missing"
    template = "riskwarn train --tune needs Optuna: pip install 'riskwarn[tune]'."


class ForecasterNameTaken(RiskwarnError):
    """A forecaster of one's own under a name that another row of the table has."""

    code = "forecaster_name_taken"
    template = "A model of your own cannot be called {name!r}: that is the name of a row or column of a back-test already ({taken}); choose another."


class ForecasterInvalid(RiskwarnError):
    """What was given as a forecaster of one's own is none that can be fitted and asked."""

    code = "forecaster_invalid"
    template = (
        "The model {name!r} is {given} and cannot be back-tested: {problem}. Give an estimator of scikit-learn's kind, made and not "
        "fitted, with fit and either predict_proba (a classifier) or predict (a regressor)."
    )


class ForecastInvalid(RiskwarnError):
    """A forecaster of one's own gave numbers that are no forecast."""

    code = "forecast_invalid"
    template = "The model {name!r} gave no forecast as of {origin}: {problem}."


class ArgumentInvalid(RiskwarnError):
    """An argument in Python that is of another kind."""

    code = "argument_invalid"
    template = "{argument} cannot be {given}: give {wanted}."
