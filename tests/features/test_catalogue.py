"""The catalogue: what is in it, what can be left out or added, and what a changed definition invalidates."""

from __future__ import annotations

import ast
import json
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import invalidate_caches
from pathlib import Path
from shutil import copytree, ignore_patterns

import numpy as np
import pytest

from features import FeatureMatrix, build_features, catalogue
from features.catalogue import version
from features.catalogue.catalogue import declared
from features.catalogue.definitions import text_of
from features.catalogue.version import catalogue_version, changed, feature_versions
from features.families.spatial import NotExtensive, against_units, around
from features.testing import check_laws, made_up_city
from riskwarn.configuration import Configuration
from riskwarn.contracts.sources import EVENT_SOURCES
from riskwarn.errors import FeatureModuleInvalid, FeatureNameTaken, UnknownTarget
from riskwarn.periods import Period
from riskwarn.words import Quantity

ROOT = Path(__file__).parents[2]

LOCAL = """
from dataclasses import dataclass

from features.families.declaration import Family
from features.transforms.amounts import Count
from features.transforms.transform import Transform

LOCAL = Family("local", theme="local")
SIX = Count("disputes", 6)


@dataclass(frozen=True)
class Doubled(Transform):
    of: Transform

    def compute(self, panel):
        return 2 * self.of.compute(panel)


def thrice(panel):
    return 3 * SIX.compute(panel)


def features(subject):
    if subject.source == "disputes":
        yield LOCAL.declare("disputes", "disputes_count_6", SIX, "近6周矛盾纠纷数", "disputes in the last 6 weeks")
        yield LOCAL.declare("disputes", "disputes_twice_6", Doubled(SIX), "两倍", "twice as many")
        yield LOCAL.feature("disputes", "disputes_thrice_6", "三倍", "thrice as many", thrice, window=6)
"""


def chosen(**features: object) -> Configuration:
    return Configuration.model_validate({"features": features})


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "my_features.py").write_text(LOCAL, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "my_features", raising=False)
    return "my_features"


def test_every_feature_says_what_it_is() -> None:
    for period in Period:
        for feature in catalogue(Configuration(period=period)):
            assert feature.family and feature.theme and feature.transform, feature.name
            assert feature.zh != feature.en and feature.source, feature.name


def test_features_of_the_shipped_sources_keep_their_names_and_their_order() -> None:
    """Models, tables and reasons name them. A new one is added to the list; none is renamed or moved."""
    listed = (Path(__file__).parent / "data" / "catalogue.txt").read_text(encoding="utf-8").split()
    assert [feature.name for feature in catalogue(Configuration())] == listed


def test_no_two_features_have_one_name() -> None:
    clash = {"school": {"categories": ["bus_stop"]}, "school_bus": {"categories": ["stop"]}}
    with pytest.raises(FeatureNameTaken, match=r"school_bus_stop_count_26, one of school and one of school_bus"):
        catalogue(Configuration.model_validate({"sources": clash}))


def test_only_amounts_are_rolled_up() -> None:
    rows = {row.feature.name: row for row in declared(Configuration())}
    for name in ("disputes_recency", "season_sin", "disputes_count_4_near"):
        assert rows[name].feature.quantity is not Quantity.EXTENSIVE
        for roll_up in (around, against_units):
            with pytest.raises(NotExtensive, match=name):
                list(roll_up(rows[name]))


def test_petitions_enter_as_demand_only() -> None:
    for feature in catalogue(Configuration()):
        if feature.source == "petitions":
            assert feature.family in {"demand", "neighbours", "roll-ups", "position"}, feature.name
            assert any(word in feature.name for word in ("unanswered", "overdue", "reopened")), feature.name


@pytest.mark.slow
def test_nothing_varies_with_the_number_of_petitioners() -> None:
    """One aggregated row of forty petitions is forty; but nobody's crowd is a number that features could read."""
    city = made_up_city(5)
    assert not {"people", "petitioners"} & set(city.beliefs["petitions"])
    built = build_features(city, [city.as_of])
    crowd = city.beliefs["petitions"].assign(people="100+")
    again = build_features(
        city.__class__(**{**city.__dict__, "beliefs": {**city.beliefs, "petitions": crowd}}), [city.as_of]
    )
    assert np.array_equal(built.values, again.values, equal_nan=True)


def test_families_and_observer_features_can_be_left_out() -> None:
    every = catalogue(Configuration())
    assert "proxies" not in {feature.family for feature in every}
    assert "proxies" in {feature.family for feature in catalogue(chosen(on=["proxies"]))}
    assert "backlog" not in {feature.family for feature in catalogue(chosen(off=["backlog"]))}
    assert any(feature.observer for feature in every)
    assert not any(feature.observer for feature in catalogue(chosen(observer=False)))
    with pytest.raises(UnknownTarget, match="family of features"):
        catalogue(chosen(off=["moods"]))


@pytest.mark.slow
def test_a_feature_of_ones_own_is_a_feature_like_any_other(module: str) -> None:
    configuration = chosen(modules=[module])
    own = [feature for feature in catalogue(configuration) if feature.family == "local"]
    assert [feature.name for feature in own] == [f"disputes_{name}_6" for name in ("count", "twice", "thrice")]
    assert own[0].window == own[2].window == 6 and {feature.unit for feature in own} == {"records"}
    city = made_up_city(4, configuration=configuration)
    check_laws(city)
    matrix = build_features(city, [city.as_of])
    four, six, eight = (column(matrix, f"disputes_count_{window}") for window in (4, 6, 8))
    assert (four <= six).all() and (six <= eight).all() and six.any()
    assert np.array_equal(column(matrix, "disputes_twice_6"), 2 * six)
    assert np.array_equal(column(matrix, "disputes_thrice_6"), 3 * six)


def test_a_module_of_ones_own_may_import_what_is_no_file_and_declare_a_lambda(module: str, tmp_path: Path) -> None:
    """Modules that are built into the interpreter have no file (time, sys, itertools), and a lambda has no name of its own."""
    others = {feature.family for feature in catalogue(Configuration())} - {"counts"}
    configuration = chosen(modules=[module], off=sorted(others), observer=False)
    names = "errno", "importlib", "itertools", "sys", "time", "xml"
    imports = "".join(f"import {name}\n" for name in names) + "from itertools import chain\nfrom time import *\n"
    used = LOCAL.replace("return 3 *", "assert sys and errno and monotonic() and not list(chain(()))\n    return 3 *")
    declaration = """
        yield LOCAL.feature("disputes", "disputes_fourfold_6", "四倍", "fourfold", lambda panel: 4 * SIX.compute(panel), window=6)
"""

    def versions(text: str) -> dict[str, str]:
        sys.modules.pop(module, None)
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        invalidate_caches()
        return dict(feature_versions(configuration))

    fourfold = versions(imports + used + declaration)
    city = made_up_city(4, configuration=configuration)
    matrix = build_features(city, [city.as_of], names=["disputes_count_6", "disputes_thrice_6", "disputes_fourfold_6"])
    six = column(matrix, "disputes_count_6")
    assert six.any() and np.array_equal(column(matrix, "disputes_fourfold_6"), 4 * six)
    assert np.array_equal(column(matrix, "disputes_thrice_6"), 3 * six)
    fivefold = versions(imports + used + declaration.replace("4 * SIX", "5 * SIX"))
    assert [name for name in fourfold if fivefold[name] != fourfold[name]] == ["disputes_fourfold_6"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no function features"),
        ("import nowhere_to_be_found", "cannot be imported"),
        ("def features(subject):\n    yield 1", "not a declared feature"),
        (LOCAL.replace('"disputes"', '"petitions"'), "demand only"),
        (LOCAL.replace("count_6", "count_8"), "a feature disputes_count_8 already"),
        (LOCAL + LOCAL.split("\n\n\n")[-1].partition("\n")[2], "a feature disputes_count_6 already"),
    ],
)
def test_a_module_that_cannot_be_used_says_why(module: str, tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "my_features.py").write_text(text, encoding="utf-8")
    with pytest.raises(FeatureModuleInvalid, match=problem):
        catalogue(chosen(modules=[module]))


#: A formula, a constant of a helper, and beside them comments, docstrings, layout and what a feature is called.
CODE = {
    "features/transforms/surprise.py": ("return self.periods / self.year", "return 2 * self.periods / self.year"),
    "features/families/season.py": ("_YEAR = 365.2425", "_YEAR = 365.0"),
    "features/transforms/cases.py": ('"""Choose them."""', '"""Choose them, and say so."""'),
    "features/engine/sums.py": ("def ratio(", "# A comment.\n\n\ndef ratio("),
    "features/panel/panel.py": ("# the first column shown", "# the first"),
    "features/families/counts.py": ('"reported by residents"', '"told by residents"'),
}
WORD = {"riskwarn/contracts/data/categories.yaml": ("unpaid wages, 欠薪,", "unpaid wages, 讨薪, 欠薪,")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edits", "names"),
    [
        (CODE, r".*_surprise_peers|season_(sin|cos)"),
        (
            WORD,
            r"disputes_wage_arrears_(count_26|open|decayed_26)|disputes_(recurring_4|variety_26)|"
            r"(hotline|disputes)_after_(disputes|hotline)_4",
        ),
    ],
)
def test_a_changed_definition_invalidates_what_depends_on_it_and_nothing_else(
    edits: dict[str, tuple[str, str]], names: str, tmp_path: Path
) -> None:
    for package in ("features", "riskwarn"):
        copytree(ROOT / package, tmp_path / package, ignore=ignore_patterns("__pycache__"))
    for name, (old, new) in edits.items():
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert old in text, name
        (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")
    code = (
        "import json; from features import feature_versions; from riskwarn.configuration import Configuration;"
        "print(json.dumps(dict(feature_versions(Configuration()))))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, check=True)  # fmt: skip
    now = changed(Configuration(), json.loads(told.stdout))
    assert now
    assert list(now) == [name for name in feature_versions(Configuration()) if re.fullmatch(names, name)]


#: What makers name that makes no number, or whose part in one is told feature by feature.
TOLD_OTHERWISE = {
    "features.engine", "features.encoding",  # doors
    "riskwarn.arrays", "riskwarn.errors", "riskwarn.words",  # names
    "riskwarn.configuration", "riskwarn.mapping",  # declared: the fingerprint of the configuration, and the version of the store
    "riskwarn.contracts", "riskwarn.contracts.contract", "riskwarn.contracts.schema", "riskwarn.contracts.tables",
    "riskwarn.contracts.vocabulary",  # contracts as they are written, and the words that a feature reads
    "riskwarn.health", "riskwarn.home", "riskwarn.store",  # opened by who reads a city, who is handed to the makers
}  # fmt: skip


def test_all_that_makers_name_makes_numbers_too_or_is_told_otherwise() -> None:
    files: dict[str, Path] = {}
    for name in version._MAKERS:
        path = ROOT / name.replace(".", "/")
        found = sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        files |= {
            ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in found
        }
    named = set[str]()
    for file in files.values():
        for part in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(part, ast.ImportFrom) and (part.module or "").split(".")[0] in ("riskwarn", "features"):
                named.add(str(part.module))
    assert named - set(files) - TOLD_OTHERWISE == set(), "a change of these would change numbers under the same version"


@pytest.mark.slow
def test_versions_are_the_same_in_every_process() -> None:
    """A state that is kept is found again by the next process, whatever the order of its sets."""
    code = (
        "from features.catalogue import version; from riskwarn.configuration import Configuration; c = Configuration();"
        "print(version.encoding_version(c), version.catalogue_version(c), c.fingerprint())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1


def test_code_is_read_by_several_threads_at_once() -> None:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    files = sorted((ROOT / "features").rglob("*.py"))
    try:
        with ThreadPoolExecutor(8) as pool:
            texts = list(pool.map(text_of, files * 4))
    finally:
        sys.setswitchinterval(usual)
    assert texts == [text_of(file) for file in files] * 4


def test_a_changed_engine_invalidates_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    before = feature_versions(Configuration())
    assert len(set(before.values())) == len(before)
    monkeypatch.setattr(version, "engine_version", lambda: "another")
    assert list(changed(Configuration(), before)) == list(before)


def test_a_changed_module_of_ones_own_invalidates_its_features_and_no_others(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = chosen(modules=[module])
    before, whole = feature_versions(configuration), catalogue_version(configuration)
    assert changed(configuration, before) == ()
    for text, now in (
        (LOCAL.replace("        yield", "        # Only a comment.\n        yield"), ()),
        (LOCAL.replace("2 * self.of", "4 * self.of"), ("disputes_twice_6",)),
        (LOCAL.replace("3 * SIX", "5 * SIX"), ("disputes_thrice_6",)),
        (
            LOCAL.replace('"disputes", 6)', '"disputes", 7)'),
            tuple(f"disputes_{name}_6" for name in ("count", "twice", "thrice")),
        ),
    ):
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, module)
        invalidate_caches()
        assert changed(configuration, before) == now
        assert (catalogue_version(configuration) == whole) == (now == ())


def test_transforms_are_what_they_are_made_of() -> None:
    """Equal parts make one transform, which can be sent; and none needs a name of its own."""
    for period in Period:
        for one, other in zip(
            declared(Configuration(period=period)), declared(Configuration(period=period)), strict=True
        ):
            assert one.transform == other.transform and hash(one.transform) == hash(other.transform)
            assert pickle.loads(pickle.dumps(one.transform)) == one.transform


def test_what_a_contract_says_is_part_of_a_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    before = feature_versions(Configuration())
    hotline = replace(EVENT_SOURCES["hotline"], answer_days=15)
    monkeypatch.setitem(EVENT_SOURCES, "hotline", hotline)
    of = {feature.name: feature.source for feature in catalogue(Configuration())}
    assert {of[name] for name in changed(Configuration(), before)} == {"hotline"}


def test_a_matrix_names_what_it_was_made_from() -> None:
    city = made_up_city(6)
    told = build_features(city, [city.as_of]).provenance
    assert told is not None
    assert (told.as_of, told.store_version) == (city.as_of, city.store_version)
    assert told.configuration == city.configuration.fingerprint()
    assert told.catalogue == catalogue_version(city.configuration)


def column(matrix: FeatureMatrix, name: str) -> np.ndarray:
    return matrix.values[matrix.names.index(name), 0]
