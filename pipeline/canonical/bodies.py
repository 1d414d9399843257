"""Which functions and level a unit has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

import regex

from pipeline.evidence import key
from schemas import vocab

_LEVELS = tuple(
    (level, regex.compile(pattern))
    for level, pattern in (
        ("group", r"^(?:各|所有|相关|有关|《|市直|涉)"),
        ("national", r"^国家|^国务院|部$|总局$"),
        ("province", r"^(?:省|自治区|[一-龥]{2,3}省)"),
        ("city", r"^(?:市|州|盟|[一-龥]{2,4}市)"),
        ("county", r"^(?:县|区|旗|[一-龥]{2,4}[县区旗])"),
        ("town", r"^(?:镇|乡|街道)"),
    )
)


def normalise_body(name: str) -> dict[str, Any]:
    """Function, kind and level of a unit: 市科技经信局 → 工业和信息化 + 科学技术, department, city."""
    return dict(_body(name))


@lru_cache(maxsize=4096)
def _body(name: str) -> dict[str, Any]:
    folded = unicodedata.normalize("NFKC", name)
    found = [f for f in vocab.functions() if f.pattern.search(folded)]
    level = next((level for level, pattern in _LEVELS if pattern.search(folded)), None)
    return {
        "id": key("body", folded),
        "name": name,
        "function": "、".join(f.function for f in found) or None,
        "function_ids": ",".join(f.id for f in found) or None,
        "kind": found[0].kind if found else None,
        "level": level,
        "region_code": None,
    }
