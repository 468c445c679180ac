"""How lines read that are no records: totals (合计, 共384个网格) and signatures (填表人：…), as text."""

from __future__ import annotations

import re

_MEASURE = "件条起宗人户个处次例项笔家名"
_SPAN = (
    r"本页|本月|本期|本季|本季度|本年|全年|全市|全区|全县|累计|年度|(?:\d{2,4}\s*年度?)?\s*(?:(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s*月份?|"
    r"第?[1-4一二三四]\s*季度|[上下]半年)|(?:\d{2,4}|[〇零一二三四五六七八九]{4})\s*年度?"
)

#: What a total says of its parts, behind it (，其中化解15件) or in a cell beside it.
PART_COUNTED = rf"^\s*(?:其中)?[㐀-鿿]{{1,8}}?\s*[\d,]+\s*[{_MEASURE}]\s*$"
_OF_THESE = rf"\s*[,，;；、]\s*其?中?[㐀-鿿]{{1,8}}\s*[\d,]+\s*[{_MEASURE}](?:\s*[,，;；、]\s*[㐀-鿿]{{1,8}}\s*[\d,]+\s*[{_MEASURE}])*[。]?"
#: A cell that calls its row a total, alone or with the number.
TOTAL = rf"^[\s(（]*(?:以上|{_SPAN})?\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)[\s)）]*[:：]?\s*(?:共?\s*[\d,.]+\s*[{_MEASURE}]?)?(?:{_OF_THESE})?\s*$"
#: A cell that calls its row the total of something: 鱼洞街道小计, 消防类合计：32起. In a row with an id or a date it is a name.
TOTAL_OF = rf"^\s*\S.{{0,30}}(?:合\s*计|总\s*计|小\s*计|共\s*计)[\s)）]*[:：]?\s*(?:共?\s*[\d,.]+\s*[{_MEASURE}]?)?\s*$"
#: A cell that only counts: 共123件, 洪家楼街道共32个网格, 2601处.
COUNTED = (
    rf"^(?:\S{{0,15}}共\s*[\d,]+\s*[{_MEASURE}]\S{{0,6}}|[\d,]+\s*[{_MEASURE}](?:网格|社区|村|镇街|单位)?)[\s。]*$"
)
#: A day and nothing else, as it stands below a signature, and one in Chinese numerals.
DAY_IN_NUMERALS = r"^\s*[〇○零一二三四五六七八九]{4}\s*年\s*[一二三四五六七八九十]{1,2}\s*月\s*(?:[一二三四五六七八九十廿卅]{1,3}\s*日)?\s*$"
DAY = r"^\s*20\d{2}\s*(?:年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]00:00:00)?)\s*$"
#: A line that names the group of rows that follows, by its number: 二、柳镇第2社区（网格长：…）.
GROUP = r"^\s*(?:[一二三四五六七八九十]{1,3}\s*、|[(（][一二三四五六七八九十]{1,3}[)）])\s*[㐀-鿿]\S{1,40}\s*$"
NUMBER = r"^\s*[\d,.]+\s*%?\s*$"
_LABEL = (
    r"(?:(?:填表|填报|制表|报表|报送|上报|编制|审核|审批|复核|统计|经办|单位|部门|主管|分管)(?:人|单位|部门|领导|负责人|日期|时间)?|"
    r"(?:主要|分管)?负责人|(?:表格|数据)?(?:打印|导出|下载|操作|生成|更新)(?:人|员|人员|用户|账号|单位|部门|日期|时间)|"
    r"(?:以上)?(?:数据|统计)?截[止至](?:时间|日期)?|"
    r"统计(?:时段|区间|期间|周期|范围)|联系电话|盖章|签字|注|备注|说明)\s*(?:[(（][^)）]*[)）])?\s*"
)
#: Who signs a table, in words that also head columns: with a colon only. Whom it is about (当事人, 举报人) is none of them.
_ROLE = (
    r"[㐀-鿿]{0,6}(?:(?:登记|记录|调解|受理|承办|填写|汇总|校对|核对|录入|采集|分管|审定|签发|批准)(?:人|员|领导|负责人)|"
    r"所长|站长|主任|书记|镇长|乡长|科长|局长|队长|组长|院长|领导)(?:签[字名章]|盖章)?\s*(?:[(（][^)）]*[)）])?\s*"
)
_BETWEEN = "[\\s\u3000\u00a0,，;；。、]"
#: Several of them in one cell: a total or a count before the first (共 788 条　制表人：…　制表日期：…), or at least two labels.
_TOGETHER = (
    rf"^[\s(（]*(?:(?:{_SPAN})?\s*(?:合\s*计|总\s*计|小\s*计|共\s*计)[\s)）]*[:：]?\s*(?:共?\s*[\d,.]+\s*[{_MEASURE}]?)?|"
    rf"\S{{0,15}}共\s*[\d,]+\s*[{_MEASURE}]\S{{0,6}}?){_BETWEEN}+{_LABEL}[:：]|"
    rf"^(?:.*{_BETWEEN})?(?:{_LABEL}|{_ROLE})[:：].*{_BETWEEN}(?:{_LABEL}|{_ROLE})[:：]"
)
#: Labels that are also words of cells: they call a line a signature with a colon only.
_CALLED = r"(?:(?:填表|制表|审核|审批|复核|经办|经手)人?签[字名章]|数据来源|日期|时间|抄送|附件|联系人)\s*[:：]"
_DATED = r"20\d{2}\s*(?:年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|[-/.]\d{1,2}[-/.]\d{1,2})(?:[T\s]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
_OFFICE = r"[^\s\d,，。;；:：]{1,24}(?:局|办|办公室|委|委员会|中心|政府|街道|镇|乡|社区|所|队|站|科|处|院|部|公司)"
#: A cell that says when without a colon (填报日期 2026年3月1日, 截至2026年3月1日, 2026年3月1日制表), or of which office and day the
#: table is (江北区司法局 2026年3月1日), or where a stamp belongs (单位（盖章）, （盖章）), or that it ends, or a page of it.
_PLAIN = (
    rf"^\s*{_LABEL}{_BETWEEN}*{_DATED}\s*$|^\s*{_DATED}\s*(?:填表|填报|制表|报送|上报|编制|统计|打印|导出|制|报)\s*$|^\s*{_OFFICE}{_BETWEEN}*{_DATED}\s*$|"
    rf"^\s*(?:填表|填报|制表|报送|编制|审核|审批|复核|经办|经手)人{_BETWEEN}+\S{{1,12}}\s*$|"
    r"^\s*(?:填报|制表|报送|统计)?(?:单位|部门|负责人|领导)?\s*[(（](?:加?盖公?章|签[字名章]|公章)[)）]\s*$|"
    r"^\s*第\s*\d+\s*页(?:\s*[,，/]?\s*共\s*\d+\s*页)?\s*$|^[\s—–(（【-]*(?:以下(?:空白|无正文)|完)[\s—–)）】-]*$"
)
#: A cell that says who made, checked or exported the table, or when, alone or with more of the kind.
SIGNED = rf"^\s*(?:(?:{_LABEL}|{_ROLE})[:：]|{_CALLED})|{_TOGETHER}|{_PLAIN}"
#: A label whose answer stands in the next cell, with a colon or without.
ASKED = rf"(?:^\s*{_LABEL}$)|(?:{SIGNED})"

_ALONE = re.compile(rf"{TOTAL}|{TOTAL_OF}|{COUNTED}|{SIGNED}")
_BESIDE = re.compile(rf"{NUMBER}|{PART_COUNTED}|{DAY}|{DAY_IN_NUMERALS}")
#: A remark, in whose text separators may stand.
_REMARK = re.compile(r"^(?:备注|注|说明)\s*[:：]")
_QUOTES = "\"'＂"


def is_last_line(line: str, separator: str) -> bool:
    """Whether a line of text that is no row of a table holds nothing but a total or a signature."""
    cells = [cell.strip().strip(_QUOTES).strip() for cell in line.strip().split(separator)]
    some = [cell for cell in cells if cell]
    if not some or not _ALONE.match(some[0]):
        return False
    return bool(_REMARK.match(some[0])) or all(_ALONE.match(cell) or _BESIDE.match(cell) for cell in some)
