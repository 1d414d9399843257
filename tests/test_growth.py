"""Time grows with the size of a document, not faster: twice the size takes less than three times as long."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from tests.conftest import read

_HEAD = "某市“十四五”规划\n一、主要目标\n"
_SAID = "到2025年，全市森林覆盖率达到{}%以上，新建公园{}个，城镇登记失业率控制在4.5%以内。"


def _tasks(n: int) -> str:
    rows = (f"{i}\t到2025年，完成第{i}个项目，新建公园{i}个，森林覆盖率达到40%以上\t2025年底\t市发展改革委\n" for i in range(n))
    return "序号\t任务\t完成时限\t责任单位\n" + "".join(rows)


CASES: dict[str, tuple[int, Callable[[int], str]]] = {
    "table rows": (40, _tasks),
    "headings": (100, lambda n: _HEAD + "".join(f"一、主要目标{i} 森林覆盖率达到4{i % 10}%\n" for i in range(n))),
    "sentences of one paragraph": (60, lambda n: _HEAD + "".join(_SAID.format(i % 90, i) for i in range(n))),
    "clauses of one sentence": (60, lambda n: _HEAD + "".join(_SAID.format(i % 90, i) for i in range(n)).replace("。", "，")),
    "titles that never close": (4000, lambda n: _HEAD + "《" * n),
    "one verb again and again": (1500, lambda n: _HEAD + "完成" * n),
    "one long numeral": (8000, lambda n: _HEAD + "1" * n),
    "list of units": (3000, lambda n: _HEAD + "甲局、乙局、" * n),
}


def _seconds(text: str) -> float:
    times = []
    for _ in range(3):
        start = process_time()
        read(text)
        times.append(process_time() - start)
    return min(times)


@pytest.mark.parametrize("name", CASES)
def test_twice_the_size_takes_twice_the_time(name: str) -> None:
    size, made = CASES[name]
    _seconds(made(10))
    assert _seconds(made(2 * size)) < 3 * _seconds(made(size)) + 0.02


def test_what_is_read_in_parts_is_reported() -> None:
    issues = [i.code for i in read(_HEAD + "，".join("森林覆盖率达到40%" for _ in range(400))).rows.issues]
    assert "long_sentence" in issues
    assert "long_sentence" not in [i.code for i in read(_HEAD + _SAID.format(1, 2) * 150).rows.issues]
