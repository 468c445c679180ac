"""The drawings of a forecaster's page, each from frozen facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from training.reports.drawing import Pair, Scale, line, percent, stroke, svg, ticks, word
from training.reports.facts import Forecasted, ReportFacts
from training.reports.words import forecaster, metric

WIDTH, HEIGHT = 460, 360
_SHARES = (0.0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0)


def role_of(facts: ReportFacts, one: Forecasted) -> str:
    """How a forecaster is drawn."""
    if one.name == "model":
        return "model"
    return "best" if one.name == facts.best_baseline else one.role


def _behind(facts: ReportFacts) -> list[Forecasted]:
    """Forecasters in the order in which they are drawn: the model last, on top."""
    rank = {"baseline": 0, "part": 1, "best": 2, "model": 3}
    return sorted(facts.forecasters, key=lambda one: rank[role_of(facts, one)])


def _shown(facts: ReportFacts) -> list[Forecasted]:
    """The model and the baseline to beat: what has a name in the drawings of lines."""
    return [one for one in _behind(facts) if role_of(facts, one) in ("best", "model")]


def reliability(facts: ReportFacts, *, alone: bool = False) -> str:
    """What was forecast against how often it came; both axes are square roots, so that small chances have room."""
    shown = [one for one in _shown(facts) if one.reliability]
    tops = [max(one.expected, one.upper or one.observed) for who in shown for one in who.reliability]
    top = min(1.0, 1.05 * max(tops, default=1.0))
    across, up = Scale(0, top, 52, WIDTH - 16, root=True), Scale(0, top, HEIGHT - 46, 26, root=True)
    parts = []
    marks = [share for share in _SHARES if share <= top]
    for share in (one for place, one in enumerate(marks) if not place or across(one) - across(marks[place - 1]) > 20):
        parts += [stroke(across(share), up(0), across(share), up(top), "grid")]
        parts += [stroke(across(0), up(share), across(top), up(share), "grid")]
        parts += [word(across(share), HEIGHT - 30, percent(share), anchor="middle", named="small")]
        parts += [word(46, up(share) + 4, percent(share), anchor="end", named="small")]
    parts.append(line([(across(0), up(0)), (across(top), up(top))], "chance"))
    for who in shown:
        named = role_of(facts, who)
        parts.append(line([(across(one.expected), up(one.observed)) for one in who.reliability], named))
        for one in who.reliability:
            x = across(one.expected)
            if named == "model" and one.lower is not None and one.upper is not None:
                parts.append(stroke(x, up(one.lower), x, up(one.upper), f"{named} whisker"))
            parts.append(f'<circle class="{named} dot" cx="{x:.1f}" cy="{up(one.observed):.1f}" r="4"/>')
    parts += _key(facts, shown, 64, 44)
    parts.append(
        word((across(0) + across(top)) / 2, HEIGHT - 10, ("预测概率", "forecast probability"), anchor="middle")
    )
    parts.append(word(8, 10, ("实际发生的占比", "share in which it came"), named="small"))
    return svg(WIDTH, HEIGHT, parts, ("可靠性", "Reliability"), alone=alone)


def capture(facts: ReportFacts, *, alone: bool = False) -> str:
    """The share of events in the first grids, beside every baseline and chance; the axis of grids is a square root."""
    across, up = Scale(0, 1, 52, WIDTH - 16, root=True), Scale(0, 1, HEIGHT - 46, 26)
    parts = []
    for share in (0.0, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0):
        parts += [stroke(across(share), up(0), across(share), up(1), "grid")]
        parts += [word(across(share), HEIGHT - 30, percent(share), anchor="middle", named="small")]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts += [stroke(across(0), up(share), across(1), up(share), "grid")]
        parts += [word(46, up(share) + 4, percent(share), anchor="end", named="small")]
    parts.append(line([(across(share), up(share)) for share in facts.shares], "chance"))
    for who in _behind(facts):
        points = [
            (across(share), up(caught) if caught is not None else None)
            for share, caught in zip(facts.shares, who.capture, strict=False)
        ]
        parts.append(line(points, role_of(facts, who)))
    parts += _key(facts, _shown(facts), 64, 44, chance=True)
    middle = (across(0) + across(1)) / 2
    parts.append(word(middle, HEIGHT - 10, ("走访的网格占比", "share of grids visited"), anchor="middle"))
    parts.append(word(8, 10, ("捕获的事件占比", "share of events in them"), named="small"))
    return svg(WIDTH, HEIGHT, parts, ("捕获曲线", "Capture"), alone=alone)


def over_time(facts: ReportFacts, name: str, *, alone: bool = False) -> str:
    """A metric at each judged origin, of every forecaster."""
    width, height = 960, 220
    told = [one for one in _behind(facts) if any(value is not None for value in one.series.get(name, ()))]
    # What is certain that nothing comes loses so much that nothing else could be seen beside it.
    held = [one for one in told if one.name != "zero" or len(told) == 1]
    known = [value for one in held for value in one.series[name] if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = 0.08 * (high - low) or 0.1
    first, last = facts.origins[0], facts.origins[-1]
    days = max(1, (last - first).days)
    across, up = Scale(0, days, 52, width - 160), Scale(low - room, high + room, height - 30, 24)
    parts = []
    for value in ticks(low, high):
        parts += [stroke(52, up(value), width - 160, up(value), "grid")]
        parts += [word(46, up(value) + 4, f"{value:g}", anchor="end", named="small")]
    for origin in _dates(facts.origins):
        x = across((origin - first).days)
        parts += [stroke(x, height - 30, x, height - 26, "axis")]
        parts += [word(x, height - 12, f"{origin:%Y-%m-%d}", anchor="middle", named="small")]
    for who in held:
        points = [
            (across((origin - first).days), up(value) if value is not None else None)
            for origin, value in zip(facts.origins, who.series[name], strict=True)
        ]
        parts.append(line(points, role_of(facts, who)))
    parts += _ends(facts, name, up, width - 152)
    parts.append(word(8, 10, metric(name), named="small"))
    return svg(width, height, parts, (f"各起点的{metric(name)[0]}", f"{metric(name)[1]} at each origin"), alone=alone)


def gains(facts: ReportFacts, *, alone: bool = False) -> str:
    """By how much the model is better than each other in log loss, with intervals."""
    rows = [one for one in facts.forecasters if "log_loss" in one.gains and one.gains["log_loss"].gain is not None]
    width, step = 960, 24
    height = 44 + step * len(rows)
    bounds = [0.0]
    for one in rows:
        gain = one.gains["log_loss"]
        bounds += [value for value in (gain.gain, gain.lower, gain.upper) if value is not None and one.name != "zero"]
    across = Scale(min(bounds), max(bounds) or 0.01, 190, width - 250)
    parts = []
    for value in ticks(min(bounds), max(bounds) or 0.01, 6):
        parts += [stroke(across(value), 18, across(value), height - 22, "grid" if value else "zero")]
        parts += [word(across(value), height - 6, f"{value:g}".replace("-", "−"), anchor="middle", named="small")]
    for index, one in enumerate(rows):
        gain, y = one.gains["log_loss"], 32 + step * index
        named = role_of(facts, one)
        parts.append(word(178, y + 4, forecaster(one.name), anchor="end", named="best" if named == "best" else ""))
        if gain.lower is not None and gain.upper is not None and gain.lower < max(bounds):
            parts.append(stroke(across(gain.lower), y, across(gain.upper), y, f"{named} whisker"))
        beyond = gain.lower is not None and gain.lower > 0
        worse = gain.upper is not None and gain.upper < 0
        kind = "wins" if beyond else "loses" if worse else "dot"
        x = across(gain.gain or 0)
        # What lies far outside points there.
        far = (gain.gain or 0) > max(bounds)
        shape = f'<path d="M{x - 4:.1f} {y - 5}l9 5l-9 5z"' if far else f'<circle cx="{x:.1f}" cy="{y}" r="4.5"'
        parts.append(f'{shape} class="{kind}"/>')
        parts.append(word(width - 236, y + 4, interval(gain.gain, gain.lower, gain.upper), named="small"))
    parts.append(
        word(across(0), 11, ("对数损失的增益：线右侧为模型更好", "gain in log loss; right of the line the model is better"), named="small")
    )  # fmt: skip
    return svg(width, height, parts, ("模型相对各对照的增益", "Gain of the model over each other"), alone=alone)


def bars(rows: Sequence[tuple[Pair, float]], title: Pair, *, named: int) -> str:
    """Sizes as bars, with their names on the left in so much room."""
    width, step = 960, 22
    across = Scale(0, max((value for _, value in rows), default=1.0) or 1.0, named + 14, width - 60)
    parts = []
    for index, ((zh, en), value) in enumerate(rows):
        y = 4 + step * index
        wide = max(across(value) - across(0), 0.5)
        parts.append(f'<rect class="bar" x="{across(0):.0f}" y="{y}" width="{wide:.1f}" height="14" rx="2"/>')
        parts.append(word(named + 6, y + 11, (_short(zh, named), _short(en, named)), anchor="end"))
        parts.append(word(across(value) + 6, y + 11, f"{value:.3f}", named="small"))
    return svg(width, 8 + step * len(rows), parts, title)


def interval(value: float | None, lower: float | None, upper: float | None) -> str:
    """A number with its interval, for a drawing or a table."""
    if value is None:
        return "—"
    told = number(value)
    return told if lower is None or upper is None else f"{told} [{number(lower)}, {number(upper)}]"


def number(value: float | None, digits: int = 4) -> str:
    """A figure of some digits; what is nothing by these has no sign."""
    if value is None:
        return "—"
    text = (
        f"{value:z.{digits}f}" if abs(value) < 1 else f"{value:.{digits - 1}f}" if abs(value) < 100 else f"{value:,.0f}"
    )
    return text.replace("-", "−")


def _short(text: str, room: int) -> str:
    """A text as far as there is room; Chinese signs are twice as wide as others."""
    left = room
    for place, sign in enumerate(text):
        left -= 12 if ord(sign) > 0x2E80 else 6
        if left < 0:
            return f"{text[: place - 1]}…"
    return text


def _key(facts: ReportFacts, shown: Sequence[Forecasted], x: float, y: float, *, chance: bool = False) -> list[str]:
    """What the lines are."""
    parts = []
    for who in reversed(shown):
        named = role_of(facts, who)
        parts += [stroke(x, y - 4, x + 18, y - 4, f"{named} line"), word(x + 24, y, forecaster(who.name), named=named)]
        y += 18
    if chance:
        parts += [stroke(x, y - 4, x + 18, y - 4, "chance line"), word(x + 24, y, ("随机", "chance"))]
        parts += [stroke(x, y + 14, x + 18, y + 14, "line"), word(x + 24, y + 18, ("其他对照", "others"))]
    return parts


def _ends(facts: ReportFacts, name: str, up: Scale, x: float) -> list[str]:
    """Names at the ends of the lines that have one, apart from each other."""
    parts: list[str] = []
    taken: list[float] = []
    for who in reversed(_shown(facts)):
        newest = next((value for value in reversed(who.series.get(name, ())) if value is not None), None)
        if newest is None:
            continue
        y = up(newest) + 4
        while any(abs(y - other) < 15 for other in taken):
            y += 15 if not taken or y >= taken[0] else -15
        taken.append(y)
        parts.append(word(x, y, forecaster(who.name), named=role_of(facts, who)))
    return parts


def _dates(origins: Sequence[date]) -> list[date]:
    """Some origins whose dates are written."""
    step = max(1, -(-len(origins) // 8))
    return list(origins[::step])
