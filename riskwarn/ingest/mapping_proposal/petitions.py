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
from riskwarn.petitions import Road, forms_of_kinds, is_coming, is_complaint, petition_word, petition_words
from riskwarn.refused import folded

#: Rows that are looked at of a column that is not read, and texts of one that does not tell how.
_ROWS, _TEXTS = 2_000, 200
#: Fields that tell how a matter was brought.
_TOLD_BY = frozenset({"form", "kind", "category", "category_detail", "category_final"})


def came_as(counted: Mapping[str, int], rows: int, field: str | None, visitors: bool = False) -> list[str]:
    """As what more than half of some rows say in a column that they came, where these are ways of petitions; [] where they do not.

    `counted` are the texts of the column and the rows of each, `field` is what it is read as; None where it is not read. Of a column that
    neither tells how a matter was brought nor is text the commonest are looked at. `visitors` where they are those of a library or the like.

    >>> came_as({"初访": 3, "来访": 3, "电话": 5}, 11, "form"), came_as({"初访": 3, "来访": 3, "电话": 5}, 11, "status")
    (['初访', '来访'], [])
    """
    road = _road(field)
    texts = (
        counted
        if road is not Road.OWN_CELL
        else [text for text, _ in nlargest(_TEXTS, counted.items(), key=itemgetter(1))]
    )
    told = {text: word for text in texts if (word := petition_word(text, road, visitors)) is not None}
    if any(word in forms_of_kinds() for word in told.values()):
        told |= {text: folded(text) for text in texts if folded(text) in petition_words()["rounds"]}
    return sorted(set(told.values())) if 2 * sum(counted[text] for text in told) > rows else []


def _road(field: str | None) -> Road:
    """On what road a cell of a field says that it came as petitions do; None is of a column that is not read.

    Who comes and who writes is told of any matter: the ways in which petitions are brought count where a column tells how, the words for
    petitions themselves in texts, too, and their letter boxes anywhere.
    """
    if field is not None and is_free_text(field):
        return Road.OWN_TEXT
    return Road.OWN_FORM if field is not None and field_of_several(field) in _TOLD_BY else Road.OWN_CELL


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
    plain = [heading for heading in headings if heading and "来电" not in heading]
    coming = [heading for heading in plain if is_coming(heading)]
    found = list(dict.fromkeys([*coming[:1], *filter(is_complaint, plain)]))
    return Listed(shown_headings(found)[:3]) if coming and len(found) > 1 else None
