"""Whether a table of a source of which riskwarn knows nothing else is one of petitions: by its headings, and by how its rows say that they came."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import nlargest
from operator import itemgetter

from riskwarn.ingest.columns import field_of_several
from riskwarn.ingest.mapping_proposal.profile import first_cells
from riskwarn.ingest.privacy.free_text import is_free_text
from riskwarn.ingest.redaction import shown_headings
from riskwarn.ingest.sheets import Sheet
from riskwarn.messages import Listed
from riskwarn.refused import SURELY_PETITIONS, WAYS_OF_PETITIONS, folded, listed_word, refusals

#: Rows that are looked at of a column that is not read, and texts of one that does not tell how.
_ROWS, _TEXTS = 2_000, 200
#: Fields that tell how a matter was brought.
_TOLD_BY = frozenset({"form", "kind", "category", "category_detail", "category_final"})


def came_as(counted: Mapping[str, int], rows: int, field: str | None) -> list[str]:
    """As what more than half of some rows say in a column that they came, where these are ways of petitions; [] where they do not.

    `counted` are the texts of the column and the rows of each, `field` is what it is read as; None where it is not read. Of a column that
    neither tells how a matter was brought nor is text the commonest are looked at.

    >>> came_as({"初访": 3, "来访": 3, "电话": 5}, 11, "form"), came_as({"初访": 3, "来访": 3, "电话": 5}, 11, "status")
    (['初访', '来访'], [])
    """
    lists = _lists(field)
    texts = counted if len(lists) > 1 else [text for text, _ in nlargest(_TEXTS, counted.items(), key=itemgetter(1))]
    told = {text: word for text in texts if (word := _kind(text) or listed_word(text, *lists)) is not None}
    if any(map(_kind, told)):
        told |= {text: folded(text) for text in texts if folded(text) in refusals()["petition_rounds"]}
    return sorted(set(told.values())) if 2 * sum(counted[text] for text in told) > rows else []


def _lists(field: str | None) -> tuple[str, ...]:
    """The lists of words by which a cell of a field says that it came as petitions do; None is of a column that is not read.

    Who comes and who writes is told of any matter: the ways in which petitions are brought count where a column tells how, the words for
    petitions themselves in texts, too, and their letter boxes anywhere.
    """
    if field is not None and is_free_text(field):
        return SURELY_PETITIONS
    told_how = field is not None and field_of_several(field) in _TOLD_BY
    return (*WAYS_OF_PETITIONS, *SURELY_PETITIONS) if told_how else ("petition_boxes",)


def _kind(text: str) -> str | None:
    """The kind of petitions that a whole text is, if it is one."""
    plain = folded(text)
    return plain if plain in refusals()["petition_kinds"] else None


def unread(sheet: Sheet, read: Collection[int]) -> Iterator[tuple[dict[str, int], int]]:
    """Of each column of the first rows of a table that is not read, and holds no persons by its heading: text -> rows, and the rows in all."""
    cells, _, _ = first_cells(sheet, _ROWS)
    for position in map(int, cells.columns):
        if position not in read:
            yield {str(text): int(rows) for text, rows in cells[position].value_counts().items()}, len(cells)


def brought_to_an_office(headings: Sequence[str]) -> str | None:
    """The headings by which people come to an office and complain there (来访时间, 反映问题类别); None where one of both is missing.

    Who comes to a library (来访时间, 来访人数) complains of nothing, and a line that takes calls and visitors alike (来电来访时间) is no such office.
    """
    plain = [(heading, folded(heading)) for heading in headings if heading and "来电" not in heading]
    coming = [heading for heading, told in plain if any(word in told for word in refusals()["coming_headings"])]
    complaints = [heading for heading, told in plain if any(word in told for word in refusals()["complaint_headings"])]
    found = list(dict.fromkeys([*coming[:1], *complaints]))
    return Listed(shown_headings(found)[:3]) if coming and len(found) > 1 else None
