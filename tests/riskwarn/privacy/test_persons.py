"""Names of persons inside other words: in names of units, in words of categories, in reasons."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from riskwarn.contracts.because import check_because
from riskwarn.contracts.personal import file_words, vocabulary, words
from riskwarn.contracts.persons import does_something, names_somebody
from riskwarn.contracts.phrases import Heard
from riskwarn.contracts.repeated import may_be_named
from riskwarn.contracts.unit_names import without_persons
from riskwarn.contracts.vocabulary import category_words
from riskwarn.errors import PersonalText
from riskwarn.home import Home
from riskwarn.ingest.mapping_proposal.profile import may_be_told
from riskwarn.ingest.privacy.tallies import LocalCategories
from riskwarn.ingest.privacy.word_tallies import WordTallies
from riskwarn.ingest.screening import screened
from riskwarn.store import Store
from tests.riskwarn.privacy.test_personal import table
from tests.worlds import dispute, grid_rows, load, write_csv


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("州屏社区第1网格（欧阳慕晗）", "州屏社区第1网格"),
        ("香山社区第1网格（冉启荣）", "香山社区第1网格"),
        ("香山社区第1网格（冉启荣、李建国）", "香山社区第1网格"),
        ("香山社区第2网格-王秀英", "香山社区第2网格"),
        ("香山社区第3网格（网格员：李建国）", "香山社区第3网格"),
        ("香山社区第4网格（陈芳）", "香山社区第4网格"),
        ("第1网格（A区）（陈芳）", "第1网格(A区)"),
        ("七网格谭永碧", "七网格"),
        ("第1网格网格员李建国", "第1网格"),
        ("第1网格 网格长:张三", "第1网格"),
        ("牟伦胜-第1网格", "第1网格"),
        ("谭永碧七网格", "七网格"),
        ("冉启荣的第12网格", "第12网格"),
        ("欧阳慕晗3号网格", "3号网格"),
        ("刘德华负责的网格", None),
        ("刘德华负责的第3网格", "第3网格"),
        ("张伟包片3号网格", "3号网格"),
        ("张伟网格", None),
        ("张伟的网格", None),
        ("网格员张伟", None),
    ],
)
def test_the_name_of_a_unit_loses_the_person(name: str, left: str | None) -> None:
    assert without_persons(name) == left


@pytest.mark.parametrize(
    "name",
    [
        "第2网格（原三社）", "第2网格（A区）", "第2网格（1-3组）", "第2网格（东区）", "第1网格（商业街）", "第1网格（老城）",
        "第1网格（东）", "第1网格（原向阳村、石门村）", "第3网格（李子坝）", "第1网格（江南）", "第1网格（陈家坪）",
        *(f"{place}第1网格" for place in ("梅村", "李庄", "王庄", "汤圩", "罗湖", "龙门", "陈塘", "吴山", "廖厝", "孙庄", "邓村", "洪山", "徐汇", "白云山")),
        "白云山4网格", "梅村第十网格", "石门坎一网格", "杨家坪三网格", "黄桷坪12网格", "李子坝第2网格", "向阳二网格", "文昌一网格", "金山第十网格", "谭家湾七网格",
        "梅江3网格", "梅江二网格", "金山网格", "秦家岗网格", "陈家坪网格", "高新区网格", "龙湖花园网格", "第1网格长江路",
        "物业管理网格", "市场管理第3网格", "向阳社区第1网格", "石桥街道青山0社区1号网格", "王家坝-第1网格", "", "-", "——", " · ", "第1网格-", "/",
    ],
)  # fmt: skip
def test_the_name_of_a_unit_keeps_its_places(name: str) -> None:
    assert without_persons(name) == name


def test_a_table_of_grids_is_stored_without_persons_and_says_how_many() -> None:
    names = ["香山社区第1网格（冉启荣）", "张伟网格", "第3网格（东区）", "第4网格（文昌）", None]
    above = ["香山社区", "香山社区", "香山社区（负责人：向登科）", "文昌社区", "文昌社区"]
    reading = table("grids", grid_id=["G1", "G2", "G3", "G4", "G5"], name=names, community_name=above)
    kept = screened(reading).cells
    assert kept["name"].to_pylist() == ["香山社区第1网格", None, "第3网格（东区）", "第4网格（文昌）", None]
    assert kept["community_name"].to_pylist() == ["香山社区", "香山社区", "香山社区", "文昌社区", "文昌社区"]
    assert [note.split(":")[0] + note.split(":")[1][:10] for note in reading.notes] == [
        "name 2 name(s)",
        "community_name 1 name(s)",
    ]
    assert not any("张伟" in note or "冉" in note for note in reading.notes)


PERSONS = [
    "令狐栖迟", "澹台若水", "夏侯云朗", "钟离听雨", "向登科", "谭永碧", "牟伦胜", "秦开碧", "冉启荣", "张伟与王秀英", "牟伦胜家",
    "老张家猪圈", "李建国讨薪",
]  # fmt: skip
MATTERS = [
    "占道经营", "祖坟迁移", "养犬", "油烟扰民", "方案", "金融", "安全", "向阳社区", "秦家岗", "陈家坪", "高新区", "程序违法",
    "许可证", "扶贫", "充电桩", "胡同", "卫生", "纪律", "李子树", "罗非鱼", "高利贷", "王家坝",
]  # fmt: skip


def test_a_person_is_no_local_category_and_a_matter_is() -> None:
    local = LocalCategories(most=100)
    assert {word: local.code(word) for word in PERSONS} == dict.fromkeys(PERSONS, "other")
    assert {word: local.code(word) for word in MATTERS} == {word: word for word in MATTERS}
    assert not local.known & set(PERSONS)
    assert any(str(len(PERSONS)) in note and "look personal" in note for note in local.notes())


def test_a_person_that_was_kept_as_a_category_is_kept_no_longer() -> None:
    assert LocalCategories({"令狐栖迟"}).code("令狐栖迟") == "other"


def test_no_word_of_a_vocabulary_names_somebody() -> None:
    for source in ("disputes", "petitions", "hotline", "grid_reports", "hazards", "incidents"):
        assert not [word for word in category_words(source) if names_somebody(word)]


@pytest.mark.parametrize("word", ["欧阳慕晗讨薪", "由欧阳慕晗调处完毕", "谭永碧", "张伟与王秀英", "牟伦胜家"])
def test_a_word_that_names_somebody_is_not_shown(word: str) -> None:
    assert not may_be_named(word) and not may_be_told(word)
    tallies = WordTallies()
    tallies.add("category", pa.array([word] * 9), set(), {word: Heard("wage_arrears", by="讨薪")})
    assert len(tallies.notes("disputes")) == 1 and word not in str(tallies.notes("disputes"))


@pytest.mark.parametrize(
    "because",
    [
        "令狐栖迟说不用", "向登科要求", "谭永碧反映过", "应牟伦胜申请", "秦开碧的要求", "因冉启荣来电", "该向登科的记录", "找王芳谈话", "约李建国见面核实",
        "请张伟来一趟", "已联系刘秀英家", "走访陈建军家", "让赵敏签字", "问周强近况", "通知孙丽到场",
    ],
)  # fmt: skip
def test_a_reason_that_names_somebody_is_refused(because: str) -> None:
    with pytest.raises(PersonalText):
        check_because(because)


@pytest.mark.parametrize(
    "because",
    [
        "按规定向上级申请", "当事人要求删除", "许可已过期", "程序不合规定", "陈旧的数据", "重复导入", "向阳社区要求更正", "高新区反映有误",
        "任何的记录", "卫生的问题", "方案不用了", "本人申请", "金融类的数据", "找双方谈话", "约家长见面", "与房东协商", "请周五来一趟", "通知周二到场",
        "请社区来人", "联系物业了解情况", "对方家里无人", "请住建委说明", "走访商户了解", "询问后登记",
    ],
)  # fmt: skip
def test_a_reason_that_names_nobody_is_kept(because: str) -> None:
    check_because(because)


@pytest.mark.parametrize(
    "because",
    [
        "张三打了李四", "张三殴打李四", "李四被张三打伤", "王强与刘梅发生争吵", "李某和赵六", "因琐事张三把李四打了", "昨晚王强将刘梅推倒", "张三欠李四钱", "楼下张三打人",
        "小区门口赵六受伤", "王强酒后打伤刘梅", "双方对骂，王强先动手", "醉酒后打了刘秀梅", "欧阳慕晗被打", "张三多次骚扰邻居", "现场骂了王建国三次",
    ],
)  # fmt: skip
def test_who_does_something_to_whom_is_named_nowhere(because: str) -> None:
    with pytest.raises(PersonalText):
        check_because(because)


@pytest.mark.parametrize(
    "because",
    [
        "邻里打架", "双方发生争吵", "因琐事打了起来", "夫妻吵架", "业主与物业发生争执", "有人被打伤", "住户被骗", "古树被砍", "杨树被砍伐", "马路被占", "石头砸伤行人", "水管被挖断",
        "孙子打了爷爷", "爷爷骂孙子", "周日被打扰", "许多人被骗", "任何人被打都要报警", "工地欠薪", "拖欠农民工工资", "高空抛物砸到人", "陈年旧账引起争吵", "顾客被骗", "那人被打",
        "曾被威胁", "成都打工者被欠薪", "明日将走访", "周三将调解", "何时将修好", "方便群众，把灯修好", "向阳社区被投诉", "施工方把路挖断", "车辆被砸", "王家坝被淹", "双方互殴，已报警",
    ],
)  # fmt: skip
def test_what_happened_is_told_without_whom(because: str) -> None:
    check_because(because)


def test_no_known_word_does_something() -> None:
    frames = "{}打人", "{}被打伤", "把{}砸了", "打了{}", "因{}争吵", "{}欠薪"
    known = sorted(vocabulary() | words() | file_words())
    assert len(known) > 2_000
    assert [frame.format(word) for word in known for frame in frames if does_something(frame.format(word))] == []


def test_a_record_finds_its_grid_though_its_name_bears_the_worker(home: Home, tmp_path: Path) -> None:
    named = [{**row, "网格名称": f"{row['社区']}第{n + 1}网格（冉启荣）"} for n, row in enumerate(grid_rows())]
    told = load(home, "grids", write_csv(tmp_path / "g.csv", named))
    assert any(note.startswith("name: 4 name(s) of units") for note in told.notes)
    assert set(Store(home).versions("grids")["name"]) == {f"青山{n // 2}社区第{n + 1}网格" for n in range(4)}
    rows = [{**dispute(n), "网格名称": named[n % 4]["网格名称"]} for n in range(8)]
    load(
        home,
        "disputes",
        write_csv(tmp_path / "d.csv", [{k: v for k, v in row.items() if k != "网格编码"} for row in rows]),
    )
    assert sorted(Store(home).versions("disputes")["grid_id"]) == ["G0", "G0", "G1", "G1", "G2", "G2", "G3", "G3"]
