"""A database of many invented plans, filled without reading any text: for the speed of comparisons."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from pipeline import store
from pipeline.canonical.indicators import Refusal, match_indicator
from pipeline.canonical.units import to_canonical
from schemas import tables, vocab
from schemas.indicators import indicators
from schemas.regions import regions

_HEADS = ("数字", "绿色", "智能", "农村", "城镇", "工业", "社区", "公共", "重点", "基层", "普惠", "产业")
_THINGS = ("医疗服务", "养老设施", "文化场馆", "充电设施", "供水管网", "道路绿化", "学前教育", "技能培训", "物流园区", "政务事项")
_TAILS = ("覆盖率", "达标率", "普及率", "完成率", "建成数量", "利用率")
_BODIES = ("市生态环境局", "市住房和城乡建设局", "市发展和改革委员会", "市教育局", "市卫生健康委员会", "市农业农村局")
_BATCH = 5_000


def fill(engine: sa.Engine, targets: int, places: int, per_document: int = 100, seed: int = 5) -> None:
    """A database of `targets` targets in documents of `per_document` each, spread over `places` regions. The same arguments give the same rows."""
    store.upgrade(engine)
    draw = random.Random(seed)
    where = [r for r in regions() if r.parent][:places]
    names = _names(draw)
    with engine.begin() as connection:
        bodies = [{"id": f"b{i}", "name": name, "function": name[1:5]} for i, name in enumerate(_BODIES)]
        connection.execute(sa.insert(tables.body), bodies)
        order = (tables.document, tables.task, tables.task_body, tables.target, tables.evidence)
        pending: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in order}
        for number in range(targets // per_document):
            for table, row in _document(number, where[number % len(where)], per_document, names, draw):
                pending[table].append(row)
            if sum(map(len, pending.values())) > _BATCH:
                _flush(connection, pending)
        _flush(connection, pending)


def _flush(connection: sa.Connection, pending: dict[sa.Table, list[dict[str, Any]]]) -> None:
    for table, rows in pending.items():
        if rows:
            connection.execute(sa.insert(table), rows)
            rows.clear()


def _names(draw: random.Random) -> list[tuple[str, str, str | None]]:
    """Names with unit and canonical indicator: all of the vocabulary that have a unit, and invented ones."""
    known = [(i.name, i.unit, i.id) for i in indicators() if vocab.units().find(i.unit)]
    made = [(h + t + e, "%" if e.endswith("率") else "个", None) for h in _HEADS for t in _THINGS for e in _TAILS]
    draw.shuffle(made)
    return known + [(name, unit, None) for name, unit, _ in made if isinstance(match_indicator(name, unit), Refusal)]


def _document(
    number: int, region: Any, count: int, names: list[tuple[str, str, str | None]], draw: random.Random
) -> Iterator[tuple[sa.Table, dict[str, Any]]]:
    year = 2021 + number % 4
    document = f"d{number}"
    title = f"{region.name}{draw.choice(_THINGS)}行动方案（{year}—{year + 2}年）"
    yield (
        tables.document,
        {
            "id": document,
            "name": f"{region.code}-{number}",
            "sha256": document,
            "path": document,
            "format": "txt",
            "text": title,
            "title": title,
            "region": region.name,
            "region_code": region.code,
            "issue_date": f"{year}-03-{1 + number % 28:02d}",
            "period_start": str(year),
            "period_end": str(year + 2),
            "draft": False,
            "given": "{}",
            "rules_version": "-",
            "vocab_version": "-",
        },
    )
    for i, (name, unit, identity) in enumerate(draw.sample(names, count)):
        yield from _target(document, i, name, unit, identity, year, draw)


def _target(
    document: str, i: int, name: str, unit: str, identity: str | None, year: int, draw: random.Random
) -> Iterator[tuple[sa.Table, dict[str, Any]]]:
    task, target, found = f"{document}t{i}", f"{document}x{i}", vocab.units().find(unit)
    value = draw.randint(10, 100)
    end = f"{year + draw.randint(0, 2)}-12-31" if draw.random() < 0.8 else None
    yield tables.task, {"id": task, "document_id": document, "position": i, "path": str(i + 1), "title": name}
    link = {"id": f"{task}l", "document_id": document, "task_id": task, "body_id": f"b{draw.randrange(len(_BODIES))}", "role": "lead", "position": 0}
    yield tables.task_body, {**link, "text": "牵头单位", "rule": "-"}
    row = {
        "id": target,
        "document_id": document,
        "task_id": task,
        "position": i,
        "indicator": name,
        "scope": draw.choice((None, None, "全市", "中心城区")),
        "value_text": f"{value}{unit}",
        "unit": unit,
        "quote": f"{name}达到{value}{unit}",
        "kind": "level" if unit != "个" else "count",
        "operator": draw.choice(("=", ">=", ">=", "<=")) if identity is None else "=",
        "value": value,
        "status": "target",
        "deadline_kind": "by" if end else None,
        "deadline_raw": end,
        "deadline_end": end,
        "indicator_id": identity,
        "canonical_value": to_canonical(Decimal(value), found) if found else None,
        "canonical_unit": found.base if found else None,
        "dimension": found.dimension if found else None,
        "rule": "-",
        "confidence": 1.0,
    }
    yield tables.target, row
    for slot, text in (("value", row["value_text"]), ("quote", row["quote"])):
        place = {"id": f"{target}{slot}", "document_id": document, "row_table": "target", "row_id": target, "slot": slot, "position": 0, "block": 0}
        yield tables.evidence, {**place, "start": 0, "end": 4, "line": i, "text": text}
