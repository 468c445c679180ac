"""What is kept of the words and headings of a file: nobody, whatever the family name, and every word that a list knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import riskwarn.contracts
from riskwarn.contracts.personal import family_names, vocabulary
from riskwarn.contracts.vocabulary import shipped
from riskwarn.ingest.privacy.tallies import LocalCategories
from riskwarn.ingest.redaction import kept_heading, kept_name, shown_headings
from tests.riskwarn.contracts import unseen

FAMILIES = sorted(family_names() | set(shipped("personal")["compound_surnames"]))
SENTENCES = ["村民{}漏水", "住户{}反映", "打伤{}", "{}占道", "{}家渗漏", "村民{}围墙"]
HEADINGS = [
    "{}填写的纠纷类型", "{}状态", "{}登记状态", "化解时间 联系人:{}", "状态 联系人{}", "状态（联系人{}）", "状态-{}", "{}负责的类别",
    "整改完成日期（问{}）",
]  # fmt: skip
#: In Chinese files of the package stand words of offices and nobody.
LISTS = ["headings", "words", "categories", "phrases", "dropped", "refused", "hints", "codes"]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_local_category_names_somebody_of_any_family(sentence: str) -> None:
    names = [family + given for family in FAMILIES for given in ("秋生", "春兰", "泽民")]
    kept = LocalCategories(most=len(names))
    assert [name for name in names if kept.code(sentence.format(name)) != "other"] == []
    assert kept.known == set()


@pytest.mark.parametrize("heading", HEADINGS)
def test_no_heading_is_kept_or_shown_with_somebody_of_any_family(heading: str) -> None:
    names = [family + given for family in FAMILIES for given in ("秋生", "春兰")]
    names += [family + "晚舟" for family in FAMILIES if "联系人" in heading and family != "第五"]
    written = [(name, heading.format(name)) for name in names]
    assert [name for name, one in written if name in kept_heading(one)] == []
    assert [name for name, one in written if name in "".join(shown_headings(["编号", one]))] == []


@pytest.mark.parametrize("given", ["骁珩", "钺骐"])
def test_behind_a_role_and_before_what_somebody_does_any_family_counts_with_any_given_name(given: str) -> None:
    families = sorted(family_names())
    kept = LocalCategories(most=9_999)
    assert [one for one in families if kept.code(f"村民{one}{given}漏水") != "other"] == []
    for heading in ("{}填写的纠纷类型", "{}状态", "{}负责的类别", "化解时间 联系人:{}"):
        assert [one for one in families if given in kept_heading(heading.format(one + given))] == []


@pytest.mark.parametrize("name", ["党建国", "古建国", "全文斌", "明文斌", "马建国", "高明亮"])
def test_a_known_word_may_be_the_beginning_of_a_name(name: str) -> None:
    for sentence in ("村民{}漏水", "打伤{}", "{}占道"):
        assert LocalCategories().code(sentence.format(name)) == "other", sentence
    for heading in ("{}状态", "{}登记状态", "状态 联系人{}"):
        assert name not in kept_heading(heading.format(name)), heading


@pytest.mark.parametrize("family", ["仉", "占", "雒", "督", "兰", "隋", "冼", "邝"])
def test_the_name_of_a_file_is_kept_without_a_rare_family(family: str) -> None:
    assert f"{family}玉" not in kept_name(f"隐患清单-{family}玉珂.xlsx", b"k" * 32)


def chinese(text: str) -> set[str]:
    """Runs of Han characters that are no longer than the name of a category."""
    return set(re.findall(r"[㐀-鿿]{2,12}", re.sub(r"#.*", "", text)))


def known_words() -> set[str]:
    """Words of every vocabulary, of the lists of words, and of the presets."""
    folder = Path(riskwarn.contracts.__file__).parent / "data"
    files = [*(folder / f"{name}.yaml" for name in LISTS), *sorted((folder / "presets").glob("*.yaml"))]
    return set(vocabulary()).union(*(chinese(file.read_text(encoding="utf-8")) for file in files))


def test_no_known_word_is_cut() -> None:
    known = sorted(known_words())
    assert len(known) > 2_000
    assert [word for word in known if kept_heading(word) != word] == []


def test_no_heading_of_a_register_is_taken_for_a_name() -> None:
    told = sorted({heading for _, _, heading in unseen.headings()})
    assert len(told) > 1_000 and [heading for heading in told if kept_heading(heading) != heading] == []


#: What departments write as categories that no list has: many begin with a family name, or hold one.
LOCAL = [
    "马路不平", "江边钓鱼", "水管爆裂", "马蜂窝", "金属偷盗", "路面塌陷", "路灯不亮", "井盖缺失", "河道淤塞", "江河排污", "树木倒伏", "麻将馆扰民", "施工噪音", "渣土车超载",
    "工程款拖欠", "门禁损坏", "电梯困人", "高压线隐患", "车位纠纷", "黄土裸露", "毛坯房漏水", "屋面渗水", "白蚁防治", "山体滑坡", "山路塌方", "江堤渗漏", "堤坝隐患", "鱼塘承包",
    "田地边界", "田埂纠纷", "农田灌溉", "林木砍伐", "宅基地边界", "房屋漏雨", "房租押金", "危旧房", "培训班退费", "师生矛盾", "医保报销", "养老金发放", "公交班次", "温泉污染",
    "水费异常", "商铺转租", "公厕卫生", "夫妻不和", "婆媳矛盾", "兄弟分家", "楼道堆物", "安全出口锁闭", "单位用工", "高息借贷", "空调滴水", "和谐家园停电", "征地补偿", "青苗补偿",
    "高铁噪音", "机动车鸣笛", "牛羊践踏", "羊圈气味", "石材切割", "黄金回收", "美容美发", "金银回收", "文物保护", "时间银行", "明沟堵塞", "易燃物", "红火蚁", "经适房",
    "花草毁坏", "雷击", "马桶堵塞", "水泥路破损", "石墙倒塌", "方便面过期", "平台派单", "占用绿地", "商户占道", "侵占车位", "霸占楼道", "敬老院服务", "村民自治", "业主大会",
    "业主委员会", "住户马桶堵塞", "业主养鸡扰民", "村民江边钓鱼", "居民和物业纠纷", "群众文化活动", "兰花被盗", "麦田火情",
]  # fmt: skip


def test_a_matter_is_kept_as_a_local_category_though_a_family_name_stands_in_it() -> None:
    local = LocalCategories(most=len(LOCAL))
    assert [word for word in LOCAL if local.code(word) != word] == []


@pytest.mark.parametrize(
    "heading",
    [
        "马桶状态",
        "水泵状态",
        "车位状态",
        "路灯状态",
        "金额状态",
        "水井登记状态",
        "公共收益登记",
        "危旧房登记时间",
        "联系人电话",
        "当事人住址",
        "网格员姓名",
    ],
)
def test_the_heading_of_a_matter_or_a_role_is_kept(heading: str) -> None:
    assert kept_heading(heading) == heading
