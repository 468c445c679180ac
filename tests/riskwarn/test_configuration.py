"""riskwarn.yaml: a wrong key or value is one sentence with its line; refused words are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.configuration import Configuration
from riskwarn.declarations import read_yaml
from riskwarn.errors import ConfigurationInvalid, HomeMissing, HomeNotEmpty, RefusedWord
from riskwarn.home import make_home, open_home
from riskwarn.settings import Settings


def written(folder: Path, text: str) -> Path:
    path = folder / "riskwarn.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("city: A\nperriod: week\n", 2, "no such key"),
        ("city: A\nperiod: fortnight\n", 2, "period"),
        ("timezone: Mars/Olympus\n", 1, "time zone"),
        ("horizons: [4, 1]\n", 1, "rising"),
        ("targets:\n  harm:\n    source: nowhere\n    date: occurred_at\n", 1, "nowhere"),
        ("city: [unclosed\n", 2, "YAML"),
        ("levels:\n  red: {top: 3, times: 4}\n", 2, "levels.red.top"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        read_yaml(written(tmp_path, text), Configuration)
    assert f"line {line}" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "targets:\n  harm: {source: disputes, date: occurred_at, zh: 越级访预测}\n",
        "sources:\n  calls: {categories: [群体性事件]}\n  disputes: {}\ntargets:\n  harm: {source: disputes, date: occurred_at}\n",
        "sources:\n  disputes:\n    mapping: {columns: {category: 涉稳类别}}\ntargets:\n  harm: {source: disputes, date: occurred_at}\n",
    ],
)
def test_refused_words_stand_nowhere(tmp_path: Path, text: str) -> None:
    with pytest.raises(RefusedWord):
        make_home(tmp_path / "home", Settings(), written(tmp_path, text))


def test_a_home_is_made_once(tmp_path: Path) -> None:
    first = make_home(tmp_path / "home", Settings())
    assert make_home(tmp_path / "home", Settings()).id_key == first.id_key
    with pytest.raises(HomeMissing, match="run riskwarn init"):
        open_home(tmp_path / "elsewhere", Settings())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    with pytest.raises(HomeNotEmpty, match=r"letter\.txt"):
        make_home(tmp_path / "full", Settings())


def test_comments_do_not_change_the_fingerprint(tmp_path: Path) -> None:
    bare = read_yaml(written(tmp_path, "city: A\nperiod: day\n"), Configuration).fingerprint()
    told = read_yaml(written(tmp_path, "# said\nperiod: day\ncity: A\n"), Configuration).fingerprint()
    other = read_yaml(written(tmp_path, "city: B\nperiod: day\n"), Configuration).fingerprint()
    assert bare == told != other
