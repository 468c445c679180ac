"""Errors of the secrets that are kept sealed, and of the file of their key. None of them has a value in it."""

from __future__ import annotations

from riskwarn.errors.family import RiskwarnError, UnknownName


class SecretKeyUnfit(RiskwarnError):
    """No file is named for the key of secrets, or one that must not hold it."""

    code = "secret_key_unfit"
    template = "{file} cannot be the key file of secrets: {problem}."
    status = 503


class SecretKeyMissing(RiskwarnError):
    """The key file of secrets is not there."""

    code = "secret_key_missing"
    template = (
        "{file}: the key file of secrets is not there; put it back, or make a new one with riskwarn secrets init and set each "
        "secret again."
    )
    status = 503


class SecretKeyInvalid(RiskwarnError):
    """The key file of secrets holds no key."""

    code = "secret_key_invalid"
    template = "{file} holds no keys of riskwarn; put back the file that riskwarn secrets init made."
    status = 503


class SecretInvalid(RiskwarnError):
    """A name or a value that cannot be kept."""

    code = "secret_invalid"
    template = "The secret {name!r} cannot be kept: {problem}."


class SecretUnread(UnknownName):
    """A name by which no secret is ever looked for."""

    code = "secret_unread"
    template = "No secret is read by the name {name!r}{meant}: name it {known}."
    asked = "like"


class SecretClosed(RiskwarnError):
    """A secret that does not open."""

    code = "secret_closed"
    template = "The secret {name!r} does not open ({problem}): put back the key file of its time, or set it again with riskwarn secrets set."
    status = 503


class UnknownSecret(UnknownName):
    """A secret that there is not."""

    code = "unknown_secret"
    template = "There is no secret {name!r}{meant}; there are {known}."
    status = 404
