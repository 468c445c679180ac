"""A reason that people give and that is kept: it names nobody, and holds no refused word."""

from __future__ import annotations

import re

from riskwarn.contracts.called import calls_somebody, stands_by_trade
from riskwarn.contracts.latin_names import names_in_latin
from riskwarn.contracts.personal import is_listed_word, is_place, listed_names, personal_class
from riskwarn.contracts.persons import does_something, holds_name, likely_name, serves_somebody
from riskwarn.contracts.strangers import far_name_with_house, without_blanks
from riskwarn.contracts.vocabulary import shipped
from riskwarn.contracts.written import personal_written, readable, refuse_personal
from riskwarn.errors import PersonalText, ReasonTooLong
from riskwarn.refused import refuse_actions, refuse_words

#: Characters of a reason.
MOST_CHARACTERS = 500

#: What stands before and after a name inside a sentence; a name between any two of them is taken for one.
_BEFORE = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|应|因|由|该|据|为|给|替|经|受|系|是|向|与|和|及|删除|删去|清除|抹去|居民|村民|市民|群众|住户|业主|申请人|当事人|本人|叫|名|"
    r"找|约|请|让|问|见|访|陪|劝|同|跟|对|被|联系|通知|告知|看望|询问|"
    r"(?:找|见|看|遇|碰|问|访|劝|约|请|陪|联系|通知|走访|看望|询问)(?:到过|到了|到|了|过|着)|"
    r"户主|家长|租户|租客|房东|房主|店主|摊主|车主|老板|工人|司机|经营者|承租人|承包人|负责人|责任人|代表|亲属|家属|儿子|女儿|丈夫|妻子|父亲|母亲|邻居|党员)$"
)
_AFTER = re.compile(
    r"^(?:$|[^\u4e00-\u9fff]|的|要求|申请|请求|提出|来信|来电|来函|投诉|认为|本人|先生|女士|小姐|同志|老人|一家|夫妇|等|和|与|及|已|不|说|称|反映|撤|信息|记录|数据|"
    r"谈|聊|了解|核实|核对|见面|沟通|协商|商量|座谈|说明|解释|问话|问|做工作|家|处|签|调解|来|去|到|在|后|近况|现状|同意|确认|到场|面谈|一同|一起|调处|答应|承诺|付清|搬|"
    r"负责|牵头|跟进|处理|处置|办理|主持|带队|值班|陪同|协助|配合|参加|签收|在场|上门|前往|出面|回访|走访|没|未|拒|表示|承认|道歉|否认)"
)
#: 承租人田野: behind one person and to the end, whatever the given name is.
_ONE_PERSON = re.compile(
    r"(?:承租人|承包人|出租人|经办人|联系人|申请人|户主|房主|房东|店主|租户)[:： ]?([\u4e00-\u9fff]{2})(?=$|[^\u4e00-\u9fff])"
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.? [A-Z][a-z]+")

#: A house on a hill or at a brook is a place: 曾家岩, 杨家坪.
_HOUSE = re.compile(r"^[\u4e00-\u9fff]家[\u4e00-\u9fff]$")
_GROUNDS = "岩坪湾坝沟岗院坡梁坎垭嘴河桥巷塘寨冲咀山"


def check_because(because: str, where: str = "--because") -> None:
    """Raise RefusedWord, PersonalText or ReasonTooLong where a reason may not be kept as it is written."""
    if len(because) > MOST_CHARACTERS:
        raise ReasonTooLong(where=where, most=MOST_CHARACTERS)
    refuse_words(because, where)
    refuse_personal(because, where)
    refuse_names(because, where)


def check_note(note: str, where: str) -> None:
    """The same of what is said with a notice, or of a place, which asks nobody to do what no notice asks for either."""
    check_because(note, where)
    refuse_actions(note, where)


def refuse_names(text: str, where: str) -> None:
    """Raise PersonalText where a sentence names somebody."""
    if _names(text):
        raise PersonalText(where=where, what="name")


def somebody_in(text: str) -> str | None:
    """The class of personal data that stands in a text which is kept as it is written, such as the id of a team; None where none does."""
    return personal_written(text) or personal_class(readable(text)) or ("name" if _names(text) else None)


def _names(text: str) -> bool:
    plain = readable(text)
    return names_in_latin(plain) or any(map(_names_in_chinese, {plain, without_blanks(plain)}))


def _names_in_chinese(plain: str) -> bool:
    named = _TITLED.search(plain) or calls_somebody(plain) or _names_somebody(plain) or holds_name(plain)
    named = named or far_name_with_house(plain) or _is_one_person(plain)
    return bool(named or serves_somebody(plain) or stands_by_trade(plain) or does_something(plain))


def _is_one_person(text: str) -> bool:
    telling, commonest, *_ = listed_names()
    found = (one[1] for one in _ONE_PERSON.finditer(text))
    return any(name[0] in telling | commonest and not is_listed_word(name) and not is_place(name) for name in found)


def _names_somebody(text: str) -> bool:
    """Whether a name stands in a sentence, where the words around it say so: 张三的要求, 应李小红申请."""
    for start in range(len(text)):
        if start and is_listed_word(text[start - 1 : start + 1]):
            continue  # 对方, 本周: a word goes on
        for length in (2, 3, 4):
            part = text[start : start + length]
            if (
                len(part) == length
                and _AFTER.match(text[start + length :])
                and _BEFORE.search(text[:start])
                and likely_name(part)
                and not _is_no_person(part)
            ):
                return True
    return False


def _is_no_person(part: str) -> bool:
    return part[:2] in shipped("personal")["papers"] or (bool(_HOUSE.match(part)) and part[-1] in _GROUNDS)
