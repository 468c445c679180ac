"""Which words that begin like a person's name are places: ``python experiments/names/places.py FOLDER``.

Reads the national register of communities, villages, towns and counties (``villages.csv``, ``streets.csv`` and ``areas.csv`` of the
package china-division, MIT licence, which carries that of the National Bureau of Statistics, 650,000 names) and writes
``riskwarn/contracts/data/places.yaml``: how much sooner a family name begins a place than a person and a character of given names ends
one, as logarithms to base 2 of odds (naive Bayes), and the names that the register has more often than both together tell. How many bear a
family name falls with its rank, and a given name of one character is common or is not: both roughly.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from math import log2
from pathlib import Path

from riskwarn.contracts.personal import family_names, given_characters, only_given, telling_compounds
from riskwarn.contracts.unit_names import names_person
from riskwarn.contracts.vocabulary import shipped

ROOT = Path(__file__).parents[2]
#: How many times as often a name has to be that of a place, and the share of grids that could be called after somebody.
ODDS, CALLED_AFTER_SOMEBODY = 5, 0.1
#: The share of people with a given name of one character, and of the commonest such names and of any other.
OF_ONE, COMMON, OTHER = 0.15, 0.012, 0.003
#: The same of two characters: both of given names, or not.
BOTH_GIVEN, NOT_GIVEN = 1e-3, 1e-5
#: The share of people of a family that is none of the three hundred commonest.
FEW = 1e-4
FEWEST = 3
#: No character tells more.
LEAST = -8
WRITTEN = "# Written by experiments/names/places.py from the national register of communities and villages.\n"
GRID = "网格"
_KIND = re.compile(
    r"(?:居民委员会|村民委员会|社区居委会|村委会|居委会|牧委会|社区|居委|村委|居民|嘎查|(?<!新)村|街道办事处|街道|镇|乡|虚拟)+$"
)


def stems(names: list[str]) -> Counter[str]:
    """Names of two and three Han characters without their kind, by how often they stand in the register."""
    found = (re.sub(r"[（(].*", "", _KIND.sub("", name)) for name in names)
    return Counter(stem for stem in found if re.fullmatch(r"[㐀-鿿]{2,3}", stem))


def read(path: Path) -> list[dict[str, str]]:
    """Rows of one table of the register."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def shares() -> dict[str, float]:
    """Family name -> about which share of people bear it."""
    told = {
        family: min(0.19 / rank, 19 / rank**2, 0.07) for rank, family in enumerate(shipped("places")["families"], 1)
    }
    return {family: told.get(family, FEW) for family in family_names()}


def as_a_person(stem: str, of: dict[str, float], alone: frozenset[str]) -> float:
    """The share of people who are called so."""
    given = stem[1:]
    if len(given) == 1:
        return of[stem[0]] * OF_ONE * (COMMON if given in alone else OTHER)
    return of[stem[0]] * (1 - OF_ONE) * (BOTH_GIVEN if only_given(given) else NOT_GIVEN)


def main() -> None:
    """Write the list anew."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("register", type=Path)
    asked.add_argument("--provinces", choices=("even", "odd", "all"), default="all", help="of half of the provinces")
    asked.add_argument("--to", type=Path, default=ROOT / "riskwarn/contracts/data/places.yaml")
    given = asked.parse_args()
    rows = [row for table in ("villages", "streets", "areas") for row in read(given.register / f"{table}.csv")]
    order = sorted({row["provinceCode"] for row in rows})
    chosen = {"even": order[::2], "odd": order[1::2], "all": order}[given.provinces]
    rows = [row for row in rows if row["provinceCode"] in chosen]
    for row in rows:
        row["name"] = (
            row["name"]
            if "streetCode" in row or "areaCode" in row
            else re.sub(r"(?:自治)?[区县市旗]$", "", row["name"])
        )
    names = [row["name"] for row in rows]
    # What a county is called has many below that bear it.
    told = stems(
        [name for row in rows for name in [row["name"]] * (1 if "streetCode" in row or "areaCode" in row else FEWEST)]
    )
    alone, of = frozenset(shipped("places")["alone"]), shares()
    could = {
        stem for stem in told if stem[0] in of and stem[:2] not in telling_compounds() and names_person(stem + GRID)
    }
    pairs = Counter({stem: told[stem] for stem in could if len(stem) == 2})
    begins, ends = Counter[str](), Counter[str]()
    for stem, times in pairs.items():
        begins[stem[0]] += times
        ends[stem[1]] += times
    odds = ODDS * CALLED_AFTER_SOMEBODY
    begin = {family: bits((begins[family] + 0.5) / len(names) / (odds * OF_ONE * of[family])) for family in sorted(of)}
    common = {one: COMMON if one in alone else OTHER for one in sorted(given_characters())}
    end = {one: bits((ends[one] + 0.5) / pairs.total() / share) for one, share in common.items()}
    enough = {stem for stem in could if told[stem] / len(names) >= odds * as_a_person(stem, of, alone)}
    places = sorted(stem for stem in enough if told[stem] >= FEWEST)
    places = [stem for stem in places if len(stem) == 3 or begin[stem[0]] + end.get(stem[1], LEAST) < 0]
    write(given.to, places, begin, end)
    print(Counter(map(len, places)), pairs.total())


def bits(odds: float) -> int:
    """Odds as a logarithm to base 2, whole and within bounds."""
    return max(LEAST, min(-LEAST, round(log2(odds))))


def write(path: Path, places: list[str], begin: dict[str, int], end: dict[str, int]) -> None:
    """Write the tables behind what is written by hand."""
    lines = [path.read_text(encoding="utf-8").split(WRITTEN)[0] + WRITTEN]
    for name, table in (("begins", begin), ("ends", end)):
        lines += [f"{name}:"]
        for level in sorted(set(table.values()) - {LEAST}, reverse=True):
            lines += [f"  {level}: {''.join(one for one, bits in table.items() if bits == level)}"]
    for size in (2, 3):
        told = [one for one in places if len(one) == size]
        rows = [" ".join(told[at : at + 40]) for at in range(0, len(told), 40)]
        lines += [f"of_{size}: >-", *(f"  {row}" for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
