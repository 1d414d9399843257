"""Comparisons of many targets: set operations say what a plain double loop says, and the order of insertion does not matter."""

from __future__ import annotations

import gc
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.compare import Options, compare, facts, plans
from pipeline.compare.items import items, objects, records
from schemas import tables
from tests.bench.large import fill

DAY = Options(as_of=date(2024, 6, 30))
_ORDER = ("document", "body", "task", "task_body", "target", "evidence")


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> sa.Engine:
    """2,000 targets in 20 regions, some of them made changes, grades, states, present values."""
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('filled')}/c.db")
    fill(engine, 2_000, 20)
    target = tables.target
    made = {
        7: {"status": "current"},
        11: {"kind": "change", "change_direction": "increase"},
        13: {"kind": "qualitative", "value": None, "value_text": "全面完成"},
        17: {"kind": "grade", "value": None, "value_text": "一级A"},
        19: {"act": "新建", "dimension": None},
        23: {"act": "改造", "dimension": None},
        29: {"act": "新建改造", "dimension": None},
        31: {"kind": "change", "change_direction": "increase", "baseline": "2020年"},
        37: {"kind": "change", "change_direction": "increase", "baseline": "2022年"},
        41: {"deadline_kind": "during", "deadline_start": "2021-01-01", "act": "新建", "dimension": None},
    }
    with engine.begin() as connection:
        for every, values in made.items():
            connection.execute(sa.update(target).where(target.c.position % every == 3).values(values))
    return engine


def _between(one: dict[str, Any], other: dict[str, Any]) -> tuple[str, ...]:
    """Why two targets of one row cannot be set against each other, said plainly."""
    numbers = all(side["number"] or side["measure"] == "grade" for side in (one, other))
    same = {c: one[c] == other[c] for c in ("measure", "dimension_class", "denominator_class", "statistic_class", "scope_class", "year")}
    above = [side["dimension_class"].split("/")[0] for side in (one, other)]
    alike = [side["base"] if side["group_rule"] == "alike" else "" for side in (one, other)]
    found = []
    if numbers and not same["measure"]:
        found.append("kind")
    if not numbers:
        found.append("no_number")
    if "current" in (one["status"], other["status"]):
        found.append("status")
    if numbers and not same["dimension_class"]:
        found.append("denominator" if above[0] == above[1] else "dimension")
    if numbers and same["dimension_class"] and not same["denominator_class"]:
        found.append("denominator")
    acts = [side["act_class"] for side in (one, other)]
    common = acts[0] & acts[1]
    if same["measure"] and all(acts) and not common:
        found.append("act")
    if not same["statistic_class"]:
        found.append("statistic")
    if not same["scope_class"]:
        found.append("scope")
    bases = {one["baseline_class"], other["baseline_class"]}
    if same["measure"] and len(bases) == 2 and "" not in bases:
        found.append("baseline")
    if numbers and same["measure"] and {one["bound"], other["bound"]} == {"floor", "ceiling"}:
        found.append("direction")
    windows = {one["window_class"], other["window_class"]}
    if same["year"] and len(windows) == 2 and "" not in windows:
        found.append("period")
    if "" in (one["year"], other["year"]):
        found.append("year_not_stated")
    elif not same["year"]:
        found.append("year")
    if numbers and same["year"] and len(windows) == 2 and "" in windows:
        found.append("period_not_stated")
    one_total = any(a["stock_class"] and b["act_class"] for a, b in ((one, other), (other, one)))
    if same["measure"] and (one_total or (common and acts[0] != acts[1])):
        found.append("act_in_part")
    if same["measure"] and len(bases) == 2 and "" in bases:
        found.append("baseline_not_stated")
    if alike[0] != alike[1]:
        found.append("name_alike")
    return tuple(found)


def _verdict(reasons: tuple[str, ...]) -> str:
    if set(reasons) - {"year_not_stated", "period_not_stated", "act_in_part", "baseline_not_stated", "name_alike"}:
        return "not_comparable"
    return "undetermined" if reasons else "comparable"


def _nearest(one: dict[str, Any], row: list[dict[str, Any]]) -> tuple[str, set[tuple[str, ...]]]:
    """The verdict against the nearest statement of the row elsewhere, and the reasons of all that are as near."""
    others = [_between(one, other) for other in row if other["region"] != one["region"]]
    if not others:
        return "nothing_to_compare", {()}
    far = {reasons: (("comparable", "undetermined", "not_comparable").index(_verdict(reasons)), len(reasons)) for reasons in others}
    nearest = {reasons for reasons in far if far[reasons] == min(far.values())}
    return _verdict(next(iter(nearest))), nearest


def test_the_verdict_of_every_target_is_that_of_a_double_loop(filled):
    stored = facts.load(filled)
    rows: dict[str, list[dict[str, Any]]] = {}
    frame = items(stored.targets, plans.dated(stored.documents))
    for item in records(frame.astype(object).where(frame.notna(), "")):
        rows.setdefault(item["group"], []).append(item)
    slow = {one["id"]: _nearest(one, row) for row in rows.values() for one in row}
    matrix = compare(filled, DAY).tables["matrix"]
    stated = matrix[matrix["state"] == "stated"]
    assert len(stated) == len(slow) == 2_000
    fast = dict(zip(stated["target"], zip(stated["verdict"], stated["reasons"], strict=True), strict=True))
    assert {i: v for i, (v, _) in fast.items()} == {i: v for i, (v, _) in slow.items()}
    assert [i for i, (_, reasons) in fast.items() if reasons not in slow[i][1]] == []
    assert {v for v, _ in slow.values()} == {"comparable", "undetermined", "not_comparable", "nothing_to_compare"}
    told = {reason for _, nearest in slow.values() for reasons in nearest for reason in reasons}
    assert told >= {
        "kind",
        "no_number",
        "status",
        "scope",
        "direction",
        "year",
        "year_not_stated",
        "act_in_part",
        "baseline_not_stated",
        "period_not_stated",
    }


def test_cells_of_the_matrix_are_each_stated_or_empty(filled):
    result = compare(filled, DAY)
    matrix = result.tables["matrix"]
    stated, empty = (
        set(zip(f["group"], f["region"], strict=True)) for f in (matrix[matrix["state"] == "stated"], matrix[matrix["state"] != "stated"])
    )
    assert not stated & empty
    assert len(stated) + len(empty) == matrix["group"].nunique() * len(result.regions)
    assert len(matrix) == 2_000 + len(empty)


def test_two_runs_give_equal_tables(filled):
    one, other = compare(filled, DAY), compare(filled, DAY)
    _assert_equal(one.tables, other.tables)
    assert (one.regions, one.notes) == (other.regions, other.notes)


def test_the_order_of_insertion_does_not_matter(filled, tmp_path: Path):
    engine = store.connect(f"sqlite:///{tmp_path}/reversed.db")
    store.upgrade(engine)
    with filled.connect() as source, engine.begin() as connection:
        for name in _ORDER:
            table = tables.metadata.tables[name]
            stored = [dict(row._mapping) for row in source.execute(sa.select(table))]
            connection.execute(sa.insert(table), stored[::-1])
    _assert_equal(compare(engine, DAY).tables, compare(filled, DAY).tables)


def _assert_equal(one: Any, other: Any) -> None:
    assert list(one) == list(other)
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True, obj=name)


def test_documents_without_region_and_date_are_compared(tmp_path: Path):
    engine = store.connect(f"sqlite:///{tmp_path}/c.db")
    fill(engine, 400, 2)
    with engine.begin() as connection:
        blank = {"region": None, "region_code": None, "issue_date": None, "period_start": None, "period_end": None}
        connection.execute(sa.update(tables.document).where(tables.document.c.id == "d0").values(blank))
    documents = compare(engine, DAY).tables["plans"]
    bare = documents[documents["region_code"].isna()]
    assert len(documents) == 4
    assert [(r["region"], r["date"]) for r in records(bare)] == [("未知地区", None)]


def test_rows_as_dicts_are_those_of_pandas():
    frame = pd.DataFrame({"n": [1, 2], "f": [0.5, float("nan")], "s": ["甲", None]})
    frame["o"] = objects([("a",), None], frame)
    assert str(records(frame)) == str(frame.to_dict("records"))
    assert records(frame.iloc[:0]) == []


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_left_as_it_was(filled, on):
    was = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        compare(filled, DAY)
        assert gc.isenabled() is on
    finally:
        (gc.enable if was else gc.disable)()
