"""What cannot be decided is refused with a sentence that names the field; nothing is stored then."""

import threading

import pytest

from pipeline.corrections import CorrectionError, conflicts, decide, history
from schemas import tables


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"colour": "red"}, "colour: no field"),
        ({"kind": "odd"}, "kind: “odd” is not allowed; one of level"),
        ({"operator": "=>"}, "operator: “=>” is not allowed; one of >="),
        ({"status": None}, "status: a target needs one"),
        ({"value": "many"}, "value: “many” cannot be read"),
        ({"value": True}, "value: True is no number"),
        ({"value": "9,5"}, "value: “9,5” cannot be read as a number"),
        ({"value": "1_000"}, "value: “1_000” cannot be read as a number"),
        ({"value": float("nan")}, "value: nan is no number"),
        ({"value": "1e30"}, "value: “1e30” is too large"),
        ({"value_max": 3}, "value_max: 3 must be above"),
        ({"operator": "range"}, "value_max: a range needs"),
        ({"kind": "change"}, "change_direction: .* increase, decrease"),
        ({"kind": "qualitative", "value": 3}, "value: a target of kind qualitative"),
        ({"deadline": {"kind": "by", "end": "2025-02-30"}}, r"deadline\.end: .* no day of the calendar"),
        ({"deadline": {"kind": "during", "start": "2026-01-01", "end": "2025-12-31"}}, "later than its last day"),
        ({"deadline": "sometime"}, "deadline: “sometime” is read as no dates"),
        ({"indicator": "x" * 300}, "indicator: 300 characters are too many"),
        ({"indicator": "a\nb"}, "indicator: .* no line of text"),
        ({"value": "30.50"}, "nothing changed"),
        ({}, "nothing changed"),
    ],
)
def test_values_that_a_field_cannot_have(desk, changes, message):
    before = desk.standing()
    target = desk.target("森林覆盖率")
    with pytest.raises(CorrectionError, match=message):
        decide(desk.engine, "correct", author="李", target_id=target["id"], changes=changes)
    assert desk.standing() == before and desk.rows(tables.correction) == []


@pytest.mark.parametrize(
    "given, changes",
    [
        ("12.50", {"value": 12.5}),
        ("三十一", {"value": 31}),
        ("30.61万亩", {"value": 30.61, "unit": "万亩"}),
        ("不低于百分之四十", {"value": 40, "unit": "%", "operator": ">="}),
        ("5至10个", {"value": 5, "value_max": 10, "operator": "range", "unit": "个"}),
    ],
)
def test_values_are_read_by_the_programs_own_rules(desk, given, changes):
    decide(desk.engine, "correct", author="李", target_id=desk.target("森林覆盖率")["id"], changes={"value": given})
    row = desk.target("森林覆盖率")
    assert {name: row[name] for name in changes} == changes


@pytest.mark.parametrize(
    "spans, message", [({}, "spans.value"), ({"value": [[5, 5]]}, "no place"), ({"value": [[0, 10**6]]}, "no place"), ({"odd": [[0, 2]]}, "no slot")]
)
def test_an_added_target_needs_its_place(desk, spans, message):
    document = desk.rows(tables.document)[0]["id"]
    with pytest.raises(CorrectionError, match=message):
        decide(desk.engine, "add", author="李", document_id=document, changes={"indicator": "某"}, spans=spans)


def test_unknown_targets_and_nameless_people(desk):
    with pytest.raises(CorrectionError, match="target nowhere: there is none"):
        decide(desk.engine, "accept", author="李", target_id="nowhere")
    with pytest.raises(CorrectionError, match="author"):
        decide(desk.engine, "accept", author=" ", target_id=desk.target("森林覆盖率")["id"])


def test_two_people_at_once_are_both_kept(desk):
    target = desk.target("森林覆盖率")["id"]
    threads = [
        threading.Thread(target=decide, args=(desk.engine, "correct"), kwargs={"author": who, "target_id": target, "changes": {"value": n}})
        for n, who in enumerate(("李", "王", "赵", "孙"), 40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = desk.ask(history, target)
    assert [d.number for d in made] == [4, 3, 2, 1]
    assert desk.target("森林覆盖率")["value"] == made[0].changes["value"][1]
    assert [w.state.disputed for w in desk.ask(conflicts)] == [True]
