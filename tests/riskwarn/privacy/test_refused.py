"""A refused word is refused in every position, however it is written."""

from __future__ import annotations

import unicodedata

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.configuration import Configuration
from riskwarn.contracts.vocabulary import is_not_loaded
from riskwarn.declarations import read_yaml
from riskwarn.errors import RefusedWord
from riskwarn.mapping import Mapping
from riskwarn.refused import refused_word, refused_words

WORDS = st.sampled_from(refused_words())
AROUND = st.text(alphabet="一二甲乙abc12", max_size=3)
BETWEEN = st.sampled_from(["", " ", "　", "\u200b", "·", "-", "  "])


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """A refused word with blanks, marks or nothing inside, other text around it, perhaps in traditional characters."""
    word = draw(BETWEEN).join(draw(WORDS))
    if draw(st.booleans()):
        word = word.translate(str.maketrans("访体级进赴缠闹扬稳维员点", "訪體級進赴纏鬧揚穩維員點"))
    return draw(AROUND) + word + draw(AROUND)


POSITIONS = {
    "city": "{0}",
    "target's name": {"targets": {"conflict": {"source": "disputes", "date": "escalated_at", "zh": "{0}"}}},
    "target's English name": {"targets": {"conflict": {"source": "disputes", "date": "escalated_at", "en": "{0}"}}},
    "target's category": {"targets": {"x": {"source": "disputes", "date": "occurred_at", "categories": ["{0}"]}}},
    "category": {"sources": {"disputes": {"categories": ["{0}"]}}},
    "column": {"sources": {"disputes": {"mapping": {"columns": {"category": "{0}"}}}}},
    "word": {"sources": {"disputes": {"mapping": {"words": {"category": {"{0}": "other"}}}}}},
    "translation": {"sources": {"disputes": {"mapping": {"words": {"category": {"其他": "{0}"}}}}}},
    "column of the period": {"sources": {"x": {"mapping": {"period": {"unit": "month", "start": "{0}"}}}}},
    "a key that does not exist": {"{0}": 1},
}


def filled(shape: object, word: str) -> object:
    if isinstance(shape, dict):
        return {filled(key, word): filled(value, word) for key, value in shape.items()}
    if isinstance(shape, list):
        return [filled(part, word) for part in shape]
    return shape.replace("{0}", word) if isinstance(shape, str) else shape


@pytest.mark.parametrize("position", [name for name in POSITIONS if name != "city"])
@pytest.mark.parametrize("escaped", [False, True])
def test_in_every_position_of_a_declaration(
    tmp_path_factory: pytest.TempPathFactory, position: str, escaped: bool
) -> None:
    path = tmp_path_factory.mktemp("declared") / "riskwarn.yaml"

    @given(disguised())
    def refused(word: str) -> None:
        path.write_text(yaml.safe_dump(filled(POSITIONS[position], word), allow_unicode=not escaped), encoding="utf-8")
        with pytest.raises(RefusedWord):
            read_yaml(path, Configuration)

    refused()


@given(disguised())
def test_in_a_mapping_and_in_a_remark(tmp_path_factory: pytest.TempPathFactory, word: str) -> None:
    path = tmp_path_factory.mktemp("mapping") / "m.yaml"
    for text in (f"columns: {{category: '{word}'}}\n", f"columns: {{category: 类别}}  # {word}\n", f"city: '{word}'\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RefusedWord):
            read_yaml(path, Mapping)


@given(disguised(), st.sampled_from(["petitions", "disputes", "hotline", "of_its_own"]))
def test_in_a_cell_the_row_is_not_loaded(word: str, source: str) -> None:
    assert is_not_loaded(source, word)
    assert is_not_loaded(source, unicodedata.normalize("NFKC", word))


def test_kinds_that_are_not_loaded_count_however_they_are_written() -> None:
    for kind in ("检举控告", "检举控告类", "网上检举控告", "检 举 控 告", "檢舉控告", "举报", "REPORT"):
        assert is_not_loaded("petitions", kind), kind
    for kind in ("求决", "建议意见", "申诉求决", "其他"):
        assert not is_not_loaded("petitions", kind), kind
    assert not is_not_loaded("hazards", "举报")


def test_usual_words_are_not_refused() -> None:
    for word in ("走访", "来访", "邻里", "信访", "重大", "网格化服务", "社区矛盾", "稳定性检测"):
        assert refused_word(word) is None, word
