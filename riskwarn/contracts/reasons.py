"""Why a row is quarantined, in words for the clerk who can repair it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Why:
    """A reason for refusal and its repair."""

    zh: str
    en: str
    repair: str


REASONS: dict[str, Why] = {
    "bad_count": Why("件数不是非负整数", "the count is no whole number", "correct the count"),
    "bad_date": Why("日期无法识别", "the date cannot be read", "write it as 2026-03-01 or 2026年3月1日"),
    "bad_grid_id": Why("网格编码超过32个字符", "the grid id is longer than 32 characters", "correct the id"),
    "bad_number": Why("数字无法识别", "the number cannot be read", "write digits only"),
    "bad_status": Why(
        "工单状态不在词表中", "the status of the ticket is no word of the list", "write it as in the list"
    ),
    "bad_text": Why("文字编码损坏", "its characters are damaged", "export the file again as CSV UTF-8"),
    "bad_weights": Why(
        "同一组的比例之和不等于1，或组内有行未通过",
        "the weights of a group do not sum to 1, or a row of the group was refused",
        "correct the weights of the whole group, or leave them all empty for equal shares",
    ),
    "in_future": Why("时间晚于导出时间", "the time lies after the export", "correct the date"),
    "known_before_event": Why("登记时间早于发生时间", "registered before it happened", "correct one of the two"),
    "missing_date": Why("缺少时间", "there is no date", "fill in the date"),
    "missing_grid_id": Why("缺少网格编码", "there is no grid id", "fill in the id"),
    "missing_name": Why("缺少名称", "the name is missing", "fill in the name"),
    "missing_record_id": Why(
        "缺少编号",
        "there is no record id",
        "fill in the number of the case; a line that only names another party of the case above can be dismissed",
    ),
    "missing_unit": Why("缺少所属社区、镇街或区县", "community, town or district is missing", "fill in the unit"),
    "no_place": Why("没有可定位的地点", "nothing says where it was", "fill in the grid, community or town"),
    "not_loaded": Why("按规定不予加载，内容未留存", "by rule it is not loaded; its content is not kept", "nothing"),
    "not_whole": Why(
        "应为整数，实为小数", "the number has a fraction where only a whole one means anything", "write a whole number"
    ),
    "out_of_range": Why(
        "数值或日期超出合理范围",
        "the number or date lies outside what is possible",
        "correct the number, its unit or the date",
    ),
    "personal_value": Why(
        "内容疑似个人信息，未留存", "the value looks personal and was not kept", "put the code of the place there"
    ),
    "ragged_row": Why(
        "单元格数与标题不符", "more or fewer cells than headings", "look for a stray separator or line break"
    ),
    "rounded_id": Why("长编号已被Excel四舍五入", "Excel has rounded a long number", "export the column as text"),
    "severity_digits": Why(
        "严重程度为数字，未说明顺序", "severity is a bare digit", "set order: ascending or descending in the mapping"
    ),
    "outside_city": Why(
        "坐标不在本市网格范围内，且无其他地点",
        "the coordinates lie in no grid of the city, and nothing else says where it was",
        "correct the coordinates (see coordinates: in the mapping), or fill in the grid",
    ),
    "several_places": Why(
        "地点对应多个网格或单位，无法确定是哪一个",
        "the place fits several grids or units",
        "write the community and town before it, or fill in the grid id",
    ),
    "unknown_place": Why(
        "所写地点不在本市网格表中",
        "the place that is told is none of the city",
        "write it as in the grids table; rows of other districts can be dismissed",
    ),
    "unknown_grid": Why("网格编码不在网格表中", "no such grid is loaded", "load the newest grids, or correct the id"),
    "unknown_unit": Why(
        "区县、镇街或社区不在网格表中",
        "no such district, town or community is loaded",
        "write its code as in the grids table",
    ),
}

#: The rules by which a row is not loaded (its class of value), in Chinese and English.
RULES: dict[str, tuple[str, str]] = {
    "accusation": ("检举控告、举报件一律不加载", "accusations and tips (检举控告, 举报) are never loaded"),
    "confidential": ("保密件不加载", "confidential records are not loaded"),
    "kind": ("该类事项不属本系统范围", "of a kind that is not this system's business (crimes, traffic, party affairs)"),
    "nothing_found": ("检查未发现隐患的不计为隐患", "an inspection that found nothing is no hazard"),
    "petition": (
        "信访件只作为信访加载，请并入信访表",
        "petitions, which are loaded as petitions only: load them with those",
    ),
    "refused_word": ("含有本系统不使用的词", "with a word that riskwarn never uses"),
    "tip": ("举报仅在反映隐患时加载", "tips (举报) count only where they tell of a hazard"),
}

#: How the clerk repairs it, in Chinese; a test holds that every reason has its line.
REPAIRS_ZH: dict[str, str] = {
    "bad_count": "改为整数，不带单位",
    "bad_date": "改为 2026-03-01 或 2026年3月1日 的形式",
    "bad_grid_id": "核对网格编码",
    "bad_status": "按词表填写：待签收、已签收、处置中、已办结、退回、作废、超期、挂起",
    "bad_number": "只填数字，不带单位和文字",
    "bad_text": "重新导出为 CSV（UTF-8）",
    "in_future": "核对日期，年份是否填错",
    "known_before_event": "核对发生时间和登记时间，改正填错的一个",
    "missing_date": "补填时间",
    "missing_grid_id": "补填网格编码",
    "missing_record_id": "补填编号，一案一号；只写上一案其他当事人的行可用 quarantine dismiss 注销",
    "missing_unit": "补填所属社区、镇街和区县",
    "no_place": "补填网格编码；没有网格编码的，填社区或镇街",
    "not_loaded": "无需处理",
    "not_whole": "改为整数",
    "out_of_range": "核对数值、单位或日期",
    "personal_value": "删去个人信息，改填地点编码",
    "ragged_row": "检查该行是否多出分隔符或换行",
    "rounded_id": "在系统中重新导出，把该列存为文本；不要在Excel中直接打开再保存",
    "severity_digits": "改填“一般、较大、重大、特别重大”",
    "several_places": "在地点前写明所属社区和镇街，或补填网格编码",
    "unknown_place": "按网格表核对地点名称；外区县的行可用 quarantine dismiss 注销",
    "unknown_grid": "核对网格编码；网格已调整的，请先报送最新网格表",
    "bad_weights": "更正整组比例使其合计为1，或全部留空（均分）",
    "missing_name": "补填名称",
    "outside_city": "更正坐标（坐标系见映射 coordinates），或补填网格",
    "unknown_unit": "填写网格表中的代码",
}

#: What the class of a refused value is called.
VALUE_CLASSES_ZH = {
    "date": "日期",
    "empty": "空",
    "id": "编码",
    "number": "数字",
    **dict.fromkeys(RULES, "不予加载"),
    "row": "整行",
    "text": "文字",
}
