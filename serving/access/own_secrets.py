"""Secrets that riskwarn shares with the city's sign-on and gateway: one function finds them, so that where they lie is said once."""

from __future__ import annotations

from typing import Literal

from riskwarn.errors import SettingInvalid
from riskwarn.home import Home
from riskwarn.messages import Message

#: A shorter one could be guessed.
FEWEST_CHARACTERS = 16


def own_secret(home: Home, name: Literal["oidc", "gateway"]) -> str | None:
    """RISKWARN_<NAME>_SECRET, else the file <name>.secret in the home, which its owner alone may read; None where there is neither.

    Raises SettingInvalid.
    """
    setting, file = f"RISKWARN_{name.upper()}_SECRET", home.path / f"{name}.secret"
    found: str | None = getattr(home.settings, f"{name}_secret")
    if found is None and file.is_file():
        if file.stat().st_mode & 0o077:
            problem = Message("others may read {file}: chmod 600", file=file.name)
            raise SettingInvalid(name=setting, value=file.name, problem=problem)
        found = file.read_text(encoding="utf-8").strip()
    if found is not None and not (len(found) >= FEWEST_CHARACTERS and found.isprintable() and found.isascii()):
        said = Message("it takes at least {fewest} printable characters of ASCII", fewest=FEWEST_CHARACTERS)
        raise SettingInvalid(name=setting, value="…", problem=said)
    return found
