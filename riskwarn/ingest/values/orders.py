"""In which order a column writes day, month and year: decided for the column as a whole, never by cell."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.messages import Joined, Message

#: A register does not reach over so many years: an order that would say so takes days for years.
MOST_YEARS = 20

#: Two numbers of one or two digits and a year at the end, or three of two digits.
PARTS = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{1,2})(?:[^\d/.-].*)?$"
ORDERED = re.compile(PARTS)


class Order(StrEnum):
    """The order of the parts of a date."""

    YMD = "ymd"
    MDY = "mdy"
    DMY = "dmy"


_SHOWN = {Order.YMD: "YY-M-D", Order.MDY: "M/D/YYYY", Order.DMY: "D/M/YYYY"}
_WORDS = {
    Order.YMD: Message("year, month, day"),
    Order.MDY: Message("month, day, year"),
    Order.DMY: Message("day, month, year"),
}


@dataclass(frozen=True)
class DateForm:
    """What the dates of a column leave open, and how it was decided."""

    orders: frozenset[Order]  # that all of its dates fit; empty where none fits them all
    seen: bool  # whether it has dates for which the order matters

    @property
    def order(self) -> Order | None:
        """The order of its dates; None where it cannot be decided, or does not matter."""
        return next(iter(self.orders)) if self.seen and len(self.orders) == 1 else None

    @property
    def undecided(self) -> bool:
        """Whether the order matters and cannot be told: the mapping has to say it."""
        return self.seen and len(self.orders) != 1

    @property
    def name(self) -> str:
        """How the form is shown."""
        shown = [_SHOWN[order] for order in Order if order in self.orders]
        if len(shown) == 1:
            return shown[0]
        forms = Joined(" or ", shown) if shown else "D/M/YYYY"
        return Message("{forms} (dates: in the mapping says which)", forms=forms)

    def told(self, field: str) -> str | None:
        """What the account says of it; None where there is nothing to say."""
        if self.order in (Order.MDY, Order.DMY):
            said = "{field}: dates are read as {order}, which alone fits the whole column (dates: in the mapping)"
            return Message(said, field=field, order=_WORDS[self.order])
        if self.undecided and self.orders:
            said = "{field}: its dates may be {fitting}, and none of them is read until the mapping says which (dates: {keys})"
            fitting = Joined(" or ", [_WORDS[order] for order in Order if order in self.orders])
            return Message(said, field=field, fitting=fitting, keys=_keys(self.orders))
        if self.undecided:
            said = "{field}: no order of day, month and year fits all of its dates; say it in the mapping (dates: ymd, mdy or dmy)"
            return Message(said, field=field)
        return None


def date_form(cells: pa.Array) -> DateForm:
    """The orders in which all dates of a column can be read; `cells` are trimmed text, plain or dictionary encoded.

    The year is the part that stays within :data:`MOST_YEARS`; a day is no month. Texts with the year first in four digits, or
    with the month in letters, leave nothing open.
    """
    some = cells.dictionary if pa.types.is_dictionary(cells.type) else cells
    open_texts = some.filter(pc.fill_null(pc.match_substring_regex(some, PARTS), False))
    return form_of(pc.unique(pc.replace_substring_regex(open_texts, r"[^\d/.-].*$", "")).to_pylist())


def order_of(cells: pa.Array) -> Order | None:
    """The order of the dates of a column; None where it cannot be decided, or does not matter."""
    return date_form(cells).order


def form_of(texts: Iterable[str], said: object = None) -> DateForm:
    """The same of distinct texts; `said` is the order that the mapping says for all columns, if it does."""
    if isinstance(said, str):
        return DateForm(frozenset({Order(said)}), True)
    left, seen = set(Order), False
    years: dict[Order, list[int]] = {order: [] for order in Order}
    for text in texts:
        matched = ORDERED.match(text)
        if matched is None:
            continue
        seen = True
        for order in tuple(left):
            year = _year_in(order, *matched.groups())
            if year is None:
                left.discard(order)
            else:
                years[order].append(year)
    return DateForm(frozenset(one for one in left if not seen or max(years[one]) - min(years[one]) <= MOST_YEARS), seen)


def settled(forms: Mapping[str, DateForm]) -> dict[str, DateForm]:
    """The forms of the columns of one file: what one leaves open is as in the others, where those agree."""
    decided = {form.order for form in forms.values() if form.order is not None}
    if len(decided) != 1:
        return dict(forms)
    return {
        name: DateForm(frozenset(decided), True) if form.undecided and decided <= form.orders else form
        for name, form in forms.items()
    }


def _year_in(order: Order, first: str, second: str, third: str) -> int | None:
    """The year of a date that is written in an order; None where it cannot be."""
    if order is Order.YMD:
        year, month, day = (first, second, third) if len(first) == 2 and len(third) <= 2 else ("", "", "")
    else:
        year = third if len(third) in (2, 4) else ""
        month, day = (first, second) if order is Order.MDY else (second, first)
    if not year:
        return None
    whole = full_year(int(year)) if len(year) == 2 else int(year)
    if whole < 1 or not 1 <= int(month) <= 12 or not 1 <= int(day) <= calendar.monthrange(whole, int(month))[1]:
        return None
    return whole


def full_year(short: int) -> int:
    """A year of two digits as POSIX reads it: 69 to 99 are of the last century."""
    return 1900 + short if short > 68 else 2000 + short


def _keys(orders: frozenset[Order]) -> str:
    return Joined(" or ", [order.value for order in Order if order in orders])
