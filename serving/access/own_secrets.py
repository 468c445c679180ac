"""Secrets that riskwarn shares with the city's sign-on and gateway: one function finds them, so that where they lie is said once."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from riskwarn import secrets
from riskwarn.errors import SettingInvalid, UnknownSecret
from riskwarn.home import Home
from riskwarn.messages import Message

#: A shorter one could be guessed.
FEWEST_CHARACTERS = 16


def own_secret(home: Home, name: Literal["oidc", "gateway"]) -> str | None:
    """RISKWARN_<NAME>_SECRET, else what ``riskwarn secrets set <name>`` sealed; None where there is neither.

    Raises SettingInvalid (also where one is sealed and no key is named), and what :func:`riskwarn.secrets.secret` raises where a key of secrets is named and does not serve.
    """
    setting = f"RISKWARN_{name.upper()}_SECRET"
    found: str | None = getattr(home.settings, f"{name}_secret")
    if found is None and home.settings.secrets_key is not None:
        with suppress(UnknownSecret):
            found = secrets.secret(home, name).get_secret_value().strip()
    if found is None and home.settings.secrets_key is None and any(one.name == name for one in secrets.listed(home)):
        # Else a sign-on would refuse everybody, and nobody would know why.
        said = Message(
            "the secret {name} is sealed, and opens with the key in the file that this names alone", name=name
        )
        raise SettingInvalid(name="RISKWARN_SECRETS_KEY", value="", problem=said)
    if found is not None and (unfit := problem_of(found)) is not None:
        raise SettingInvalid(name=setting, value="…", problem=unfit)
    return found


def problem_of(value: str) -> Message | None:
    """Why a value cannot be such a secret; None where it can."""
    if len(value) >= FEWEST_CHARACTERS and value.isprintable() and value.isascii():
        return None
    return Message("it takes at least {fewest} printable characters of ASCII", fewest=FEWEST_CHARACTERS)
