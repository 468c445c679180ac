"""Dates as offices write them, to instants: the usual forms digit by digit in columns, others by their parts, the rest rewritten."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.ingest.values.cells import coded, filled, plain
from riskwarn.ingest.values.clock import EAST, WEST
from riskwarn.ingest.values.orders import Order, order_of
from riskwarn.ingest.values.written import rewritten
from riskwarn.periods import Instants

Bytes = npt.NDArray[np.uint8]

#: Tells the order of day, month and year from distinct texts; None: it cannot be told.
Decide = Callable[[pa.Array], Order | None]

#: Three numbers with marks between, a time, half of the day and offset: every form that is written with digits and marks.
_PARTS = (
    r"^(?P<first>\d{1,4})[-/.](?P<second>\d{1,2})[-/.](?P<third>\d{1,4})"
    r"(?:(?P<mark>\s+|T)\s*(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second_>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    rf"(?:\s*(?P<half>[AaPp]\.?[Mm]\.?))?(?:\s*(?:(?P<zone>Z|{EAST})|(?P<west>{WEST})))?|\s*(?P<zone_>Z|{EAST}))?$"
)
_NUMBER = re.compile(r"^\d{5}(?:\.\d+)?$|^\d{10}$|^\d{13}$")

#: Excel counts days from here (its leap year of 1900 included).
_EXCEL = np.datetime64("1899-12-30", "us")

#: Length of a written form -> where its two-digit parts begin, behind the year: month, day, hour, minute, second.
_FORMS = {19: (5, 8, 11, 14, 17), 16: (5, 8, 11, 14), 10: (5, 8)}

_NOTHING = np.datetime64("NaT", "us")
_DAY = 86_400_000_000


def instants(cells: pa.Array, zone: ZoneInfo, decide: Decide = order_of) -> tuple[Instants, npt.NDArray[np.bool_]]:
    """UTC datetime64[us] of each text (NaT where null or unreadable), and which texts are unreadable.

    `cells` are trimmed and in half width. A date without a time is its local midnight; a time without an offset is
    local; 24:00 is the next midnight, and a leap second the one before it. `decide` tells the order of day, month and year
    from the distinct texts that are not of the usual form; where it tells none, only a year of four digits in front is read.
    """
    given = filled(cells)
    if pa.types.is_dictionary(cells.type):
        codes, words = coded(cells)
        of_words, bad = instants(pa.array(words, pa.string()), zone, decide)
        return np.append(of_words, _NOTHING)[codes], np.append(bad, False)[codes]
    local = np.where(given, _fixed_width(cells), _NOTHING)
    utc = np.full(len(cells), _NOTHING)
    waiting = np.flatnonzero(given & np.isnat(local))
    if len(waiting):
        rest = plain(cells).take(pa.array(waiting)).dictionary_encode()
        codes = rest.indices.to_numpy()
        values, absolute = (told[codes] for told in _other_forms(rest.dictionary, zone, decide(rest.dictionary)))
        local[waiting[~absolute]] = values[~absolute]
        utc[waiting[absolute]] = values[absolute]
    found = np.where(np.isnat(utc), to_utc(local, zone), utc)
    return found, given & np.isnat(found)


def to_utc(local: Instants, zone: ZoneInfo) -> Instants:
    """Local wall clock times as UTC; of an hour that comes twice the later, of one that is left out the next there is."""
    first, offsets = _offsets(zone.key)
    day = local.view(np.int64) // _DAY - first
    inside = (day >= 0) & (day < len(offsets) - 1)  # the number of "no time" is far outside
    day[~inside] = 0
    steady = inside & (offsets[day] == offsets[day + 1])
    utc = local - offsets[day]
    utc[~steady] = _NOTHING
    rest = ~steady & ~np.isnat(local)
    if rest.any():
        zoned = pd.DatetimeIndex(local[rest]).tz_localize(
            zone, ambiguous=np.zeros(int(rest.sum()), dtype=bool), nonexistent="shift_forward"
        )
        utc[rest] = zoned.tz_convert("UTC").tz_localize(None).to_numpy(dtype="datetime64[us]")
    return utc


def naive_utc(moment: datetime) -> np.datetime64:
    """An aware instant as naive UTC datetime64[us], as the columns of the store are compared."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


@cache
def _offsets(zone: str) -> tuple[int, npt.NDArray[np.timedelta64]]:
    """First day (since 1970) and each local day's offset from UTC at its midnight, 1970 to 2100."""
    days = pd.date_range("1970-01-01", "2100-01-01", freq="D", unit="us")
    zoned = days.tz_localize(ZoneInfo(zone), ambiguous=np.zeros(len(days), dtype=bool), nonexistent="shift_forward")
    utc = zoned.tz_convert("UTC").tz_localize(None)
    offsets = (days - utc).to_numpy(dtype="timedelta64[us]")
    return int(days[0].to_datetime64().astype("datetime64[D]").astype(np.int64)), offsets


def _fixed_width(cells: pa.Array) -> Instants:
    """Local times of the forms ``2024-03-01[ 08:05[:00]]`` (also with ``/``, ``.`` or ``T``); NaT for all other texts."""
    local = np.full(len(cells), _NOTHING)
    _, offsets, content = cells.buffers()
    if content is None or len(cells) == 0:
        return local
    ends = np.frombuffer(offsets, dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1].astype(np.int64)
    letters, lengths = np.frombuffer(content, dtype=np.uint8), np.diff(ends)
    written = letters[ends[0] : ends[-1]]
    for length, places in _FORMS.items():
        alike = lengths == length
        if alike.any():
            whole = int(alike.sum()) * length == len(written)  # all others are empty
            taken = written if whole else written[np.repeat(alike, lengths)]
            local[alike] = _read(taken.reshape(-1, length), places)
    return local


def _read(written: Bytes, places: tuple[int, ...]) -> Instants:
    """Instants of (rows, length) letters; NaT where they are no date of this form."""
    letters = np.ascontiguousarray(written.T)  # one row a place: the processor reads each in one go
    mark = letters[4]
    good = ((mark == ord("-")) | (mark == ord("/")) | (mark == ord("."))) & (letters[7] == mark)
    if len(places) > 2:
        good &= (letters[10] == ord(" ")) | (letters[10] == ord("T"))
        for at in places[3:]:
            good &= letters[at - 1] == ord(":")
    digits = letters - np.uint8(ord("0"))  # what lies below "0" wraps round to a large number

    def two(at: int) -> Bytes:
        np.logical_and(good, (digits[at] < 10) & (digits[at + 1] < 10), out=good)
        return np.asarray(digits[at] * np.uint8(10) + digits[at + 1], dtype=np.uint8)

    century, year = two(0), two(2)
    month, day, *clock = [two(at) for at in places]
    for part, limit in zip(clock, (24, 60, 60), strict=False):
        good &= part < limit
    good &= (month >= 1) & (month <= 12) & (day >= 1)
    starts, lengths = _months()
    number = np.where(good, (century.astype(np.int32) * 100 + year) * 12 + month - 1, 0)  # of the month
    good &= (number >= 12) & (day <= lengths[number])
    seconds = np.zeros(len(good), dtype=np.int32)
    for index in range(3):
        seconds = seconds * 60 + (clock[index] if index < len(clock) else 0)
    moments = (starts[number] + day) * _DAY + seconds.astype(np.int64) * 1_000_000
    moments[~good] = np.iinfo(np.int64).min
    return np.asarray(moments.view("datetime64[us]"))


@cache
def _months() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Of every month since the year 0: the last day before it (since 1970), and its number of days."""
    starts = np.arange(-1970 * 12, 8030 * 12 + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return starts[:-1] - 1, np.diff(starts)


def _other_forms(texts: pa.Array, zone: ZoneInfo, order: Order | None) -> tuple[Instants, npt.NDArray[np.bool_]]:
    """Of distinct texts of any other form: the instant (NaT: unreadable), and whether it is UTC already."""
    found, absolute = _from_parts(texts, order)
    rest = np.flatnonzero(np.isnat(found))
    if len(rest) == 0:
        return found, absolute
    words = texts.take(pa.array(rest)).to_pylist()
    told = [_counted(word) if _NUMBER.match(word) else None for word in words]
    plainly = pa.array(
        [rewritten(word, zone) if one is None else None for word, one in zip(words, told, strict=True)], pa.string()
    )
    found[rest], absolute[rest] = _from_parts(plainly, order)
    numbers = [(at, *one) for at, one in zip(rest, told, strict=True) if one is not None]
    for at, moment, is_utc in numbers:
        found[at], absolute[at] = moment, is_utc
    return found, absolute


def _counted(text: str) -> tuple[np.datetime64, bool]:
    """The instant of an epoch in seconds or milliseconds (UTC), or of a serial number of Excel (local)."""
    if "." not in text and len(text) in (10, 13):
        return np.datetime64(int(text) * (1000 if len(text) == 13 else 1_000_000), "us"), True
    days = float(text)
    if not 20_000 < days < 80_000:
        return _NOTHING, False
    return _EXCEL + np.timedelta64(round(days * 86_400) * 1_000_000, "us"), False


def _from_parts(texts: pa.Array, order: Order | None) -> tuple[Instants, npt.NDArray[np.bool_]]:
    """Instants of texts of three numbers and a time (NaT for all others), and which of them have an offset: those are UTC."""
    parts = pc.extract_regex(texts, pattern=_PARTS)

    def words(name: str) -> pa.Array:
        return pc.fill_null(pc.struct_field(parts, name), "")

    def whole(name: str) -> npt.NDArray[np.int64]:
        told = words(name)
        return np.asarray(pc.cast(pc.if_else(pc.equal(told, ""), "0", told), pa.int64()).to_numpy(zero_copy_only=False))

    good = np.asarray(parts.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    if not good.any():
        return np.full(len(texts), _NOTHING), np.zeros(len(texts), dtype=bool)
    lengths = {
        name: pc.utf8_length(words(name)).to_numpy(zero_copy_only=False) for name in ("first", "third", "fraction")
    }
    year_first = (lengths["first"] == 4) & (lengths["third"] <= 2)
    short_first = (lengths["first"] == 2) & (lengths["third"] <= 2)
    year_last = (lengths["first"] <= 2) & ((lengths["third"] == 2) | (lengths["third"] == 4))
    first, second, third = whole("first"), whole("second"), whole("third")
    year, month, day = first, second, third
    if order in (Order.MDY, Order.DMY):
        year, day = (
            np.where(year_first, first, third),
            np.where(year_first, third, second if order is Order.MDY else first),
        )
        month = np.where(year_first, second, first if order is Order.MDY else second)
        good &= year_first | year_last
        two = ~year_first & (lengths["third"] == 2)
    else:
        good &= year_first | (short_first if order is Order.YMD else False)
        two = ~year_first
    year = np.where(two, np.where(year > 68, 1900, 2000) + year, year)
    starts, days = _months()
    good &= (month >= 1) & (month <= 12) & (day >= 1)
    number = np.where(good, year * 12 + month - 1, 0)
    good &= (number >= 12) & (day <= days[number])
    hour, minute, seconds = whole("hour"), whole("minute"), whole("second_")
    half = pc.utf8_lower(pc.utf8_slice_codeunits(words("half"), 0, 1))
    late, early = (np.asarray(pc.equal(half, one).to_numpy(zero_copy_only=False), dtype=bool) for one in ("p", "a"))
    good &= ~early | (hour <= 12)
    hour = np.where(late & (hour < 12), hour + 12, np.where(early & (hour == 12), 0, hour))
    seconds = np.where(seconds == 60, 59, seconds)
    good &= ((hour < 24) & (minute < 60) & (seconds < 60)) | (
        (hour == 24) & (minute == 0) & (seconds == 0) & ~late & ~early
    )
    micro = whole("fraction") * 10 ** (9 - lengths["fraction"]).astype(np.int64) // 1000
    moments = (starts[number] + day) * _DAY + ((hour * 60 + minute) * 60 + seconds) * 1_000_000 + micro
    zone = pc.binary_join_element_wise(words("zone"), words("west"), words("zone_"), "")
    # A minus behind hours and minutes is the mark of a span; offsets to the west stand behind seconds or a T.
    told_so = pc.or_(pc.not_equal(words("second_"), ""), pc.equal(words("mark"), "T"))
    good &= np.asarray(pc.or_(pc.equal(words("west"), ""), told_so).to_numpy(zero_copy_only=False), dtype=bool)
    absolute = good & np.asarray(pc.not_equal(zone, "").to_numpy(zero_copy_only=False), dtype=bool)
    if absolute.any():
        offsets = pc.replace_substring(pc.if_else(pc.equal(zone, "Z"), "+00", zone), ":", "")
        digits = pc.utf8_rpad(pc.utf8_slice_codeunits(offsets, 1), 4, "0")
        told = pc.cast(pc.if_else(pc.equal(zone, ""), "0000", digits), pa.int64()).to_numpy(zero_copy_only=False)
        west = pc.starts_with(offsets, "-").to_numpy(zero_copy_only=False)
        moments = moments - np.where(west, -1, 1) * (told // 100 * 60 + told % 100) * 60_000_000
    moments = np.where(good, moments, np.iinfo(np.int64).min)
    return np.array(moments.view("datetime64[us]")), absolute
