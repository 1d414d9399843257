"""Decisions are applied at once, stand after every reading, and undoing restores what was."""

import pytest

from pipeline import store
from pipeline.corrections import CorrectionError, decide, history, states, undo
from schemas import tables


def test_accepting_says_so_and_stands_after_reading_anew(desk):
    target = desk.target("森林覆盖率")
    decision = decide(desk.engine, "accept", author="李", target_id=target["id"])
    assert (decision.number, decision.action, decision.document, dict(decision.changes)) == (1, "accept", "plan", {})
    after = desk.target("森林覆盖率")
    assert after == {**target, "review": "accepted", "confidence": 1.0}
    desk.run(anew=True)
    assert desk.target("森林覆盖率") == after
    state = desk.ask(states, [target["id"]])[target["id"]]
    assert (state.state, state.author, state.conflict, state.disputed) == ("accepted", "李", None, False)


def test_correcting_makes_the_canonical_layer_anew_and_stands(desk):
    target = desk.target("森林覆盖率")
    changes = {"value": "31.50", "operator": "<=", "unit": "万亩", "indicator": "森林面积"}
    decision = decide(desk.engine, "correct", author="李", target_id=target["id"], changes=changes, reason="看错")
    assert decision.changes["value"] == (30.5, 31.5)
    after = desk.target("森林面积")
    assert (after["id"], after["value"], after["operator"], after["unit"], after["review"]) == (target["id"], 31.5, "<=", "万亩", "corrected")
    assert (after["canonical_value"], after["canonical_unit"], after["dimension"]) == (210_000_000.0, "平方米", "area")
    assert (after["rule"], after["confidence"], after["value_text"]) == ("review", 1.0, "30.5%")
    before = desk.standing()
    desk.run(anew=True)
    assert desk.standing() == before


def test_a_rejected_target_leaves_the_targets_and_stays_away(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "reject", author="李", target_id=target["id"])
    left = desk.rows(tables.target)
    assert target["id"] not in {row["id"] for row in left}
    assert not desk.rows(tables.evidence, tables.evidence.c.row_id == target["id"])
    before = desk.standing()
    desk.run(anew=True)
    assert desk.standing() == before
    assert desk.ask(states, [target["id"]])[target["id"]].state == "rejected"


@pytest.mark.parametrize(
    "action, changes", [("accept", None), ("reject", None), ("correct", {"value": 33, "scope": "全省", "deadline": "2026年底前"})]
)
def test_undoing_restores_every_row_as_it_was(desk, action, changes):
    before = desk.standing()
    target = desk.target("森林覆盖率")
    decision = decide(desk.engine, action, author="李", target_id=target["id"], changes=changes)
    assert desk.standing() != before
    undone = undo(desk.engine, decision.id, "王", "误操作")
    assert (undone.action, undone.undoes, undone.number) == ("undo", decision.id, 2)
    assert desk.standing() == before
    desk.run(anew=True)
    assert desk.standing() == before
    assert [d.action for d in desk.ask(history, target["id"])] == ["undo", action]
    with pytest.raises(CorrectionError, match="cannot be undone"):
        undo(desk.engine, undone.id, "王")
    with pytest.raises(CorrectionError, match="undone already"):
        undo(desk.engine, decision.id, "王")


def test_a_decision_changes_the_state_of_the_database(desk):
    before = store.state(desk.engine)
    decision = decide(desk.engine, "accept", author="李", target_id=desk.target("森林覆盖率")["id"])
    after = store.state(desk.engine)
    assert before != after
    undo(desk.engine, decision.id, "李")
    assert store.state(desk.engine) not in (before, after)


def test_adding_a_target_that_was_missed(desk):
    text = desk.rows(tables.document)[0]["text"]
    at = text.index("市林业局")
    before = desk.standing()
    document = desk.rows(tables.document)[0]["id"]
    spans = {"quote": [[at, at + 4]], "value": [[at, at + 4]]}
    changes = {"indicator": "责任单位", "kind": "qualitative", "deadline": {"kind": "by", "start": None, "end": "2025-12-31"}}
    decision = decide(desk.engine, "add", author="李", document_id=document, changes=changes, spans=spans)
    row = desk.target("责任单位")
    assert (row["id"], row["review"], row["quote"], row["value_text"], row["kind"]) == (
        decision.target_id,
        "added",
        "市林业局",
        "市林业局",
        "qualitative",
    )
    tasks = {t["id"]: t["path"] for t in desk.rows(tables.task)}
    assert tasks[row["task_id"]] == "一/(一)"
    positions = sorted(r["position"] for r in desk.rows(tables.target))
    assert positions == list(range(len(positions)))
    stands = desk.standing()
    desk.run(anew=True)
    assert desk.standing() == stands
    undo(desk.engine, decision.id, "李")
    assert desk.standing() == before
