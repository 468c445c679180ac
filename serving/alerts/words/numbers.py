"""Numbers and days as notices say them: of a hundred, in whole numbers, and never more than was promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from riskwarn.disclosure import about
from riskwarn.periods import day_named
from serving.alerts.words.wording import Wording

_NUMERALS = ("", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")


def frequency(told: Mapping[str, Any], wording: Wording) -> str | None:
    """Of 100 such grids how many have trouble, and how many usually; None where nothing was promised.

    It is said in whole numbers, so that of the city's own figures, which are told to who sees all of it, no more follows.
    """
    stated = told.get("stated")
    if stated is None:
        return None
    said = str(wording.part("frequency"))
    text = said.format(n=_of_100(stated["precision"], wording, "about"), window=window(told, wording))
    usual = stated.get("usual")
    return text if usual is None else text + wording.part("usual").format(usual=_of_100(usual, wording, "plain"))


def how_often(told: Mapping[str, Any], wording: Wording, level: str) -> str | None:
    """The same with what it rests on; None where nothing was promised."""
    said, stated = frequency(told, wording), told.get("stated")
    if said is None or stated is None:
        return None
    lower, upper = (round(100 * stated[name]) for name in ("lower", "upper"))
    form = str(wording.part("body", "how_often"))
    return form.format(frequency=said, count=about(stated["n"]), level=level, lower=lower, upper=upper)


def _of_100(share: float, wording: Wording, form: str) -> str:
    count = round(100 * share)
    return str(wording.part("below_one") if count < 1 else wording.part(form).format(n=count))


def window(told: Mapping[str, Any], wording: Wording) -> str:
    """How far one looks ahead: 四周, 4 weeks."""
    horizon, period = int(told["horizon"]), wording.configuration.period.value
    if horizon == 1 and wording.language == "en":
        return f"a {period}"
    count = _NUMERALS[horizon] if wording.language == "zh" and horizon < len(_NUMERALS) else str(horizon)
    return str(wording.part("windows", period)).format(n=count)


def day(instant: object, wording: Wording) -> str | None:
    """The day up to whose end an instant is: of a midnight the day before; None where there is none."""
    if instant is None:
        return None
    moment = instant if isinstance(instant, datetime) else datetime.fromisoformat(str(instant))
    local = (moment - timedelta(seconds=1)).astimezone(wording.configuration.calendar.timezone)
    return day_named(local.date(), wording.language)
