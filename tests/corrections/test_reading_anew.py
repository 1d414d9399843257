"""Decisions survive every reading: other rules, other text, other names; what cannot be kept is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.corrections import conflicts, decide, history, progress, states, undo
from pipeline.evidence import key
from pipeline.normalise import Rows
from pipeline.parsers import parse_bytes
from pipeline.run import process
from schemas import tables
from tests.corrections.conftest import PLAN


def read(text: str = PLAN, name: str = "plan") -> Rows:
    return process(parse_bytes(text.encode(), f"{name}.txt"), name, second=False).rows


def as_if_read(rows: Rows, old: str, **changed: object) -> Rows:
    """The rows as other rules would read them: the target of one name has other fields, and another id."""
    target = next(t for t in rows.tables["target"] if t["indicator"] == old)
    now = {**target, **changed, "id": key(target["id"], str(changed))}
    evidence = [
        {**e, "row_id": now["id"], "id": key(now["id"], e["slot"], str(e["position"]))} if e["row_id"] == target["id"] else e
        for e in rows.tables["evidence"]
    ]
    return replace(rows, tables={**rows.tables, "target": [now if t is target else t for t in rows.tables["target"]], "evidence": evidence})


def without(rows: Rows, name: str) -> Rows:
    """The rows as rules would read them that take a target for none."""
    gone = {t["id"] for t in rows.tables["target"] if t["indicator"] == name}
    left = [{**t, "position": i} for i, t in enumerate(t for t in rows.tables["target"] if t["id"] not in gone)]
    return replace(rows, tables={**rows.tables, "target": left, "evidence": [e for e in rows.tables["evidence"] if e["row_id"] not in gone]})


def only_state(desk):
    rows = desk.rows(tables.reviewed)
    assert len(rows) == 1
    return rows[0]


def test_what_was_accepted_stands_against_rules_that_read_otherwise(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "accept", author="李", target_id=target["id"])
    store.save(desk.engine, as_if_read(read(), "森林覆盖率", indicator="全市森林覆盖率", scope=None, value=28, canonical_value=0.28))
    row = desk.target("森林覆盖率")
    assert (row["value"], row["scope"], row["canonical_value"], row["review"]) == (30.5, "全市", 0.305, "accepted")
    waiting = desk.ask(conflicts)
    assert [(w.state.conflict, w.target_id, w.document) for w in waiting] == [("differs", row["id"], "plan")]
    assert waiting[0].state.fields == {"indicator": ("全市森林覆盖率", "森林覆盖率"), "scope": (None, "全市"), "value": (28, 30.5)}
    # whoever confirms it settles the conflict
    decide(desk.engine, "accept", author="王", target_id=row["id"])
    assert desk.ask(conflicts) == []
    assert desk.target("森林覆盖率")["value"] == 30.5
    desk.run(anew=True)
    assert desk.target("森林覆盖率")["value"] == 30.5


def test_rules_that_now_read_what_the_person_said_agree(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "correct", author="李", target_id=target["id"], changes={"indicator": "森林面积占比"})
    store.save(desk.engine, as_if_read(read(), "森林覆盖率", indicator="森林面积占比"))
    assert only_state(desk)["conflict"] == "agreed"
    assert desk.ask(conflicts) == []
    assert desk.target("森林面积占比")["review"] == "accepted" or desk.target("森林面积占比")["review"] == "corrected"


def test_rules_that_read_a_third_thing_do_not_win(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "correct", author="李", target_id=target["id"], changes={"value": 31})
    store.save(desk.engine, as_if_read(read(), "森林覆盖率", value=29, canonical_value=0.29))
    assert desk.target("森林覆盖率")["value"] == 31
    assert only_state(desk)["conflict"] == "differs"
    assert desk.ask(conflicts)[0].state.fields == {"value": (29, 31)}


@pytest.mark.parametrize("action, changes", [("accept", None), ("correct", {"value": 31})])
def test_a_target_that_rules_no_longer_read_stands_where_its_text_does(desk, action, changes):
    target = desk.target("森林覆盖率")
    decision = decide(desk.engine, action, author="李", target_id=target["id"], changes=changes)
    store.save(desk.engine, without(read(), "森林覆盖率"))
    row = desk.target("森林覆盖率")
    assert row["value"] == (31 if changes else 30.5)
    assert (only_state(desk)["conflict"], row["task_id"], row["position"]) == ("unread", target["task_id"], target["position"])
    undo(desk.engine, decision.id, "李")
    assert not desk.rows(tables.target, tables.target.c.indicator == "森林覆盖率")


def test_a_rejected_target_that_rules_no_longer_read_is_settled(desk):
    decide(desk.engine, "reject", author="李", target_id=desk.target("森林覆盖率")["id"])
    store.save(desk.engine, without(read(), "森林覆盖率"))
    assert (only_state(desk)["conflict"], desk.ask(conflicts)) == ("agreed", [])


def test_of_two_targets_with_one_value_each_keeps_its_own(desk):
    one, other = desk.target("空气质量优良天数比例"), desk.target("自来水普及率")
    decide(desk.engine, "correct", author="李", target_id=one["id"], changes={"scope": "全市"})
    decide(desk.engine, "reject", author="李", target_id=other["id"])
    desk.run(anew=True)
    assert desk.target("空气质量优良天数比例")["scope"] == "全市"
    assert not desk.rows(tables.target, tables.target.c.indicator == "自来水普及率")


def test_no_guess_between_two_targets_at_one_place(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "correct", author="李", target_id=target["id"], changes={"value": 31})
    rows = as_if_read(read(), "森林覆盖率", indicator="覆盖率甲")
    twin = as_if_read(read(), "森林覆盖率", indicator="覆盖率乙")
    more = next(t for t in twin.tables["target"] if t["indicator"] == "覆盖率乙")
    evidence = [e for e in twin.tables["evidence"] if e["row_id"] == more["id"]]
    both = replace(
        rows,
        tables={
            **rows.tables,
            "target": [*rows.tables["target"], {**more, "position": len(rows.tables["target"])}],
            "evidence": [*rows.tables["evidence"], *evidence],
        },
    )
    store.save(desk.engine, both)
    assert only_state(desk)["conflict"] == "ambiguous"
    assert [w.state.conflict for w in desk.ask(conflicts)] == ["ambiguous"]
    assert {desk.target("覆盖率甲")["review"], desk.target("覆盖率乙")["review"]} == {None}


def test_a_target_that_stood_beside_is_not_taken_for_it(desk):
    """Rules that lose one of two targets of one value: the other is itself, not the lost one."""
    decide(desk.engine, "correct", author="李", target_id=desk.target("自来水普及率")["id"], changes={"scope": "农村"})
    store.save(desk.engine, without(read(), "自来水普及率"))
    assert desk.target("空气质量优良天数比例")["review"] is None
    assert (desk.target("自来水普及率")["scope"], only_state(desk)["conflict"]) == ("农村", "unread")


def test_another_edition_with_a_paragraph_before(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "correct", author="李", target_id=target["id"], changes={"value": 31})
    desk.write(PLAN.replace("一、任务\n", "一、任务\n先说明背景，统筹推进。\n"))
    desk.run()
    row = desk.target("森林覆盖率")
    assert row["id"] != target["id"]
    assert (row["value"], row["review"], only_state(desk)["conflict"]) == (31, "corrected", None)
    assert [d.target_id for d in desk.ask(history, row["id"])] == [target["id"]]
    desk.write(PLAN)
    desk.run()
    assert desk.target("森林覆盖率")["value"] == 31


def test_another_edition_with_another_number_is_not_what_was_decided(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "correct", author="李", target_id=target["id"], changes={"value": 31})
    desk.write(PLAN.replace("30.5%", "32%"))
    desk.run()
    row = desk.target("森林覆盖率")
    assert (row["value"], row["review"]) == (32, None)
    assert [(w.state.conflict, w.target_id, w.quote) for w in desk.ask(conflicts)] == [("lost", None, "森林覆盖率达到30.5%以上")]
    assert desk.ask(states, [row["id"]]) == {}
    desk.write(PLAN)
    desk.run()
    assert (desk.target("森林覆盖率")["value"], desk.ask(conflicts)) == (31, [])


def test_nobody_accepted_what_another_edition_says(desk):
    """The same quote under another date: the accepted record is not forced on the new edition, and the new reading is not called accepted."""
    text = "方案\n一、任务\n1.造林。{}森林覆盖率达到41%。\n"
    desk.write(text.format("到2025年，"), "other")
    desk.run()
    target = desk.target("森林覆盖率", value=41)
    decide(desk.engine, "accept", author="李", target_id=target["id"])
    desk.write(text.format("到2030年，"), "other")
    desk.run()
    row = desk.target("森林覆盖率", value=41)
    assert (row["deadline_end"], row["review"]) == ("2030-12-31", None)
    [waiting] = desk.ask(conflicts)
    assert (waiting.state.conflict, waiting.target_id, set(waiting.state.fields)) == ("differs", row["id"], {"deadline"})


def test_a_document_said_twice_is_told_apart_by_what_stands_around(desk):
    line = "(四)其他。{}森林覆盖率达到30.5%以上。\n"
    desk.write(PLAN + line.format("山区"))
    desk.run()
    rows = desk.rows(tables.target, tables.target.c.indicator == "森林覆盖率")
    assert len(rows) == 2
    second = max(rows, key=lambda r: r["position"])
    decide(desk.engine, "correct", author="李", target_id=second["id"], changes={"value": 35})
    desk.write("说明一行。\n" + PLAN + line.format("山区"))
    desk.run()
    rows = sorted(desk.rows(tables.target, tables.target.c.indicator == "森林覆盖率"), key=lambda r: r["position"])
    assert [r["value"] for r in rows] == [30.5, 35]


def test_a_file_under_another_name_keeps_its_decisions(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "correct", author="李", target_id=target["id"], changes={"value": 31})
    (desk.docs / "plan.txt").rename(desk.docs / "另一名.txt")
    desk.run()
    found = desk.rows(tables.target, tables.target.c.indicator == "森林覆盖率")
    names = {d["id"]: d["name"] for d in desk.rows(tables.document)}
    assert {names[r["document_id"]]: r["value"] for r in found}["另一名"] == 31
    # and a new edition of it under that name
    desk.write(PLAN.replace("一、任务\n", "一、任务\n前言一段。\n"), "另一名")
    desk.run()
    found = desk.rows(tables.target, tables.target.c.indicator == "森林覆盖率")
    names = {d["id"]: d["name"] for d in desk.rows(tables.document)}
    assert {names[r["document_id"]]: r["value"] for r in found}["另一名"] == 31


def test_the_same_bytes_twice_are_decided_once(desk):
    (desk.docs / "copy.txt").write_bytes((desk.docs / "plan.txt").read_bytes())
    desk.run()
    rows = desk.rows(tables.target, tables.target.c.indicator == "森林覆盖率")
    assert len(rows) == 2
    before = desk.standing()
    decision = decide(desk.engine, "correct", author="李", target_id=rows[0]["id"], changes={"value": 31})
    assert [r["value"] for r in desk.rows(tables.target, tables.target.c.indicator == "森林覆盖率")] == [31, 31]
    undo(desk.engine, decision.id, "李")
    assert desk.standing() == before


def test_an_added_target_moves_with_its_text_and_is_lost_with_it(desk):
    document = desk.rows(tables.document)[0]
    at = document["text"].index("市林业局")
    decision = decide(
        desk.engine,
        "add",
        author="李",
        document_id=document["id"],
        changes={"indicator": "责任单位", "kind": "qualitative"},
        spans={"value": [[at, at + 4]]},
    )
    desk.write(PLAN.replace("一、任务\n", "一、任务\n先说明背景，统筹推进。\n"))
    desk.run()
    row = desk.target("责任单位")
    assert (row["id"], row["quote"]) == (decision.target_id, "市林业局")
    desk.write(PLAN.replace("市林业局", "市农业农村局"))
    desk.run()
    assert not desk.rows(tables.target, tables.target.c.indicator == "责任单位")
    assert [w.state.conflict for w in desk.ask(conflicts)] == ["lost"]


def test_an_added_target_that_rules_now_read_stands_once(desk):
    document = desk.rows(tables.document)[0]
    store.save(desk.engine, without(read(), "公园"))
    at = document["text"].index("公园12个")
    spans = {"quote": [[at, at + 5]], "indicator": [[at, at + 2]], "value": [[at + 2, at + 5]]}
    decision = decide(desk.engine, "add", author="李", document_id=document["id"], changes={"deadline": "2025年"}, spans=spans)
    added = desk.target("公园")
    assert (added["kind"], added["value"], added["unit"], added["operator"], added["canonical_value"]) == ("count", 12, "个", "=", 12)
    desk.run(anew=True)
    assert desk.target("公园")["id"] == decision.target_id
    assert only_state(desk)["conflict"] in ("agreed", "differs")
    undo(desk.engine, decision.id, "李")
    assert desk.target("公园")["review"] is None


def test_decisions_outlive_a_document_that_is_gone(desk):
    target = desk.target("森林覆盖率")
    decide(desk.engine, "correct", author="李", target_id=target["id"], changes={"value": 31})
    with desk.engine.begin() as connection:
        connection.execute(sa.delete(tables.document))
        connection.execute(sa.delete(tables.source))
    assert desk.rows(tables.reviewed) == []
    desk.run()
    assert desk.target("森林覆盖率")["value"] == 31


def test_progress_counts_what_is_decided(desk):
    total = len(desk.rows(tables.target))
    decide(desk.engine, "accept", author="李", target_id=desk.target("公园")["id"])
    decide(desk.engine, "reject", author="王", target_id=desk.target("森林覆盖率")["id"])
    found = desk.ask(progress, document="plan")
    assert (found.targets, found.decided, found.states["accepted"], found.states["rejected"], found.authors) == (total, 2, 1, 1, {"李": 1, "王": 1})
    assert desk.ask(progress) == found
    assert desk.ask(progress, document="none").targets == 0
