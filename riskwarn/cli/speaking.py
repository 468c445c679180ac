"""Help and usage in the language of who reads: click's own words through gettext, ours from the same catalogue."""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from riskwarn.messages import DOMAIN, FOLDER, translated


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let click find its words in our catalogue; it asks gettext, which asks the environment for the language.

    Both are as they were afterwards: a program that calls several commands may ask for several languages.
    """
    domain, before = gettext.textdomain(), os.environ.get("LANGUAGE")
    if language == "en":
        gettext.textdomain("messages")
    else:
        gettext.bindtextdomain(DOMAIN, str(FOLDER))
        gettext.textdomain(DOMAIN)
        os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            os.environ.pop("LANGUAGE", None)
        else:
            os.environ["LANGUAGE"] = before


def in_language(command: click.Command, language: str) -> click.Command:
    """A command whose help, and that of its options and commands, is in `language`."""
    if language == "en":
        return command
    spoken = copy.copy(command)
    spoken._help_option = None  # click keeps the option, with its words in the language that spoke first
    if spoken.help:
        spoken.help = translated(inspect.cleandoc(spoken.help), language)
    spoken.params = [_parameter(parameter, language) for parameter in spoken.params]
    if isinstance(spoken, click.Group) and spoken.commands:
        spoken.commands = {name: in_language(one, language) for name, one in spoken.commands.items()}
    return spoken


def _parameter(parameter: click.Parameter, language: str) -> click.Parameter:
    words = getattr(parameter, "help", None)
    if not words:
        return parameter
    spoken = copy.copy(parameter)
    spoken.help = translated(words, language)
    return spoken
