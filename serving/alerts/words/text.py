"""The text of a notice: a head, a body, what one is to know of it, whom to ask, and where it can be answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.messages import Listed, translated
from riskwarn.words import DECIDED_EN, DECIDED_ZH, NOTICE_EN, NOTICE_ZH, Unit
from serving.alerts.life import LIVE, Status
from serving.alerts.words import heads
from serving.alerts.words.changes import Changes, Since, changes
from serving.alerts.words.names import level_name
from serving.alerts.words.numbers import day, frequency, how_often, window
from serving.alerts.words.wording import GAP, LANGUAGES, OTHER, Wording, version_of
from serving.columns.reasons import told_of_a_part

_FIXED = {"zh": (NOTICE_ZH, DECIDED_ZH), "en": (NOTICE_EN, DECIDED_EN)}

#: Reasons that are told in words.
_REASONS = 3


def text_of(told: Mapping[str, Any], configuration: Configuration, since: Since | None = None) -> dict[str, Any]:
    """`{version, zh, en}`, each `{head, body, instruction, contact, link}`: what a notice says, of which `told` is all that is known.

    Whoever may see the notice may read it: of the reasons those are said that are told to who sees a part of the city. `link` is null
    where no address of the page is declared.
    """
    return {"version": version_of(configuration)} | {
        language: _text(told, Wording(configuration, language), since or Since()) for language in LANGUAGES
    }


def head_of(told: Mapping[str, Any], configuration: Configuration) -> dict[str, Any]:
    """`{version, zh, en}`, each `{head}`."""
    return {"version": version_of(configuration)} | {
        language: {"head": _short(told, Wording(configuration, language))} for language in LANGUAGES
    }


def _short(told: Mapping[str, Any], wording: Wording) -> str:
    return _head(told, wording, changes(told, Since(), wording))


def _text(told: Mapping[str, Any], wording: Wording, since: Since) -> dict[str, str | None]:
    changed = changes(told, since, wording)
    contest = wording.contest(service_of(told), day(told.get("due_at"), wording) or "")
    return {
        "head": _head(told, wording, changed),
        "body": "\n".join(_body(told, wording, changed, since.ended)),
        "instruction": "\n".join((contest, *_FIXED[wording.language])),
        "contact": wording.desk(service_of(told)),
        "link": link_of(str(told["id"]), wording),
    }


def service_of(told: Mapping[str, Any]) -> str:
    """The service that a notice asks for: what is done already, else what fits the first of its reasons to which one does."""
    if told["kind"] == "gap":
        return GAP
    fitting = (service for why in _raising(told) for service in why.get("services", ()))
    return told.get("service") or next(iter(fitting), OTHER)


def link_of(identity: str, wording: Wording) -> str | None:
    """Where a notice can be read and answered; None where no address of the page is declared."""
    address = wording.configuration.sign_in.address
    return (
        None if address is None else f"{address}/alerts/{identity}" + ("" if wording.language == "zh" else "?lang=en")
    )


def _head(told: Mapping[str, Any], wording: Wording, changed: Changes | None) -> str:
    values = {
        "level": level_name(told["level"], wording),
        "help": wording.help(service_of(told)),
        "by": day(told.get("due_at"), wording),
        "frequency": frequency(told, wording),
        "change": changed.lead if changed else None,
    }
    parts = wording.head()
    if changed:
        parts = wording.part("head_of_change" if told["status"] in LIVE else "head_of_end")
    elif told["kind"] == "gap":
        parts = wording.part("head_of_gap")
    return heads.head(parts, values, told, wording)


def _body(told: Mapping[str, Any], wording: Wording, changed: Changes | None, ended: bool) -> Iterator[str]:
    """Its lines: of one that is over, what there is to do about it is not said any more."""
    live = told["status"] in LIVE
    if changed:
        yield wording.part("body", "stands").format(state=changed.state)
        if changed.steps:
            steps = translated(Listed(changed.steps, separator="; "), wording.language)
            yield wording.part("body", "changed").format(change=steps)
    yield from _state(told, wording)
    if ended:
        yield wording.part("body", "nothing_to_do")
        return
    service = service_of(told)
    desk, by = wording.desk(service), day(told.get("due_at"), wording)
    if live:
        values = {
            "place": heads.own_name(told), "target": target_name(told, wording), "help": wording.help(service), "by": by or "",
            "desk": desk,
        }  # fmt: skip
        yield _titled(wording, "look")
        yield from (f"{number}. {line.format_map(values)}" for number, line in enumerate(wording.look(service), 1))
    if told["status"] != Status.WITHDRAWN:
        yield from _why(told, wording)
    if live and by is not None:
        yield wording.part("body", "by").format(by=by)
    if live:
        yield wording.part("body", "ask").format(desk=desk)


def _why(told: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    reasons = [heads.line(why[wording.language]) for why in _raising(told)[:_REASONS]]
    if reasons:
        # Of several grids the reasons are those of the first.
        yield _titled(wording, "why", heads.own_name(told["members"][0]) if told.get("members") else "")
        yield from (f"· {reason}" for reason in reasons)
    often = how_often(told, wording, level_name(told["level"], wording))
    if often is not None:
        yield often


def _state(told: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    where = where_of(told, wording)
    if told["kind"] == "gap":
        sources = [source_name(why["source"], wording) for why in told["reasons"]]
        yield wording.part("body", "of_gap").format(where=where, sources=translated(Listed(sources), wording.language))
        return
    yield wording.part("body", "state").format(
        where=where, target=target_name(told, wording), level=level_name(told["level"], wording), window=window(told, wording),
        end=day(told.get("expires_at"), wording) or "-",
        kind=wording.part("kinds", told["kind"]) if told["status"] in LIVE else "",
    ).strip()  # fmt: skip
    members = [
        wording.part("body", "member").format(name=heads.own_name(one), level=level_name(one["level"], wording))
        for one in told.get("members", ())
    ]
    if members:
        yield wording.part("body", "members").format(members=translated(Listed(members), wording.language))


def _titled(wording: Wording, key: str, of: str = "") -> str:
    title, chinese = str(wording.part("body", key)), wording.language == "zh"
    named = (f"（{of}）" if chinese else f" ({of})") if of else ""
    return title + named + ("：" if chinese else ":")


def _raising(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The reasons that raise it, as they are told to who sees a part of the city."""
    if told["kind"] == "gap":
        return []
    return [why for why in told_of_a_part(list(told["reasons"])) if why.get("direction", "raises") == "raises"]


def where_of(told: Mapping[str, Any], wording: Wording) -> str:
    """A unit with all above it but the city."""
    above = [heads.line(one["name"]) for one in told.get("above", ()) if one["unit"] != Unit.CITY]
    own = heads.own_name(told)
    names = [own, *(name for name in above if name and name not in own)]
    return " ".join(reversed(names)) if wording.language == "zh" else ", ".join(names)


def target_name(told: Mapping[str, Any], wording: Wording) -> str:
    """What is forecast."""
    declared = wording.configuration.targets.get(told["target"])
    return str((declared and getattr(declared, wording.language)) or told["target"])


def source_name(source: str, wording: Wording) -> str:
    """What a source is called, in a word or two."""
    declared = wording.configuration.sources.get(source)
    if wording.language == "en" or declared is None:
        return (declared and declared.en) or source.replace("_", " ")
    return contract(source, wording.configuration).zh
