"""A small comparison made by hand: three regions, values of every state and verdict, and texts as an attacker would write them."""

from datetime import date
from typing import Any

import pandas as pd

from pipeline.compare.result import Comparison
from schemas.comparison import TABLES

REGIONS = ("甲市", "乙市", "丙市")
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> ]]> {{7*7}} \x00\x07\ufffe'
FORMULA = '=HYPERLINK("https://evil.example","点我")'


def frame(table: str, lines: list[dict[str, Any]]) -> pd.DataFrame:
    """A table with all its columns; what a line does not name is missing."""
    return pd.DataFrame([{c.name: line.get(c.name) for c in TABLES[table]} for line in lines], columns=[c.name for c in TABLES[table]], dtype=object)


def comparison(tables: dict[str, list[dict[str, Any]]], **more: Any) -> Comparison:
    """A comparison of these lines."""
    found = {table: frame(table, tables.get(table, [])) for table in TABLES}
    given = {"regions": REGIONS, "as_of": date(2026, 1, 15), "contexts": {}, "notes": (), **more}
    return Comparison(found, given["regions"], given["as_of"], given["contexts"], given["notes"], given.get("by", "region"))


def cell(group: str, region: str, state: str = "stated", **more: Any) -> dict[str, Any]:
    """A line of the matrix."""
    return {"group": group, "indicator": group, "region": region, "state": state, "domain": "生态", **more}


def stated(group: str, region: str, target: str, **more: Any) -> dict[str, Any]:
    """A value of 60% until 2025 that a document states."""
    value = {
        "kind": "level",
        "operator": ">=",
        "value": 60,
        "value_text": "60%",
        "unit": "%",
        "shown": "≥60%",
        "canonical_value": 0.6,
        "canonical_unit": "1",
    }
    place = {"document": f"{region}方案", "title": f"{region}实施方案", "task": "三/1", "quote": f"{group}达到60%以上", "place": "第3页"}
    time = {"year": 2025, "deadline": {"raw": "到2025年", "kind": "by", "start": None, "end": "2025-12-31"}}
    known = {
        "target": target,
        "evidence": [f"e{target}"],
        "lead": ["市水利局", "市住建局"],
        "status": "target",
        "verdict": "comparable",
        "rank": 1,
        "distance": 0.0,
    }
    return cell(group, region, **{**value, **place, **time, **known, "indicator_id": "sewage", **more})


def matrix() -> list[dict[str, Any]]:
    """Four indicators: comparable numbers, hostile words, a sentence that could not be read, what nobody states."""
    return [
        stated("污水处理率", "甲市", "t1", rank=2, distance=0.35, scope="城区"),
        stated("污水处理率", "乙市", "t2", value=95.5, value_text="95.5%", shown="≥95.5%", canonical_value=0.955),
        stated(
            "污水处理率",
            "丙市",
            "t3",
            year=None,
            deadline=None,
            verdict="undetermined",
            rank=None,
            distance=None,
            reason="一方未写期限",
            reasons=["deadline"],
        ),
        stated(
            HOSTILE,
            "甲市",
            "t4",
            shown=FORMULA,
            quote=HOSTILE,
            document=HOSTILE,
            title="=1+1",
            lead=["@SUM(A1)", HOSTILE],
            verdict="not_comparable",
            rank=None,
        ),
        cell(HOSTILE, "乙市", "not_stated"),
        cell(HOSTILE, "丙市", "not_processed"),
        cell("绿地", "甲市", "unparsed", quote="绿地见附表", evidence=["e9"], document="甲市方案"),
        cell("绿地", "乙市", "not_stated"),
        stated(
            "绿地",
            "丙市",
            "t5",
            kind="qualitative",
            operator=None,
            value=None,
            shown="不降低",
            verdict="nothing_to_compare",
            rank=None,
            canonical_value=None,
            unit=None,
        ),
    ]


def full() -> Comparison:
    """The matrix with some lines in every table."""
    tables = {
        "matrix": matrix(),
        "pairs": [
            {
                "indicator": "污水处理率",
                "group": "污水处理率",
                "left_region": "甲市",
                "right_region": "乙市",
                "verdict": "comparable",
                "stricter": "right",
            }
        ],
        "findings": [
            {
                "id": "f1",
                "type": "contradiction",
                "region": "甲市",
                "documents": ["甲市方案"],
                "tasks": ["三/1", "三/2"],
                "indicator": "污水处理率",
                "values": ["≥60%", "≥70%"],
                "deadlines": ["2025-12-31", None],
                "verdict": "comparable",
                "reason": FORMULA,
                "targets": ["t1", "t9"],
                "evidence": ["et1"],
                "quotes": ["甲处", HOSTILE],
            },
            {
                "id": "f2",
                "type": "no_deadline",
                "region": "丙市",
                "documents": ["丙市方案"],
                "tasks": ["1", "2"],
                "values": [],
                "targets": [],
                "quotes": [],
                "reason": "2项任务未写期限",
            },
        ],
        "standards": [
            {
                "indicator": "污水处理率",
                "indicator_id": "sewage",
                "region": "甲市",
                "document": "甲市方案",
                "shown": "≥60%",
                "threshold": "≥85%",
                "unit": "%",
                "certainty": "recalled",
                "binding": True,
                "verdict": "falls_short",
                "difference": -25,
                "target": "t1",
                "year": 2025,
                "standard_title": "建设指标",
            },
        ],
        "changes": [
            {
                "region": "甲市",
                "indicator": "污水处理率",
                "change": "tightened",
                "before_shown": "50%",
                "after_shown": "≥60%",
                "after_target": "t1",
                "after_deadline": "continuous",
            }
        ],
        "load": [{"region": "甲市", "body": "市水利局", "role": "lead", "year": 2025, "tasks": 2, "targets": 3}],
        "leads": [{"indicator": "污水处理率", "region": "甲市", "lead": ["市水利局"], "differs": True}],
        "timeline": [
            {
                "date": date(2025, 12, 31),
                "due": "past_due",
                "days": -15,
                "region": "甲市",
                "indicator": "污水处理率",
                "shown": "≥60%",
                "target": "t1",
            },
            {"date": "2027-06-30", "due": "next", "days": 531, "region": "乙市", "indicator": "绿地", "shown": "不降低", "target": "t5"},
        ],
        "plans": [
            {
                "document": f"{region}方案",
                "title": f"{region}实施方案",
                "region": region,
                "draft": False,
                "left_out": False,
                "validity": "in_force",
                "tasks": 3,
                "targets": 4,
            }
            for region in REGIONS
        ]
        + [{"document": HOSTILE, "region": "甲市", "draft": True, "left_out": False, "validity": "draft"}],
    }
    return comparison(tables, contexts={"t1": ("前文", "污水处理率达到60%以上", "后文<b>")}, notes=("丁市的文件未计入。", HOSTILE))
