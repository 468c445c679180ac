"""Persons in the names of grids, houses and teams are cut, and places are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.contracts.personal import compound_family_names, family_names
from riskwarn.contracts.persons import may_name_somebody
from riskwarn.contracts.unit_names import names_person, without_persons
from riskwarn.home import Home
from riskwarn.ingest.privacy.tallies import LocalCategories
from riskwarn.ingest.redaction import kept_heading
from riskwarn.ingest.screening import screened
from riskwarn.store import Store
from tests.riskwarn.privacy.test_personal import table
from tests.worlds import grid_rows, load, write_csv

PLACES = (Path(__file__).parent / "places.txt").read_text(encoding="utf-8").split()
FORMS = ["{}", "{}网格", "{}第1网格", "第3网格（{}）", "{}片区", "{}二组"]


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("王建国微网格", None),
        ("网格员李志强第二网格", "第二网格"),
        ("网格长程志强(第一网格)", "第一网格"),
        ("李秀英片区", None),
        ("夏秋生", None),
        ("程志强", None),
        ("第8网格（阿依古丽）", "第8网格"),
        ("青山社区扎西顿珠网格", "青山社区网格"),
        ("王 建 国网格", None),
        ("何旻昊微网格", None),
        ("王文轩第3网格", "第3网格"),
        ("李金山网格", None),
        ("张三网格", None),
        ("李强第2网格", "第2网格"),
        ("马秋生第3微网格", "第3微网格"),
        ("王建国、李秀英网格", None),
        ("第1网格王建国(网格员)", "第1网格"),
        ("碧水小区1号楼王建国", "碧水小区1号楼"),
        ("三组丁建国", "三组"),
        ("高春兰(户主)", None),
        ("网格员李志强家", None),
        ("王建国宅", None),
        ("程志强老宅", None),
        ("马秋生超市", None),
        ("马秋生队", None),
        ("程志强调解工作室", None),
        ("书记刘志华联系村第二网格", "第二网格"),
        ("李志强驻村第3网格", "第3网格"),
        ("李强驿站", None),
        ("李秀梅苑", None),
        ("欧阳建国老桥头", None),
        ("南门片区马秀莲桥头网格", "南门片区网格"),
        ("民警王建国社区网格", None),
        ("刘建国佳园", None),
        ("龙林雅居", "龙林雅居"),
        ("华溪佳园", "华溪佳园"),
        ("平林名苑", "平林名苑"),
    ],
)
def test_whoever_a_unit_a_house_or_a_team_is_called_after_is_cut(name: str, left: str | None) -> None:
    assert without_persons(name, {"青山社区", "青山", "建国社区", "建国"}) == left


@pytest.mark.parametrize("given", ["秋生", "旻昊", "曲怀"])
@pytest.mark.parametrize(
    "form", ["{}微网格", "网格员{}第二网格", "{}片区", "{}", "第8网格（{}）", "三组{}", "{}家", "{}队"]
)
def test_of_any_family_whatever_the_given_name(form: str, given: str) -> None:
    kept = {family: without_persons(form.format(family + given)) or "" for family in family_names()}
    assert [family for family, name in kept.items() if given in name] == []


#: The three hundred commonest family names, by how many bear them.
COMMONEST = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪"
    "陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄"
    "聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈"
    "饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇"
    "桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆"
)


def test_all_but_five_of_the_three_hundred_commonest_families_are_known() -> None:
    """With these five words and units begin far oftener: 南三社, 原一组, 楼道, 区划, 位置."""
    assert set(COMMONEST) - family_names() == set("南原楼位区")
    assert {"西门", "淳于", "左丘", "梁丘", "完颜", "纳兰", "叶赫"} <= compound_family_names()


@pytest.mark.parametrize("family", ["阳", "丛", "官", "盘", "海", "豆", "税", "但", "操", "辜", "完颜", "西门"])
def test_a_family_that_few_bear_is_one(family: str) -> None:
    assert without_persons(f"网格员{family}志强第二网格") == "第二网格"
    assert may_name_somebody(f"{family}秀英讨薪")


@pytest.mark.parametrize(
    "name",
    ["阳光一百", "阳光花园", "海棠小区", "玉泉新村", "银河湾", "南三社", "原一组", "西门社区", "第2网格（原三社）"],
)
def test_a_place_that_begins_like_such_a_family_is_none(name: str) -> None:
    assert not names_person(name)


#: What is said behind somebody, and ends like a place; and before.
TAILS = ["支书{}包村网格", "民警{}驻村网格", "警长{}包村网格", "党员{}示范岗网格", "{}家门口网格", "{}先锋岗", "{}驿站", "{}同心苑", "{}家园", "{}裁缝铺", "{}果园",
         "{}养殖场", "{}桥头", "{}村口网格", "{}老年活动中心", "{}幸福院", "北片{}", "东街{}先锋岗", "老党员{}", "幸福里{}网格"]  # fmt: skip
MADE = [
    "李志强",
    "赵德生",
    "王建国",
    "赵春梅",
    "陈大勇",
    "徐国华",
    "吴志明",
    "张玉兰",
    "李秀梅",
    "马秀莲",
    "何晓英",
    "欧阳建国",
]


@pytest.mark.parametrize("form", TAILS)
def test_a_person_is_asked_for_before_what_is_said_behind_looks_like_a_place(form: str) -> None:
    kept = {name: without_persons(form.format(name)) or "" for name in MADE}
    assert {name: left for name, left in kept.items() if name in left} == {}


@pytest.mark.parametrize("form", FORMS)
def test_of_real_names_of_quarters_villages_and_roads_one_in_twenty_is_cut(form: str) -> None:
    assert len(set(PLACES)) == 354
    assert sum(names_person(form.format(place)) for place in PLACES) <= 17


@pytest.mark.parametrize("name", ["调解一队", "石桥调解队", "九龙二组", "王家队", "碧水小区1号楼", "第1网格长江路",
                                  "左权县", "张自忠路", "张思德社区", "安华西里", "金杨新村", "金科驿站", "白市驿站网格", "菜园坝网格", "陈家门口", "王庄门口",
                                  "李家果园", "金信国际花园", "方庄南里", "万科金色家园", "大红门果园"])  # fmt: skip
def test_a_name_that_is_no_persons_is_kept(name: str) -> None:
    assert not names_person(name)


@pytest.mark.parametrize(
    "word", ["季羡林围墙", "老夏家围墙", "牧民扎西顿珠草场", "何旻昊占道", "何曲怀占道", "渔民何晓棠", "买买提江漏水"]
)
def test_a_local_category_names_nobody_whatever_the_name(word: str) -> None:
    assert may_name_somebody(word) and LocalCategories().code(word) == "other"


@pytest.mark.parametrize("word", ["老公家暴", "小家电回收", "小商家占道", "烟花爆竹", "麦田火情", "双随机检查"])
def test_a_matter_is_kept(word: str) -> None:
    assert LocalCategories().code(word) == word


@pytest.mark.parametrize(
    ("heading", "kept"),
    [
        ("马 建 国状态", "…状态"),
        ("高升旗状态", "…状态"),
        ("状态_买买提江", "状态_…"),
        ("何旻昊状态", "…状态"),
        ("办理 状态", "办理 状态"),
    ],
)
def test_a_heading_is_kept_without_a_name_that_is_spaced_out_or_unusual(heading: str, kept: str) -> None:
    assert kept_heading(heading) == kept


def test_no_remark_house_or_team_is_kept_with_somebody_in_it() -> None:
    reasons = ["王建国离职后改口径", "程志强要求", "经办高春兰调走", "夏秋生改系统", "系统升级"]
    assert screened(table("breaks", reason=reasons)).cells["reason"].to_pylist() == [None, None, None, None, "系统升级"]
    houses = ["李秀英", "高春兰（户主）", "网格员李志强家", "碧水小区", "王家院子"]
    assert screened(table("places", name=houses)).cells["name"].to_pylist() == [None, None, None, *houses[3:]]
    teams = table("teams", team_id=["马秋生队", "调解一队", "李秀英调解室", "石桥调解队"])
    screened(teams)
    assert [(row, fault.reason) for row, fault in teams.faults] == [(0, "personal_value"), (2, "personal_value")]
    grids = table("grids", grid_id=["王建国微网格", "王家湾网格", "网格员李志强第二网格"])
    screened(grids)
    assert [(row, fault.column) for row, fault in grids.faults] == [(0, "grid_id"), (2, "grid_id")]


def test_a_team_may_bear_a_code_in_latin_letters_and_no_name_with_a_number_behind_it() -> None:
    codes = ["Team-North-1", "Wang-3", "NORTH-01", "QX-T-001", "T-WANG", "Team-A", "JB-MED-02", "Mediation-East-2"]
    named = ["Zhang-Wei-1", "WANG-JIANGUO", "Li-Na-2", "Team-Zhang-Wei", "Mary-Johnson-1"]
    teams = table("teams", team_id=[*codes, *named])
    screened(teams)
    assert [row for row, _ in teams.faults] == [*range(len(codes), len(codes) + len(named))]


def test_no_grid_is_stored_under_the_name_of_a_person(home: Home, tmp_path: Path) -> None:
    named = ["王建国微网格", "网格员李志强第二网格", "夏秋生", "王家湾网格"]
    rows = [{**row, "网格名称": name} for row, name in zip(grid_rows(), named, strict=True)]
    load(home, "grids", write_csv(tmp_path / "g.csv", rows))
    stored = Store(home).versions("grids").set_index("grid_id")["name"]
    assert stored.astype(object).where(stored.notna(), None).to_dict() == {
        "G0": None,
        "G1": "第二网格",
        "G2": None,
        "G3": "王家湾网格",
    }


@pytest.mark.parametrize("name", ["平林街道处置队", "和田街道第二网格", "兴堡区综治中心", "青口街道办事处调解队"])
def test_what_a_street_office_is_called_by_is_a_place(name: str) -> None:
    assert not names_person(name)


def listed(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").split()


def test_of_names_of_grids_estates_and_markets_that_begin_like_a_rare_family_three_in_a_hundred_are_cut() -> None:
    names = listed("honest_units.txt")
    cut = [name for name in names if names_person(name)]
    assert len(set(names)) == 325 and len(cut) <= 0.03 * len(names), cut


def test_of_persons_in_names_of_houses_grids_and_shops_one_in_fifty_is_kept() -> None:
    names = listed("persons_in_units.txt")
    kept = [name for name in names if not names_person(name)]
    assert len(set(names)) == 223 and len(kept) <= 0.02 * len(names), kept


@pytest.mark.parametrize(
    "name", ["平林区综治中心", "玉树镇应急办", "阳春县司法所", "海韵社区服务站", "罗山综治中心", "李沧执法队"]
)
def test_offices_behind_a_place_are_kept(name: str) -> None:
    assert not names_person(name)


@pytest.mark.parametrize(
    ("form", "somebody"),
    [("{}网格", False), ("第2网格（{}）", True), ("网格员{}第2网格", True), ("{}家", True), ("{}老宅", True)],
)
def test_what_stands_beside_a_name_that_is_a_place_too_decides(form: str, somebody: bool) -> None:
    assert names_person(form.format("高峰")) is somebody


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("王芳雅居", None),
        ("刘伟花园", None),
        ("李花家园", "李花家园"),
        ("高峰家园", "高峰家园"),
        ("石桥社区李强网格", None),
    ],
)
def test_before_what_an_estate_is_called_a_name_is_cut_that_is_hardly_a_place(name: str, left: str | None) -> None:
    assert without_persons(name) == left


@pytest.mark.parametrize("somebody", ["司马建军", "逄文军", "马秀莲", "何旻昊", "黄立新", "禚文英"])
@pytest.mark.parametrize("place", ["城东", "河西", "向阳", "龙泉", "柳湾"])
@pytest.mark.parametrize("kind", ["网格", "队", "第2组"])
def test_a_usual_name_in_full_is_one_behind_any_place(place: str, somebody: str, kind: str) -> None:
    assert somebody not in (without_persons(place + somebody + kind) or "")


@pytest.mark.parametrize("form", ["网格员{}", "网格长{}第2网格", "平林网格员{}网格"])
def test_behind_an_office_a_name_is_one_though_it_ends_like_a_place(form: str) -> None:
    assert all(names_person(form.format(name)) for name in ("黄海", "李江", "黄河", "刘川"))
    assert not names_person(form.format("张庄"))
