"""What levels, states, steps and outcomes are called: in Chinese as tickets and the command line call them, in English as here."""

from __future__ import annotations

from riskwarn.contracts.vocabulary import chinese_name, standing_named
from riskwarn.words import NOTICE_STEPS, Level
from serving.alerts.words.wording import Wording, shipped


def level_name(level: str, wording: Wording) -> str:
    """What a level is called."""
    return _name("levels", level, Level(level).zh, wording)


def status_name(status: str, wording: Wording) -> str:
    """What it is called where a notice stands."""
    return _name("statuses", status, standing_named(status).zh, wording)


def step_name(verb: str, wording: Wording) -> str:
    """What is called that which was done with a notice, can be done, or befell it."""
    return _name("steps", verb, NOTICE_STEPS[verb], wording)


def outcome_name(outcome: str, wording: Wording) -> str:
    """What is called that which was found."""
    return _name("outcomes", outcome, chinese_name("alert_outcome", "tickets", outcome), wording)


def _name(what: str, code: str, zh: str, wording: Wording) -> str:
    return zh if wording.language == "zh" else str(shipped()[what][code])
