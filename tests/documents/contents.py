"""Task tables with random contents: a plain header, merged cells in the first column, headers of several levels."""

from __future__ import annotations

import random

from tests.documents.model import Cell, Table

_NAMES = [
    "森林覆盖率",
    "PM2.5年均浓度",
    "城镇生活污水处理率",
    "优良天数比例",
    "单位GDP能耗降低",
    "湿地保护率",
    "农村卫生厕所普及率",
    "河湖岸线保护率",
]
_UNITS = ["市生态环境局", "市发展和改革委员会", "市自然资源和规划局", "市住房和城乡建设局", "市农业农村局", "市水利局", "市林业局", "各县（区）政府"]
_VALUES = "≥35.5%,≤0.42,-3.5,100%,12.8万亩,1,234.5,不下降,≥90,44.0,0.05‰".replace("1,234", "1，234").split(",")
_WORK = (
    "持续推进火电、钢铁等行业超低排放改造",
    "开展入河排污口排查整治",
    "新建污水管网不少于120.5公里",
    "确保PM2.5年均浓度下降3.5%以上",
    "完成造林绿化5万亩",
    "严格落实“三线一单”管控要求",
    "建立健全部门联动机制（每季度会商一次）",
    "推广Green Building Label标准",
)
HEAD = ["序号", "指标名称", "目标值", "工作任务", "牵头单位", "配合单位"]
WIDTHS = (0.8, 1.6, 1.0, 4.0, 1.6, 2.2)


def random_rows(seed: int, count: int, columns: int = 6, longest: int = 6) -> list[list[str]]:
    """Rows of a task table: number, name, value, task, lead unit, further units."""
    rng = random.Random(seed)
    rows = []
    for number in range(1, count + 1):
        work = "，".join(rng.choice(_WORK) for _ in range(rng.randint(1, longest))) + "。"
        units = "、".join(rng.sample(_UNITS, rng.randint(1, 3)))
        row = [str(number), rng.choice(_NAMES), rng.choice(_VALUES), work, rng.choice(_UNITS), units]
        rows.append((row + [rng.choice(_VALUES) for _ in range(columns)])[:columns])
    return rows


def ruled(seed: int, count: int = 98, longest: int = 3) -> Table:
    """A table with a header of one row."""
    rows = [HEAD, *random_rows(seed, count, longest=longest)]
    return Table(tuple(Cell(t, r, c) for r, texts in enumerate(rows) for c, t in enumerate(texts)), WIDTHS, 1)


def grouped(seed: int, count: int = 98, longest: int = 3) -> Table:
    """A table whose first column holds merged cells of 1 to 9 rows."""
    rng = random.Random(seed)
    rows = [["领域", *HEAD], *[["", *row] for row in random_rows(seed, count, longest=longest)]]
    cells = [Cell(t, r, c) for r, texts in enumerate(rows) for c, t in enumerate(texts) if c or not r]
    row = 1
    while row <= count:
        span = min(rng.randint(1, 9), count + 1 - row)
        cells.append(Cell(rng.choice(["空间", "经济", "安全", "生活"]) + str(row), row, 0, span))
        row += span
    return Table(tuple(cells), (1.0, *WIDTHS), 1)


def levelled(seed: int, count: int = 98, levels: int = 2) -> Table:
    """A table with a header of two or three levels."""
    top = [Cell("序号", 0, 0, levels), Cell("指标名称", 0, 1, levels), Cell("单位", 0, 2, levels), Cell("目标值", 0, 3, 1, 3)]
    if levels == 2:
        top += [Cell("2023年", 1, 3), Cell("2024年", 1, 4), Cell("2025年", 1, 5)]
    else:
        top += [Cell("近期", 1, 3, 1, 2), Cell("2030年", 1, 5, 2), Cell("2024年", 2, 3), Cell("2025年", 2, 4)]
    top.append(Cell("责任单位", 0, 6, levels))
    rng = random.Random(seed)
    cells = list(top)
    for i in range(count):
        row = [str(i + 1), rng.choice(_NAMES) + f"（第{i}项）", rng.choice(["%", "公里", "微克/立方米"]), *(rng.choice(_VALUES) for _ in range(3))]
        cells += [Cell(t, levels + i, c) for c, t in enumerate([*row, "、".join(rng.sample(_UNITS, rng.randint(1, 2)))])]
    return Table(tuple(cells), (0.8, 2.0, 1.0, 1.0, 1.0, 1.0, 2.6), levels)
