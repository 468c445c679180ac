"""Whether a value looks personal: resident ids, phones, bank cards, plates, e-mail, names, addresses.

Everything here looks at *distinct* texts, so that a column of a million rows costs what its few thousand words cost. A
class is one word for accounts and errors; the value itself goes nowhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cache
from itertools import pairwise

from riskwarn.contracts.vocabulary import shipped

#: A column is personal where at least this share of its filled rows, and of its distinct texts, looks so.
MOST = 0.5
#: A name is told from a word with less certainty than a number from its check digit.
MOST_NAMES = 0.6
#: So many distinct texts of a column are looked at.
LOOKED_AT = 2_000
#: No name of a category is longer: in Han characters, and in letters.
LONGEST_WORD, LONGEST_LATIN = 12, 48

#: So many numbers of cases tell that they are no mobiles, fewer where they are in order; a case may have a few rows.
_SURELY_SERIALS, _FEWEST_SERIALS, _ROWS_A_SERIAL = 20, 8, 1.5

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # ISO 7064 MOD 11-2, as GB 11643-1999 uses it
_CHECKS = "10X98765432"
_EARLIEST = date(1900, 1, 1)
_MOBILE = r"(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
_LANDLINE = r"0\d{2,3}-\d{7,8}(?:-\d{1,5})?"
_EMAIL = r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_DIGITS = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){13,18}[Xx]?(?![0-9A-Za-z])")
_CARD = re.compile(r"(?:6[02]\d{14,17}|[45]\d{15}|35\d{14}|955[89]\d{12,15})")
_HAN = re.compile(r"[㐀-鿿]+")
_FAMILIAR = re.compile(r"(?:某{1,2}|[*xX×○〇]{1,2})$|(?:先生|女士|小姐|太太|婆婆|大爷|师傅)$")

_FAR_NAME = re.compile(r"[㐀-鿿]{2,8}[·•][㐀-鿿]{2,8}(?:[·•][㐀-鿿]{2,8})?")
_ADDRESS = re.compile(
    r"[路街道巷弄里村组苑园区城庭府厦湾湖庄]\s?\d{1,5}\s?(?:号|弄|附)|\d{1,4}\s?(?:号楼|栋|幢|单元)|[栋幢元楼号]\s?\d{1,4}\s?(?:室|号)|"
    r"(?<!\d)\d{1,3}-\d{1,2}-\d{3,4}(?!\d)"
)


@cache
def _phones() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(f"(?:{_MOBILE}|{_LANDLINE})"), re.compile(rf"(?<!\d)(?:{_MOBILE}|{_LANDLINE})(?!\d)")


@cache
def _plate() -> re.Pattern[str]:
    # GA 36-2018: five places after the letter of the city, six for new energy (D or F first or last).
    provinces, place = shipped("personal")["plates"], "[A-HJ-NP-Z0-9]"
    return re.compile(
        rf"[{provinces}][A-HJ-NP-Z][·• .-]?(?:[DF]{place}\d{{4}}|\d{{5}}[DF]|{place}{{4}}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Za-z0-9])"
    )


@cache
def _names() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str], tuple[str, ...]]:
    """Family names of one character and of two, characters of given names, words that are no names, endings of places."""
    listed = shipped("personal")
    words = {str(word) for word in (*listed["words"], *listed["everyday"])} | vocabulary()
    return (
        frozenset("".join(listed["surnames"].split())),
        frozenset(listed["compound_surnames"]),
        frozenset("".join(listed["given"].split())),
        frozenset(words),
        tuple(listed["place_endings"]),
    )


def family_names() -> frozenset[str]:
    """Family names of one character."""
    return _names()[0]


def compound_family_names() -> frozenset[str]:
    """Family names of two characters."""
    return _names()[1]


def given_characters() -> frozenset[str]:
    """Characters that given names have."""
    return _names()[2]


def words() -> frozenset[str]:
    """Words of offices and of every shipped list, which name nobody whatever they begin with."""
    return _names()[3]


@cache
def listed_names() -> tuple[frozenset[str], frozenset[str], frozenset[str], str]:
    """Family names that begin hardly any other word, the commonest of all, words that are places, and natural features."""
    told = shipped("personal")
    telling = frozenset("".join(told["telling_surnames"].split()))
    return telling, frozenset("".join(told["commonest_surnames"].split())), frozenset(told["places"]), told["features"]


@cache
def telling_compounds() -> frozenset[str]:
    """Family names of two characters with which no other word begins."""
    listed = shipped("personal")
    return frozenset(listed["compound_surnames"]) - frozenset(listed["ambiguous_surnames"])


@cache
def file_words() -> frozenset[str]:
    """Words of two characters and more that names of files are made of."""
    return frozenset(word for word in {*shipped("personal")["file_words"], *vocabulary()} if len(word) > 1)


@cache
def vocabulary() -> frozenset[str]:
    """Every word that a shipped list knows: what a department calls its cases is no name."""
    found: set[str] = set()

    def gather(listed: object) -> None:
        if isinstance(listed, str):
            found.add(listed.rstrip("?"))
        elif isinstance(listed, dict):
            gather(list(listed) + list(listed.values()))
        elif isinstance(listed, list):
            for part in listed:
                gather(part)

    for name in ("categories", "words", "headings"):
        gather(shipped(name))
    return frozenset(found)


def personal_class(text: str) -> str | None:
    """The class of personal data that a whole text is; None where it looks like none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    digits = plain.replace(" ", "").replace("-", "").upper()
    if len(digits) in (15, 18) and digits[:-1].isdigit() and is_resident_id(digits):
        return "resident id"
    if _phones()[0].fullmatch(plain):
        return "phone number"
    if digits.isdigit() and _CARD.fullmatch(digits) and _luhn(digits):
        return "bank card"
    if _plate().fullmatch(plain.upper()):
        return "number plate"
    if re.fullmatch(_EMAIL, plain):
        return "e-mail address"
    if is_name(plain):
        return "name"
    return "address" if _ADDRESS.search(plain) else None


def personal_inside(text: str) -> str | None:
    """The class of personal data that stands anywhere in a text: numbers, plates and e-mail; names cannot be found so."""
    plain = unicodedata.normalize("NFKC", text)
    for run in _DIGITS.findall(plain):
        digits = run.replace(" ", "").replace("-", "").upper()
        if len(digits) in (15, 18) and is_resident_id(digits):
            return "resident id"
        if _CARD.fullmatch(digits) and _luhn(digits):
            return "bank card"
    if _phones()[1].search(plain):
        return "phone number"
    if _plate().search(plain.upper()):
        return "number plate"
    return "e-mail address" if re.search(_EMAIL, plain) else None


def is_resident_id(digits: str) -> bool:
    """A resident id: 18 places with the right check digit (GB 11643-1999), or 15 of the old form; a plausible birthday.

    The old form has no check digit; its bearers were born from 1920 on, which spares most codes of grids (500103001002…).
    """
    if not digits[:-1].isdigit() or digits[:2] not in shipped("personal")["provinces"]:
        return False
    if len(digits) == 15:
        return digits.isdigit() and digits[6] >= "2" and _is_birthday("19" + digits[6:12])
    if len(digits) != 18 or not _is_birthday(digits[6:14]):
        return False
    return digits.upper() == with_check_digit(digits)


def with_check_digit(digits: str) -> str:
    """Eighteen places of a resident id with the right one last, whatever stands there."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return digits[:17] + _CHECKS[total % 11]


def is_name(text: str) -> bool:
    """Whether a short text is surely shaped like a person's name: family name, then characters that given names have."""
    if _FAR_NAME.fullmatch(text):
        return True
    known = _names()
    rest = _after_surname(text)
    if rest is None or text in known[3]:
        return False
    if _FAMILIAR.fullmatch(rest):
        return True
    if text.endswith(known[4]) or (len(text) > 2 and text[1] == "家"):
        return False
    # After such a family name of two characters (令狐, 澹台) anything is a given name.
    return text[:2] in telling_compounds() or only_given(rest)


def may_be_name(text: str, known: Collection[str] = ()) -> bool:
    """Whether a short text begins with a family name and is no word, unit or place: enough where a column is full of them."""
    words, endings = _names()[3], _names()[4]
    if is_name(text):
        return text not in known
    rest = _after_surname(text)
    return rest is not None and text not in words and text not in known and not text.endswith(endings)


def is_listed_word(text: str) -> bool:
    """Whether a text is a word of offices or of a shipped list, which begins like a name and is none."""
    return text in _names()[3]


def is_place(text: str) -> bool:
    """Whether a short text ends like a place, an office or a matter."""
    return text.endswith(_names()[4])


def only_given(text: str) -> bool:
    """Whether all characters are such as given names have."""
    return all(character in _names()[2] for character in text)


#: A longer run of unknown characters may tell of somebody, whether it names them or not.
_SHORT_RUN = 4


def may_stand(run: str) -> bool:
    """Whether unknown Han characters in the name of a file may be kept: few, with no family name among them, and no refused word."""
    surnames = _names()[0] | _names()[1]
    held = {run[at : at + size] for at in range(len(run)) for size in (1, 2)}
    return len(run) <= _SHORT_RUN and not held & surnames


def _after_surname(text: str) -> str | None:
    """What follows the family name of a text that is no longer than a name; None where it begins with none."""
    single, double, _, _, _ = _names()
    if text[:2] in double and len(text) in (3, 4):
        rest = text[2:]
    elif text[:1] in single and len(text) in (2, 3):
        rest = text[1:]
    else:
        rest = text[1:] if text[:1] in single and len(text) == 4 and _FAMILIAR.search(text) else ""
    return rest if rest and (_HAN.fullmatch(rest) or _FAMILIAR.fullmatch(rest)) else None


def personal_column(texts: Sequence[str], counts: Sequence[int], known: Collection[str] = ()) -> str | None:
    """The class of personal data that a column holds; None where it holds none.

    Parameters
    ----------
    texts : distinct texts, without nulls; of very many the first :data:`LOOKED_AT` are looked at.
    counts : the rows of each.
    known : names of units and places, which are no names of persons.
    """
    texts, counts = texts[:LOOKED_AT], counts[:LOOKED_AT]
    if are_dated_serials(texts, counts):
        return None
    total, distinct = sum(counts), len(texts)
    if not distinct:
        return None
    found: dict[str, list[int]] = {}
    for text, rows in zip(texts, counts, strict=True):
        plain = unicodedata.normalize("NFKC", text).strip()
        kind = personal_class(plain) or personal_inside(plain)
        if kind in (None, "name"):
            kind = "name" if may_be_name(plain, known) else kind if plain not in known else None
        if kind is not None:
            told = found.setdefault(kind, [0, 0, 0])
            told[0], told[1], told[2] = told[0] + rows, told[1] + 1, told[2] + is_name(plain)
    for kind in sorted(found, key=lambda one: -found[one][0]):
        rows, alike, sure = found[kind]
        most = MOST_NAMES if kind == "name" else MOST
        # Words of offices begin with a family name too; a column of persons has many that can be nothing else.
        if rows >= most * total and alike >= most * distinct and (kind != "name" or sure >= alike / 2):
            return kind
    mixed = [sum(told[place] for kind, told in found.items() if kind != "name") for place in (0, 1)]
    return "personal numbers" if mixed[0] >= MOST * total and mixed[1] >= MOST * distinct else None


def are_codes(texts: Iterable[str]) -> bool:
    """Whether long numbers are codes of places: these share their beginning, phones and ids of persons do not."""
    heads = [text[:6] for text in texts]
    return len(heads) > 1 and max(heads.count(head) for head in set(heads)) >= 0.8 * len(heads)


def are_dated_serials(texts: Sequence[str], counts: Sequence[int]) -> bool:
    """Whether numbers of eleven digits are those of cases (day and serial: 18030100012), though each could be a mobile.

    All begin with a day that was, each stands in one row, and where they are few they also rise or fall throughout. One
    mobile in 25 begins so by chance: of twenty none does, and of eight that rise one in 10¹⁵.

    Parameters
    ----------
    texts : distinct texts in the order in which they come.
    counts : the rows of each.
    """
    if len(texts) < _FEWEST_SERIALS or sum(counts) > len(texts) * _ROWS_A_SERIAL:
        return False
    if not all(len(text) == 11 and text.isdecimal() and _is_birthday("20" + text[:6]) for text in texts):
        return False
    rising = sum(one < other for one, other in pairwise(texts))
    return len(texts) >= _SURELY_SERIALS or rising in (0, len(texts) - 1)


def may_name_category(word: str) -> bool:
    """Whether an unknown word may be kept as the name of a local category: short, no sentence, nothing personal in it."""
    plain = unicodedata.normalize("NFKC", word).strip()
    longest = LONGEST_LATIN if plain.isascii() else LONGEST_WORD
    if len(plain) > longest or re.search(r"[,;!?。、\n\r\t\"“”@]|\.\s|\d{5,}", plain):
        return False
    return personal_class(plain) is None and personal_inside(plain) is None


def _is_birthday(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    # A birthday lies in the past; which day is today does not matter for what this decides.
    return day >= _EARLIEST and day.year < 2100


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
