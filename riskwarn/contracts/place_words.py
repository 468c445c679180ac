"""What begins like a person's name and is a place sooner: by the odds of its characters, and by what villages are called.

A name of two characters may be anybody's, or a place's (高峰, 海韵). The national register of villages and communities says how much sooner a
family name begins a place than a person, and a character of given names ends one: 海 and 玉 begin hundreds of villages and few people bear
them, 王 the other way round. What speaks for a person besides (an office, a house, a bracket) is asked first, in
:mod:`riskwarn.contracts.unit_names`.
"""

from __future__ import annotations

from functools import cache

from riskwarn.contracts.vocabulary import shipped

#: What the register never has.
_NEVER = -8
#: Sixteen to one for a person.
_SURELY_SOMEBODY = -4


def is_place_word(part: str, doubt: int = 0) -> bool:
    """Whether two or three Han characters that could be a name are a place sooner, though so many bits of `doubt` speak for a person.

    >>> [is_place_word(part) for part in ("海韵", "高峰", "阳春", "海娟", "王海", "东方红", "海志强")]
    [True, True, True, False, False, True, False]
    """
    return (not doubt and part in _listed()) or (len(part) == 2 and _odds(part) >= doubt)


def begins_places(family: str) -> bool:
    """Whether a family name is a word with which places are called: 海, 玉, 金, and not 李."""
    return _begins().get(family, _NEVER) > 0


def is_rather_somebody(pair: str) -> bool:
    """Whether two characters are hardly ever a place: 王芳, and not 李花 or 高峰."""
    return pair not in _listed() and _odds(pair) <= _SURELY_SOMEBODY


def _odds(pair: str) -> int:
    """Bits that speak for a place, and against it where they are negative."""
    return _begins().get(pair[0], _NEVER) + _ends().get(pair[1], _NEVER)


@cache
def _listed() -> frozenset[str]:
    told = shipped("places")
    return frozenset(f"{told['of_2']} {told['of_3']}".split())


@cache
def _begins() -> dict[str, int]:
    return _bits("begins")


@cache
def _ends() -> dict[str, int]:
    return _bits("ends")


def _bits(name: str) -> dict[str, int]:
    return {one: int(bits) for bits, characters in shipped("places")[name].items() for one in characters}
