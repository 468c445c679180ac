"""Chinese and English from one catalogue, in the language of who reads."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from riskwarn.cli import main
from riskwarn.errors import FileUnreadable, UnknownTarget
from riskwarn.messages import Joined, Message, column_title, language_of, translated
from tests.riskwarn.cli.calling import Caller
from tests.worlds import dispute, write_csv

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def catalogue() -> ModuleType:
    found = importlib.util.spec_from_file_location("messages_of_docs", ROOT / "docs" / "messages.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


def test_every_sentence_has_its_chinese(catalogue: ModuleType) -> None:
    known = catalogue.read_po(catalogue.PO)
    missing = [f"{place}: {sentence}" for (context, sentence), place in catalogue.sentences().items()
               if not known.get((context, sentence))]  # fmt: skip
    assert not missing, "run make docs and translate in riskwarn.po:\n" + "\n".join(missing)


def test_the_compiled_catalogue_is_that_of_the_edited_one(catalogue: ModuleType) -> None:
    places = catalogue.sentences()
    known = {key: said for key, said in catalogue.read_po(catalogue.PO).items() if key in places}
    assert catalogue.PO.with_suffix(".mo").read_bytes() == catalogue.compiled(known), "run make docs"


def test_a_translation_has_the_fields_of_its_sentence(catalogue: ModuleType) -> None:
    def fields(text: str) -> set[str]:
        return set(re.findall(r"(?<!\{)\{(\w+)", text)) | set(re.findall(r"\{\{\{(\w+)", text))

    for (_, sentence), said in catalogue.read_po(catalogue.PO).items():
        if sentence not in catalogue.PLURALS:
            assert fields(said) <= fields(sentence), sentence


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_TW"}, "zh"), ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB", "LANGUAGE": "zh_CN:en"}, "zh"), ({"LC_ALL": "C", "LANG": "zh_CN"}, "en"),
        ({"LC_MESSAGES": "zh_CN", "LANG": "de_DE"}, "zh"), ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
    ],
)  # fmt: skip
def test_the_locale_chooses(variables: dict[str, str], language: str) -> None:
    assert language_of(variables) == language


def test_an_error_is_english_until_somebody_reads_it_in_chinese() -> None:
    error = FileUnreadable(file="3月.xlsx", problem="it is not an Excel workbook; save it again as .xlsx")
    assert str(error) == "3月.xlsx: it is not an Excel workbook; save it again as .xlsx."
    assert translated(error.message, "zh") == "3月.xlsx：不是 Excel 工作簿；请另存为 .xlsx。"
    nested = UnknownTarget(name="conflit", what="target", known="conflict, safety")
    assert translated(nested.message, "zh") == (
        "'conflit' 不是已声明的目标（您是不是指 conflict？）；已声明：conflict, safety。"
    )


def test_a_sentence_that_became_text_is_recognised() -> None:
    assert translated(f"weight: {3} group(s) were scaled to sum to 1", "zh") == "weight：3 组已换算为合计等于 1"
    kept = json.loads(json.dumps(Message("loading {source}", source="hotline")))
    assert translated(kept, "zh") == "正在加载 hotline"
    outer = str(FileUnreadable(file="a.csv", problem="its characters are not UTF-8; save it again"))
    assert translated(f"a.csv was not loaded: {outer}", "zh") == "a.csv 未加载：a.csv：字符编码不是 UTF-8；请重新保存。"


@pytest.mark.parametrize("text", ["name", "target", "{0}", "a {b} c", "(.*)", "", "张三", "none such thing at all"])
def test_what_people_wrote_stays_as_it_is(text: str) -> None:
    said = translated(FileUnreadable(file=text, problem="it is damaged; export it again").message, "zh")
    assert said == f"{text}：文件已损坏；请重新导出。"


def test_a_message_goes_through_a_process_whole() -> None:
    message = Message(
        "{file}: {problem}.", file="x", problem=Joined(" or ", ["none", Message("load {loads}", loads="3")])
    )
    again: Any = pickle.loads(pickle.dumps(message))
    assert (str(again), translated(again, "zh")) == ("x: none or load 3.", "x：无 或 加载 3。")


@pytest.mark.parametrize(
    ("separator", "zh"), [(", ", "甲、加载 3、乙"), ("; ", "甲；加载 3；乙"), (" or ", "甲 或 加载 3 或 乙")]
)
def test_what_is_listed_stands_apart_as_the_language_has_it(separator: str, zh: str) -> None:
    listed = Joined(separator, ["甲", Message("load {loads}", loads="3"), "乙"])
    assert str(listed) == separator.join(["甲", "load 3", "乙"])
    assert translated(Message("quarantined: {reasons}. See riskwarn quarantine list.", reasons=listed), "zh") == (
        f"退回：{zh}。详见 riskwarn quarantine list。"
    )


def test_a_promise_that_is_kept_is_not_a_thing_that_is_stored() -> None:
    assert (column_title("kept", "zh"), translated("kept", "zh")) == ("兑现", "保留")


def test_a_clerk_reads_chinese(call: Caller) -> None:
    call.locale(LANG="zh_CN.UTF-8")
    assert "下一步" in call("init").out
    assert call("ingest", "矛盾纠纷", "没有.csv", code=1).last == "riskwarn: 没有.csv：没有这个文件；请检查路径。"
    assert "没有 'inges' 这个命令。您是不是要用 ingest？" in call("inges", code=2).err
    assert "缺少参数" in call("ingest", code=2).err
    shown = call("ingest", "--help").out
    assert "用法：" in shown and "映射文件" in shown and "Show this message" not in shown
    write_csv(call.folder / "网格.csv", [{"网格编码": "G1", "社区": "甲", "镇街": "乙", "区县": "丙"}])
    assert "接收" in call("ingest", "网格", "网格.csv").out
    write_csv(call.folder / "d.csv", [{**dispute(1), "网格编码": "G1"}, {**dispute(2), "发生时间": "去年冬天"}])
    assert "退回：日期无法识别 1" in call("ingest", "矛盾纠纷", "d.csv").out
    assert "有效" in call("loads", "list").out
    assert "正在加载" not in call("loads", "list").out


def test_the_language_may_stand_anywhere_and_outranks_the_locale(call: Caller) -> None:
    call.locale(LANG="zh_CN.UTF-8")
    assert "is not a riskwarn home" in call("train", "--lang", "en", code=1).err
    assert "is not a riskwarn home" in call("--lang=en", "train", code=1).err
    call.locale(LANG="C", RISKWARN_LANG="zh")
    assert "不是 riskwarn 数据目录" in call("train", code=1).err
    assert "is not a riskwarn home" in call("train", "--lang", "en", code=1).err
    call.locale(RISKWARN_LANG="fr")
    assert "RISKWARN_LANG" in call("train", code=1).err
    assert "fr" in call("train", "--lang", "fr", code=2).err


def test_a_program_reads_the_same_whatever_the_locale(call: Caller) -> None:
    call.locale(LANG="zh_CN.UTF-8")
    assert call("--json", "train", code=1).error["message"].endswith("with --home or RISKWARN_HOME).")
    assert "数据目录" in call("train", "--json", "--lang", "zh", code=1).error["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["inges"], 2, "usage"), (["train", "--as-of", "20x"], 2, "usage"), (["--nonsense"], 2, "usage"),
        (["ingest"], 2, "usage"), (["train"], 1, "home_missing"), (["template", "gossip"], 1, "unknown_source"),
        (["train", "--lang", "fr"], 2, "usage"),
    ],
)  # fmt: skip
def test_errors_of_a_script_are_json(call: Caller, arguments: list[str], code: int, named: str) -> None:
    for line in ([*arguments, "--json"], ["--json", *arguments]):
        done = call(*line, code=code)
        assert set(done.error) == {"code", "message"} and done.error["code"] == named and done.out == ""
        assert len(done.err.strip().splitlines()) == 1


def test_an_unforeseen_error_is_json_too(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("张三")

    monkeypatch.setattr("riskwarn.home.make_home", broken)
    told = call("init", "--json", code=1)
    assert told.error["code"] == "unforeseen" and "张三" not in told.err


def test_a_language_that_one_call_asks_for_is_not_that_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGUAGE", raising=False)
    with pytest.raises(SystemExit):
        main(["--lang", "zh", "--version"])
    assert "LANGUAGE" not in os.environ
