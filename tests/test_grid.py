"""Table geometry: page breaks, merged cells, cut cells, headers."""

import pytest

from pipeline.grid import read_tables
from pipeline.heads import role_of, side_by_side
from pipeline.parsers import parse_bytes
from schemas.folded import fold
from schemas.types import Where
from tests.conftest import read

HEAD = "序号\t指标名称\t工作任务\t完成时限\t牵头单位\t配合单位"


def tables(*lines: str):
    text = "\n".join(lines) + "\n"
    document = parse_bytes(text.encode(), "t.txt")
    rows: dict[int, list] = {}
    for block in document.blocks:
        rows.setdefault(block.where.row, []).append((fold(text, [(block.start, block.end)]), block.where))
    return read_tables(list(rows.values()))


def shown(table, role):
    return [(c.text.plain if (c := r.cell(role)) else None) for r in table.rows]


def test_sub_rows_inherit_names_dates_and_whole_responsibility():
    (table,), _ = tables(
        HEAD,
        "1\t覆盖率≥40%\t造林。\t2025年\t市林业局\t",
        "\t\t抚育。\t\t\t",
        "\t\t管护。\t\t市水利局\t",
        "2\t处理率\t建厂。\t持续推进\t市住建局\t各县",
    )
    assert [(r.number, r.sub) for r in table.rows] == [("1", 1), ("1", 2), ("1", 3), ("2", 0)]
    assert shown(table, "indicator") == ["覆盖率≥40%", "覆盖率≥40%", "覆盖率≥40%", "处理率"]
    assert shown(table, "deadline") == ["2025年", "2025年", "2025年", "持续推进"]
    assert shown(table, "lead") == ["市林业局", "市林业局", "市水利局", "市住建局"]
    assert shown(table, "cooperate") == [None, None, None, "各县"]


def test_a_cell_cut_by_the_page_is_joined_over_the_repeated_header():
    (table,), _ = tables(HEAD, "1\t节水器具普及率≥90%,再生水利\t宣传节水。\t2025年\t市水利局\t", HEAD, "\t用率≥25%\t建设管网。\t\t市住建局\t")
    assert shown(table, "indicator") == ["节水器具普及率≥90%,再生水利用率≥25%"] * 1 + [shown(table, "indicator")[1]]
    assert [(r.number, r.sub) for r in table.rows] == [("1", 1), ("1", 2)]
    assert len(table.rows[0].cell("indicator").text.spans(0, 40)) == 2


def test_a_sentence_cut_by_the_page_is_one_row():
    (table,), _ = tables(HEAD, "1\t覆盖率\t以城区为重点推进管\t2025年\t市住建局\t", HEAD, "\t\t网建设。\t\t\t")
    assert shown(table, "task") == ["以城区为重点推进管网建设。"]


def test_another_header_begins_another_table():
    found, _ = tables(HEAD, "1\t甲率\t做。\t2025年\t市林业局\t", "序号\t指标\t单位\t2025年目标", "1\t乙率\t%\t≥5")
    assert [len(t.rows) for t in found] == [1, 1]
    assert [c.role for c in found[1].columns] == ["number", "indicator", "unit", "value"]


def test_header_of_two_levels_and_unknown_column():
    (table,), issues = tables("序号\t指标\t目标值\t\t奇怪的列", "\t\t2025年\t2030年\t", "1\t森林覆盖率\t30%\t35%\t甲")
    assert [c.header for c in table.columns] == ["序号", "指标", "目标值/2025年", "目标值/2030年", "奇怪的列"]
    assert [i.code for i in issues] == ["unknown_column"]


def test_a_table_without_header_is_read_by_its_cells_and_says_so():
    (table,), issues = tables(
        "1\t森林覆盖率\t加强造林绿化和抚育管护工作。\t市林业局\t2025年底前", "2\t湿地保护率\t推进湿地修复和保护工程建设。\t市水利局\t2025年底前"
    )
    assert [c.role for c in table.columns] == ["number", "indicator", "task", "responsible", "deadline"]
    assert [i.code for i in issues] == ["table_without_header"]


def test_headings():
    roles = {
        "牵头单位": "lead",
        "责任单位": "responsible",
        "完成时限": "deadline",
        "2025年目标值": "value",
        "2023年现状": "current",
        "指标属性": "attribute",
        "备注": "ignored",
    }
    assert {h: role_of(h) for h in roles} == roles
    assert role_of("天气") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "序号\t指标\t目标值\t序号\t指标\t目标值\n1\t森林覆盖率\t≥40%\t3\t污水处理率\t≥95%\n2\t湿地保护率\t≥50%\t\t\t\n",
            {("1", "森林覆盖率", "40%"), ("2", "湿地保护率", "50%"), ("3", "污水处理率", "95%")},
        ),
        (
            "序号\t指标\t目标值\t序号\t指标\t目标值\n1\t森林覆盖率\t≥40%\t3\t污水处理率\t≥95%\n2\t湿地保护率\t≥50%\n"
            "序号\t指标\t单位\t目标值\n1\t新增绿地\t亩\t300\n",
            {("表1/1", "森林覆盖率", "40%"), ("表1/2", "湿地保护率", "50%"), ("表1/3", "污水处理率", "95%"), ("表2/1", "新增绿地", "300")},
        ),
        (
            "领域\t指标\t目标值\t指标\t目标值\n生态\t森林覆盖率\t≥40%\t湿地保护率\t≥50%\n",
            {("1", "森林覆盖率", "40%"), ("2", "湿地保护率", "50%")},
        ),
    ],
)
def test_halves_side_by_side_are_read_one_below_the_other(text, expected):
    targets = read(f"甲市造林方案（2024—2026年）\n一、任务\n到2026年，指标见下表。\n{text}").extraction.targets
    assert {((t.task or "").removeprefix("表/"), t.indicator.text, t.value.text) for t in targets} == expected


def test_a_header_that_begins_with_a_number_heading_is_one_though_few_headings_are_known():
    rows = "".join(
        f"{i}.\t市水利局\t{name}\t本市{name}的位置、面积、水深、流量等相关信息\t公共服务\n" for i, name in enumerate(("水库", "河流", "湖泊"), 1)
    )
    result = read(f"甲市数据开放计划（2024年）\n一、任务\n见下表。\n序号\t提供部门\t数据项名称\t数据项描述\t领域\n{rows}")
    assert [(t.path, t.title.text, [s.text for s in t.bodies["responsible"]]) for t in result.extraction.tasks if t.path.startswith("表")] == [
        ("表/1", "水库", ["市水利局"]),
        ("表/2", "河流", ["市水利局"]),
        ("表/3", "湖泊", ["市水利局"]),
    ]
    assert [i.code for i in result.rows.issues].count("unknown_column") == 3


def test_a_column_of_goals_that_are_quantities_holds_values():
    (table,), _ = tables("序号\t重点任务\t目标\t牵头单位", "1\t培育企业\t20家\t市工信局", "2\t改造危房\t≥150户\t市住建局")
    assert [c.role for c in table.columns] == ["number", "indicator", "value", "lead"]
    (table,), _ = tables("序号\t重点任务\t目标\t牵头单位", "1\t培育企业\t新增20家，退出3家\t市工信局", "2\t改造危房\t150户\t市住建局")
    assert [c.role for c in table.columns] == ["number", "indicator", "task", "lead"]


def _lines(*texts: str):
    return [[(fold(cell, [(0, len(cell))]), Where()) for cell in text.split("|")] for text in texts]


def test_many_tables_in_halves_one_below_the_other():
    two = _lines("序号|指标|目标|序号|指标|目标", "1|造林|30亩|2|修路|2公里", "序号|任务|目标|序号|任务|目标", "1|造林|30亩|2|修路|2公里")
    assert [len(line) for line in side_by_side(two * 700)] == [3] * 700 * 6


def test_a_very_wide_table_is_no_table_in_halves():
    wide = _lines("|".join(["指标", *(f"{i}年" for i in range(6000))]), "|" * 6000)
    assert side_by_side(wide) is wide
