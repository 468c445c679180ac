"""Somebody by the trade and the name, or by the family name and what one is called: 物业经理吴涛, 刘奶奶, 小李子家.

Which trades and kin there are no list tells. But words for people end with a few characters, and what somebody is called begins with a
family name.
"""

from __future__ import annotations

import re
from functools import cache

from riskwarn.contracts.personal import compound_family_names, family_names, is_listed_word, is_name, listed_names
from riskwarn.contracts.persons import is_feature

#: With what words for people end: offices and trades, kin, and who lives or deals somewhere.
_PEOPLE = re.compile(
    r"(?:[㐀-鿿](?:[员长工师人主客户娘嫂匠警者手生农贩友伴叔婶姨伯婆爷兵属卫母父妻夫医]|经理|助理|主管|管家|顾问|监理|客服)|"
    r"师傅|师父|工头|保安|保洁|保姆|护士|会计|出纳|老板|掌柜|干部|书记|司机|代表|教练|主任|导游|主播|代驾|裁缝|大夫|中介|伙计|徒弟|"
    r"老公|老婆|丈夫|妻子|爱人|儿子|女儿|孙子|孙女|媳妇|女婿|侄子|侄女|外甥|哥哥|姐姐|弟弟|妹妹|父亲|母亲|爸爸|妈妈|爷爷|奶奶|"
    r"同学|同事|朋友|青年|男子|女子|妇女|男孩|女孩|小孩|孩子|同志|学徒)$"
)
#: 没人, 有人 …: nobody in particular.
_ANYBODY = re.compile(r"[没有无别让令何个每]人$")
#: What may stand between who somebody is and the name.
_LINKS = " -—–_/|·:：,，、(（“\"'"
#: What is called so, and by whom: 大爷, 二婶, 外婆, 老太太 …; of one character those that are hardly ever anything else.
_KIN = (
    r"[姑姨舅婶伯叔]妈|姑姑|舅舅|姑父|姨父|姑爷|伯母|叔父|伯父|岳母|岳父|爷爷|奶奶|姥姥|姥爷|婆婆|公公|伯伯|叔叔|婶婶|嬢嬢|孃孃|太太|妹子|嫂子|婶子|妹儿|娃儿|老太太|老太婆|老太|老汉|老头子|老头|老爷子|老伯|老人家|"
    r"[大老小二三四五六七八九幺阿外表堂](?:爷|奶|婆|伯|叔|婶|姨|姑|舅|哥|姐|弟|妹|嫂|爸|妈|爹|娘|娃)(?:子|儿)?"
)
_TITLES = r"某{1,2}|先生|女士|小姐|老师|师傅|师父|阿姨|医生|大夫|护士|律师|警官|老板娘|老板|经理|会计|教授|校长|厂长|村长|组长|楼长|同志|家(?:老大|老二|媳妇|儿子|女儿)"
_ONE = r"[爷奶婆伯叔婶姨姑舅哥姐嫂总工]"
#: Behind what the family name goes on with no other word.
_GOES_ON = r"(?=$|[^㐀-鿿]|[的家说称来去到在和与及等也已不没未要想问打住反请让给把被又再还表提同答签搬投申先处反负牵跟协配参上前出回走否道调面确撤聊谈见沟商核修摔跌受病做干失走今昨明现近带讲一两了解吃坐站买卖种开关装拆搬扶送接打骂哭笑急气很太最只常总每因为从向对跟比当是有])"
#: Common family names with which other words begin as well: not where somebody is called so.
_COMMON_TOO = "方黄林马金高程江石白"
#: With these, which are family names too, the words before go on: 没人管大爷, 邻居大妈, 旁边大叔, 那大姐.
_NOT_CALLED = "从于向和应由与经时后对还能那都相连查支包关解管计成乐常习养通居安房车商农水鱼花米牧山席司祖有门冲边楼家户区院党公老小单方全明步平温同利充生羊牛宿终暨"
#: Before 老 or 小 and a family name.
_BEFORE_OLD = r"(?:^|[^㐀-鿿]|[由与和及因被对为给跟找告经向让请叫问约访见劝陪替]|[员长工师人主客户娘])"


#: Words that go on with a family name, or begin with one, beside those of the lists.
_NO_CALL = frozenset(("工程", "任何", "曾经", "最高", "提高", "许多", "园林", "两江", "长江", "沿江", "天黄"))


def calls_somebody(text: str) -> bool:
    """Whether somebody is called by the family name in a sentence: 郭师傅答应修好, 刘奶奶摔倒, 小李子家."""
    for found in _called().finditer(text):
        start = found.start("old") if found["old"] else found.start()
        across, begun = text[max(start - 1, 0) : start + 1], text[start : start + 2]
        words = across, text[start : found.end()]
        if not _NO_CALL & {across, begun} and not any(map(is_listed_word, words)):
            return True
    return False


def stands_by_trade(text: str) -> bool:
    """Whether a sure name stands right behind a word for people, whichever that is: 物业经理吴涛, 保洁员张桂兰打扫."""
    for start in range(2, len(text)):
        before = text[max(start - 8, 0) : start]
        if not _PEOPLE.search(before.rstrip(_LINKS)) or _ANYBODY.search(before):
            continue
        if before[-1] not in _LINKS and (text[start] == "方" or is_listed_word(text[start - 1 : start + 1])):
            continue  # 工程, 人员, 施工方: a word goes on
        if any(_is_named(text, start, size) for size in (4, 3, 2)):
            return True
    return False


def _is_named(text: str, start: int, size: int) -> bool:
    """Whether a name of so many characters stands there, and the sentence goes on behind it."""
    part, behind = text[start : start + size], text[start + size :]
    if len(part) < size or not is_name(part) or is_listed_word(part):
        return False
    longer = (text[start : start + more] for more in range(size + 1, 6))
    if (size == 2 and is_feature(part)) or any(map(is_listed_word, longer)):
        return False
    if size > 2 and is_listed_word(part[:2]) and part[0] not in listed_names()[0]:
        return False
    ends = re.match(_GOES_ON, behind) is not None
    goes_on = bool(behind) and is_listed_word(part[-1] + behind[0])  # 张强烈要求
    telling, commonest, *_ = listed_names()
    sure = size > 2 or part[0] in telling | commonest | set(_COMMON_TOO)
    return (ends and (size > 2 or not goes_on)) or (sure and not goes_on and not is_listed_word(part[1:]))


@cache
def _called() -> re.Pattern[str]:
    telling, commonest, *_ = listed_names()
    compounds = "|".join(sorted(compound_family_names()))
    sure = "".join(sorted((telling | commonest | set(_COMMON_TOO)) - set("那祖司")))
    kin = "".join(sorted(family_names() - set(_NOT_CALLED)))
    first = r"(?<![每本上下这两几一二三四主也门对双甲乙多])"
    return re.compile(
        rf"{first}[{kin}](?:{_KIN}|{_TITLES}{_GOES_ON}|{_ONE}{_GOES_ON})|(?:{first}[{sure}]|{compounds})(?:{_KIN}|{_TITLES}|{_ONE}{_GOES_ON})|"
        rf"{_BEFORE_OLD}(?P<old>[老小阿])[{sure}](?:子|儿|头|某)?{_GOES_ON}"
    )
