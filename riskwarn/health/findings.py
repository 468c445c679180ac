"""The findings of a source in words, Chinese and English: what, where, and what to do.

They are served: counts stand in them as what they are about, dates as weeks.
"""

from __future__ import annotations

from collections.abc import Iterator

from riskwarn.disclosure import about, week_of
from riskwarn.health.absences import Kind
from riskwarn.health.contents import MUCH_LOCAL
from riskwarn.health.reports import Finding, SourceHealth, Verdict
from riskwarn.mapping import Mapping
from riskwarn.messages import Listed, translated
from riskwarn.periods import Period, day_of
from riskwarn.words import Gap

#: Districts that are named one by one; more are counted.
NAMED = 5

#: Refused rows that wait for repair are told where they are more than this share of the records.
MUCH_REFUSED = 0.01

_PERIODS = {Period.WEEK: ("周", "week(s)"), Period.MONTH: ("个月", "month(s)")}


def findings(one: SourceHealth, mapping: Mapping) -> list[Finding]:
    """All findings of an examined source, the gravest first."""
    found = [
        *_rhythm(one),
        *_volume(one),
        *_delivery(one, mapping),
        *_places(one),
        *_contents(one),
        *_revisions(one),
        *_breaks(one),
        *_absences(one),
    ]
    if one.refused > MUCH_REFUSED * one.records:
        found.append(
            Finding(
                "refused",
                Verdict.WARNING,
                f"有{_zh(one.refused)}行被退回，等待修复（riskwarn quarantine export）",
                f"{_en(one.refused)} refused rows wait for repair (riskwarn quarantine export)",
            )
        )
    if not found and one.volume is None and (one.freshness is None or one.freshness.usual_days is None):
        found.append(Finding("unjudged", Verdict.UNJUDGED, "历史太短，无法判断", "its past is too short to judge it"))
    order = list(Verdict)
    return sorted(found, key=lambda finding: order.index(finding.verdict))


def _rhythm(one: SourceHealth) -> Iterator[Finding]:
    fresh = one.freshness
    if fresh is not None and fresh.late:
        verdict = Verdict.GAP if fresh.silent else Verdict.WARNING
        week = _week(fresh.newest_day)
        yield Finding(
            "silent" if fresh.silent else "late",
            verdict,
            f"{week} 那一周以后没有数据，超过通常的 {fresh.usual_days} 天",
            f"it is quiet for longer than the {fresh.usual_days} days that are usual: nothing since the week of {week}",
        )
    if fresh is None or not fresh.silent:
        quiet = [part for part in one.districts if part.gap is Gap.SILENT]
        for part in quiet[:NAMED]:
            assert part.freshness is not None
            week, usual = _week(part.freshness.newest_day), part.freshness.usual_days
            yield Finding(
                "silent",
                Verdict.GAP,
                f"{part.name}：{week} 那一周以后没有数据，超过通常的 {usual} 天",
                f"{part.name} is quiet for longer than the {usual} days that are usual: nothing since the week of {week}",
                part.code,
            )
        if len(quiet) > NAMED:
            yield _more(Verdict.GAP, "silent", len(quiet) - NAMED)


def _volume(one: SourceHealth) -> Iterator[Finding]:
    zh, en = _PERIODS[one.period]
    if one.volume is not None and one.volume.short and one.gap is Gap.SHORT:
        seen, expected, periods = one.volume.observed, _two(one.volume.expected), one.volume.periods
        yield Finding(
            "short",
            Verdict.GAP,
            f"最近 {periods} {zh}共{_zh(seen)}件，按往年应为约 {expected} 件，少得超出正常波动",
            f"{_en(seen)} in the newest {periods} {en} where about {expected} were to be expected: fewer than its own noise allows",
        )
    short = [part for part in one.districts if part.gap is Gap.SHORT and one.gap is None]
    for part in short[:NAMED]:
        assert part.volume is not None
        seen, expected = part.volume.observed, _two(part.volume.expected)
        yield Finding(
            "short",
            Verdict.GAP,
            f"{part.name}最近 {part.volume.periods} {zh}共{_zh(seen)}件，应为约 {expected} 件，少得超出正常波动",
            f"{part.name}: {_en(seen)} in the newest {part.volume.periods} {en} where about {expected} were to be expected",
            part.code,
        )
    if len(short) > NAMED:
        yield _more(Verdict.GAP, "short", len(short) - NAMED)


def _delivery(one: SourceHealth, mapping: Mapping) -> Iterator[Finding]:
    if one.arrival is not None and one.arrival.too_kind:
        needed = mapping.delivery_days + one.arrival.missed_days
        yield Finding(
            "delivery_too_kind",
            Verdict.WARNING,
            f"5% 的记录比设定晚到 {one.arrival.missed_days:g} 天以上：请在映射中设 delivery_days: {needed:.0f}",
            f"5 % of the records came over {one.arrival.missed_days:g} days later than the mapping says: set delivery_days: {needed:.0f}",
        )

    if (late := one.belated) is not None:
        day, number, needed = (
            late.before.date().isoformat(),
            late.records,
            mapping.delivery_days + late.missed_days,
        )
        yield Finding(
            "past_changed",
            Verdict.WARNING,
            f"有{_zh(number)}条记录按其日期应在 {day} 的首次导出中，却随以后的导出才到：此前各日的特征已随之改变，并非当时所能知道的。"
            f"请映射登记时间一列（known_at）；如没有这一列，且记录总是这样晚到，请设 delivery_days: {needed:.0f}",
            f"{_en(number)} records that by their dates belong into the first export, of {day}, came with later ones: features as of "
            "the days before have changed, and are not what was known then. Map the column of registration (known_at); where there "
            f"is none, and records always come so late, set delivery_days: {needed:.0f}",
        )


def _places(one: SourceHealth) -> Iterator[Finding]:
    if (lost := one.placeless) is not None:
        named = Listed(lost.grids, most=NAMED)
        zh, en = (translated(named, language) for language in ("zh", "en"))
        yield Finding(
            "ended_grids",
            Verdict.WARNING,
            f"有{_zh(lost.records)}条记录位于已撤销而没有去向的网格（{zh}），现有网格都不计它们：请载入 grid_lineage，说明由哪些网格承接",
            f"{_en(lost.records)} records lie in grids that ended without a successor ({en}), so that no grid of today counts "
            "them: load grid_lineage, which says what followed (from_grid_id, to_grid_id, effective_at)",
        )


def _contents(one: SourceHealth) -> Iterator[Finding]:
    held = one.contents
    for field in held.filled:
        if field.short:
            yield Finding(
                "incomplete",
                Verdict.WARNING,
                f"字段 {field.field} 的填写率由 {field.usual:.0%} 降到 {field.recent:.0%}",
                f"{field.field} is filled in {field.recent:.0%} of the recent records, where {field.usual:.0%} is usual",
            )
        names = {part.code: part.name for part in one.districts}
        for code in field.districts[:NAMED] if not field.short else ():
            yield Finding(
                "incomplete",
                Verdict.WARNING,
                f"{names.get(code, code)}：字段 {field.field} 的填写率明显下降",
                f"{names.get(code, code)}: {field.field} is filled much less often than usual",
                code,
            )
    if held.local_categories >= MUCH_LOCAL:
        yield Finding(
            "local_categories",
            Verdict.WARNING,
            f"{held.local_categories:.0%} 的记录使用本地类别，请在映射中翻译（words: category）",
            f"{held.local_categories:.0%} of the records have categories that no vocabulary knows: translate them in the mapping (words: category)",
        )
    if held.places_fell:
        yield Finding(
            "places",
            Verdict.WARNING,
            f"能定位到网格的记录由 {held.exact_places_usual:.0%} 降到 {held.exact_places:.0%}",
            f"{held.exact_places:.0%} of the recent records are located at a grid, where {held.exact_places_usual:.0%} is usual",
        )


def _revisions(one: SourceHealth) -> Iterator[Finding]:
    for changed in one.fixed_changed:
        if changed.withdrawn:
            yield Finding(
                "not_fixed",
                Verdict.WARNING,
                f"字段 {changed.field} 声明为登记后不变，但有 {changed.share:.0%} 的记录后来改动了它，该声明不成立：请在映射中写 fixed: {{{changed.field}: false}}",
                f"{changed.field} was declared fixed, yet {changed.share:.0%} of the records of {one.source} changed it later: "
                f"the claim does not hold, set fixed: {{{changed.field}: false}} in the mapping",
            )


def _breaks(one: SourceHealth) -> Iterator[Finding]:
    names = {part.code: part.name for part in one.districts}
    for found in one.breaks:
        if not found.declared and found.factor is not None:
            zh, en = (f"{names[found.district]}：", f"{names[found.district]}: ") if found.district else ("", "")
            yield Finding(
                "break_suspected",
                Verdict.WARNING,
                f"{zh}{found.day.isoformat()} 前后水平持续变为原来的 {found.factor:.2f} 倍，疑似统计口径变化；如属实请登记到“记录口径变化”表（breaks）",
                f"{en}about {found.day.isoformat()} its level turned to {found.factor:.2f} times what it was and stayed: if the recording "
                "changed, declare it in the table breaks",
                found.district,
            )


def _absences(one: SourceHealth) -> Iterator[Finding]:
    names = {part.code: part.name for part in one.districts}
    silent = {part.code for part in one.districts if part.gap is Gap.SILENT}
    # That a district is quiet now has been told already.
    found = [absent for absent in one.absences if absent.kind is not Kind.ENDED or absent.district not in silent]
    for absent in found[:NAMED]:
        name, begin, end, weeks = names[absent.district], absent.begin, absent.end, absent.weeks
        zh, en = {
            Kind.LATE: (
                f"{name}的数据自 {end} 才开始，比其他区县晚 {weeks} 周",
                f"{name} begins {end}, {weeks} weeks after the other districts",
            ),
            Kind.PAUSED: (
                f"{begin} 至 {end}（{weeks} 周）{name}没有数据，而其他区县有",
                f"{name} was silent from {begin} to {end} ({weeks} weeks) while other districts reported",
            ),
            Kind.ENDED: (
                f"{name}自 {begin} 起没有数据，而其他区县又报了 {weeks} 周",
                f"{name} has ended {begin}, while other districts reported for {weeks} more weeks",
            ),
            Kind.NEVER: (
                f"{name}从未有数据，而其他区县已报 {weeks} 周",
                f"{name} has never reported, in {weeks} weeks of other districts",
            ),
        }[absent.kind]
        yield Finding("absent", Verdict.WARNING, zh, en, absent.district)
    if len(found) > NAMED:
        yield _more(Verdict.WARNING, "absent", len(found) - NAMED)


def _week(day: int) -> str:
    """The Monday of a day's week."""
    return week_of(day_of(day)).isoformat()


def _en(count: int) -> str:
    told = about(count)
    return told if isinstance(told, str) else f"about {told}"


def _zh(count: int) -> str:
    told = about(count)
    return f" {told} " if isinstance(told, str) else f"约 {told} "


def _two(expected: float) -> str:
    """A number with two digits, as people write it."""
    told = float(f"{expected:.2g}")
    return f"{told:.0f}" if told >= 10 else f"{told:g}"


def _more(verdict: Verdict, code: str, count: int) -> Finding:
    return Finding(code, verdict, f"另有 {count} 个区县情况相同", f"and {count} more districts")
