"""A change of what fills an object when a module of one's own is imported is a change of the features that read the object."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import invalidate_caches
from pathlib import Path

import pytest

from features.catalogue.version import Catalogue, catalogue_version, changed, feature_versions, provenance
from features.testing import made_up_city
from riskwarn.configuration import Configuration

Write = Callable[..., None]

MINE = """
import numpy as np
from dataclasses import dataclass
import my_weights
from my_weights import SHARED, Notes, enlist

from features.families.declaration import Family
from features.transforms.amounts import Count
from features.transforms.transform import Transform

LOCAL = Family("local", theme="local")
SIX = Count("disputes", 6)
WEIGHTS = {"disputes": 1, "of": {}}
KINDS = [1]
REGISTRY = {}
OTHER = {"unread": 1}


class Held:
    factor = 1


class Noted:
    known = []

    def __init_subclass__(cls):
        Noted.known.append(cls)


def register(function):
    REGISTRY[function.__name__] = function
    return function


def registered(name):
    def taken(function):
        REGISTRY[name] = function
        return function

    return taken


def setup(number):
    WEIGHTS["disputes"] = number


def fill(weights, number):
    weights["disputes"] = number
    return weights


def unused(number):
    return number


# here

@dataclass(frozen=True)
class Scaled(Transform):
    of: Transform

    def compute(self, panel):
        told = [WEIGHTS, KINDS, REGISTRY, Held.factor, SHARED, my_weights.SHARED, Noted.known]
        return len(told) * self.of.compute(panel)


def plain(panel):
    return 3 * SIX.compute(panel)


def features(subject):
    if subject.source == "disputes":
        yield LOCAL.declare("disputes", "disputes_scaled_6", Scaled(SIX), "甲", "scaled")
        yield LOCAL.feature("disputes", "disputes_plain_6", "乙", "plain", plain, window=6)
"""

SHARED = """
SHARED = {"disputes": 1}
ENLISTED = []


class Notes:
    def __init_subclass__(cls):
        ENLISTED.append(cls)


def enlist(function):
    ENLISTED.append(function)
    return function
"""

#: What reads the object alone; where it cannot be told which one is filled, every feature of the module.
ONE, ALL, NONE = ("disputes_scaled_6",), ("disputes_scaled_6", "disputes_plain_6"), ()

FILLED = [
    ('WEIGHTS["disputes"] = 7', ONE),
    ('WEIGHTS["of"]["a"] = 7', ONE),
    ('WEIGHTS["disputes"] += 7', ONE),
    ("WEIGHTS.update(a=7)", ONE),
    ('WEIGHTS["of"].update(a=7)', ONE),
    ('WEIGHTS.setdefault("b", {})["c"] = 7', ONE),
    ('WEIGHTS |= {"a": 7}', ONE),
    ("KINDS.append(7)", ONE),
    ("KINDS += [7]", ONE),
    ("KINDS[:] = [7]", ONE),
    ("Held.factor = 7", ONE),
    ('del WEIGHTS["disputes"], KINDS[7:]', ONE),
    ("first, WEIGHTS['a'] = 7, 7", ONE),
    ("popped = KINDS.pop(7 - 7)", ONE),
    ("_ = [KINDS.append(one) for one in (7,)]", ONE),
    ('mine = WEIGHTS\nmine["disputes"] = 7', ONE),
    ('mine = WEIGHTS["of"]\nagain = mine\nagain["a"] = 7', ONE),
    ('both = (WEIGHTS, KINDS)\nboth[0]["a"] = 7', ONE),
    ('filled = fill(WEIGHTS, 7)', ONE),
    ("done = setup(7)", ONE),
    ("@register\ndef seven(panel):\n    return 7", ONE),
    ('@registered("seven")\ndef seven(panel):\n    return 7', ONE),
    ("@KINDS.append\ndef seven(panel):\n    return 7", ONE),
    ("class Seven(Noted):\n    number = 7", ONE),
    ('class Filling:\n    WEIGHTS["a"] = 7', ONE),
    ('if KINDS:\n    WEIGHTS["a"] = 7', ONE),
    ('try:\n    WEIGHTS["a"] = 7\nexcept KeyError:\n    pass', ONE),
    # What fills an object of another module may be read from anywhere.
    ('SHARED["a"] = 7', ALL),
    ("my_weights.SHARED.update(a=7)", ALL),
    ("my_weights.SHARED = {7: 7}", ALL),
    ("@enlist\ndef seven(panel):\n    return 7", ALL),
    ("class Seven(Notes):\n    number = 7", ALL),
    # And of these it cannot be told what they change.
    ("setup(7)", ALL),
    ("fill(WEIGHTS, 7)", ALL),
    ('setattr(Held, "factor", 7)', ALL),
    ('globals()["WEIGHTS"] = {"disputes": 7}', ALL),
    ('for one in ("a", "b"):\n    WEIGHTS[one] = 7', ALL),
    ("while not KINDS:\n    KINDS.append(7)", ALL),
    ("with np.errstate():\n    KINDS.append(7)", ALL),
    ("try:\n    setup(7)\nfinally:\n    pass", ALL),
    ("if KINDS:\n    setup(7)", ALL),
    ("np.random.seed(7)", ALL),
    # What nothing reads, or no import runs.
    ('OTHER["unread"] = 7', NONE),
    ("seven = unused(7)", NONE),
    ('if __name__ == "__main__":\n    setup(7)', NONE),
    ('"""Seven: 7."""', NONE),
]  # fmt: skip


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the modules as the next process would import them."""
    monkeypatch.syspath_prepend(str(tmp_path))
    # Two texts of one length and second would share what is compiled.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def written(here: str = "", there: str = "") -> None:
        for name, text in (("my_weights", SHARED + there), ("my_features", MINE.replace("# here", here))):
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
            monkeypatch.delitem(sys.modules, name, raising=False)
        invalidate_caches()

    written()
    return written


CITY = Configuration.model_validate({"features": {"modules": ["my_features"]}})


@pytest.mark.parametrize(("statement", "names"), FILLED)
def test_what_fills_an_object_is_part_of_what_reads_it(write: Write, statement: str, names: tuple[str, ...]) -> None:
    write(statement)
    before, whole = feature_versions(CITY), catalogue_version(CITY)
    write(f"# Said otherwise.\n{statement}")
    assert changed(CITY, before) == ()
    write(statement.replace("7", "8"))
    assert changed(CITY, before) == names
    assert (catalogue_version(CITY) == whole) == (names == ())
    write(statement)
    assert changed(CITY, before) == ()


def test_what_an_imported_module_of_ones_own_fills_counts_too(write: Write) -> None:
    for statement, names in (('SHARED["a"] = 7', ONE), ("ENLISTED.append(7)", ONE), ("print(7, file=open('/dev/null', 'w'))", ALL)):  # fmt: skip
        write(there=statement)
        before = feature_versions(CITY)
        write(there=statement.replace("7", "8"))
        assert changed(CITY, before) == names


def test_the_file_of_features_is_another_where_an_object_is_filled_otherwise(write: Write) -> None:
    write('WEIGHTS["disputes"] = 7')
    city = made_up_city(4, configuration=CITY)
    before = provenance(city, Catalogue.of(CITY)).catalogue
    write('WEIGHTS["disputes"] = 8')
    assert provenance(city, Catalogue.of(CITY)).catalogue != before


def test_both_modules_that_an_import_tries_count(write: Write) -> None:
    tried = "try:\n    from my_weights import heavy as weighed\nexcept ImportError:\n    from my_features_slow import weighed\n"
    read = tried + "class Scaling:\n    def of(self):\n        return weighed()\nWEIGHTS['a'] = Scaling"
    write(read, there="def heavy():\n    return 7")
    before = feature_versions(CITY)
    write(read, there="def heavy():\n    return 8")
    assert changed(CITY, before) == ONE


def test_what_is_imported_by_a_star_counts(write: Write) -> None:
    read = "from my_weights import *\nWEIGHTS['a'] = starred"
    write(read, there="def starred():\n    return 7")
    before = feature_versions(CITY)
    write(read, there="def starred():\n    return 8")
    assert changed(CITY, before) == ONE
